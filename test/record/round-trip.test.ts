import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import type { RecordLayer, TlsRecord } from '../../src/record/record-layer.js'
import { standardRecordLayer } from '../../src/record/standard-record-layer.js'
import { ContentType } from '../../src/registry/content-type.js'
import { nodeCiphers } from '../support/node-ciphers.js'
import { bulks, drain, pair, sealByHand, someKeys } from './layers.js'

interface Message {
  readonly type: ContentType
  readonly payload: Uint8Array
}

const message: fc.Arbitrary<Message> = fc
  .record({
    type: fc.constantFrom(...Object.values(ContentType)),
    payload: fc.uint8Array({ maxLength: 700 }),
  })
  .filter(({ type, payload }) => payload.length > 0 || type === ContentType.application_data)

/** Records joined to messages again, which loses where the sender cut. */
function joined(records: readonly TlsRecord[]): Message[] {
  const messages: Message[] = []
  for (const { type, fragment } of records) {
    const last = messages.at(-1)
    if (last?.type === type) {
      messages[messages.length - 1] = { type, payload: concat(last.payload, fragment) }
    } else {
      messages.push({ type, payload: fragment })
    }
  }
  return messages
}

const asRecords = (messages: readonly Message[]): TlsRecord[] =>
  messages.map(({ type, payload }) => ({ type, fragment: payload }))

/** Feeds `wire` in pieces, opening what is complete after each. */
function feed(receiver: RecordLayer, wire: Uint8Array, sizes: Iterable<number>): TlsRecord[] {
  const records: TlsRecord[] = []
  let at = 0
  for (const size of sizes) {
    if (at >= wire.length) break
    receiver.receive(wire.subarray(at, at + size))
    at += size
    records.push(...drain(receiver))
  }
  receiver.receive(wire.subarray(at))
  return [...records, ...drain(receiver)]
}

function* always(size: number): Generator<number> {
  for (;;) yield size
}

describe('what is sealed opens again, however it is cut', () => {
  for (const [name, bulk] of [...Object.entries(bulks), ['unprotected', undefined] as const]) {
    it(name, () => {
      fc.assert(
        fc.property(
          fc.array(message, { maxLength: 6 }),
          fc.integer({ min: 1, max: 300 }),
          fc.array(fc.integer({ min: 1, max: 400 })),
          (messages, maxFragmentLength, cuts) => {
            for (const sizes of [always(1), always(2 ** 20), cuts]) {
              const { sender, receiver } = pair(bulk, { maxFragmentLength })
              const wire = concat(...messages.map(({ type, payload }) => sender.seal(type, payload)))
              const records = feed(receiver, wire, sizes)
              expect(joined(records)).toEqual(joined(asRecords(messages)))
              for (const { fragment } of records) expect(fragment.length).toBeLessThanOrEqual(maxFragmentLength)
              expect(receiver.buffered).toBe(0)
            }
          },
        ),
        { numRuns: 25 },
      )
    }, 60_000)
  }
})

describe('what is sealed is what the RFCs draw', () => {
  it.each(Object.entries(bulks))('byte for byte: %s', (_name, bulk) => {
    const fixedIv = { ...nodeCiphers, randomBytes: (length: number) => new Uint8Array(length).fill(0x5a) }
    const { sender } = pair(bulk, { primitives: fixedIv })
    for (let sequence = 0; sequence < 40; sequence++) {
      const content = new Uint8Array(sequence).fill(0x61)
      expect(sender.seal(ContentType.application_data, content)).toEqual(sealByHand(bulk, { sequence, content }))
    }
  })
})

describe('fragments', () => {
  it('cuts at 2^14 bytes unless told otherwise', () => {
    const { sender, receiver } = pair()
    receiver.receive(sender.seal(ContentType.application_data, new Uint8Array(2 ** 15 + 1)))
    expect(drain(receiver).map(({ fragment }) => fragment.length)).toEqual([2 ** 14, 2 ** 14, 1])
  })

  it('refuses a maximum that no record may have', () => {
    for (const maxFragmentLength of [0, -1, 1.5, 2 ** 14 + 1, Number.NaN]) {
      expect(() => standardRecordLayer({ crypto: nodeCiphers, role: 'client', maxFragmentLength })).toThrow(RangeError)
    }
    for (const maxFragmentLength of [1, 2 ** 14]) {
      expect(() => standardRecordLayer({ crypto: nodeCiphers, role: 'client', maxFragmentLength })).not.toThrow()
    }
  })

  it('seals nothing as one empty record of application data, and of no other type', () => {
    for (const bulk of [undefined, ...Object.values(bulks)]) {
      const { sender, receiver } = pair(bulk)
      receiver.receive(sender.seal(ContentType.application_data, new Uint8Array()))
      expect(drain(receiver)).toEqual([{ type: ContentType.application_data, fragment: new Uint8Array() }])
      for (const type of [ContentType.alert, ContentType.handshake, ContentType.change_cipher_spec]) {
        expect(() => sender.seal(type, new Uint8Array())).toThrow(RangeError)
      }
    }
  })

  it('refuses to seal an unknown content type', () => {
    const { sender } = pair()
    for (const type of [0, 19, 24, 255, 23.5]) expect(() => sender.seal(type, Uint8Array.of(1))).toThrow(RangeError)
  })
})

