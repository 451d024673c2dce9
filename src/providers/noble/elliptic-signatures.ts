import { ed448 } from '@noble/curves/ed448.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import type { EcdsaCurve } from '../../crypto/key-types.js'
import { type EdwardsCurve, isUncompressedPoint } from '../../crypto/public-key-contents.js'
import type { RandomBytes } from './big-math.js'
import { noteVerified, verifyWithMultiples } from './frequent-keys.js'

const nistCurves = { secp256r1: p256, secp384r1: p384, secp521r1: p521 }
const edwardsCurves = { ed25519, ed448 }

// The library hashes with the curve's own hash and accepts only low S unless told otherwise; in TLS the scheme names the
// hash, and either S is valid: with the defaults, half of the signatures of other implementations would be refused.
const TLS_ECDSA = { prehash: false, lowS: false, format: 'der' } as const

/** True for an uncompressed point on the curve other than infinity (RFC 5480 §2.2). */
export const isNistPoint = (curve: EcdsaCurve, point: Uint8Array): boolean =>
  isUncompressedPoint(curve, point) && nistCurves[curve].utils.isValidPublicKey(point, false)

export const isNistScalar = (curve: EcdsaCurve, scalar: Uint8Array): boolean =>
  nistCurves[curve].utils.isValidSecretKey(scalar)

export const nistPublicKey = (curve: EcdsaCurve, scalar: Uint8Array): Uint8Array =>
  nistCurves[curve].getPublicKey(scalar, false)

/** ECDSA over a digest; the nonce comes from key and digest, and from `randomBytes` too where that is given. */
export function signEcdsa(
  curve: EcdsaCurve,
  scalar: Uint8Array,
  digest: Uint8Array,
  randomBytes: RandomBytes | undefined,
): Uint8Array {
  const extraEntropy = randomBytes === undefined ? false : randomBytes(scalar.length)
  return nistCurves[curve].sign(digest, scalar, { ...TLS_ECDSA, extraEntropy })
}

/** Whether a signature over a digest is right. Throws for one that is malformed. */
export function verifyEcdsa(curve: EcdsaCurve, point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const quick = verifyWithMultiples(curve, point, digest, signature)
  if (quick !== undefined) return quick
  const right = nistCurves[curve].verify(signature, digest, point, TLS_ECDSA)
  if (right) noteVerified(curve, point)
  return right
}

export const edwardsPublicKey = (curve: EdwardsCurve, secret: Uint8Array): Uint8Array =>
  edwardsCurves[curve].getPublicKey(secret)

export const signEdwards = (curve: EdwardsCurve, secret: Uint8Array, content: Uint8Array): Uint8Array =>
  edwardsCurves[curve].sign(content, secret)

/** Verifies by RFC 8032 and not by ZIP 215, the library's default, which takes keys of small order. */
export const verifyEdwards = (
  curve: EdwardsCurve,
  point: Uint8Array,
  content: Uint8Array,
  signature: Uint8Array,
): boolean => edwardsCurves[curve].verify(signature, content, point, { zip215: false })
