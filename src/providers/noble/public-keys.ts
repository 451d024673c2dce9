import { publicEqual } from '../../bytes/equal.js'
import type { PublicKey } from '../../crypto/key-types.js'
import { checkClaimedKind, type PublicKeyContents, readPublicKeyContents } from '../../crypto/public-key-contents.js'
import { isNistPoint } from './elliptic-signatures.js'

function parse(subjectPublicKeyInfo: Uint8Array): PublicKeyContents {
  const key = readPublicKeyContents(subjectPublicKeyInfo)
  if (key.keyType === 'ecdsa' && !isNistPoint(key.curve, key.point)) throw new TypeError('not a point of its curve')
  return key
}

/** Parsed keys by the array they were read from, with the octets as they then were: an array can be written to later. */
const parsed = new WeakMap<Uint8Array, { readonly octets: Uint8Array; readonly key: PublicKeyContents }>()

/**
 * The key inside a PublicKey, checked. What its SubjectPublicKeyInfo says counts, and must agree with the rest. Throws
 * `MalformedError` or `TypeError` where it is malformed or unusable.
 */
export function usablePublicKey(publicKey: PublicKey): PublicKeyContents {
  const { subjectPublicKeyInfo } = publicKey
  let entry = parsed.get(subjectPublicKeyInfo)
  if (entry === undefined || !publicEqual(entry.octets, subjectPublicKeyInfo)) {
    const octets = subjectPublicKeyInfo.slice()
    entry = { octets, key: parse(octets) }
    parsed.set(subjectPublicKeyInfo, entry)
  }
  checkClaimedKind(publicKey, entry.key)
  return entry.key
}
