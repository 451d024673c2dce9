import type { PublicKey } from '../../crypto/key-types.js'
import type { PublicKeyContents } from '../../crypto/public-key-contents.js'
import { type SchemeParameters, schemeParameters } from '../../crypto/scheme-parameters.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import { verifyEcdsa, verifyEdwards } from './elliptic-signatures.js'
import { hash } from './hashes.js'
import { usablePublicKey } from './public-keys.js'
import { verifyPkcs1 } from './rsa-pkcs1.js'
import { verifyPss } from './rsa-pss.js'

/** Each pair of key and scheme that belongs together is a line here; all others are false. */
function verifyWith(
  key: PublicKeyContents,
  scheme: SchemeParameters,
  content: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (key.keyType === 'rsa' && scheme.keyType === 'rsa') {
    return scheme.padding === 'pss'
      ? verifyPss(key.rsa, scheme.hash, content, signature)
      : verifyPkcs1(key.rsa, scheme.hash, content, signature)
  }
  if (key.keyType === 'rsa-pss' && scheme.keyType === 'rsa-pss') {
    if (key.onlyHash !== undefined && key.onlyHash !== scheme.hash) return false
    return verifyPss(key.rsa, scheme.hash, content, signature)
  }
  if (key.keyType === 'ecdsa' && scheme.keyType === 'ecdsa') {
    return verifyEcdsa(key.curve, key.point, hash(scheme.hash, content), signature)
  }
  if ((key.keyType === 'ed25519' || key.keyType === 'ed448') && key.keyType === scheme.keyType) {
    return verifyEdwards(key.keyType, key.point, content, signature)
  }
  return false
}

/** True only for a signature over `content` that `key` made under `scheme`; whatever is malformed is false. */
export function verifySignature(
  key: PublicKey,
  scheme: SignatureScheme,
  content: Uint8Array,
  signature: Uint8Array,
): boolean {
  const parameters = schemeParameters(scheme)
  if (parameters === undefined) return false
  try {
    return verifyWith(usablePublicKey(key), parameters, content, signature)
  } catch {
    return false
  }
}
