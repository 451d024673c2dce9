import { publicEqual } from '../../bytes/equal.js'
import { DerTag, enterDer, readDer } from '../../codec/der.js'
import type { EcdsaCurve, PublicKey } from '../../crypto/key-types.js'
import { readAlgorithmParameters } from '../../crypto/private-key-info.js'
import { readSubjectPublicKeyInfo, subjectPublicKey } from '../../crypto/subject-public-key-info.js'
import { type EdwardsCurve, edwardsKeyLength, isNistPoint } from './elliptic-signatures.js'
import { checkKeyParameters } from './key-parameters.js'
import { type RsaPublicKey, readRsaPublicKey } from './rsa-key.js'
import type { PssHash } from './rsa-pss.js'

/** A public key as numbers and points, checked. */
export type UsablePublicKey =
  | { readonly keyType: 'rsa'; readonly rsa: RsaPublicKey }
  | { readonly keyType: 'rsa-pss'; readonly rsa: RsaPublicKey; readonly onlyHash: PssHash | undefined }
  | { readonly keyType: 'ecdsa'; readonly curve: EcdsaCurve; readonly point: Uint8Array }
  | { readonly keyType: EdwardsCurve; readonly point: Uint8Array }

function parse(subjectPublicKeyInfo: Uint8Array): UsablePublicKey {
  const { keyType, curve } = readSubjectPublicKeyInfo(subjectPublicKeyInfo)
  const algorithm = readDer(enterDer(subjectPublicKeyInfo, DerTag.sequence), DerTag.sequence).whole
  const onlyHash = checkKeyParameters(keyType, readAlgorithmParameters(algorithm))
  const octets = subjectPublicKey(subjectPublicKeyInfo)
  if (keyType === 'rsa') return { keyType, rsa: readRsaPublicKey(octets) }
  if (keyType === 'rsa-pss') return { keyType, rsa: readRsaPublicKey(octets), onlyHash }
  if (keyType === 'ecdsa') {
    if (curve === undefined || !isNistPoint(curve, octets))
      throw new TypeError('not an uncompressed point of its curve')
    return { keyType, curve, point: octets }
  }
  if (octets.length !== edwardsKeyLength(keyType)) throw new TypeError(`not a key of ${keyType}`)
  return { keyType, point: octets }
}

/** Parsed keys by the array they were read from, with the octets as they then were: an array can be written to later. */
const parsed = new WeakMap<Uint8Array, { readonly octets: Uint8Array; readonly key: UsablePublicKey }>()

/**
 * The key inside a PublicKey. What its SubjectPublicKeyInfo says counts, and must agree with the rest. Throws
 * `MalformedError` or `TypeError` where it is malformed or unusable.
 */
export function usablePublicKey({ keyType, curve, subjectPublicKeyInfo }: PublicKey): UsablePublicKey {
  let entry = parsed.get(subjectPublicKeyInfo)
  if (entry === undefined || !publicEqual(entry.octets, subjectPublicKeyInfo)) {
    const octets = subjectPublicKeyInfo.slice()
    entry = { octets, key: parse(octets) }
    parsed.set(subjectPublicKeyInfo, entry)
  }
  const { key } = entry
  if (key.keyType !== keyType || (key.keyType === 'ecdsa' ? key.curve : undefined) !== curve) {
    throw new TypeError(`not a key of the kind ${keyType}`)
  }
  return key
}
