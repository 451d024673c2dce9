/**
 * POODLE and Lucky 13: under CBC a wrong padding, a wrong MAC and an impossible length are one and the same to the peer
 * (RFC 5246 §6.2.3.2). Timing is the record layer's own test; this one is about what the connection shows.
 */
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { noble } from '../support/endpoints.js'
import { attackClient, attackServer, expectBroken } from './arena.js'
import type { Hostile } from './hostile.js'

const suite = 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'
const broken = { fault: 'bad_record_mac', alert: 'bad_record_mac' } as const
const MAC = 20
const BLOCK = 16

interface Parts {
  readonly content: Uint8Array
  /** As the standard has them, each to be changed. */
  readonly mac: (honest: Uint8Array) => Uint8Array
  readonly padding: readonly number[]
}

const honest = (it: Uint8Array): Uint8Array => it
const flipped = (index: number) => (it: Uint8Array) => it.map((byte, at) => (at === index ? byte ^ 1 : byte))

/** The second record under the attacker's keys (Finished was the first), with any MAC and padding. */
function record(it: Hostile, { content, mac, padding }: Parts): Uint8Array {
  const keys = it.keysFrom(it.masterSecret ?? new Uint8Array())[it.role]
  const pseudoHeader = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 23, 3, 3, content.length >> 8, content.length & 0xff)
  const right = noble.hmac('sha1', keys.macKey ?? new Secret(new Uint8Array()), pseudoHeader, content)
  const plaintext = concat(content, mac(right), Uint8Array.from(padding))
  const iv = noble.randomBytes(BLOCK)
  const fragment = concat(iv, noble.blockCipher('AES_128_CBC', keys.key).encrypt(iv, plaintext))
  return concat(Uint8Array.of(23, 3, 3, fragment.length >> 8, fragment.length & 0xff), fragment)
}

/** Content of a length that `padding` bytes fill up to whole blocks. */
const contentFor = (padding: number): Uint8Array => new Uint8Array(64 * BLOCK - MAC - padding).fill(0x61)
const padded = (length: number, value = length - 1): number[] => new Array<number>(length).fill(value)

const wrong: readonly (readonly [string, Parts])[] = [
  ['the MAC wrong in its first byte', { content: contentFor(12), mac: flipped(0), padding: padded(12) }],
  ['the MAC wrong in its last byte', { content: contentFor(12), mac: flipped(19), padding: padded(12) }],
  ['the MAC of zeros', { content: contentFor(12), mac: () => new Uint8Array(MAC), padding: padded(12) }],
  ['a padding byte wrong, first', { content: contentFor(12), mac: honest, padding: [0, ...padded(11, 11)] }],
  ['a padding byte wrong, last but one', { content: contentFor(12), mac: honest, padding: [...padded(10, 11), 0, 11] }],
  [
    'padding of zeros but for its length (SSL 3.0)',
    { content: contentFor(16), mac: honest, padding: [...padded(15, 0), 15] },
  ],
  ['a padding length of one too many', { content: contentFor(12), mac: honest, padding: padded(12, 12) }],
  ['a padding length of one too few', { content: contentFor(12), mac: honest, padding: padded(12, 10) }],
  [
    'a padding length that leaves no room for the MAC',
    { content: contentFor(16), mac: honest, padding: padded(16, 255) },
  ],
  [
    'a long padding with one byte wrong',
    { content: contentFor(256), mac: honest, padding: [255, 7, ...padded(254, 255)] },
  ],
  ['both MAC and padding wrong', { content: contentFor(12), mac: flipped(3), padding: padded(12, 3) }],
  ['no content, wrong MAC', { content: new Uint8Array(), mac: flipped(3), padding: padded(12) }],
  ['no content, padding that eats the MAC', { content: new Uint8Array(), mac: honest, padding: padded(12, 31) }],
]

const behaviour = (peer: Hostile) => ({
  sealed: peer.sealed.slice(-1).map((it) => [it[0], it.length]),
  alerts: peer.alerts,
  outputs: peer.victim.outputs,
  states: peer.victim.states,
  fault: peer.victim.fault?.message,
})

describe('POODLE, Lucky 13', () => {
  const victims = { client: () => attackClient({ suite }), server: () => attackServer({ suite }) }

  describe.each(['client', 'server'] as const)('to a %s', (role) => {
    const usual = (() => {
      const peer = victims[role]()
      peer.deliver(Uint8Array.of(23, 3, 3, 0, 64, ...noble.randomBytes(64)))
      return behaviour(peer)
    })()

    test.each(wrong)('POODLE, Lucky 13: %s', (_, parts) => {
      const peer = victims[role]()
      peer.deliver(record(peer, parts))
      expectBroken(peer, broken)
      expect(behaviour(peer)).toEqual(usual)
    })

    test.each([0, 16, 32, 47, 48, 49, 63])('Lucky 13: %i bytes of ciphertext', (length) => {
      const peer = victims[role]()
      peer.deliver(Uint8Array.of(23, 3, 3, 0, length, ...new Uint8Array(length)))
      expectBroken(peer, broken)
      expect(behaviour(peer)).toEqual(usual)
    })

    test('every padding that is right passes', () => {
      for (const length of [1, 12, 16, 200, 256]) {
        const peer = victims[role]()
        peer.deliver(record(peer, { content: contentFor(length), mac: honest, padding: padded(length) }))
        expect(peer.victim.delivered).toEqual(['a'.repeat(contentFor(length).length)])
      }
    })

    test('POODLE: a block copied to the end in the place of the padding', () => {
      for (let attempt = 0; attempt < 4; attempt++) {
        const peer = victims[role]()
        const whole = record(peer, { content: contentFor(16), mac: honest, padding: padded(16) })
        whole.copyWithin(whole.length - BLOCK, 5 + 2 * BLOCK, 5 + 3 * BLOCK)
        peer.deliver(whole)
        expectBroken(peer, broken)
        expect(behaviour(peer)).toEqual(usual)
      }
    })
  })
})
