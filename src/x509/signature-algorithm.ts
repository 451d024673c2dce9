import type { KeyType } from '../crypto/key-types.js'
import type { HashName } from '../crypto/primitives.js'
import { SignatureScheme } from '../registry/signature-scheme.js'
import type { AlgorithmIdentifier } from './certificate-model.js'
import { readPssHash } from './pss-parameters.js'

/** What an AlgorithmIdentifier on a certificate, a CRL or an OCSP response asks for. */
export type SignatureAlgorithm =
  | {
      readonly type: 'scheme'
      /** What to call it in a message. */
      readonly name: string
      readonly keyType: KeyType
      readonly scheme: SignatureScheme
      /** Absent where the algorithm brings its own. */
      readonly hash?: HashName
    }
  /** Old, and switched off unless a key policy allows it. */
  | { readonly type: 'dsa'; readonly name: string; readonly hash: HashName }
  | { readonly type: 'unsupported'; readonly name: string }

const scheme = (name: string, keyType: KeyType, number: SignatureScheme, hash?: HashName): SignatureAlgorithm => ({
  ...{ type: 'scheme', name, keyType, scheme: number },
  ...(hash === undefined ? {} : { hash }),
})

const unsupported = (name: string): SignatureAlgorithm => ({ type: 'unsupported', name })

/** By dotted identifier (RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3, RFC 5758 §3.1). */
const algorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.113549.1.1.2': unsupported('md2WithRSAEncryption'),
  '1.2.840.113549.1.1.4': unsupported('md5WithRSAEncryption'),
  '1.2.840.113549.1.1.5': scheme('sha1WithRSAEncryption', 'rsa', SignatureScheme.rsa_pkcs1_sha1, 'sha1'),
  '1.2.840.113549.1.1.14': scheme('sha224WithRSAEncryption', 'rsa', SignatureScheme.rsa_pkcs1_sha224, 'sha224'),
  '1.2.840.113549.1.1.11': scheme('sha256WithRSAEncryption', 'rsa', SignatureScheme.rsa_pkcs1_sha256, 'sha256'),
  '1.2.840.113549.1.1.12': scheme('sha384WithRSAEncryption', 'rsa', SignatureScheme.rsa_pkcs1_sha384, 'sha384'),
  '1.2.840.113549.1.1.13': scheme('sha512WithRSAEncryption', 'rsa', SignatureScheme.rsa_pkcs1_sha512, 'sha512'),
  '1.2.840.10045.4.1': scheme('ecdsa-with-SHA1', 'ecdsa', SignatureScheme.ecdsa_sha1, 'sha1'),
  '1.2.840.10045.4.3.1': scheme('ecdsa-with-SHA224', 'ecdsa', SignatureScheme.ecdsa_sha224, 'sha224'),
  '1.2.840.10045.4.3.2': scheme('ecdsa-with-SHA256', 'ecdsa', SignatureScheme.ecdsa_secp256r1_sha256, 'sha256'),
  '1.2.840.10045.4.3.3': scheme('ecdsa-with-SHA384', 'ecdsa', SignatureScheme.ecdsa_secp384r1_sha384, 'sha384'),
  '1.2.840.10045.4.3.4': scheme('ecdsa-with-SHA512', 'ecdsa', SignatureScheme.ecdsa_secp521r1_sha512, 'sha512'),
  '1.3.101.112': scheme('Ed25519', 'ed25519', SignatureScheme.ed25519),
  '1.3.101.113': scheme('Ed448', 'ed448', SignatureScheme.ed448),
  '1.2.840.10040.4.3': { type: 'dsa', name: 'dsa-with-SHA1', hash: 'sha1' },
  '2.16.840.1.101.3.4.3.1': { type: 'dsa', name: 'dsa-with-SHA224', hash: 'sha224' },
  '2.16.840.1.101.3.4.3.2': { type: 'dsa', name: 'dsa-with-SHA256', hash: 'sha256' },
}

const RSASSA_PSS = '1.2.840.113549.1.1.10'

const rsaPss = { sha256: SignatureScheme.rsa_pss_rsae_sha256, sha384: SignatureScheme.rsa_pss_rsae_sha384 } as const
const ownPss = { sha256: SignatureScheme.rsa_pss_pss_sha256, sha384: SignatureScheme.rsa_pss_pss_sha384 } as const
const pssSchemes = {
  rsa: { ...rsaPss, sha512: SignatureScheme.rsa_pss_rsae_sha512 },
  'rsa-pss': { ...ownPss, sha512: SignatureScheme.rsa_pss_pss_sha512 },
} as const

/**
 * PSS has one identifier and says the rest in parameters (RFC 4055 §3.1). Schemes of TLS use one hash throughout and a
 * salt of its length; other combinations, which no authority in use makes, are unsupported.
 */
function pssAlgorithm(parameters: Uint8Array | undefined, signerKeyType: KeyType): SignatureAlgorithm {
  const hash = readPssHash(parameters)
  if (hash === undefined) return unsupported('RSASSA-PSS with other parameters than one hash and a salt of its length')
  const keyType = signerKeyType === 'rsa-pss' ? 'rsa-pss' : 'rsa'
  return scheme(`RSASSA-PSS with ${hash}`, keyType, pssSchemes[keyType][hash], hash)
}

/** What `identifier` asks for of a key of the kind `signerKeyType`: PSS serves two kinds, under a scheme for each. */
export function signatureAlgorithm(
  { oid, parameters }: AlgorithmIdentifier,
  signerKeyType: KeyType = 'rsa',
): SignatureAlgorithm {
  if (oid === RSASSA_PSS) return pssAlgorithm(parameters, signerKeyType)
  return (Object.hasOwn(algorithms, oid) ? algorithms[oid] : undefined) ?? unsupported(`algorithm ${oid}`)
}
