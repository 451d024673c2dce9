import { describe, expect, it } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { isMacAt, paddingLengthOrZero } from '../../src/record/cbc-constant-time.js'
import { badRecordMac } from '../../src/record/record-error.js'
import { ContentType } from '../../src/registry/content-type.js'
import { nodeCiphers, type RecordPrimitives } from '../support/node-ciphers.js'
import { bulks, pair, rawRecord, recordErrorOf, someKeys } from './layers.js'

const bulk = bulks['AES-128-CBC-SHA']
if (bulk?.type !== 'block') throw new Error('the CBC suite is missing')
const MAC_LENGTH = 20

/** The first record under `someKeys`, built here from its parts: the layer itself never pads more than it must. */
function build(content: Uint8Array, padding: Uint8Array, spoilMac = false): Uint8Array {
  const keys = someKeys(bulk ?? fail())
  const covered = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 23, 3, 3, content.length >> 8, content.length & 0xff)
  const mac = nodeCiphers.hmac('sha1', keys.macKey ?? new Secret(new Uint8Array()), covered, content)
  if (spoilMac) mac[19] = (mac[19] ?? 0) ^ 1
  const iv = new Uint8Array(16).fill(0x5a)
  const encrypted = nodeCiphers.blockCipher('AES_128_CBC', keys.key).encrypt(iv, concat(content, mac, padding))
  return rawRecord(ContentType.application_data, 0x0303, concat(iv, encrypted))
}

const fail = (): never => {
  throw new Error('the CBC suite is missing')
}

/** `length` + 1 bytes of right padding: each of them holds the length (RFC 5246 §6.2.3.2). */
const rightPadding = (length: number): Uint8Array => new Uint8Array(length + 1).fill(length)

/** Content that fills whole blocks together with a MAC and `padding` bytes and their length. */
const contentFor = (padding: number, blocks: number): Uint8Array =>
  new Uint8Array(blocks * 16 - MAC_LENGTH - padding - 1).fill(0x61)

const open = (wire: Uint8Array, primitives: RecordPrimitives = nodeCiphers) => {
  const { receiver } = pair(bulk, { primitives })
  receiver.receive(wire)
  return receiver.next()
}

describe('CBC padding (RFC 5246 §6.2.3.2)', () => {
  it('of every length opens', () => {
    for (let padding = 0; padding < 256; padding++) {
      const content = contentFor(padding, 19)
      expect(open(build(content, rightPadding(padding)))?.fragment).toEqual(content)
    }
  })

  it('of every length opens in the shortest record that holds it', () => {
    for (let padding = 0; padding < 256; padding++) {
      const content = contentFor(padding, Math.ceil((MAC_LENGTH + padding + 1) / 16))
      expect(open(build(content, rightPadding(padding)))?.fragment).toEqual(content)
    }
  })

  it('is as short as possible in what we seal', () => {
    for (let length = 0; length < 40; length++) {
      const wire = pair(bulk).sender.seal(ContentType.application_data, new Uint8Array(length))
      expect(wire.length).toBe(5 + 16 + 16 * Math.ceil((length + MAC_LENGTH + 1) / 16))
    }
  })

  it('with any one byte wrong is refused, also where SSL 3.0 would not look (POODLE)', () => {
    for (const padding of [1, 7, 15, 100, 255]) {
      const content = contentFor(padding, 18)
      for (let at = 0; at < padding; at++) {
        const wrong = rightPadding(padding)
        wrong[at] = padding ^ 1
        expect(recordErrorOf(() => open(build(content, wrong))).code).toBe('bad_record_mac')
      }
    }
  })

  it('that is wrong is refused although the MAC would be right without it', () => {
    const content = contentFor(0, 5)
    expect(open(build(content, rightPadding(0)))?.fragment).toEqual(content)
    for (let claimed = 1; claimed < 256; claimed++) {
      expect(recordErrorOf(() => open(build(content, Uint8Array.of(claimed)))).code).toBe('bad_record_mac')
    }
  })
})

