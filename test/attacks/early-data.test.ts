/** Application data before the peer's Finished is nobody's yet: it is refused, not delivered, in every state. */
import { describe, expect, test } from 'vitest'
import { attackClient, attackServer, expectBroken, expectDefeat, hostileServer } from './arena.js'
import type { Hostile } from './hostile.js'
import { insertBefore } from './script.js'
import { bytes } from './victim.js'

const unexpected = { fault: 'unexpected_message', alert: 'unexpected_message' } as const

const early = (name: string, data = bytes('injected')) => insertBefore<Hostile>(name, (it) => it.applicationData(data))

describe('application data before Finished', () => {
  const ofServer = [
    ['server_hello', 'ExpectServerHello'],
    ['certificate', 'ExpectCertificate'],
    ['server_key_exchange', 'ExpectServerKeyExchange'],
    ['certificate_request', 'ExpectCertificateRequest'],
    ['server_hello_done', 'ExpectServerHelloDone'],
    ['change_cipher_spec', 'ExpectServerChangeCipherSpec'],
    ['finished', 'ExpectServerFinished'],
  ] as const

  test.each(ofServer)('application data before Finished, to a client, before %s', (name, state) => {
    const peer = attackClient({ certificateRequest: {}, script: early(name) })
    expectDefeat(peer, { ...unexpected, state })
  })

  const ofClient = [
    ['client_hello', 'ExpectClientHello'],
    ['certificate', 'ExpectClientCertificate'],
    ['client_key_exchange', 'ExpectClientKeyExchange'],
    ['certificate_verify', 'ExpectCertificateVerify'],
    ['change_cipher_spec', 'ExpectClientChangeCipherSpec'],
    ['finished', 'ExpectClientFinished'],
  ] as const

  test.each(ofClient)('application data before Finished, to a server, before %s', (name, state) => {
    expectDefeat(attackServer({ script: early(name) }), { ...unexpected, state })
  })

  test('application data before Finished: empty records as well', () => {
    for (const [name] of ofServer) {
      expectDefeat(attackClient({ certificateRequest: {}, script: early(name, new Uint8Array()) }), unexpected)
    }
    for (const [name] of ofClient) expectDefeat(attackServer({ script: early(name, new Uint8Array()) }), unexpected)
  })

  test('application data before Finished: behind an open need, at once and with the need given up', () => {
    let aborted = false
    const peer = hostileServer({
      victim: {
        verifier: (_, signal) => {
          signal.addEventListener('abort', () => {
            aborted = true
          })
          return new Promise(() => {})
        },
      },
    })
    peer.start()
    for (const { name, run } of peer.script()) if (name !== 'change_cipher_spec' && name !== 'finished') run(peer)
    expect(peer.victim.state).toBe('AwaitCertificateVerification')
    peer.applicationData(bytes('injected'))
    expectDefeat(peer, { ...unexpected, state: 'AwaitCertificateVerification' })
    expect(aborted).toBe(true)
  })

  test('application data in the clear after the handshake', () => {
    const peer = attackClient()
    const data = bytes('injected')
    peer.deliver(Uint8Array.of(23, 3, 3, 0, data.length, ...data))
    expectBroken(peer, { fault: 'bad_record_mac', alert: 'bad_record_mac' })
  })
})
