import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/bytes/convert.js'
import { MalformedError, Reader } from '../../src/bytes/reader.js'
import { Writer } from '../../src/bytes/writer.js'

describe('Reader', () => {
  it('reads what DataView reads', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        const read = (width: number): number => new Reader(bytes).uint(width)
        expect(read(1)).toBe(view.getUint8(0))
        expect(read(2)).toBe(view.getUint16(0))
        expect(read(3)).toBe(view.getUint16(0) * 256 + view.getUint8(2))
        expect(read(4)).toBe(view.getUint32(0))
        expect(new Reader(bytes).uints(2, 4)).toEqual([0, 2, 4, 6].map((at) => view.getUint16(at)))
      }),
    )
  })

  it('takes views, not copies', () => {
    const bytes = fromHex('00010203')
    const taken = new Reader(bytes, 1).take(2)
    bytes[1] = 9
    expect([...taken]).toEqual([9, 2])
  })

  it('never reads past its end and does not move when it refuses', () => {
    const reader = new Reader(fromHex('0001020304'), 1, 3)
    for (const read of [
      () => reader.uint(3),
      () => reader.take(3),
      () => reader.uints(1, 3),
      () => reader.scope(3),
      () => reader.uint(4),
    ]) {
      expect(read).toThrow(MalformedError)
      expect(reader.position).toBe(1)
    }
    expect(reader.uint(2)).toBe(0x0102)
    expect(reader.remaining).toBe(0)
    expect([...reader.take(0)]).toEqual([])
    expect(() => reader.uint(1)).toThrow('(at byte 3)')
  })

  it('keeps a scope to its own bytes and moves past it', () => {
    const reader = new Reader(fromHex('0001020304'))
    const scope = reader.scope(3)
    expect(reader.uint(1)).toBe(3)
    expect(scope.uint(2)).toBe(1)
    expect(() => scope.finish('the scope')).toThrow('1 bytes left over after the scope (at byte 2)')
    expect(scope.uint(1)).toBe(2)
    expect(() => scope.finish('the scope')).not.toThrow()
    expect(() => scope.uint(1)).toThrow(MalformedError)
  })
})

describe('Writer', () => {
  it('writes what DataView writes', () => {
    fc.assert(
      fc.property(fc.nat(0xff), fc.nat(0xffff), fc.integer({ min: 0, max: 0xffffffff }), (one, two, four) => {
        const writer = new Writer()
        writer.uint(1, one)
        writer.uint(2, two)
        writer.uint(4, four)
        const view = new DataView(new ArrayBuffer(7))
        view.setUint8(0, one)
        view.setUint16(1, two)
        view.setUint32(3, four)
        expect(toHex(writer.bytes())).toBe(toHex(new Uint8Array(view.buffer)))
      }),
    )
  })

  it('refuses numbers that do not fit', () => {
    const writer = new Writer()
    for (const [width, value] of [
      [1, 256],
      [2, 65536],
      [3, 2 ** 24],
      [4, 2 ** 32],
      [2, -1],
      [2, 1.5],
      [2, Number.NaN],
      [4, Number.POSITIVE_INFINITY],
    ] as const) {
      expect(() => writer.uint(width, value), `${value} in ${width}`).toThrow(RangeError)
    }
    expect(writer.length).toBe(0)
  })

  it('patches nested prefixes with what was written behind them', () => {
    const writer = new Writer()
    const outer = writer.open(3)
    writer.uint(1, 7)
    const inner = writer.open(1)
    writer.raw(fromHex('aabb'))
    expect(writer.close(inner, 1)).toBe(2)
    expect(writer.close(outer, 3)).toBe(4)
    expect(toHex(writer.bytes())).toBe('000004' + '07' + '02aabb')
  })

  it('does not let a prefix out that nobody patched', () => {
    const writer = new Writer()
    const outer = writer.open(2)
    const inner = writer.open(1)
    expect(() => writer.bytes()).toThrow('2 length prefixes')
    writer.close(inner, 1)
    expect(() => writer.bytes()).toThrow('1 length prefixes')
    writer.close(outer, 2)
    expect(toHex(writer.bytes())).toBe('000100')
  })

  it('refuses to close a prefix over more than it can say', () => {
    const writer = new Writer()
    const start = writer.open(1)
    writer.raw(new Uint8Array(256))
    expect(() => writer.close(start, 1)).toThrow(RangeError)
  })

  it('grows as needed and hands out copies', () => {
    const writer = new Writer()
    const parts = Array.from({ length: 40 }, (_, i) => new Uint8Array(i * 37).fill(i))
    for (const part of parts) writer.raw(part)
    const first = writer.bytes()
    expect(Buffer.compare(first, Buffer.concat(parts))).toBe(0)
    first.fill(0xee)
    expect(Buffer.compare(writer.bytes(), Buffer.concat(parts))).toBe(0)
  })
})
