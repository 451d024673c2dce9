import { fromBigInt, toBigInt } from '../../bytes/convert.js'
import { Secret } from '../../bytes/secret.js'
import { finiteFieldGroup, recognizeGroup } from '../../crypto/finite-field-groups.js'
import type { DhParameters, KeyShare } from '../../crypto/provider.js'
import { bitLength, power, type RandomBytes, randomOfBits } from './big-math.js'
import { isSafePrime } from './safe-prime.js'

/** Below, discrete logarithms have been computed (RFC 7919 §3.1); above, a hostile server could keep us computing. */
const MINIMUM_BITS = 1024
const MAXIMUM_BITS = 8192

interface Group {
  readonly p: bigint
  readonly g: bigint
  readonly length: number
  readonly exponentBits: number
}

/** The group as numbers, or `undefined` where it is unusable, or where a proof was asked for and there is none. */
function readGroup(parameters: DhParameters, provePrime: boolean, randomBytes: RandomBytes): Group | undefined {
  if (parameters.p.length > 2 * (MAXIMUM_BITS / 8)) return undefined
  const p = toBigInt(parameters.p)
  const bits = bitLength(p)
  if (bits < MINIMUM_BITS || bits > MAXIMUM_BITS || (p & 1n) === 0n) return undefined
  const g = toBigInt(parameters.g)
  if (g <= 1n || g >= p - 1n) return undefined
  const known = recognizeGroup(parameters.p, parameters.g)
  if (known === undefined && provePrime && !isSafePrime(p, randomBytes)) return undefined
  // Short exponents are safe where (p - 1) / 2 is known to be prime (RFC 7919 §5.2); elsewhere they may not be.
  const exponentBits = known === undefined ? bits - 1 : finiteFieldGroup(known).exponentBits
  return { p, g, length: Math.ceil(bits / 8), exponentBits }
}

/** Z without its leading zeros (RFC 5246 §8.1.2), or `undefined` for a peer's value that gives the secret away. */
function agree({ p }: Group, exponent: bigint, peer: Uint8Array): Secret | undefined {
  const y = toBigInt(peer)
  if (y <= 1n || y >= p - 1n) return undefined // RFC 7919 §5.1
  const z = power(y, exponent, p)
  if (z <= 1n || z === p - 1n) return undefined // y generates a tiny subgroup: impossible where p is a safe prime
  return new Secret(fromBigInt(z, Math.ceil(bitLength(z) / 8)))
}

/** A fresh Diffie–Hellman key pair, or `undefined` where the parameters are not acceptable. */
export function finiteFieldKeyShare(
  parameters: DhParameters,
  provePrime: boolean,
  randomBytes: RandomBytes,
): KeyShare | undefined {
  const group = readGroup(parameters, provePrime, randomBytes)
  if (group === undefined) return undefined
  const exponent = randomOfBits(group.exponentBits, randomBytes)
  return {
    publicKey: fromBigInt(power(group.g, exponent, group.p), group.length),
    agree: (peer) => agree(group, exponent, peer),
  }
}
