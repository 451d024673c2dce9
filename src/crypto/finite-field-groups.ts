import { fromBigInt, toBigInt } from '../bytes/convert.js'
import { publicEqual } from '../bytes/equal.js'
import type { NamedGroupName } from '../registry/named-group.js'

/** The finite-field groups that have a code point (RFC 7919 §7). */
export type FfdheGroupName = Extract<NamedGroupName, `ffdhe${string}`>

/** Groups that are known by value: those of RFC 7919, and the MODP groups of RFC 3526 that have no TLS code point. */
export type FiniteFieldGroupName = FfdheGroupName | 'modp2048' | 'modp3072' | 'modp4096' | 'modp6144' | 'modp8192'

/** A Diffie–Hellman group over a safe prime: (p - 1) / 2 is prime too. */
export interface FiniteFieldGroup {
  readonly name: FiniteFieldGroupName
  /** Big-endian, without leading zeros. */
  readonly p: Uint8Array
  readonly g: Uint8Array
  /** The length in bits of a private exponent that keeps the group's whole strength. */
  readonly exponentBits: number
}

type Constant = (bits: number) => bigint

/** Extra bits that absorb the rounding of the series' terms, of which there are fewer than 2^13. */
const GUARD_BITS = 64

/** ⌊2^bits · e⌋, from the sum of 1/k!. */
const scaledE: Constant = (bits) => {
  let term = 1n << BigInt(bits + GUARD_BITS)
  let sum = term
  for (let k = 1n; term > 0n; k++) {
    term /= k
    sum += term
  }
  return sum >> BigInt(GUARD_BITS)
}

/** arctan(1 / x), scaled by `one`, from its Taylor series. */
function scaledArctanOfInverse(x: bigint, one: bigint): bigint {
  const square = x * x
  let power = one / x
  let sum = power
  for (let k = 3n, sign = -1n; power > 0n; k += 2n, sign = -sign) {
    power /= square
    sum += (sign * power) / k
  }
  return sum
}

/** ⌊2^bits · π⌋, from Machin's formula π = 16 arctan(1/5) - 4 arctan(1/239). */
const scaledPi: Constant = (bits) => {
  const one = 1n << BigInt(bits + GUARD_BITS)
  return (16n * scaledArctanOfInverse(5n, one) - 4n * scaledArctanOfInverse(239n, one)) >> BigInt(GUARD_BITS)
}

interface Recipe {
  readonly bits: number
  readonly constant: Constant
  /** What is added to the constant's digits to make the number a safe prime. */
  readonly increment: number
  readonly exponentBits: number
}

/**
 * Both RFCs build their primes from one formula and differ in the constant, so the primes are computed when they are
 * first needed (3 ms at most) in place of 12 KiB of digits. Exponent lengths: RFC 7919 §5.2 and the higher of the two
 * estimates of RFC 3526 §8.
 */
const recipes: Readonly<Record<FiniteFieldGroupName, Recipe>> = {
  ffdhe2048: { bits: 2048, constant: scaledE, increment: 560316, exponentBits: 225 },
  ffdhe3072: { bits: 3072, constant: scaledE, increment: 2625351, exponentBits: 275 },
  ffdhe4096: { bits: 4096, constant: scaledE, increment: 5736041, exponentBits: 325 },
  ffdhe6144: { bits: 6144, constant: scaledE, increment: 15705020, exponentBits: 375 },
  ffdhe8192: { bits: 8192, constant: scaledE, increment: 10965728, exponentBits: 400 },
  modp2048: { bits: 2048, constant: scaledPi, increment: 124476, exponentBits: 320 },
  modp3072: { bits: 3072, constant: scaledPi, increment: 1690314, exponentBits: 420 },
  modp4096: { bits: 4096, constant: scaledPi, increment: 240904, exponentBits: 480 },
  modp6144: { bits: 6144, constant: scaledPi, increment: 929484, exponentBits: 540 },
  modp8192: { bits: 8192, constant: scaledPi, increment: 4743158, exponentBits: 620 },
}

const names = Object.keys(recipes) as FiniteFieldGroupName[] // Object.keys forgets that a Record's keys are its type's

const computed = new Map<FiniteFieldGroupName, FiniteFieldGroup>()

/** p = 2^b - 2^(b-64) + (⌊2^(b-130) · constant⌋ + increment) · 2^64 - 1 (RFC 7919 Appendix A, RFC 3526 §3). */
function prime({ bits, constant, increment }: Recipe): bigint {
  const middle = (constant(bits - 130) + BigInt(increment)) << 64n
  return (1n << BigInt(bits)) - (1n << BigInt(bits - 64)) + middle - 1n
}

/** The group's parameters. Computed once, then kept. */
export function finiteFieldGroup(name: FiniteFieldGroupName): FiniteFieldGroup {
  let group = computed.get(name)
  if (group === undefined) {
    const recipe = recipes[name]
    const p = fromBigInt(prime(recipe), recipe.bits / 8)
    group = { name, p, g: Uint8Array.of(2), exponentBits: recipe.exponentBits }
    computed.set(name, group)
  }
  return group
}

export const isFfdheGroup = (name: NamedGroupName): name is FfdheGroupName => name.startsWith('ffdhe')

function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (bytes[start] === 0) start++
  return bytes.subarray(start)
}

/**
 * The name of the group that big-endian `p` and `g` are, or `undefined` where they are none that this library knows.
 * A server before RFC 7919 sends a group by value alone, and a known value needs no proof that it is a safe prime.
 */
export function recognizeGroup(p: Uint8Array, g: Uint8Array): FiniteFieldGroupName | undefined {
  const modulus = withoutLeadingZeros(p)
  if (modulus.length > 1024 || toBigInt(g) !== 2n) return undefined
  // Every prime here begins and ends with 64 one-bits: nearly all others leave before a constant is computed.
  const edges = [...modulus.subarray(0, 8), ...modulus.subarray(-8)]
  if (edges.length < 16 || edges.some((byte) => byte !== 0xff)) return undefined
  return names.find(
    (name) => recipes[name].bits === 8 * modulus.length && publicEqual(finiteFieldGroup(name).p, modulus),
  )
}
