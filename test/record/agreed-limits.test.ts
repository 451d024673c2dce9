/** Lengths that were agreed on: max_fragment_length (RFC 6066 §4) and record_size_limit (RFC 8449 §4). */
import { describe, expect, it } from 'vitest'
import { standardRecordLayer } from '../../src/record/standard-record-layer.js'
import { ContentType } from '../../src/registry/content-type.js'
import { nodeCiphers } from '../support/node-ciphers.js'
import { bulks, codeOf, drain, pair, rawRecord, sealByHand, someKeys } from './layers.js'

const type = ContentType.application_data
const headerOf = (length: number): Uint8Array => rawRecord(type, 0x0303, new Uint8Array(), length)

describe('without protection', () => {
  it('from the next record on, in both directions', () => {
    const { sender, receiver } = pair()
    for (const layer of [sender, receiver]) layer.limitRecords({ client: 512, server: 1024 })
    const flight = sender.seal(ContentType.handshake, new Uint8Array(1300))
    receiver.receive(flight)
    expect(drain(receiver).map(({ fragment }) => fragment.length)).toEqual([512, 512, 276])
    sender.receive(receiver.seal(ContentType.handshake, new Uint8Array(1300)))
    expect(drain(sender).map(({ fragment }) => fragment.length)).toEqual([1024, 276])
  })

  it('a longer record is refused on its header', () => {
    const { receiver } = pair()
    receiver.limitRecords({ client: 512, server: 2 ** 14 })
    receiver.receive(headerOf(512))
    expect(receiver.peek()).toBeUndefined()
    const { receiver: other } = pair()
    other.limitRecords({ client: 512, server: 2 ** 14 })
    other.receive(headerOf(513))
    expect(codeOf(() => other.peek())).toBe('record_overflow')
  })

  it('only limits that a record may have', () => {
    const layer = standardRecordLayer({ crypto: nodeCiphers, role: 'client' })
    for (const limit of [0, -1, 1.5, 2 ** 14 + 1, Number.NaN]) {
      expect(() => layer.limitRecords({ client: limit, server: 512 })).toThrow(RangeError)
      expect(() => layer.limitRecords({ client: 512, server: limit })).toThrow(RangeError)
    }
  })
})

describe.each(Object.entries(bulks))('%s', (_name, bulk) => {
  const limitedPair = (limit: number) => {
    const { sender, receiver } = pair()
    sender.installWriteKeys({ ...someKeys(bulk), maxPlaintextLength: limit })
    receiver.installReadKeys({ ...someKeys(bulk), maxPlaintextLength: limit })
    return { sender, receiver }
  }

  it('keys bring a limit with them: no record that is sent is longer', () => {
    for (const limit of [64, 100, 512, 2 ** 14]) {
      const { sender, receiver } = limitedPair(limit)
      receiver.receive(sender.seal(type, new Uint8Array(3 * limit + 1)))
      expect(drain(receiver).map(({ fragment }) => fragment.length)).toEqual([limit, limit, limit, 1])
    }
  })

  // the tag, the MAC and the padding are not in the count
  it('a record of just that length opens, and one of a byte more does not', () => {
    for (const limit of [64, 512, 2 ** 14 - 1]) {
      const { receiver } = limitedPair(limit)
      receiver.receive(sealByHand(bulk, { content: new Uint8Array(limit) }))
      expect(receiver.next()?.fragment.length).toBe(limit)
      receiver.receive(sealByHand(bulk, { sequence: 1, content: new Uint8Array(limit + 1) }))
      expect(codeOf(() => receiver.next())).toBe('plaintext_overflow')
    }
  })

  it('a record that is too long with any padding is refused on its header', () => {
    const longest = limitedPair(512).sender.seal(type, new Uint8Array(512)).length - 5 + 256
    const { receiver } = limitedPair(512)
    receiver.receive(headerOf(longest))
    expect(receiver.next()).toBeUndefined()
    const { receiver: other } = limitedPair(512)
    other.receive(headerOf(longest + 1))
    expect(codeOf(() => other.next())).toBe('record_overflow')
  })

  it('the next keys bring another limit, or none', () => {
    const { sender, receiver } = limitedPair(64)
    receiver.receive(sender.seal(type, new Uint8Array(100)))
    expect(drain(receiver).length).toBe(2)
    sender.installWriteKeys(someKeys(bulk, 3))
    receiver.installReadKeys(someKeys(bulk, 3))
    receiver.receive(sender.seal(type, new Uint8Array(2 ** 14)))
    expect(drain(receiver).map(({ fragment }) => fragment.length)).toEqual([2 ** 14])
  })

  it('what we like to send at most counts too, the smaller of both', () => {
    for (const [maxFragmentLength, expected] of [
      [50, 50],
      [200, 64],
    ] as const) {
      const sender = standardRecordLayer({ crypto: nodeCiphers, role: 'client', maxFragmentLength })
      sender.installWriteKeys({ ...someKeys(bulk), maxPlaintextLength: 64 })
      const { receiver } = pair(bulk)
      receiver.receive(sender.seal(type, new Uint8Array(expected + 1)))
      expect(drain(receiver).map(({ fragment }) => fragment.length)).toEqual([expected, 1])
    }
  })
})

describe('padding of CBC within a limit (RFC 8449 §4.1)', () => {
  it('the longest that is right opens', () => {
    const bulk = bulks['AES-128-CBC-SHA']
    if (bulk === undefined) throw new Error('the suite is missing')
    const { receiver } = pair()
    receiver.installReadKeys({ ...someKeys(bulk), maxPlaintextLength: 250 })
    // 250 bytes, 20 of MAC and 242 of padding and its length are 32 blocks of 16
    receiver.receive(sealByHand(bulk, { content: new Uint8Array(250), padding: new Uint8Array(242).fill(241) }))
    expect(receiver.next()?.fragment.length).toBe(250)
  })
})
