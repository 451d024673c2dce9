import { DerTag, enterDer, readDer } from '../codec/der.js'
import { checkKeyParameters } from './key-parameters.js'
import type { EcdsaCurve, PublicKey } from './key-types.js'
import { readAlgorithmParameters } from './private-key-info.js'
import { type RsaPublicKey, readRsaPublicKey } from './rsa-key.js'
import type { PssHash } from './scheme-parameters.js'
import { readSubjectPublicKeyInfo, subjectPublicKey } from './subject-public-key-info.js'

// written out: derived from a library's object, it would put that library's types into our declarations
export type EdwardsCurve = 'ed25519' | 'ed448'

/** A public key as numbers and points. Whether a point lies on its curve is for the arithmetic to say. */
export type PublicKeyContents =
  | { readonly keyType: 'rsa'; readonly rsa: RsaPublicKey }
  | { readonly keyType: 'rsa-pss'; readonly rsa: RsaPublicKey; readonly onlyHash: PssHash | undefined }
  | { readonly keyType: 'ecdsa'; readonly curve: EcdsaCurve; readonly point: Uint8Array }
  | { readonly keyType: EdwardsCurve; readonly point: Uint8Array }

/** Octets of one coordinate. */
export const coordinateLength: Readonly<Record<EcdsaCurve, number>> = { secp256r1: 32, secp384r1: 48, secp521r1: 66 }

/** Octets of a public key, and of a private one (RFC 8032 §5.1.5, RFC 8032 §5.2.5). */
export const edwardsKeyLength: Readonly<Record<EdwardsCurve, number>> = { ed25519: 32, ed448: 57 }

const UNCOMPRESSED = 0x04

/** True for octets of the only form in which TLS 1.2 peers may send points: compressed ones are never offered (RFC 8422 §5.1.2). */
export const isUncompressedPoint = (curve: EcdsaCurve, octets: Uint8Array): boolean =>
  octets[0] === UNCOMPRESSED && octets.length === 1 + 2 * coordinateLength[curve]

/**
 * Reads a DER SubjectPublicKeyInfo as far as policy goes: strict DER, parameters, sizes, uncompressed points. Throws
 * `MalformedError` or `TypeError`. Points in the result are views.
 */
export function readPublicKeyContents(subjectPublicKeyInfo: Uint8Array): PublicKeyContents {
  const { keyType, curve } = readSubjectPublicKeyInfo(subjectPublicKeyInfo)
  const algorithm = readDer(enterDer(subjectPublicKeyInfo, DerTag.sequence), DerTag.sequence).whole
  const onlyHash = checkKeyParameters(keyType, readAlgorithmParameters(algorithm))
  const octets = subjectPublicKey(subjectPublicKeyInfo)
  if (keyType === 'rsa') return { keyType, rsa: readRsaPublicKey(octets) }
  if (keyType === 'rsa-pss') return { keyType, rsa: readRsaPublicKey(octets), onlyHash }
  if (keyType === 'ecdsa') {
    if (curve === undefined || !isUncompressedPoint(curve, octets)) throw new TypeError('not an uncompressed point')
    return { keyType, curve, point: octets }
  }
  if (octets.length !== edwardsKeyLength[keyType]) throw new TypeError(`not a key of ${keyType}`)
  return { keyType, point: octets }
}

/** Throws `TypeError` where a PublicKey says that it is of another kind than its SubjectPublicKeyInfo does. */
export function checkClaimedKind(
  { keyType, curve }: Pick<PublicKey, 'keyType' | 'curve'>,
  key: PublicKeyContents,
): void {
  if (key.keyType !== keyType || (key.keyType === 'ecdsa' ? key.curve : undefined) !== curve) {
    throw new TypeError(`not a key of the kind ${keyType}`)
  }
}
