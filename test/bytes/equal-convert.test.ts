import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromAscii, fromBigInt, fromHex, toBigInt, toHex, toLatin1 } from '../../src/bytes/convert.js'
import { constantTimeEqual, publicEqual } from '../../src/bytes/equal.js'

describe.each([
  ['constantTimeEqual', constantTimeEqual],
  ['publicEqual', publicEqual],
] as const)('%s', (_, equal) => {
  it('agrees with Buffer.compare', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6, max: 3 }), fc.uint8Array({ maxLength: 6, max: 3 }), (left, right) => {
        expect(equal(left, right)).toBe(Buffer.compare(left, right) === 0)
        expect(equal(left, left.slice())).toBe(true)
      }),
    )
  })

  it('sees one different bit at every place', () => {
    const zeros = new Uint8Array(32)
    for (let bit = 0; bit < 256; bit++) {
      const other = zeros.slice()
      other[bit >> 3] = 1 << (bit & 7)
      expect(equal(zeros, other)).toBe(false)
    }
  })
})

describe('conversions', () => {
  const bytes = fc.uint8Array({ maxLength: 40 })

  it('agree with Buffer', () => {
    fc.assert(
      fc.property(bytes, bytes, (left, right) => {
        const buffer = Buffer.from(left)
        expect(toHex(left)).toBe(buffer.toString('hex'))
        expect(Buffer.compare(fromHex(buffer.toString('hex').toUpperCase()), left)).toBe(0)
        expect(toLatin1(left)).toBe(buffer.toString('latin1'))
        expect(Buffer.compare(concat(left, right), Buffer.concat([left, right]))).toBe(0)
      }),
    )
  })

  it('refuse what is no text of their kind', () => {
    for (const text of ['0', '0g', '0x00', '-1', '00 0']) expect(() => fromHex(text), text).toThrow(TypeError)
    expect(() => fromAscii('é')).toThrow(RangeError)
    expect(toHex(fromAscii('a\x7f'))).toBe('617f')
  })

  it('carry integers at a fixed width', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        const encoded = fromBigInt(value, 32)
        expect(encoded.length).toBe(32)
        expect(toBigInt(encoded)).toBe(value)
        expect(BigInt(`0x${Buffer.from(encoded).toString('hex')}`)).toBe(value)
      }),
    )
    expect(toBigInt(new Uint8Array(0))).toBe(0n)
    expect(() => fromBigInt(256n, 1)).toThrow(RangeError)
    expect(() => fromBigInt(-1n, 4)).toThrow(RangeError)
  })
})
