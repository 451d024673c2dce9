import { toBigInt } from '../bytes/convert.js'
import { bitLength } from './bit-length.js'
import { type FiniteFieldGroup, finiteFieldGroup, recognizeGroup } from './finite-field-groups.js'
import type { DhParameters } from './provider.js'

/** Below, discrete logarithms have been computed (RFC 7919 §3.1); above, a hostile server could keep us computing. */
const MINIMUM_BITS = 1024
const MAXIMUM_BITS = 8192

/** A Diffie–Hellman group that is acceptable, apart from a proof that its p is a safe prime. */
export interface UsableFiniteField {
  readonly p: bigint
  readonly g: bigint
  readonly bits: number
  /** Octets of p: the length of dh_Y. */
  readonly length: number
  /** The group's parameters where they are known by value, and so need no proof. */
  readonly known: FiniteFieldGroup | undefined
  /** Short exponents are safe where (p - 1) / 2 is known to be prime (RFC 7919 §5.2); elsewhere they may not be. */
  readonly exponentBits: number
}

/** The group as numbers, or `undefined` where no policy may accept it. */
export function usableFiniteField(parameters: DhParameters): UsableFiniteField | undefined {
  if (parameters.p.length > 2 * (MAXIMUM_BITS / 8) || parameters.g.length > 2 * (MAXIMUM_BITS / 8)) return undefined
  const p = toBigInt(parameters.p)
  const bits = bitLength(p)
  if (bits < MINIMUM_BITS || bits > MAXIMUM_BITS || (p & 1n) === 0n) return undefined
  const g = toBigInt(parameters.g)
  if (g <= 1n || g >= p - 1n) return undefined
  const name = recognizeGroup(parameters.p, parameters.g)
  const known = name === undefined ? undefined : finiteFieldGroup(name)
  return { p, g, bits, length: Math.ceil(bits / 8), known, exponentBits: known?.exponentBits ?? bits - 1 }
}

/**
 * True for a dh_Y that gives nothing away by itself, and for a Z that shows no tiny subgroup: from 2 to p - 2
 * (RFC 7919 §5.1).
 */
export const isUsableElement = (p: bigint, value: bigint): boolean => value > 1n && value < p - 1n

/**
 * The sizes of p for which an unknown group is proved. On BigInt a proof takes 0.4 s at 2048 bits, 2.4 s at 4096 and
 * some 20 s at 8192, and a peer chooses the number.
 */
const MINIMUM_PROVED_BITS = 2048
const MAXIMUM_PROVED_BITS = 4096

/** True where a number may be a safe prime (of which half is odd too) and is of a size whose proof is affordable. */
export function isWorthProving(p: bigint): boolean {
  const bits = bitLength(p)
  return bits >= MINIMUM_PROVED_BITS && bits <= MAXIMUM_PROVED_BITS && (p & 3n) === 3n
}
