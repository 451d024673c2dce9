import { describe, expect, it } from 'vitest'
import type { BulkProtection } from '../../src/crypto/suite-parameters.js'
import { isMacAt, paddingLengthOrZero } from '../../src/record/cbc-constant-time.js'
import { badRecordMac } from '../../src/record/record-error.js'
import { ContentType } from '../../src/registry/content-type.js'
import { nodeCiphers, type RecordPrimitives } from '../support/node-ciphers.js'
import { bulks, pair, recordErrorOf, sealByHand } from './layers.js'

type BlockBulk = Extract<BulkProtection, { type: 'block' }>

const blockBulks = Object.entries(bulks).flatMap(([name, bulk]): [string, BlockBulk][] =>
  bulk.type === 'block' && !bulk.encryptThenMac ? [[name, bulk]] : [],
)

/** `length` + 1 bytes of right padding: each of them holds the length (RFC 5246 §6.2.3.2). */
const rightPadding = (length: number): Uint8Array => new Uint8Array(length + 1).fill(length)

const open = (bulk: BlockBulk, wire: Uint8Array, primitives: RecordPrimitives = nodeCiphers) => {
  const { receiver } = pair(bulk, { primitives })
  receiver.receive(wire)
  return receiver.next()
}

it('is tested for each MAC and each length of blocks', () => {
  expect(blockBulks.map(([, { mac, blockLength }]) => `${mac} ${blockLength}`)).toEqual([
    'sha1 16',
    'sha256 16',
    'sha384 16',
    'sha1 8',
  ])
})

