import { checkPrimeSync, generatePrimeSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toBigInt } from '../../src/bytes/convert.js'
import { finiteFieldGroup } from '../../src/crypto/finite-field-groups.js'
import { isSafePrime } from '../../src/providers/noble/safe-prime.js'

const p = toBigInt(finiteFieldGroup('modp2048').p)

describe('isSafePrime', () => {
  it('proves the safe primes of RFC 3526 and RFC 7919', () => {
    expect(isSafePrime(p, randomBytes)).toBe(true)
    expect(isSafePrime(toBigInt(finiteFieldGroup('ffdhe3072').p), randomBytes)).toBe(true)
  })

  it('refuses primes that are not safe, also where no trial division shows it', () => {
    const primes = Array.from({ length: 2048 }, (_, n) => n).filter((n) => n > 2 && checkPrimeSync(BigInt(n)))
    // p = 2 modulo every odd prime below 400, and p = 3 modulo 4: then none of them divides (p - 1) / 2 either.
    const odd = primes.filter((prime) => prime < 400).reduce((product, prime) => product * BigInt(prime), 1n)
    let rem = 2n
    while (rem % 4n !== 3n) rem += odd
    let prime: bigint
    do prime = generatePrimeSync(2048, { bigint: true, add: 4n * odd, rem })
    while (primes.some((factor) => ((prime - 1n) / 2n) % BigInt(factor) === 0n))
    expect(checkPrimeSync((prime - 1n) / 2n)).toBe(false)
    expect(isSafePrime(prime, randomBytes)).toBe(false)
  }, 60_000)

  it('refuses a composite 2q + 1 over a prime q', () => {
    let q: bigint
    do q = generatePrimeSync(2048, { bigint: true, add: 4n, rem: 1n })
    while (checkPrimeSync(2n * q + 1n))
    expect(isSafePrime(2n * q + 1n, randomBytes)).toBe(false)
    // The same with all small factors absent, where only an exponentiation can tell.
    const small = [3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n]
    const isRough = (n: bigint): boolean => small.every((factor) => n % factor !== 0n)
    do q = generatePrimeSync(2048, { bigint: true, add: 6n, rem: 5n })
    while (!isRough(2n * q + 1n) || checkPrimeSync(2n * q + 1n))
    expect(isSafePrime(2n * q + 1n, randomBytes)).toBe(false)
  }, 60_000)

  it('refuses products of two large primes', () => {
    const [left, right] = [0, 1].map(() => generatePrimeSync(1024, { bigint: true }))
    expect(isSafePrime((left ?? 0n) * (right ?? 0n), randomBytes)).toBe(false)
  })

  it('refuses neighbours, even numbers and sizes out of range', () => {
    for (const delta of [-2n, -1n, 1n, 2n, 4n]) expect(isSafePrime(p + delta, randomBytes)).toBe(false)
    expect(isSafePrime(23n, randomBytes)).toBe(false)
    expect(isSafePrime(0n, randomBytes)).toBe(false)
    // Proving 8192 bits would keep a client busy for 20 s: recognised groups of that size need no proof.
    expect(isSafePrime(toBigInt(finiteFieldGroup('modp8192').p), randomBytes)).toBe(false)
  })
})