describe('one error for everything that can be wrong (Lucky 13, POODLE, Vaudenay)', () => {
  it('bad padding, bad MAC, both, and padding longer than the record have the same code and message', () => {
    const content = contentFor(15, 5)
    const wrong = rightPadding(15)
    wrong[3] = 0
    const tooLong = new Uint8Array(16).fill(255)
    const records = [
      build(content, rightPadding(15), true),
      build(content, wrong),
      build(content, wrong, true),
      build(content, tooLong),
      build(content, tooLong, true),
    ]
    const { code, message } = badRecordMac()
    for (const record of records) {
      const error = recordErrorOf(() => open(record))
      expect([error.code, error.message, Object.keys(error).sort()]).toEqual([code, message, ['code', 'name']])
    }
  })

  /** Counts SHA-1 compressions as RFC 2104 §2 and RFC 6234 §4.1 have them: 64-byte blocks, 9 bytes of length padding. */
  function counted(): { primitives: RecordPrimitives; compressions: () => number; calls: () => string[] } {
    let total = 0
    const made: string[] = []
    const blocks = (bytes: number): number => Math.ceil((bytes + 9) / 64)
    const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)
    const primitives: RecordPrimitives = {
      ...nodeCiphers,
      hash: (name, ...parts) => {
        total += blocks(lengthOf(parts))
        made.push(`hash ${name}`)
        return nodeCiphers.hash(name, ...parts)
      },
      hmac: (name, key, ...parts) => {
        total += blocks(64 + lengthOf(parts)) + blocks(64 + MAC_LENGTH)
        made.push(`hmac ${name}`)
        return nodeCiphers.hmac(name, key, ...parts)
      },
    }
    return { primitives, compressions: () => total, calls: () => made }
  }

  const workOf = (wire: Uint8Array) => {
    const { primitives, compressions, calls } = counted()
    try {
      open(wire, primitives)
    } catch {
      // most of these records are bad
    }
    return { compressions: compressions(), calls: calls() }
  }

  it('Lucky 13: the hashing of a record of a given length is the same whatever its padding says', () => {
    for (const blocks of [2, 3, 4, 5, 6, 17, 18, 19, 20, 40]) {
      const seen = new Set<string>()
      for (let padding = 0; padding < 256; padding++) {
        const longest = blocks * 16 - MAC_LENGTH - 1
        if (padding <= longest) {
          seen.add(JSON.stringify(workOf(build(contentFor(padding, blocks), rightPadding(padding)))))
          seen.add(JSON.stringify(workOf(build(contentFor(padding, blocks), rightPadding(padding), true))))
        }
        const wrong = new Uint8Array(blocks * 16 - MAC_LENGTH)
        wrong[wrong.length - 1] = padding
        if (padding > 0) seen.add(JSON.stringify(workOf(build(new Uint8Array(), wrong))))
      }
      expect([...seen].length, `${blocks} blocks: ${[...seen].join(' ')}`).toBe(1)
    }
  }, 60_000)

  it('Lucky 13: MAC and evening out are both there (the count above could not see two that are missing)', () => {
    const work = workOf(build(contentFor(3, 4), rightPadding(3)))
    expect(work.calls).toEqual(['hmac sha1', 'hash sha1'])
    // 13 + 43 bytes of MAC input at most: 64 + 56 + 9 bytes are 3 blocks, 2 for the outer hash, 1 for evening out
    expect(work.compressions).toBe(6)
  })
})

describe('the constant-time parts against their plain definitions', () => {
  it('padding', () => {
    for (let claimed = 0; claimed < 256; claimed++) {
      for (const length of [32, 48, 256, 272, 288, 320]) {
        const bytes = new Uint8Array(length).fill(claimed)
        const good = claimed + 1 + MAC_LENGTH <= length
        expect(paddingLengthOrZero(bytes, MAC_LENGTH)).toEqual(
          good ? { length: claimed, good: 1 } : { length: 0, good: 0 },
        )
        if (!good || claimed === 0) continue
        bytes[length - 1 - claimed] = claimed ^ 0x80
        expect(paddingLengthOrZero(bytes, MAC_LENGTH)).toEqual({ length: 0, good: 0 })
        bytes[length - 1 - claimed] = claimed
        bytes[length - 2 - claimed] = claimed ^ 0x80
        expect(paddingLengthOrZero(bytes, MAC_LENGTH)).toEqual({ length: claimed, good: 1 })
      }
    }
  })

  it('MAC', () => {
    const mac = Uint8Array.from({ length: MAC_LENGTH }, (_, i) => 200 + i)
    for (const length of [32, 64, 320]) {
      for (let at = Math.max(0, length - MAC_LENGTH - 256); at <= length - MAC_LENGTH - 1; at++) {
        const bytes = new Uint8Array(length)
        bytes.set(mac, at)
        expect(isMacAt(bytes, at, mac)).toBe(1)
        if (at > 0) expect(isMacAt(bytes, at - 1, mac)).toBe(0)
        for (const wrong of [0, 10, 19]) {
          const spoilt = bytes.slice()
          spoilt[at + wrong] = 0
          expect(isMacAt(spoilt, at, mac)).toBe(0)
        }
      }
    }
  })
})
