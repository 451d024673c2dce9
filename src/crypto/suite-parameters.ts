import { CipherSuite, type CipherSuiteName } from '../registry/cipher-suite.js'
import { type HashName, hashLength } from './primitives.js'
import { type AeadName, aeadLengths, type BlockCipherName, blockCipherLengths } from './record-ciphers.js'

/** How the pre-master secret comes about (RFC 5246 §7.4.3, RFC 8422 §2, RFC 4279 §2, RFC 5489 §2). */
export type KeyExchange = 'RSA' | 'DHE_RSA' | 'ECDHE_RSA' | 'ECDHE_ECDSA' | 'PSK' | 'DHE_PSK' | 'ECDHE_PSK' | 'RSA_PSK'

/** How records are protected, with the lengths in bytes that the key block is cut by (RFC 5246 §6.3 and RFC 5246 Appendix C). */
export type BulkProtection =
  | {
      readonly type: 'aead'
      readonly cipher: AeadName
      readonly keyLength: number
      /** Of the tag that ends each record: 8 in CCM_8 alone (RFC 6655 §4). */
      readonly tagLength: 8 | 16
      /**
       * The implicit part of the nonce: 4 with an explicit part in each record (RFC 5288 §3, RFC 6655 §3), 12 without
       * (RFC 7905 §2).
       */
      readonly fixedIvLength: 4 | 12
    }
  | {
      readonly type: 'block'
      readonly cipher: BlockCipherName
      readonly keyLength: number
      readonly blockLength: number
      readonly mac: HashName
      readonly macLength: number
      /** The MAC covers the ciphertext instead of lying beneath it (RFC 7366 §3). */
      readonly encryptThenMac?: true
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

type Protected = Pick<SuiteParameters, 'bulk' | 'prfHash'>

const aead = (cipher: AeadName, prfHash: SuiteParameters['prfHash'] = 'sha256'): Protected => {
  const { key: keyLength, tag: tagLength } = aeadLengths[cipher]
  const fixedIvLength = cipher === 'CHACHA20_POLY1305' ? 12 : 4
  return { bulk: { type: 'aead', cipher, keyLength, tagLength, fixedIvLength }, prfHash }
}

const block = (cipher: BlockCipherName, mac: 'sha1' | 'sha256' | 'sha384'): Protected => {
  const { key: keyLength, block: blockLength } = blockCipherLengths[cipher]
  const bulk = { type: 'block', cipher, keyLength, blockLength, mac, macLength: hashLength[mac] } as const
  return { bulk, prfHash: mac === 'sha384' ? 'sha384' : 'sha256' }
}

/**
 * What a suite's name says behind `_WITH_`, in order of preference. The PRF is built on SHA-256, also where the MAC is
 * SHA-1 or the name ends in no hash, but on SHA-384 where the name ends in it (RFC 5246 §5, RFC 5289 §3.1, RFC 5487 §3.1,
 * RFC 5489 §3.2, RFC 6655 §3).
 *
 * | records | good for |
 * | --- | --- |
 * | AES-GCM | everything, where AES is in hardware |
 * | ChaCha20-Poly1305 | everything, and constant time in plain JavaScript too |
 * | AES-CCM | small devices that have nothing but AES, which passes over the data twice |
 * | AES-CCM_8 | the same over radio, where each byte counts: one forgery in 2^64 succeeds, not one in 2^128 |
 */
const authenticatedEncryption: Readonly<Record<string, Protected>> = {
  AES_128_GCM_SHA256: aead('AES_128_GCM'),
  CHACHA20_POLY1305_SHA256: aead('CHACHA20_POLY1305'),
  AES_256_GCM_SHA384: aead('AES_256_GCM', 'sha384'),
  AES_128_CCM: aead('AES_128_CCM'),
  AES_128_CCM_SHA256: aead('AES_128_CCM'),
  AES_256_CCM: aead('AES_256_CCM'),
  AES_128_CCM_8: aead('AES_128_CCM_8'),
  AES_128_CCM_8_SHA256: aead('AES_128_CCM_8'),
  AES_256_CCM_8: aead('AES_256_CCM_8'),
}

/**
 * | records | good for |
 * | --- | --- |
 * | AES-CBC | peers without AEAD: the MAC is under the encryption unless RFC 7366 is agreed on, the root of Lucky 13 |
 */
const cbcAndMac: Readonly<Record<string, Protected>> = {
  AES_128_CBC_SHA256: block('AES_128_CBC', 'sha256'),
  AES_256_CBC_SHA384: block('AES_256_CBC', 'sha384'),
  AES_256_CBC_SHA256: block('AES_256_CBC', 'sha256'),
  AES_128_CBC_SHA: block('AES_128_CBC', 'sha1'),
  AES_256_CBC_SHA: block('AES_256_CBC', 'sha1'),
}

/**
 * What a suite's name says before `_WITH_`, in order of preference.
 *
 * | key exchange | good for |
 * | --- | --- |
 * | ECDHE_ECDSA, ECDHE_RSA | everything: forward secrecy at little cost |
 * | DHE_RSA | peers without elliptic curves: forward secrecy, at many times the cost |
 * | ECDHE_PSK, DHE_PSK | parties that share a key and need no certificates, with forward secrecy |
 * | RSA | old peers: whoever gets the server's key reads all that was recorded; decryption invites Bleichenbacher's attack |
 * | RSA_PSK | as RSA, with a shared key besides |
 * | PSK | devices that can do no more: no forward secrecy, and a weak key can be guessed from one recorded handshake |
 */
const keyExchanges: readonly (readonly KeyExchange[])[] = [
  ['ECDHE_ECDSA', 'ECDHE_RSA'],
  ['DHE_RSA'],
  ['ECDHE_PSK'],
  ['DHE_PSK'],
  ['RSA'],
  ['RSA_PSK'],
  ['PSK'],
]

/**
 * | records | good for |
 * | --- | --- |
 * | 3DES-CBC | peers that have nothing else: blocks of 64 bits repeat after some gigabytes (Sweet32), and it is slow |
 */
const lastResort: Readonly<Record<string, Protected>> = { '3DES_EDE_CBC_SHA': block('3DES_EDE_CBC', 'sha1') }

const isSuiteName = (name: string): name is CipherSuiteName => Object.hasOwn(CipherSuite, name)

/** A suite of these two parts, where IANA has registered one. Two of RFC 6655 §4 have the words the other way round. */
function registered(keyExchange: KeyExchange, records: string, parameters: Protected): readonly SuiteParameters[] {
  const inverted = keyExchange === 'DHE_PSK' && records.endsWith('CCM_8')
  const name = `TLS_${inverted ? 'PSK_DHE' : keyExchange}_WITH_${records}`
  return isSuiteName(name) ? [{ cipherSuite: CipherSuite[name], name, keyExchange, ...parameters }] : []
}

/**
 * Every suite of this library, in the order of preference that the defaults follow: AEAD first, since JavaScript promises
 * no constant time to anything else, and among equals forward secrecy first. That a suite is here does not mean that
 * it is good enough to be offered unasked.
 */
export const allSuites: readonly SuiteParameters[] = [authenticatedEncryption, cbcAndMac, lastResort].flatMap(
  (family) =>
    keyExchanges.flatMap((equals) =>
      Object.entries(family).flatMap(([records, parameters]) =>
        equals.flatMap((keyExchange) => registered(keyExchange, records, parameters)),
      ),
    ),
)

const byNumber = new Map(allSuites.map((suite) => [suite.cipherSuite, suite]))

/** The parameters of a suite, or `undefined` where this library does not speak it. */
export const suiteParameters = (cipherSuite: CipherSuite): SuiteParameters | undefined => byNumber.get(cipherSuite)
