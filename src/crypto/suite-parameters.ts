import { CipherSuite, type CipherSuiteName } from '../registry/cipher-suite.js'
import type { HashName } from './primitives.js'
import type { AeadName, BlockCipherName } from './record-ciphers.js'

/** How the pre-master secret comes about (RFC 5246 §7.4.3, RFC 8422 §2). */
export type KeyExchange = 'RSA' | 'DHE_RSA' | 'ECDHE_RSA' | 'ECDHE_ECDSA'

/** How records are protected, with the lengths in bytes that the key block is cut by (RFC 5246 §6.3 and RFC 5246 Appendix C). */
export type BulkProtection =
  | {
      readonly type: 'aead'
      readonly cipher: AeadName
      readonly keyLength: number
      /** The implicit part of the nonce: 4 with an explicit part in each record (RFC 5288 §3), 12 without (RFC 7905 §2). */
      readonly fixedIvLength: 4 | 12
    }
  | {
      readonly type: 'block'
      readonly cipher: BlockCipherName
      readonly keyLength: number
      readonly mac: HashName
      readonly macLength: number
    }

/** What a cipher suite stands for. */
export interface SuiteParameters {
  readonly cipherSuite: CipherSuite
  readonly name: CipherSuiteName
  readonly keyExchange: KeyExchange
  readonly bulk: BulkProtection
  /** The hash of the PRF and of the transcript (RFC 5246 §5). */
  readonly prfHash: 'sha256' | 'sha384'
}

const AES_128_GCM: BulkProtection = { type: 'aead', cipher: 'AES_128_GCM', keyLength: 16, fixedIvLength: 4 }
const AES_256_GCM: BulkProtection = { type: 'aead', cipher: 'AES_256_GCM', keyLength: 32, fixedIvLength: 4 }
const CHACHA20: BulkProtection = { type: 'aead', cipher: 'CHACHA20_POLY1305', keyLength: 32, fixedIvLength: 12 }
const AES_128_CBC_SHA: BulkProtection = {
  type: 'block',
  cipher: 'AES_128_CBC',
  keyLength: 16,
  mac: 'sha1',
  macLength: 20,
}

const row = (
  name: CipherSuiteName,
  keyExchange: KeyExchange,
  bulk: BulkProtection,
  prfHash: 'sha256' | 'sha384' = 'sha256',
): SuiteParameters => ({ cipherSuite: CipherSuite[name], name, keyExchange, bulk, prfHash })

/** Every suite of this library, in the order of preference that the defaults follow: forward secrecy and AEAD first. */
export const allSuites: readonly SuiteParameters[] = [
  row('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE_ECDSA', AES_128_GCM),
  row('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE_RSA', AES_128_GCM),
  row('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE_ECDSA', CHACHA20),
  row('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE_RSA', CHACHA20),
  row('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ECDHE_ECDSA', AES_256_GCM, 'sha384'),
  row('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'ECDHE_RSA', AES_256_GCM, 'sha384'),
  row('TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 'DHE_RSA', AES_128_GCM),
  row('TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'DHE_RSA', CHACHA20),
  row('TLS_DHE_RSA_WITH_AES_256_GCM_SHA384', 'DHE_RSA', AES_256_GCM, 'sha384'),
  row('TLS_RSA_WITH_AES_128_GCM_SHA256', 'RSA', AES_128_GCM),
  row('TLS_RSA_WITH_AES_256_GCM_SHA384', 'RSA', AES_256_GCM, 'sha384'),
  row('TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 'ECDHE_ECDSA', AES_128_CBC_SHA),
  row('TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'ECDHE_RSA', AES_128_CBC_SHA),
  row('TLS_DHE_RSA_WITH_AES_128_CBC_SHA', 'DHE_RSA', AES_128_CBC_SHA),
  row('TLS_RSA_WITH_AES_128_CBC_SHA', 'RSA', AES_128_CBC_SHA),
]

const byNumber = new Map(allSuites.map((suite) => [suite.cipherSuite, suite]))

/** The parameters of a suite, or `undefined` where this library does not speak it. */
export const suiteParameters = (cipherSuite: CipherSuite): SuiteParameters | undefined => byNumber.get(cipherSuite)
