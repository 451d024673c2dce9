/** Records that no peer may send: empty fragments, unknown types, wrong versions, alerts and ChangeCipherSpec of a wrong form. */
import { describe, expect, test } from 'vitest'
import { fromAscii } from '../../src/bytes/convert.js'
import { ContentType } from '../../src/registry/content-type.js'
import {
  attackClient,
  attackServer,
  type Defeat,
  expectBroken,
  expectDefeat,
  hostileClient,
  hostileServer,
} from './arena.js'
import type { Hostile } from './hostile.js'
import { insertBefore } from './script.js'

/** The same record to both roles, in the clear in mid-handshake, under keys before Finished, and afterwards. */
function everywhere(attack: (it: Hostile) => void, defeat: Defeat): void {
  for (const place of ['change_cipher_spec', 'finished']) {
    const script = insertBefore<Hostile>(place, attack)
    expectDefeat(attackClient({ script }), defeat)
    expectDefeat(attackServer({ script }), defeat)
  }
  for (const peer of [attackClient(), attackServer()]) {
    attack(peer)
    expectBroken(peer, defeat)
  }
}

const empty = new Uint8Array()

describe('records that no peer may send', () => {
  test.each([
    ['handshake', ContentType.handshake],
    ['alert', ContentType.alert],
    ['ChangeCipherSpec', ContentType.change_cipher_spec],
  ])('empty fragments: %s', (_, type) => {
    everywhere((it) => it.record(type, empty), { fault: 'empty_fragment', alert: 'unexpected_message' })
  })

  test.each([0, 19, 24, 25, 64, 128, 255])('unknown content type: %i', (type) => {
    everywhere((it) => it.record(type, Uint8Array.of(1)), {
      fault: 'unknown_content_type',
      alert: 'unexpected_message',
    })
  })

  test('Heartbleed: a heartbeat is an unknown content type', () => {
    const attack = (it: Hostile): void => it.record(24, Uint8Array.of(1, 0x40, 0))
    everywhere(attack, { fault: 'unknown_content_type', alert: 'unexpected_message' })
  })

  test.each([0x0300, 0x0301, 0x0302, 0x0304, 0x0203, 0x0403])('record version %i under keys', (version) => {
    const wrong: Defeat = { fault: 'bad_record_version', alert: 'protocol_version' }
    for (const peer of [attackClient(), attackServer()]) {
      peer.record(ContentType.application_data, Uint8Array.of(1), version)
      expectBroken(peer, wrong)
    }
  })

  test.each([
    ['of one byte', [1]],
    ['of three bytes', [1, 0, 0]],
    ['two in one record', [1, 90, 1, 90]],
  ])('alerts of a wrong form: %s', (_, fragment) => {
    const attack = (it: Hostile): void => it.record(ContentType.alert, Uint8Array.from(fragment))
    everywhere(attack, { fault: 'malformed_alert', alert: 'decode_error' })
  })

  test.each([0, 3, 255])('alerts of a wrong form: level %i', (level) => {
    everywhere((it) => it.alert(level, 80), { fault: 'bad_alert_level', alert: 'illegal_parameter' })
  })

  test.each([
    ['of value 2', [2]],
    ['of value 0', [0]],
    ['of two bytes', [1, 1]],
  ])('ChangeCipherSpec of a wrong form: %s', (_, fragment) => {
    const attack = (it: Hostile): void => it.record(ContentType.change_cipher_spec, Uint8Array.from(fragment))
    everywhere(attack, { fault: 'malformed_change_cipher_spec', alert: 'illegal_parameter' })
  })

  test.each(['GET / HTTP/1.1\r\n\r\n', 'HTTP/1.1 400 Bad Request\r\n', 'SSH-2.0-x\r\n', 'EHLO example.org\r\n'])(
    'another protocol in place of TLS: %j',
    (line) => {
      for (const peer of [hostileClient(), hostileServer()]) {
        peer.start()
        peer.deliver(fromAscii(line))
        expect(peer.victim.state).toBe('Failed')
        expect(peer.alerts).toHaveLength(1)
        expect(peer.victim.established).toBe(false)
      }
    },
  )
})
