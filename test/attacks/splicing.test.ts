/** What stands between two honest ends can alter, drop, repeat, reorder and reflect records: each ends the connection. */
import { describe, expect, test } from 'vitest'
import type { CipherSuiteName } from '../../src/registry/cipher-suite.js'
import { ContentType } from '../../src/registry/content-type.js'
import { attackClient, attackServer, expectBroken } from './arena.js'
import type { Hostile } from './hostile.js'
import { bytes } from './victim.js'

const broken = { fault: 'bad_record_mac', alert: 'bad_record_mac' } as const

const suites: readonly CipherSuiteName[] = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CCM',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384',
  'TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA',
]

const seal = (it: Hostile, data: string): Uint8Array => it.seal(ContentType.application_data, bytes(data))

describe.each(suites)('records of %s', (suite) => {
  const both = (attack: (it: Hostile) => void, delivered: readonly string[] = []): void => {
    for (const peer of [attackClient({ suite }), attackServer({ suite })]) {
      attack(peer)
      expectBroken(peer, broken, delivered)
    }
  }

  test('records replayed', () => {
    both(
      (it) => {
        const record = seal(it, 'once')
        it.deliver(record)
        it.deliver(record)
      },
      ['once'],
    )
  })

  test('records reordered', () => {
    both((it) => {
      const [first, second] = [seal(it, 'first'), seal(it, 'second')]
      it.deliver(second)
      it.deliver(first)
    })
  })

  test('records dropped', () => {
    both((it) => {
      seal(it, 'lost')
      it.deliver(seal(it, 'after it'))
    })
  })

  test('records reflected: the victim is sent its own', () => {
    both((it) => it.deliver(it.sealed.at(-1) ?? new Uint8Array()))
  })

  test('records spliced in from another connection', () => {
    both((it) => it.deliver(seal(it.role === 'server' ? attackClient({ suite }) : attackServer({ suite }), 'foreign')))
  })

  test('records altered: every byte of one in turn', () => {
    const first = seal(attackClient({ suite }), 'altered')
    const places = [5, 6, 12, 13, 20, 21, first.length - 17, first.length - 16, first.length - 1]
    for (const place of places) {
      const peer = attackClient({ suite })
      peer.deliver(seal(peer, 'altered').map((byte, index) => (index === place ? byte ^ 1 : byte)))
      expectBroken(peer, broken)
    }
  })

  test('records altered: the type, and the length with bytes to match', () => {
    both((it) => it.deliver(seal(it, 'typed').map((byte, index) => (index === 0 ? ContentType.handshake : byte))))
    both((it) => {
      const record = seal(it, 'shortened')
      const length = record.length - 6
      it.deliver(Uint8Array.of(23, 3, 3, length >> 8, length & 0xff, ...record.subarray(5, -1)))
    })
    both((it) => {
      const record = seal(it, 'lengthened')
      const length = record.length - 4
      it.deliver(Uint8Array.of(23, 3, 3, length >> 8, length & 0xff, ...record.subarray(5), 0))
    })
  })

  test.each([0, 1, 7, 8, 15, 16, 23, 24, 31])('records of %i bytes, too short to be any', (length) => {
    both((it) => it.deliver(Uint8Array.of(23, 3, 3, 0, length, ...new Uint8Array(length))))
  })

  test('nothing behind a broken record is read', () => {
    const peer = attackClient({ suite })
    const [first, second] = [seal(peer, 'first'), seal(peer, 'second')]
    peer.deliver(Uint8Array.of(...first.map((byte, index) => (index === 9 ? byte ^ 1 : byte)), ...second))
    peer.deliver(second)
    expectBroken(peer, broken)
    expect(peer.victim.delivered).toEqual([])
  })
})
