import { p256, p384, p521 } from '@noble/curves/nist.js'
import { toBigInt, toHex } from '../../bytes/convert.js'
import type { EcdsaCurve } from '../../crypto/key-types.js'

/*
 * Multiples of a public key that are computed once make each verification under it three to four times as fast, and take
 * as long as some dozen verifications to compute. So a key gets them when it has verified that often: an issuer's, or a
 * frequent peer's. A peer that wants our time wasted pays with as many signatures of its own.
 */

const curves = { secp256r1: p256, secp384r1: p384, secp521r1: p521 }
type Point = ReturnType<typeof p256.Point.fromBytes>

/** Signatures that a key must have been right in before its multiples are computed. */
export const FREQUENT = 32
/** Keys with multiples; those of P-521 take most, 2 MB each. */
const MOST_TABLES = 8
/** Keys that are counted. */
const MOST_COUNTED = 256
/** Bits at a time: larger windows would take more time to compute, and to look through, than they save. */
const WINDOW = 6

/** By curve and octets of the point; the one longest unused first in both. */
const counts = new Map<string, number>()
const tables = new Map<string, Point>()

const nameOf = (curve: EcdsaCurve, point: Uint8Array): string => `${curve} ${toHex(point)}`

/** Puts an entry last, and lets the first go where there are too many. */
function keep<T>(map: Map<string, T>, most: number, name: string, value: T): void {
  map.delete(name)
  map.set(name, value)
  const [first] = map.keys()
  if (map.size > most && first !== undefined) map.delete(first)
}

/** Counts a signature that was found right; the one that makes a key frequent pays for its multiples. */
export function noteVerified(curve: EcdsaCurve, point: Uint8Array): void {
  const name = nameOf(curve, point)
  if (tables.has(name)) return
  const count = (counts.get(name) ?? 0) + 1
  if (count < FREQUENT) {
    keep(counts, MOST_COUNTED, name, count)
    return
  }
  counts.delete(name)
  keep(tables, MOST_TABLES, name, curves[curve].Point.fromBytes(point).precompute(WINDOW, false))
}

/** The leftmost bits of a digest, as many as the order has (FIPS 186-5, section 6.4.2). */
function leftmost(digest: Uint8Array, bits: number): bigint {
  const excess = 8 * digest.length - bits
  return excess > 0 ? toBigInt(digest) >> BigInt(excess) : toBigInt(digest)
}

/**
 * Whether an ECDSA signature (DER) is right, by the multiples of a frequent key; `undefined` for any other key. Throws for a
 * signature that is malformed or out of range.
 */
export function verifyWithMultiples(
  curve: EcdsaCurve,
  point: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean | undefined {
  const name = nameOf(curve, point)
  const key = tables.get(name)
  if (key === undefined) return undefined
  keep(tables, MOST_TABLES, name, key)
  const { Point, Signature } = curves[curve]
  const { Fn } = Point
  const { r, s } = Signature.fromBytes(signature, 'der') // from 1 to the order less 1, both
  const inverse = Fn.inv(s)
  const ofBase = Fn.mul(Fn.create(leftmost(digest, Fn.BITS)), inverse)
  const sum = Point.BASE.multiplyUnsafe(ofBase).add(key.multiplyUnsafe(Fn.mul(r, inverse)))
  return !sum.is0() && Fn.create(sum.toAffine().x) === r
}
