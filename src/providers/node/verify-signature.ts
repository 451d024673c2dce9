import { verify } from 'node:crypto'
import type { PublicKey } from '../../crypto/key-types.js'
import { fittingScheme } from '../../crypto/scheme-parameters.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import { usablePublicKey } from './public-keys.js'
import { signingInput } from './signing-input.js'

/** True only for a signature over `content` that `key` made under `scheme`; whatever is malformed is false. */
export function verifySignature(
  publicKey: PublicKey,
  scheme: SignatureScheme,
  content: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    const { contents, object } = usablePublicKey(publicKey)
    const parameters = fittingScheme(contents, scheme)
    if (parameters === undefined) return false
    // OpenSSL also takes a PSS signature without its first octet where the modulus has 8k + 1 bits (RFC 8017 §8.1.2).
    if ('rsa' in contents && signature.length !== contents.rsa.length) return false
    const { digest, key } = signingInput(parameters, object)
    return verify(digest, content, key, signature)
  } catch {
    return false
  }
}
