import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ReceiveBuffer } from '../../src/record/receive-buffer.js'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Counts the bytes that typed arrays copy while `f` runs. */
function copied(f: () => void): number {
  let total = 0
  const prototype: Uint8Array = Object.getPrototypeOf(Uint8Array.prototype)
  const { set, copyWithin } = prototype
  vi.spyOn(prototype, 'set').mockImplementation(function (this: Uint8Array, source, at) {
    total += source.length
    return set.call(this, source, at)
  })
  vi.spyOn(prototype, 'copyWithin').mockImplementation(function (this: Uint8Array, to, start, end) {
    total += (end ?? this.length) - start
    return copyWithin.call(this, to, start, end)
  })
  f()
  vi.restoreAllMocks()
  return total
}

describe('ReceiveBuffer', () => {
  it('gives back what was appended, in order, whatever is appended and consumed when', () => {
    const operation = fc.oneof(
      fc.nat({ max: 70_000 }),
      fc.nat({ max: 90_000 }).map((length) => -length),
    )
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const buffer = new ReceiveBuffer()
        let appended = 0
        let consumed = 0
        for (const count of operations) {
          if (count > 0) {
            buffer.append(Uint8Array.from({ length: count }, (_, i) => (appended + i) % 251))
            appended += count
          } else {
            const length = Math.min(-count, buffer.length)
            buffer.consume(length)
            consumed += length
          }
          expect(buffer.length).toBe(appended - consumed)
          if (buffer.length === 0) continue
          const last = buffer.length - 1
          expect([...buffer.view(0, 1), ...buffer.view(last, 1)]).toEqual([consumed % 251, (appended - 1) % 251])
        }
        expect(
          [...buffer.view(0, Math.min(buffer.length, 999))].every((byte, i) => byte === (consumed + i) % 251),
        ).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('moves each byte a few times at most: appended one by one', () => {
    const buffer = new ReceiveBuffer()
    const one = Uint8Array.of(1)
    const total = 300_000
    const moved = copied(() => {
      for (let i = 0; i < total; i++) buffer.append(one)
    })
    expect(moved).toBeLessThan(4 * total)
  })

  it('moves each byte a few times at most: much stays while little comes and goes', () => {
    for (const staying of [1000, 20_000, 39_000, 100_000]) {
      const buffer = new ReceiveBuffer()
      const one = Uint8Array.of(1)
      const total = 200_000
      const moved = copied(() => {
        buffer.append(new Uint8Array(staying))
        for (let i = 0; i < total; i++) {
          buffer.append(one)
          buffer.consume(1)
        }
      })
      expect(moved).toBeLessThan(4 * (total + staying))
    }
  }, 60_000)

  it('keeps no large memory once it is empty', () => {
    const buffer = new ReceiveBuffer()
    buffer.append(new Uint8Array(10_000_000))
    buffer.consume(10_000_000)
    buffer.append(Uint8Array.of(1))
    expect(buffer.view(0, 1).buffer.byteLength).toBeLessThan(100_000)
  })
})
