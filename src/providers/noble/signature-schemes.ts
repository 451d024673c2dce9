import type { HashName } from '../../crypto/primitives.js'
import { SignatureScheme } from '../../registry/signature-scheme.js'
import type { Pkcs1Hash } from './rsa-pkcs1.js'
import type { PssHash } from './rsa-pss.js'

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
