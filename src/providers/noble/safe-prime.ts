import { isWorthProving } from '../../crypto/finite-field-policy.js'
import { power, type RandomBytes, randomBelow } from './big-math.js'

/**
 * A composite number passes one round with a random base at most one time in four, whoever chose it; the peer cannot
 * know our bases, so it cannot look for one that passes.
 */
const ROUNDS = 32

const TRIAL_LIMIT = 2048

function primesBelow(limit: number): readonly number[] {
  const primes: number[] = []
  for (let candidate = 3; candidate < limit; candidate += 2) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate)
  }
  return primes
}

let smallPrimes: readonly number[] | undefined

function hasSmallFactor(value: bigint): boolean {
  smallPrimes ??= primesBelow(TRIAL_LIMIT)
  return smallPrimes.some((prime) => value % BigInt(prime) === 0n)
}

/** One round of Miller–Rabin: false proves `n` composite. `n` is odd. */
function passesRound(n: bigint, base: bigint): boolean {
  const last = n - 1n
  let odd = last
  let twos = 0
  for (; (odd & 1n) === 0n; twos++) odd >>= 1n
  let value = power(base, odd, n)
  if (value === 1n || value === last) return true
  for (let i = 1; i < twos; i++) {
    value = (value * value) % n
    if (value === last) return true
  }
  return false
}

/**
 * True where both `p` and (p - 1) / 2 are prime and `p` has 2048 to 4096 bits; a wrong `true` has a probability below
 * 2^-64 even for numbers made to deceive.
 */
export function isSafePrime(p: bigint, randomBytes: RandomBytes): boolean {
  if (!isWorthProving(p)) return false
  const q = p >> 1n
  if (hasSmallFactor(p) || hasSmallFactor(q)) return false
  const round = (n: bigint): boolean => passesRound(n, 2n + randomBelow(n - 3n, randomBytes))
  // One cheap round each first: nearly everything that is no safe prime ends here.
  if (!round(q) || !round(p)) return false
  for (let i = 1; i < ROUNDS; i++) if (!round(q)) return false
  // With q prime, larger than the root of p, Pocklington's criterion makes one power of 2 a proof for p: 2^(p-1) = 1
  // modulo p and 2^2 - 1 = 3 shares no factor with p, as trial division has shown.
  return power(2n, p - 1n, p) === 1n
}
