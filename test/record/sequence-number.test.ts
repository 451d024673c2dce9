import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { SequenceNumber } from '../../src/record/sequence-number.js'
import { ContentType } from '../../src/registry/content-type.js'
import { nodeCiphers, type RecordPrimitives } from '../support/node-ciphers.js'
import { bulks, codeOf, drain, pair, someKeys } from './layers.js'

const LAST = 2n ** 64n - 1n
const data = (length: number) => [ContentType.application_data, new Uint8Array(length)] as const

describe('sequence numbers (RFC 5246 §6.1)', () => {
  it('count in 64 bits', () => {
    for (const first of [0n, 0xfen, 0xffff_fffen, 0x1_ffff_fffen, 2n ** 53n - 1n, LAST - 2n]) {
      const number = new SequenceNumber(first)
      for (let i = 0n; i < 3n; i++) {
        const output = new Uint8Array(8)
        number.require(1)
        number.take(output)
        expect(toHex(output)).toBe((first + i).toString(16).padStart(16, '0'))
      }
    }
  })

  it('end after 2^64 - 1 and never wrap', () => {
    const number = new SequenceNumber(LAST - 1n)
    expect(() => number.require(2)).not.toThrow()
    expect(codeOf(() => number.require(3))).toBe('sequence_exhausted')
    number.take(new Uint8Array(8))
    number.take(new Uint8Array(8))
    expect(codeOf(() => number.require(1))).toBe('sequence_exhausted')
  })

  for (const [name, bulk] of Object.entries(bulks)) {
    it(`${name}: the last number is used in both directions, and none after it`, () => {
      const { sender, receiver } = pair(bulk, { firstSequenceNumber: LAST })
      const last = sender.seal(...data(9))
      expect(codeOf(() => sender.seal(...data(9)))).toBe('sequence_exhausted')
      receiver.receive(last)
      expect(receiver.next()?.fragment.length).toBe(9)
      receiver.receive(last)
      expect(codeOf(() => receiver.next())).toBe('sequence_exhausted')
    })

    it(`${name}: passes 2^32`, () => {
      const { sender, receiver } = pair(bulk, { firstSequenceNumber: 2n ** 32n - 2n })
      for (let i = 0; i < 4; i++) receiver.receive(sender.seal(...data(i)))
      expect(drain(receiver).map(({ fragment }) => fragment.length)).toEqual([0, 1, 2, 3])
    })
  }

  it('seal all fragments or none', () => {
    const { sender, receiver } = pair(bulks['AES-128-GCM'], { firstSequenceNumber: LAST - 1n, maxFragmentLength: 10 })
    expect(codeOf(() => sender.seal(...data(30)))).toBe('sequence_exhausted')
    receiver.receive(sender.seal(...data(20)))
    expect(drain(receiver).length).toBe(2)
  })

  it('begin again at zero with new keys, on one side as on the other', () => {
    for (const bulk of Object.values(bulks)) {
      const { sender, receiver } = pair(bulk)
      receiver.receive(sender.seal(...data(1)))
      receiver.receive(sender.seal(...data(1)))
      drain(receiver)
      sender.installWriteKeys(someKeys(bulk, 7))
      receiver.installReadKeys(someKeys(bulk, 7))
      const afterChange = sender.seal(...data(4))
      // a fresh pair under the same keys agrees that this is record zero
      const { receiver: fresh } = pair(bulk, { salt: 7 })
      for (const layer of [receiver, fresh]) {
        layer.receive(afterChange)
        expect(layer.next()?.fragment.length).toBe(4)
      }
    }
  })
})

describe('nonces', () => {
  const nonces = (name: string, count: number) => {
    const { sender } = pair(bulks[name])
    return Array.from({ length: count }, () => sender.seal(...data(1)).slice(5, 13))
  }

  it('of AES-GCM: the explicit part is the sequence number (RFC 5288 §3)', () => {
    expect(nonces('AES-128-GCM', 3).map(toHex)).toEqual(['0000000000000000', '0000000000000001', '0000000000000002'])
  })

  it('of AES-CCM likewise (RFC 6655 §3)', () => {
    for (const name of ['AES-128-CCM', 'AES-256-CCM-8']) {
      expect(nonces(name, 3).map(toHex)).toEqual(['0000000000000000', '0000000000000001', '0000000000000002'])
    }
  })

  const aeads = Object.entries(bulks).filter(([, bulk]) => bulk.type === 'aead')
  it.each(aeads)('of %s: none comes twice under one key, up to the last sequence number', (_name, bulk) => {
    const used: string[] = []
    const primitives: RecordPrimitives = {
      ...nodeCiphers,
      aead: (...parameters) => {
        const aead = nodeCiphers.aead(...parameters)
        return {
          ...aead,
          seal: (nonce, ...rest) => {
            used.push(toHex(nonce))
            return aead.seal(nonce, ...rest)
          },
        }
      },
    }
    const starts = [0n, 0xfen, 0xffff_fffen, 2n ** 53n - 2n, LAST - 3n]
    for (const firstSequenceNumber of starts) {
      const { sender } = pair(bulk, { primitives, firstSequenceNumber })
      for (let i = 0; i < 4; i++) sender.seal(...data(i))
      if (firstSequenceNumber + 3n === LAST) expect(codeOf(() => sender.seal(...data(1)))).toBe('sequence_exhausted')
    }
    expect(used.length).toBe(4 * starts.length)
    expect(new Set(used).size).toBe(used.length)
    expect(used.every((nonce) => nonce.length === 24)).toBe(true)
  })

  it('of CBC: every record has a fresh random IV (RFC 5246 §6.2.3.2)', () => {
    for (const bulk of Object.values(bulks)) {
      if (bulk.type !== 'block') continue
      const { sender } = pair(bulk)
      const ivs = Array.from({ length: 64 }, () => toHex(sender.seal(...data(1)).subarray(5, 5 + bulk.blockLength)))
      expect(new Set(ivs).size).toBe(64)
    }
  })

  it('of ChaCha20-Poly1305: nothing on the wire (RFC 7905 §2)', () => {
    expect(pair(bulks['ChaCha20-Poly1305']).sender.seal(...data(3)).length).toBe(5 + 3 + 16)
  })
})
