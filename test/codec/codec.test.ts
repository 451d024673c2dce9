import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/bytes/convert.js'
import { MalformedError } from '../../src/bytes/reader.js'
import {
  decode,
  encode,
  named,
  numberVector,
  opaque,
  opaqueFixed,
  rest,
  struct,
  uint8,
  uint16,
  uint24,
  uint32,
  vector,
} from '../../src/codec/codec.js'
import { dissectWith, leavesOf } from '../../src/codec/dissect.js'
import { only, registered } from '../../src/codec/numbers.js'

describe('numbers', () => {
  it('are big-endian and of their width', () => {
    expect(toHex(encode(uint8, 0x12))).toBe('12')
    expect(toHex(encode(uint16, 0x1234))).toBe('1234')
    expect(toHex(encode(uint24, 0x123456))).toBe('123456')
    expect(toHex(encode(uint32, 0xfedcba98))).toBe('fedcba98')
    expect(decode(uint32, fromHex('fedcba98'))).toBe(0xfedcba98)
  })

  it('may be held to one value, and keep their registered names', () => {
    const color = registered('Color', uint16, { red: 1, green: 2 })
    expect(decode(color, fromHex('0007'))).toBe(7)
    expect([1, 7, 0x2a2a, 0x2a3a].map((value) => color.describe?.(value))).toEqual([
      '0x0001 red',
      '0x0007',
      '0x2a2a reserved (GREASE)',
      '0x2a3a',
    ])
    const green = only(color, 2)
    expect(decode(green, fromHex('0002'))).toBe(2)
    expect(() => decode(green, fromHex('0001'))).toThrow('Color 0x0001 where only 0x0002 is defined (at byte 0)')
    expect(() => encode(green, 1)).toThrow(RangeError)
  })
})

describe('vectors', () => {
  it('have a prefix as wide as their ceiling needs (RFC 5246 §4.3)', () => {
    expect(toHex(encode(opaque(0, 255), fromHex('aa')))).toBe('01aa')
    expect(toHex(encode(opaque(0, 256), fromHex('aa')))).toBe('0001aa')
    expect(toHex(encode(opaque(0, 65535), fromHex('aa')))).toBe('0001aa')
    expect(toHex(encode(opaque(0, 65536), fromHex('aa')))).toBe('000001aa')
    // the RFC's own example of `uint16 longer<0..800>`: two bytes of length, then the items
    expect(toHex(encode(numberVector(uint16, 0, 800), [0x0102, 0x0304]))).toBe('000401020304')
  })

  it('of numbers read alike with and without the shortcut', () => {
    for (const item of [uint8, uint16, uint24]) {
      const slow = vector(item, 1, 12)
      const quick = numberVector(item, 1, 12)
      for (let size = 0; size <= 14; size++) {
        const wire = fromHex(
          `${size.toString(16).padStart(2, '0')}${'0102030405060708090a0b0c0d0e'.slice(0, 2 * size)}`,
        )
        const outcome = (read: () => unknown): unknown => {
          try {
            return read()
          } catch (error) {
            if (error instanceof MalformedError) return error.reason
            throw error
          }
        }
        const expected = outcome(() => decode(slow, wire))
        expect(outcome(() => decode(quick, wire))).toEqual(expected)
        expect(outcome(() => dissectWith(quick, wire).value)).toEqual(expected)
      }
    }
  })

  it('end where their items end', () => {
    expect(() => decode(vector(opaque(0, 255), 0, 255), fromHex('03 01aa 05'))).toThrow(MalformedError)
    expect(decode(vector(opaque(0, 255), 0, 255), fromHex('03 01aa 00'))).toEqual([fromHex('aa'), fromHex('')])
  })
})

describe('structs', () => {
  const point = struct<{ x: number; y: Uint8Array; z: Uint8Array }>('Point', {
    x: uint8,
    y: opaqueFixed(2),
    z: named('Tail', rest, (tail) => `${tail.length} bytes of tail`),
  })

  it('write their fields in the order of the description, whatever the order in the value', () => {
    expect(toHex(encode(point, { z: fromHex('ff'), y: fromHex('0203'), x: 1 }))).toBe('010203ff')
    expect(Object.keys(decode(point, fromHex('010203ff')))).toEqual(['x', 'y', 'z'])
  })

  it('become spans with labels, types, values and meanings', () => {
    const tree = dissectWith(point, fromHex('00010203ff00'), 1, 5)
    expect(
      tree.children.map(({ label, typeName, start, end, meaning }) => [label, typeName, start, end, meaning]),
    ).toEqual([
      ['x', 'uint8', 1, 2, undefined],
      ['y', 'opaque[2]', 2, 4, undefined],
      ['z', 'Tail', 4, 5, '1 bytes of tail'],
    ])
    expect([tree.label, tree.start, tree.end, tree.value]).toEqual([
      'Point',
      1,
      5,
      { x: 1, y: fromHex('0203'), z: fromHex('ff') },
    ])
  })
})

describe('dissectWith', () => {
  it('makes a leaf of a length prefix, and none of an empty content', () => {
    const list = vector(opaque(0, 255), 0, 65535)
    const leaves = leavesOf(dissectWith(list, fromHex('0004 00 02aabb')))
    expect(leaves.map(({ label, typeName, start, end }) => [label, typeName, start, end])).toEqual([
      ['length', 'uint16', 0, 2],
      ['length', 'uint8', 2, 3],
      ['length', 'uint8', 3, 4],
      ['data', 'opaque', 4, 6],
    ])
  })

  it('refuses what decoding refuses', () => {
    expect(() => dissectWith(uint8, fromHex(''))).toThrow(MalformedError)
    expect(() => dissectWith(uint8, fromHex('0000'))).toThrow(MalformedError)
    expect(() => dissectWith(uint16, fromHex('000000'), 0, 1)).toThrow(MalformedError)
  })
})
