import { toBigInt } from '../bytes/convert.js'
import { MalformedError, Reader } from '../bytes/reader.js'
import { DerTag, enterDer, readDerUnsigned } from '../codec/der.js'

/** Dss-Parms: a prime, the order of a subgroup that divides it less one, and the subgroup's generator. */
export interface DsaParameters {
  readonly p: bigint
  readonly q: bigint
  readonly g: bigint
}

/** More than FIPS 186 ever allowed would only be a way to make us compute. */
const LARGEST_P = 3072
const LARGEST_Q = 256

const bitLength = (value: bigint): number => value.toString(2).length

/** Reads Dss-Parms; `undefined` where they are malformed, too large, or no group of that order. */
export function readDsaParameters(der: Uint8Array): DsaParameters | undefined {
  try {
    const reader = enterDer(der, DerTag.sequence)
    const [p, q, g] = [readDerUnsigned(reader), readDerUnsigned(reader), readDerUnsigned(reader)].map(toBigInt)
    reader.finish('Dss-Parms')
    if (p === undefined || q === undefined || g === undefined || q === 0n || p < 3n) return undefined
    if (bitLength(p) > LARGEST_P || bitLength(q) > LARGEST_Q || (p - 1n) % q !== 0n) return undefined
    return g > 1n && g < p && power(g, q, p) === 1n ? { p, q, g } : undefined
  } catch (cause) {
    if (cause instanceof MalformedError) return undefined
    throw cause
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** The left-most bits of the digest, as many as the order has. */
function truncated(digest: Uint8Array, q: bigint): bigint {
  const excess = 8 * digest.length - bitLength(q)
  return excess > 0 ? toBigInt(digest) >> BigInt(excess) : toBigInt(digest)
}

function readWhole(der: Uint8Array): Uint8Array {
  const reader = new Reader(der)
  const magnitude = readDerUnsigned(reader)
  reader.finish('a DSA public key')
  return magnitude
}

/**
 * Verifies a DSA signature over `digest` with the DER INTEGER `publicKey`. Nothing here is secret, so nothing needs to be
 * constant in time. `false` for whatever is malformed. Kept for old authorities only.
 */
export function verifyDsa(
  { p, q, g }: DsaParameters,
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    const y = toBigInt(readWhole(publicKey))
    const reader = enterDer(signature, DerTag.sequence)
    const [r = 0n, s = 0n] = [readDerUnsigned(reader), readDerUnsigned(reader)].map(toBigInt)
    reader.finish('Dss-Sig-Value')
    if (r <= 0n || r >= q || s <= 0n || s >= q || y <= 1n || y >= p || power(y, q, p) !== 1n) return false
    const w = power(s, q - 2n, q) // q is prime
    const u1 = (truncated(digest, q) * w) % q
    const u2 = (r * w) % q
    return ((power(g, u1, p) * power(y, u2, p)) % p) % q === r
  } catch (cause) {
    if (cause instanceof MalformedError) return false
    throw cause
  }
}
