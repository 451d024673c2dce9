/** The end of a transport, or a close_notify that anyone could have forged, is not the end of a conversation. */
import { describe, expect, test } from 'vitest'
import { AlertDescription } from '../../src/registry/alert-description.js'
import { attackClient, attackServer, expectBroken, expectDefeat } from './arena.js'
import type { Hostile } from './hostile.js'
import { insertBefore } from './script.js'
import { bytes } from './victim.js'

const WARNING = 1
const FATAL = 2

const endTransport = (it: Hostile): void => {
  it.victim.endpoint.endOfTransport()
  it.read()
}
const closeNotify = (it: Hostile): void => it.alert(WARNING, AlertDescription.close_notify)

const placesOfServer = [
  'server_hello',
  'certificate',
  'server_key_exchange',
  'server_hello_done',
  'change_cipher_spec',
  'finished',
]
const placesOfClient = [
  'client_hello',
  'certificate',
  'client_key_exchange',
  'certificate_verify',
  'change_cipher_spec',
  'finished',
]

describe('truncation in mid-handshake', () => {
  test.each(placesOfServer)('truncation: the transport ends for a client before %s', (name) => {
    expectDefeat(attackClient({ script: insertBefore(name, endTransport) }), { fault: 'truncated', alert: null })
  })

  test.each(placesOfClient)('truncation: the transport ends for a server before %s', (name) => {
    expectDefeat(attackServer({ script: insertBefore(name, endTransport) }), { fault: 'truncated', alert: null })
  })

  test.each(placesOfServer)('close_notify before Finished, to a client before %s', (name) => {
    const peer = attackClient({ script: insertBefore(name, closeNotify) })
    expectDefeat(peer, { fault: 'closed_during_handshake', alert: 'close_notify' })
  })

  test.each(placesOfClient)('close_notify before Finished, to a server before %s', (name) => {
    const peer = attackServer({ script: insertBefore(name, closeNotify) })
    expectDefeat(peer, { fault: 'closed_during_handshake', alert: 'close_notify' })
  })

  test('a forged fatal alert ends the handshake as a failure, never as a success', () => {
    const script = insertBefore<Hostile>('finished', (it) => it.alert(FATAL, AlertDescription.internal_error))
    for (const peer of [attackClient({ script }), attackServer({ script })]) {
      expect(peer.victim.fault).toMatchObject({ code: 'alert_received', alert: 'internal_error' })
      expect(peer.alerts).toEqual([])
      expect(peer.victim.established).toBe(false)
      expect(peer.victim.state).toBe('Failed')
    }
  })
})

describe('truncation of an established connection', () => {
  const both = (attack: (it: Hostile) => void) =>
    [attackClient(), attackServer()].map((peer) => {
      attack(peer)
      return peer
    })

  test('truncation: the transport ends without close_notify', () => {
    const peers = both((it) => {
      it.applicationData(bytes('the first half'))
      endTransport(it)
    })
    for (const peer of peers) expectBroken(peer, { fault: 'truncated', alert: null }, ['the first half'])
  })

  test('truncation: the transport ends inside a record', () => {
    const peers = both((it) => {
      it.deliver(it.seal(23, bytes('never whole')).subarray(0, -1))
      endTransport(it)
    })
    for (const peer of peers) expectBroken(peer, { fault: 'truncated', alert: null })
  })

  test('truncation: a close_notify forged in the clear', () => {
    const peers = both((it) => it.deliver(Uint8Array.of(21, 3, 3, 0, 2, WARNING, AlertDescription.close_notify)))
    for (const peer of peers) {
      expectBroken(peer, { fault: 'bad_record_mac', alert: 'bad_record_mac' })
      expect(peer.victim.outputs).not.toContain('peerClosed')
    }
  })

  test('a real close_notify is answered, and data behind it is not delivered', () => {
    const peers = both((it) => {
      const [closing, data] = [it.seal(21, Uint8Array.of(WARNING, 0)), it.seal(23, bytes('too late'))]
      it.deliver(Uint8Array.of(...closing, ...data))
    })
    for (const peer of peers) {
      expect(peer.victim.state).toBe('Closed')
      expect(peer.victim.outputs).toContain('peerClosed')
      expect(peer.alerts).toEqual([{ level: WARNING, description: AlertDescription.close_notify }])
      expect(peer.victim.delivered).toEqual([])
    }
  })
})
