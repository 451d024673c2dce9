import { fromHex, toBigInt } from '../bytes/convert.js'
import type { EdwardsCurve } from './public-key-contents.js'

/** The fields' primes (RFC 7748 §4.1, RFC 7748 §4.2). */
const primes: Readonly<Record<EdwardsCurve, bigint>> = {
  ed25519: 2n ** 255n - 19n,
  ed448: 2n ** 448n - 2n ** 224n - 1n,
}

/** y of the four points of order 8 of Ed25519: this, and its negative. */
const ORDER_8 = toBigInt(fromHex('7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7'))

/**
 * True for the encoding of a point under which one signature is good for every message: one whose order divides the
 * cofactor, in a canonical encoding or not. RFC 8032 leaves it to the verifier to refuse such keys; OpenSSL takes them.
 */
export function isSmallOrder(curve: EdwardsCurve, encoded: Uint8Array): boolean {
  const littleEndian = encoded.slice().reverse()
  littleEndian[0] = (littleEndian[0] ?? 0) & 0x7f // the sign of x
  const p = primes[curve]
  const y = toBigInt(littleEndian) % p
  // y = 1 is the neutral element, -1 has order 2, 0 order 4.
  if (y === 0n || y === 1n || y === p - 1n) return true
  return curve === 'ed25519' && (y === ORDER_8 || y === p - ORDER_8)
}

/** True where an encoded y is below the field's prime, as RFC 8032 §5.1.3 and RFC 8032 §5.2.3 ask. */
export function isCanonical(curve: EdwardsCurve, encoded: Uint8Array): boolean {
  const littleEndian = encoded.slice().reverse()
  littleEndian[0] = (littleEndian[0] ?? 0) & 0x7f
  return toBigInt(littleEndian) < primes[curve]
}
