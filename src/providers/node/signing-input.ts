import { constants, type KeyObject, type SigningOptions } from 'node:crypto'
import type { SchemeParameters } from '../../crypto/scheme-parameters.js'

/** What node:crypto's `sign` and `verify` have to be told for a scheme: the digest, and the key with its options. */
export interface SigningInput {
  readonly digest: string | null
  readonly key: { readonly key: KeyObject } & SigningOptions
}

export function signingInput(scheme: SchemeParameters, key: KeyObject): SigningInput {
  if (!('hash' in scheme)) return { digest: null, key: { key } }
  if (scheme.keyType === 'ecdsa') return { digest: scheme.hash, key: { key, dsaEncoding: 'der' } }
  if (scheme.padding === 'pkcs1') return { digest: scheme.hash, key: { key, padding: constants.RSA_PKCS1_PADDING } }
  // TLS fixes the salt's length to the hash's (RFC 8446 §4.2.3).
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST
  return { digest: scheme.hash, key: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } }
}