describe.each(blockBulks)('%s', (_name, bulk) => {
  const { blockLength, macLength } = bulk

  /** The first record under `someKeys`, built from its parts: the layer itself never pads more than it must. */
  const build = (content: Uint8Array, padding: Uint8Array, spoilMac = false): Uint8Array =>
    sealByHand(bulk, { content, padding, spoilMac })

  /** Content that fills whole blocks together with a MAC and `padding` bytes and their length. */
  const contentFor = (padding: number, blocks: number): Uint8Array =>
    new Uint8Array(blocks * blockLength - macLength - padding - 1).fill(0x61)

  /** Enough blocks for every padding. */
  const many = Math.ceil((macLength + 256) / blockLength) + 2
  const few = Math.ceil((macLength + 18) / blockLength) + 1

  describe('CBC padding (RFC 5246 §6.2.3.2)', () => {
    it('of every length opens', () => {
      for (let padding = 0; padding < 256; padding++) {
        const content = contentFor(padding, many)
        expect(open(bulk, build(content, rightPadding(padding)))?.fragment).toEqual(content)
      }
    })

    it('of every length opens in the shortest record that holds it', () => {
      for (let padding = 0; padding < 256; padding++) {
        const content = contentFor(padding, Math.ceil((macLength + padding + 1) / blockLength))
        expect(open(bulk, build(content, rightPadding(padding)))?.fragment).toEqual(content)
      }
    })

    it('is as short as possible in what we seal', () => {
      for (let length = 0; length < 40; length++) {
        const wire = pair(bulk).sender.seal(ContentType.application_data, new Uint8Array(length))
        expect(wire.length).toBe(5 + blockLength * (1 + Math.ceil((length + macLength + 1) / blockLength)))
      }
    })

    it('with any one byte wrong is refused, also where SSL 3.0 would not look (POODLE)', () => {
      for (const padding of [1, 7, 15, 100, 255]) {
        const content = contentFor(padding, many)
        for (let at = 0; at < padding; at++) {
          const wrong = rightPadding(padding)
          wrong[at] = padding ^ 1
          expect(recordErrorOf(() => open(bulk, build(content, wrong))).code).toBe('bad_record_mac')
        }
      }
    })

    it('that is wrong is refused although the MAC would be right without it', () => {
      const content = contentFor(0, few)
      expect(open(bulk, build(content, rightPadding(0)))?.fragment).toEqual(content)
      for (let claimed = 1; claimed < 256; claimed++) {
        expect(recordErrorOf(() => open(bulk, build(content, Uint8Array.of(claimed)))).code).toBe('bad_record_mac')
      }
    })
  })

  describe('one error for everything that can be wrong (Lucky 13, POODLE, Vaudenay)', () => {
    it('bad padding, bad MAC, both, and padding longer than the record have the same code and message', () => {
      const content = contentFor(15, few)
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
        const error = recordErrorOf(() => open(bulk, record))
        expect([error.code, error.message, Object.keys(error).sort()]).toEqual([code, message, ['code', 'name']])
      }
    })

    /** Blocks and length fields of the hashes: RFC 6234 §4.1 (SHA-1 too), RFC 6234 §4.2. */
    const [input, trailer] = bulk.mac === 'sha384' ? [128, 17] : [64, 9]

    /** Counts compressions as RFC 2104 §2 has them. */
    function counted(): { primitives: RecordPrimitives; compressions: () => number; calls: () => string[] } {
      let total = 0
      const made: string[] = []
      const blocks = (bytes: number): number => Math.ceil((bytes + trailer) / input)
      const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)
      const primitives: RecordPrimitives = {
        ...nodeCiphers,
        hash: (name, ...parts) => {
          total += blocks(lengthOf(parts))
          made.push(`hash ${name}`)
          return nodeCiphers.hash(name, ...parts)
        },
        hmac: (name, key, ...parts) => {
          total += blocks(input + lengthOf(parts)) + blocks(input + macLength)
          made.push(`hmac ${name}`)
          return nodeCiphers.hmac(name, key, ...parts)
        },
      }
      return { primitives, compressions: () => total, calls: () => made }
    }

    const workOf = (wire: Uint8Array) => {
      const { primitives, compressions, calls } = counted()
      try {
        open(bulk, wire, primitives)
      } catch {
        // most of these records are bad
      }
      return { compressions: compressions(), calls: calls() }
    }

    it('Lucky 13: the hashing of a record of a given length is the same whatever its padding says', () => {
      for (const blocks of [few - 1, few, few + 1, many - 1, many, many + 7]) {
        const seen = new Set<string>()
        for (let padding = 0; padding < 256; padding++) {
          const longest = blocks * blockLength - macLength - 1
          if (padding <= longest) {
            seen.add(JSON.stringify(workOf(build(contentFor(padding, blocks), rightPadding(padding)))))
            seen.add(JSON.stringify(workOf(build(contentFor(padding, blocks), rightPadding(padding), true))))
          }
          const wrong = new Uint8Array(blocks * blockLength - macLength)
          wrong[wrong.length - 1] = padding
          if (padding > 0) seen.add(JSON.stringify(workOf(build(new Uint8Array(), wrong))))
        }
        expect([...seen].length, `${blocks} blocks: ${[...seen].join(' ')}`).toBe(1)
      }
    }, 60_000)

    it('Lucky 13: MAC and evening out are both there (the count above could not see two that are missing)', () => {
      const work = workOf(build(contentFor(3, few), rightPadding(3)))
      expect(work.calls).toEqual([`hmac ${bulk.mac}`, `hash ${bulk.mac}`])
    })
  })
})

const MAC_LENGTH = 20

it('Lucky 13: the hashing of one record, counted by hand', () => {
  // AES-128-CBC-SHA, 64 bytes inside: 13 + 43 bytes of MAC input at most, so 64 + 56 + 9 bytes are 3 blocks, 2 for the
  // outer hash, 1 for evening out. SHA-384, 128 bytes inside: 13 + 79, so 128 + 92 + 17 are 2, then 2 and 1.
  for (const [name, longest, expected] of [
    ['AES-128-CBC-SHA', 43, 6],
    ['AES-256-CBC-SHA384', 79, 5],
  ] as const) {
    const bulk = bulks[name]
    if (bulk?.type !== 'block') throw new Error(name)
    const [block, trailer] = bulk.mac === 'sha384' ? [128, 17] : [64, 9]
    const blocks = (bytes: number): number => Math.ceil((bytes + trailer) / block)
    const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)
    let total = 0
    const primitives: RecordPrimitives = {
      ...nodeCiphers,
      hash: (hash, ...parts) => {
        total += blocks(lengthOf(parts))
        return nodeCiphers.hash(hash, ...parts)
      },
      hmac: (hash, key, ...parts) => {
        total += blocks(block + lengthOf(parts)) + blocks(block + bulk.macLength)
        return nodeCiphers.hmac(hash, key, ...parts)
      },
    }
    open(bulk, sealByHand(bulk, { content: new Uint8Array(longest - 3), padding: rightPadding(3) }), primitives)
    expect(total).toBe(expected)
  }
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
