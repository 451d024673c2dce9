import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toBigInt } from '../../src/bytes/convert.js'
import { bitLength } from '../../src/crypto/bit-length.js'
import { readPrivateKeyInfo } from '../../src/crypto/private-key-info.js'
import { importRsaPrivateKey } from '../../src/crypto/rsa-key.js'
import { inverse, power, powerPublic, randomBelow, randomOfBits } from '../../src/providers/noble/big-math.js'
import { rsaPrivateOperation } from '../../src/providers/noble/rsa-private-operation.js'
import { rsaTestKey } from './node-keys.js'

const key = rsaTestKey(2048)
const numbers = importRsaPrivateKey(readPrivateKeyInfo(key.privateKeyInfo).privateKey)
const d = inverse(numbers.e, (numbers.p - 1n) * (numbers.q - 1n)) ?? 0n

const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length))

describe('modular arithmetic', () => {
  /** Powers by the schoolbook, an independent road to the same number. */
  function slowPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
    let [result, square] = [1n, base % modulus]
    for (let rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
      if (rest & 1n) result = (result * square) % modulus
    }
    return result
  }

  it('powers agree with the schoolbook for operands of every size', () => {
    for (let round = 0; round < 200; round++) {
      const [base, exponent] = [toBigInt(random(1 + (round % 40))), toBigInt(random(1 + (round % 23)))]
      const modulus = toBigInt(random(1 + (round % 37))) + 2n
      const expected = slowPower(base, exponent, modulus)
      expect(power(base % modulus, exponent, modulus)).toBe(expected)
      expect(powerPublic(base % modulus, exponent, modulus)).toBe(expected)
    }
  })

  it('inverses are inverses, or absent', () => {
    for (let round = 0; round < 100; round++) {
      const [value, modulus] = [toBigInt(random(20)), toBigInt(random(30)) + 2n]
      const found = inverse(value, modulus)
      if (found !== undefined) expect((found * value) % modulus).toBe(1n)
    }
    expect(inverse(6n, 9n)).toBeUndefined()
    expect(inverse(0n, 9n)).toBeUndefined()
    expect(inverse(4n, 9n)).toBe(7n)
  })

  it('lengths in bits are exact', () => {
    for (const bits of [1, 2, 3, 4, 5, 8, 9, 31, 32, 33, 2047, 2048]) {
      expect(bitLength((1n << BigInt(bits)) - 1n)).toBe(bits)
      expect(bitLength(1n << BigInt(bits - 1))).toBe(bits)
      expect(bitLength(randomOfBits(bits, random))).toBe(bits)
    }
    expect(bitLength(0n)).toBe(0)
  })

  it('random numbers stay below their bound and reach its neighbourhood', () => {
    const seen = new Set(Array.from({ length: 200 }, () => randomBelow(5n, random)))
    expect([...seen].sort()).toEqual([0n, 1n, 2n, 3n, 4n])
  })
})

describe('the private operation', () => {
  it('is the power with d, whatever the blinding', () => {
    const operation = rsaPrivateOperation(numbers, random)
    // More than two renewals of the blinding pair.
    for (let round = 0; round < 70; round++) {
      const m = toBigInt(random(256)) % numbers.n
      expect(powerPublic(operation(m), numbers.e, numbers.n)).toBe(m)
    }
    const m = toBigInt(random(255))
    expect(operation(m)).toBe(powerPublic(m, d, numbers.n))
    for (const edge of [0n, 1n, numbers.n - 1n, numbers.p, numbers.q]) {
      expect(powerPublic(operation(edge), numbers.e, numbers.n)).toBe(edge)
    }
  })

  it('never raises the message itself, nor twice to the same exponent', () => {
    const drawn: number[] = []
    const counting = (length: number): Uint8Array => {
      drawn.push(length)
      return random(length)
    }
    const operation = rsaPrivateOperation(numbers, counting)
    const m = toBigInt(random(255))
    const first = operation(m)
    expect(drawn).toEqual([256 + 8, 8, 8]) // r, and a multiple of p - 1 and of q - 1
    expect(operation(m)).toBe(first)
    expect(drawn).toEqual([256 + 8, 8, 8, 8, 8]) // r² blinds the second time
    for (let use = 2; use < 33; use++) operation(m)
    expect(drawn.filter((length) => length === 264)).toHaveLength(2)
  })

  it('refuses a random number generator that gives nothing', () => {
    expect(() => rsaPrivateOperation(numbers, (length) => new Uint8Array(length))(5n)).toThrow(/random/)
  })
})