describe('memory of opened fragments', () => {
  for (const [name, bulk] of [...Object.entries(bulks), ['unprotected', undefined] as const]) {
    it(`${name}: nothing that comes later overwrites one`, () => {
      const { sender, receiver } = pair(bulk)
      const kept: Uint8Array[] = []
      for (let i = 0; i < 40; i++) {
        receiver.receive(sender.seal(ContentType.application_data, new Uint8Array(4000).fill(i)))
        if (i % 3 === 2) kept.push(...drain(receiver).map(({ fragment }) => fragment))
      }
      kept.push(...drain(receiver).map(({ fragment }) => fragment))
      expect(kept.map((fragment) => new Set(fragment))).toEqual(Array.from({ length: 40 }, (_, i) => new Set([i])))
    })
  }

  it('copies what a cipher that works in place returns', () => {
    const inPlace = {
      ...nodeCiphers,
      aead: (...parameters: Parameters<typeof nodeCiphers.aead>) => {
        const aead = nodeCiphers.aead(...parameters)
        return {
          seal: aead.seal,
          open: (nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array) => {
            const plaintext = aead.open(nonce, additionalData, ciphertext)
            if (plaintext === undefined) return undefined
            ciphertext.set(plaintext)
            return ciphertext.subarray(0, plaintext.length)
          },
        }
      },
    }
    const { sender, receiver } = pair(bulks['AES-128-GCM'], { primitives: inPlace })
    receiver.receive(sender.seal(ContentType.application_data, new Uint8Array(100).fill(1)))
    const first = receiver.next()?.fragment
    receiver.receive(sender.seal(ContentType.application_data, new Uint8Array(100).fill(2)))
    expect(new Set(receiver.next()?.fragment)).toEqual(new Set([2]))
    expect(new Set(first)).toEqual(new Set([1]))
  })

  it('copies what it receives', () => {
    const { sender, receiver } = pair()
    const wire = sender.seal(ContentType.application_data, Uint8Array.of(1, 2, 3))
    receiver.receive(wire)
    wire.fill(0)
    expect(receiver.next()?.fragment).toEqual(Uint8Array.of(1, 2, 3))
  })
})

describe('peek', () => {
  it('tells the type of a complete record and moves nothing', () => {
    const { sender, receiver } = pair(bulks['ChaCha20-Poly1305'])
    const wire = sender.seal(ContentType.alert, Uint8Array.of(1, 0))
    expect(receiver.peek()).toBeUndefined()
    receiver.receive(wire.subarray(0, -1))
    expect(receiver.peek()).toBeUndefined()
    expect(receiver.next()).toBeUndefined()
    receiver.receive(wire.subarray(-1))
    for (let i = 0; i < 3; i++) expect(receiver.peek()).toBe(ContentType.alert)
    expect(receiver.buffered).toBe(wire.length)
    expect(receiver.next()).toEqual({ type: ContentType.alert, fragment: Uint8Array.of(1, 0) })
    expect(receiver.peek()).toBeUndefined()
    expect(receiver.buffered).toBe(0)
  })

  it('lets keys change between records that arrived together', () => {
    const bulk = bulks['AES-256-GCM']
    if (bulk === undefined) throw new Error('unreachable')
    const { sender, receiver } = pair()
    const before = sender.seal(ContentType.change_cipher_spec, Uint8Array.of(1))
    sender.installWriteKeys(someKeys(bulk))
    receiver.receive(concat(before, sender.seal(ContentType.handshake, Uint8Array.of(9))))
    expect(receiver.next()?.type).toBe(ContentType.change_cipher_spec)
    receiver.installReadKeys(someKeys(bulk))
    expect(receiver.next()).toEqual({ type: ContentType.handshake, fragment: Uint8Array.of(9) })
  })
})

describe('time', () => {
  it('takes linear time in one-byte pieces and in one huge piece', () => {
    const { sender, receiver } = pair(bulks['AES-128-GCM'])
    const wire = sender.seal(ContentType.application_data, new Uint8Array(2 ** 22))
    const began = performance.now()
    receiver.receive(wire)
    expect(drain(receiver).length).toBe(256)
    const whole = sender.seal(ContentType.application_data, new Uint8Array(2 ** 20))
    // every byte of a mebibyte by itself, nothing opened until the end: quadratic copying would move half a tebibyte
    for (let at = 0; at < whole.length; at++) receiver.receive(whole.subarray(at, at + 1))
    expect(drain(receiver).length).toBe(64)
    expect(performance.now() - began).toBeLessThan(20_000)
  }, 60_000)
})
