import { fromBigInt, toBigInt } from '../../bytes/convert.js'
import { Secret } from '../../bytes/secret.js'
import { bitLength } from '../../crypto/bit-length.js'
import { isUsableElement, type UsableFiniteField, usableFiniteField } from '../../crypto/finite-field-policy.js'
import type { DhParameters, KeyShare } from '../../crypto/provider.js'
import { power, type RandomBytes, randomOfBits } from './big-math.js'
import { isSafePrime } from './safe-prime.js'

/** Z without its leading zeros (RFC 5246 §8.1.2), or `undefined` for a peer's value that gives the secret away. */
function agree({ p }: UsableFiniteField, exponent: bigint, peer: Uint8Array): Secret | undefined {
  const y = toBigInt(peer)
  if (!isUsableElement(p, y)) return undefined
  const z = power(y, exponent, p)
  if (!isUsableElement(p, z)) return undefined // y generates a tiny subgroup: impossible where p is a safe prime
  return new Secret(fromBigInt(z, Math.ceil(bitLength(z) / 8)))
}

/** A fresh Diffie–Hellman key pair, or `undefined` where the parameters are not acceptable. */
export function finiteFieldKeyShare(
  parameters: DhParameters,
  provePrime: boolean,
  randomBytes: RandomBytes,
): KeyShare | undefined {
  const group = usableFiniteField(parameters)
  if (group === undefined) return undefined
  if (provePrime && group.known === undefined && !isSafePrime(group.p, randomBytes)) return undefined
  const exponent = randomOfBits(group.exponentBits, randomBytes)
  return {
    publicKey: fromBigInt(power(group.g, exponent, group.p), group.length),
    agree: (peer) => agree(group, exponent, peer),
  }
}
