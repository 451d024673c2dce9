import type { RsaPrivateKey } from '../../crypto/rsa-key.js'
import { inverse, modulo, power, powerPublic, type RandomBytes, randomBelow, randomOfBits } from './big-math.js'

/** The private half of RSA: `m ^ d mod n`, for `m` below `n`. Throws where the result does not check out. */
export type RsaPrivateOperation = (m: bigint) => bigint

/** Exponents are hidden behind random multiples of the group's order this long; 64 bits cost 6 % at 2048 bits. */
const EXPONENT_BLINDING_BITS = 64
/** A blinding pair serves this often, squared each time: a fresh one costs an inversion, a squared one 3 % of that. */
const BLINDING_USES = 32
const ATTEMPTS = 16

interface Blinding {
  /** r ^ e */
  mask: bigint
  /** r ^ -1 */
  unmask: bigint
}

function freshBlinding({ n, e }: RsaPrivateKey, randomBytes: RandomBytes): Blinding {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const r = randomBelow(n, randomBytes)
    const unmask = inverse(r, n)
    if (r > 1n && unmask !== undefined) return { mask: powerPublic(r, e, n), unmask }
  }
  throw new Error('the random number generator gives nothing usable')
}

/** A source of blinding pairs of which no two calls get the same. */
function blindings(key: RsaPrivateKey, randomBytes: RandomBytes): () => Blinding {
  let pair: Blinding | undefined
  let uses = 0
  return () => {
    if (pair === undefined || uses === BLINDING_USES) {
      pair = freshBlinding(key, randomBytes)
      uses = 0
    } else {
      pair = { mask: (pair.mask * pair.mask) % key.n, unmask: (pair.unmask * pair.unmask) % key.n }
    }
    uses++
    return pair
  }
}

/** The two half-size powers and their recombination (RFC 8017 §5.1.2, step 2.b). */
function remaindered(key: RsaPrivateKey, m: bigint, randomBytes: RandomBytes): bigint {
  const { p, q, dP, dQ, qInv } = key
  const blind = (exponent: bigint, prime: bigint): bigint =>
    exponent + randomOfBits(EXPONENT_BLINDING_BITS, randomBytes) * (prime - 1n)
  const m1 = power(m % p, blind(dP, p), p)
  const m2 = power(m % q, blind(dQ, q), q)
  return m2 + q * modulo((m1 - m2) * qInv, p)
}

/**
 * The private operation of one key, with the message and both exponents blinded: BigInt arithmetic takes a time that
 * depends on its operands, so neither may be something that a peer chose or that is the same twice. The result is
 * checked before it leaves: a single wrong half would hand out a factor of the modulus.
 */
export function rsaPrivateOperation(key: RsaPrivateKey, randomBytes: RandomBytes): RsaPrivateOperation {
  const nextBlinding = blindings(key, randomBytes)
  return (m) => {
    const { mask, unmask } = nextBlinding()
    const blinded = (m * mask) % key.n
    const result = remaindered(key, blinded, randomBytes)
    if (powerPublic(result, key.e, key.n) !== blinded) throw new Error('an RSA computation went wrong; no result')
    return (result * unmask) % key.n
  }
}
