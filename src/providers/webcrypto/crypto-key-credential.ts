import { toBigInt } from '../../bytes/convert.js'
import type { Credential, PrivateKey, PublicKey } from '../../crypto/key-types.js'
import { checkClaimedKind, type PublicKeyContents, readPublicKeyContents } from '../../crypto/public-key-contents.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../../crypto/subject-public-key-info.js'
import { heldPrivateKey, kindOf, nativeSchemes } from './held-keys.js'
import type { Subtle, WebCryptoKey } from './subtle.js'

const misfit = (why: string): TypeError => new TypeError(`not a usable CryptoKey: ${why}`)

/** Throws `TypeError` where a CryptoKey cannot sign, or cannot be the private half of this public key. */
function checkKey({ type, usages, algorithm }: WebCryptoKey, own: PublicKeyContents): void {
  if (type !== 'private') throw misfit(`its type is ${type}`)
  if (!usages.includes('sign')) throw misfit('it was not made for signing')
  const names = new Set([...nativeSchemes(kindOf(own)).values()].map(({ key }) => key.name))
  if (!names.has(algorithm.name)) throw misfit(`${algorithm.name} is not for a public key of the kind ${own.keyType}`)
  if (!('rsa' in own)) return
  const sameExponent = algorithm.publicExponent !== undefined && toBigInt(algorithm.publicExponent) === own.rsa.e
  if (algorithm.modulusLength !== own.rsa.bits || !sameExponent) throw misfit('its modulus or exponent is another')
}

/**
 * A signer over CryptoKeys, extractable or not; `publicKey` says of what kind it is, and has to be acceptable itself. Of an
 * RSA key there may be several CryptoKeys, since each has one padding and one hash: it signs under the schemes of those
 * that are given. It never decrypts: WebCrypto has no PKCS#1 decryption. Throws `TypeError` for keys that cannot sign and
 * keys of another kind; that they belong to `publicKey` only a signature can show.
 */
export function privateKeyOf(
  subtle: Subtle,
  publicKey: PublicKey,
  keys: WebCryptoKey | readonly WebCryptoKey[],
): PrivateKey {
  const all = 'algorithm' in keys ? [keys] : keys
  const own = readPublicKeyContents(publicKey.subjectPublicKeyInfo)
  checkClaimedKind(publicKey, own)
  for (const key of all) checkKey(key, own)
  const signer = heldPrivateKey(subtle, kindOf(own), all)
  if (signer.schemes?.length === 0) throw misfit('TLS 1.2 has no scheme of its curve or hash with this certificate')
  return signer
}

/** The credential of a certificate chain (DER, end entity first) and the CryptoKeys of its end entity. Throws alike. */
export function credentialOf(
  subtle: Subtle,
  certificateChain: readonly Uint8Array[],
  keys: WebCryptoKey | readonly WebCryptoKey[],
): Credential {
  const [certificate] = certificateChain
  if (certificate === undefined) throw new TypeError('a credential needs a certificate')
  const publicKey = readSubjectPublicKeyInfo(certificatePublicKeyInfo(certificate))
  return { certificateChain, key: privateKeyOf(subtle, publicKey, keys) }
}
