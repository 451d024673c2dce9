import { nameOf } from '../registry/registry.js'
import { SignatureScheme } from '../registry/signature-scheme.js'
import type { KeyType } from './key-types.js'
import { type HashName, hashLength } from './primitives.js'

export type PssHash = Extract<HashName, 'sha256' | 'sha384' | 'sha512'>
export type Pkcs1Hash = Exclude<HashName, 'md5'>

/** What a signature scheme asks of a key and of the arithmetic. */
export type SchemeParameters =
  | { readonly keyType: 'rsa'; readonly padding: 'pkcs1'; readonly hash: Pkcs1Hash }
  | { readonly keyType: 'rsa' | 'rsa-pss'; readonly padding: 'pss'; readonly hash: PssHash }
  | { readonly keyType: 'ecdsa'; readonly hash: HashName }
  | { readonly keyType: 'ed25519' | 'ed448' }

const pkcs1 = (hash: Pkcs1Hash): SchemeParameters => ({ keyType: 'rsa', padding: 'pkcs1', hash })
const pss = (keyType: 'rsa' | 'rsa-pss', hash: PssHash): SchemeParameters => ({ keyType, padding: 'pss', hash })
const ecdsa = (hash: HashName): SchemeParameters => ({ keyType: 'ecdsa', hash })

/** In TLS 1.2 an ECDSA scheme fixes the hash and leaves the curve to the key (RFC 5246 §7.4.1.4.1). */
const schemes: ReadonlyMap<SignatureScheme, SchemeParameters> = new Map([
  [SignatureScheme.rsa_pkcs1_sha1, pkcs1('sha1')],
  [SignatureScheme.rsa_pkcs1_sha224, pkcs1('sha224')],
  [SignatureScheme.rsa_pkcs1_sha256, pkcs1('sha256')],
  [SignatureScheme.rsa_pkcs1_sha384, pkcs1('sha384')],
  [SignatureScheme.rsa_pkcs1_sha512, pkcs1('sha512')],
  [SignatureScheme.rsa_pss_rsae_sha256, pss('rsa', 'sha256')],
  [SignatureScheme.rsa_pss_rsae_sha384, pss('rsa', 'sha384')],
  [SignatureScheme.rsa_pss_rsae_sha512, pss('rsa', 'sha512')],
  [SignatureScheme.rsa_pss_pss_sha256, pss('rsa-pss', 'sha256')],
  [SignatureScheme.rsa_pss_pss_sha384, pss('rsa-pss', 'sha384')],
  [SignatureScheme.rsa_pss_pss_sha512, pss('rsa-pss', 'sha512')],
  [SignatureScheme.ecdsa_sha1, ecdsa('sha1')],
  [SignatureScheme.ecdsa_sha224, ecdsa('sha224')],
  [SignatureScheme.ecdsa_secp256r1_sha256, ecdsa('sha256')],
  [SignatureScheme.ecdsa_secp384r1_sha384, ecdsa('sha384')],
  [SignatureScheme.ecdsa_secp521r1_sha512, ecdsa('sha512')],
  [SignatureScheme.ed25519, { keyType: 'ed25519' }],
  [SignatureScheme.ed448, { keyType: 'ed448' }],
])

export const schemeParameters = (scheme: SignatureScheme): SchemeParameters | undefined => schemes.get(scheme)

/** A key by its kind, and the only hash that an `rsa-pss` key is for, where its parameters name one (RFC 4055 §1.2). */
interface KeyKind {
  readonly keyType: KeyType
  readonly onlyHash?: PssHash | undefined
}

/** The parameters of a scheme where a key of this kind may be used under it, else `undefined`. */
export function fittingScheme({ keyType, onlyHash }: KeyKind, scheme: SignatureScheme): SchemeParameters | undefined {
  const parameters = schemes.get(scheme)
  if (parameters?.keyType !== keyType) return undefined
  const otherHash = 'hash' in parameters && onlyHash !== undefined && onlyHash !== parameters.hash
  return otherHash ? undefined : parameters
}

/** What a signer throws that was asked for a scheme its key is not for. */
export const cannotSign = (keyType: KeyType, scheme: SignatureScheme): TypeError =>
  new TypeError(`a key of the kind ${keyType} cannot sign under ${nameOf(SignatureScheme, scheme, 2)}`)

/**
 * Throws `TypeError` where an RSA modulus of `bits` bits has no room for PSS with a salt as long as the hash
 * (RFC 8017 §9.1.1).
 */
export function checkPssFits(bits: number, hash: PssHash): void {
  if (Math.ceil((bits - 1) / 8) >= 2 * hashLength[hash] + 2) return
  throw new TypeError(`an RSA key of ${bits} bits is too short for PSS with ${hash}`)
}
