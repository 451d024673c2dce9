/** RFC 7366 §3: the MAC covers IV and ciphertext, and is checked before anything is decrypted. */
import { describe, expect, it } from 'vitest'
import type { BulkProtection } from '../../src/crypto/suite-parameters.js'
import { badRecordMac } from '../../src/record/record-error.js'
import { nodeCiphers, type RecordPrimitives } from '../support/node-ciphers.js'
import { bulks, pair, recordErrorOf, sealByHand } from './layers.js'

type BlockBulk = Extract<BulkProtection, { type: 'block' }>

const encryptThenMac = Object.entries(bulks).flatMap(([name, bulk]): [string, BlockBulk][] =>
  bulk.type === 'block' && bulk.encryptThenMac ? [[name, bulk]] : [],
)

describe.each(encryptThenMac)('%s', (_name, bulk) => {
  const { blockLength, macLength } = bulk

  /** Opens a record and counts what was done to it. */
  function open(wire: Uint8Array) {
    const done: string[] = []
    const primitives: RecordPrimitives = {
      ...nodeCiphers,
      hmac: (...parameters) => {
        done.push('hmac')
        return nodeCiphers.hmac(...parameters)
      },
      blockCipher: (...parameters) => {
        const cipher = nodeCiphers.blockCipher(...parameters)
        return {
          ...cipher,
          decrypt: (...blocks) => {
            done.push('decrypt')
            return cipher.decrypt(...blocks)
          },
        }
      },
    }
    const { receiver } = pair(bulk, { primitives })
    receiver.receive(wire)
    return { done, next: () => receiver.next()?.fragment }
  }

  const contentFor = (padding: number): Uint8Array =>
    new Uint8Array(Math.ceil((padding + 1) / blockLength) * blockLength - padding - 1).fill(0x61)

  it('checks the MAC, then decrypts', () => {
    const opening = open(sealByHand(bulk, { content: contentFor(3) }))
    expect(opening.next()).toEqual(contentFor(3))
    expect(opening.done).toEqual(['hmac', 'decrypt'])
  })

  it('decrypts nothing whose MAC is wrong, whatever its padding', () => {
    for (const padding of [Uint8Array.of(3, 3, 3, 3), Uint8Array.of(0, 3, 3, 3), Uint8Array.of(9, 9, 9, 255)]) {
      const opening = open(sealByHand(bulk, { content: contentFor(3), padding, spoilMac: true }))
      expect(recordErrorOf(opening.next).message).toBe(badRecordMac().message)
      expect(opening.done).toEqual(['hmac'])
    }
  })

  it('opens every length of padding', () => {
    for (let padding = 0; padding < 256; padding++) {
      const content = contentFor(padding)
      const wire = sealByHand(bulk, { content, padding: new Uint8Array(padding + 1).fill(padding) })
      expect(open(wire).next()).toEqual(content)
    }
  })

  it('refuses wrong padding under a right MAC with the same error', () => {
    for (const padding of [Uint8Array.of(0, 3, 3, 3), Uint8Array.of(3, 3, 2, 3), Uint8Array.of(3, 3, 3, 255)]) {
      const error = recordErrorOf(open(sealByHand(bulk, { content: contentFor(3), padding })).next)
      expect([error.code, error.message]).toEqual(['bad_record_mac', badRecordMac().message])
    }
  })

  it('pads as little as it must, and has the MAC behind the blocks', () => {
    for (let length = 0; length < 40; length++) {
      const blocks = 1 + Math.ceil((length + 1) / blockLength)
      expect(pair(bulk).sender.seal(23, new Uint8Array(length)).length).toBe(5 + blocks * blockLength + macLength)
    }
  })

  it('is not what a layer without it opens, nor the other way round', () => {
    const { encryptThenMac: _, ...macThenEncrypt } = bulk
    for (const [sealing, opening] of [
      [bulk, macThenEncrypt],
      [macThenEncrypt, bulk],
    ] as const) {
      const { receiver } = pair(opening)
      receiver.receive(pair(sealing).sender.seal(23, new Uint8Array(40)))
      expect(recordErrorOf(() => receiver.next()).code).toBe('bad_record_mac')
    }
  })
})
