import { toBigInt } from '../../bytes/convert.js'
import { bitLength } from '../../crypto/bit-length.js'

/** Bytes from a cryptographically secure random number generator. */
export type RandomBytes = (length: number) => Uint8Array

/** The remainder in `[0, modulus)`, also of a negative value. */
export function modulo(value: bigint, modulus: bigint): bigint {
  const remainder = value % modulus
  return remainder < 0n ? remainder + modulus : remainder
}

/** `base ^ exponent mod modulus` for a short public exponent: as many multiplications as the exponent asks for. */
export function powerPublic(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

const WINDOW = 5
const RADIX = 1 << WINDOW

/**
 * `base ^ exponent mod modulus` for long and for secret exponents. The exponent is walked in digits of five bits, each
 * costing five squarings and one multiplication whatever its value, so that the sequence of operations shows only the
 * exponent's length. What BigInt does inside an operation is not in our hands.
 */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const table = [1n]
  for (let i = 1; i < RADIX; i++) table.push(((table[i - 1] ?? 1n) * base) % modulus)
  let result = 1n
  for (const digit of exponent.toString(RADIX)) {
    for (let i = 0; i < WINDOW; i++) result = (result * result) % modulus
    result = (result * (table[Number.parseInt(digit, RADIX)] ?? 1n)) % modulus
  }
  return result
}

/** The inverse of `value` modulo `modulus`, or `undefined` where they share a factor. */
export function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [r0, r1] = [modulus, modulo(value, modulus)]
  let [t0, t1] = [0n, 1n]
  while (r1 > 0n) {
    const quotient = r0 / r1
    ;[r0, r1] = [r1, r0 - quotient * r1]
    ;[t0, t1] = [t1, t0 - quotient * t1]
  }
  return r0 === 1n ? modulo(t0, modulus) : undefined
}

/** A number in `[0, bound)`, uniform but for a bias below 2^-64: 64 more bits are drawn than the bound has. */
export function randomBelow(bound: bigint, randomBytes: RandomBytes): bigint {
  return toBigInt(randomBytes(Math.ceil(bitLength(bound) / 8) + 8)) % bound
}

/** A number of exactly `bits` bits: the highest is set, the others are random. */
export function randomOfBits(bits: number, randomBytes: RandomBytes): bigint {
  const random = toBigInt(randomBytes(Math.ceil(bits / 8)))
  return BigInt.asUintN(bits - 1, random) | (1n << BigInt(bits - 1))
}
