import { describe, expect, it } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { badRecordMac } from '../../src/record/record-error.js'
import type { RecordLayer } from '../../src/record/record-layer.js'
import { ContentType } from '../../src/registry/content-type.js'
import { bulks, codeOf, pair, rawRecord, recordErrorOf } from './layers.js'

const HEADER_LENGTH = 5

const seal = (layer: RecordLayer, ...bytes: number[]): Uint8Array =>
  layer.seal(ContentType.application_data, Uint8Array.from(bytes))

for (const [name, bulk] of Object.entries(bulks)) {
  describe(`${name}: what does not authenticate`, () => {
    const expectRefused = (wire: Uint8Array, salt?: number) => {
      const { receiver } = pair(bulk, salt === undefined ? {} : { salt })
      receiver.receive(wire)
      const error = recordErrorOf(() => receiver.next())
      expect([error.code, error.message]).toEqual(['bad_record_mac', badRecordMac().message])
    }

    it('each byte of the fragment altered, each of its bits', () => {
      const wire = seal(pair(bulk).sender, ...Array.from({ length: 21 }, (_, i) => i))
      for (let at = HEADER_LENGTH; at < wire.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          expectRefused(wire.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte)))
        }
      }
    })

    it('another content type in the header', () => {
      const wire = seal(pair(bulk).sender, 1, 2, 3)
      for (const type of [ContentType.handshake, ContentType.alert, ContentType.change_cipher_spec]) {
        expectRefused(wire.map((byte, i) => (i === 0 ? type : byte)))
      }
    })

    it('cut short or lengthened, to every length', () => {
      const wire = seal(pair(bulk).sender, 1, 2, 3)
      const fragment = wire.subarray(HEADER_LENGTH)
      for (let length = 0; length < fragment.length; length++) {
        expectRefused(rawRecord(ContentType.application_data, 0x0303, fragment.subarray(0, length)))
      }
      for (const more of [1, 15, 16, 32]) {
        expectRefused(rawRecord(ContentType.application_data, 0x0303, concat(fragment, new Uint8Array(more))))
      }
    })

    it('replayed, reordered, left out or spliced', () => {
      const { sender } = pair(bulk)
      const [first, second, third] = [seal(sender, 1), seal(sender, 2), seal(sender, 3)]
      const afterGood = (good: readonly Uint8Array[], bad: Uint8Array) => {
        const { receiver } = pair(bulk)
        receiver.receive(concat(...good, bad))
        for (const _ of good) expect(receiver.next()).toBeDefined()
        expect(codeOf(() => receiver.next())).toBe('bad_record_mac')
      }
      afterGood([first], first)
      afterGood([first, second], first)
      afterGood([], second)
      afterGood([first], third)
      const half = HEADER_LENGTH + 16
      afterGood([first], concat(second.subarray(0, half), third.subarray(half)))
    })

    it('under other keys', () => {
      expectRefused(seal(pair(bulk).sender, 1, 2, 3), 1)
    })

    it('not protected at all', () => {
      expectRefused(rawRecord(ContentType.application_data, 0x0303, Uint8Array.of(104, 101, 108, 108, 111)))
    })
  })
}
