/**
 * SMACK (CVE-2014-6593, CVE-2015-0204, CVE-2015-0205): messages left out, repeated, out of order, or of the other role. A machine that waits
 * for exactly what may come now has no shortcut through itself (RFC 5246 §7.3).
 */
import { describe, expect, test } from 'vitest'
import { HandshakeType, type HandshakeTypeName } from '../../src/registry/handshake-type.js'
import {
  type AttackOnClient,
  attackClient,
  attackServer,
  expectBroken,
  expectConnected,
  expectDefeat,
} from './arena.js'
import type { Hostile } from './hostile.js'
import type { HostileClient } from './hostile-client.js'
import type { HostileServer } from './hostile-server.js'
import { insertAfter, insertBefore, only, type Rewrite, repeat, replace, skip, swap } from './script.js'
import { bytes } from './victim.js'

const unexpected = { fault: 'unexpected_message', alert: 'unexpected_message' } as const

/** Whatever was left out: in the end the attacker sends data as if the handshake had been complete. */
const thenData =
  (rewrite: Rewrite<Hostile>): Rewrite<Hostile> =>
  (honest) => [...rewrite(honest), { name: 'data', run: (it) => it.applicationData(bytes('stolen')) }]

describe('SMACK: a server that skips messages', () => {
  test.each([
    [['server_hello'], 'ExpectServerHello'],
    [['certificate'], 'ExpectCertificate'],
    [['server_key_exchange'], 'ExpectServerKeyExchange'],
    [['certificate', 'server_key_exchange'], 'ExpectCertificate'],
    [['server_hello_done'], 'ExpectServerHelloDone'],
    [['change_cipher_spec'], 'ExpectServerChangeCipherSpec'],
    [['finished'], 'ExpectServerFinished'],
    [['change_cipher_spec', 'finished'], 'ExpectServerChangeCipherSpec'],
  ])('SMACK: skips %j', (skipped, state) => {
    const peer = attackClient({ certificateRequest: {}, script: thenData(skip(...skipped)) })
    expectDefeat(peer, { ...unexpected, state })
  })

  test.each([
    [['server_hello', 'finished'], 'ExpectCertificate'],
    [['server_hello', 'change_cipher_spec', 'finished'], 'ExpectCertificate'],
    [['server_hello', 'certificate', 'finished'], 'ExpectServerKeyExchange'],
    [['server_hello', 'certificate', 'server_hello_done'], 'ExpectServerKeyExchange'],
    [['finished'], 'ExpectServerHello'],
  ])('SMACK: sends %j alone', (sent, state) => {
    const peer = attackClient({ script: thenData(only(...sent)) })
    expectDefeat(peer, { ...unexpected, state })
  })

  test('SMACK: only a CertificateRequest may be left out', () => {
    expectConnected(attackClient({ certificateRequest: {}, script: skip('certificate_request') }))
  })

  test('SMACK: RSA key transport without ServerHelloDone, ChangeCipherSpec or Finished', () => {
    const rsa: AttackOnClient = { suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256', kind: 'rsa' }
    const skipping = (name: string) => attackClient({ ...rsa, script: thenData(skip(name)) })
    expectDefeat(skipping('server_hello_done'), { ...unexpected, state: 'ExpectCertificateRequest' })
    expectDefeat(skipping('change_cipher_spec'), { ...unexpected, state: 'ExpectServerChangeCipherSpec' })
    expectDefeat(skipping('finished'), { ...unexpected, state: 'ExpectServerFinished' })
  })
})

describe('SMACK: a client that skips messages', () => {
  test.each([
    [['client_hello'], 'ExpectClientHello'],
    [['certificate'], 'ExpectClientCertificate'],
    [['certificate', 'certificate_verify'], 'ExpectClientCertificate'],
    [['client_key_exchange'], 'ExpectClientKeyExchange'],
    [['client_key_exchange', 'certificate_verify'], 'ExpectClientKeyExchange'],
    [['certificate_verify'], 'ExpectCertificateVerify'],
    [['change_cipher_spec'], 'ExpectClientChangeCipherSpec'],
    [['certificate_verify', 'change_cipher_spec'], 'ExpectCertificateVerify'],
    [['finished'], 'ExpectClientFinished'],
    [['change_cipher_spec', 'finished'], 'ExpectClientChangeCipherSpec'],
  ])('SMACK: skips %j', (skipped, state) => {
    expectDefeat(attackServer({ script: thenData(skip(...skipped)) }), { ...unexpected, state })
  })

  test('SMACK: a CertificateVerify from a client that showed no certificate', () => {
    const peer = attackServer({
      victim: { clientAuthentication: 'request' },
      edit: { certificate: () => ({ certificateList: [] }) },
    })
    expectDefeat(peer, { ...unexpected, state: 'ExpectClientChangeCipherSpec' })
  })

  test('SMACK: a required certificate is an empty list', () => {
    const peer = attackServer({ edit: { certificate: () => ({ certificateList: [] }) } })
    expectDefeat(peer, { fault: 'client_certificate_missing', alert: 'handshake_failure' })
  })

  test('SMACK: a certificate that nobody asked for', () => {
    const peer = attackServer({
      victim: { clientAuthentication: 'none' },
      script: insertBefore<HostileClient>('client_key_exchange', (it) => it.certificate()),
    })
    expectDefeat(peer, { ...unexpected, state: 'ExpectClientKeyExchange' })
  })
})

describe('SMACK: repeated messages', () => {
  test.each([
    ['server_hello', 'ExpectCertificate'],
    ['certificate', 'ExpectServerKeyExchange'],
    ['server_key_exchange', 'ExpectCertificateRequest'],
    ['certificate_request', 'ExpectServerHelloDone'],
    ['server_hello_done', 'ExpectServerChangeCipherSpec'],
    ['change_cipher_spec', 'ExpectServerFinished'],
  ])('SMACK: the server sends %s twice', (name, state) => {
    expectDefeat(attackClient({ certificateRequest: {}, script: repeat(name) }), { ...unexpected, state })
  })

  test.each([
    ['client_hello', 'ExpectClientCertificate'],
    ['certificate', 'ExpectClientKeyExchange'],
    ['client_key_exchange', 'ExpectCertificateVerify'],
    ['certificate_verify', 'ExpectClientChangeCipherSpec'],
    ['change_cipher_spec', 'ExpectClientFinished'],
  ])('SMACK: the client sends %s twice', (name, state) => {
    expectDefeat(attackServer({ script: repeat(name) }), { ...unexpected, state })
  })

  test('SMACK: Finished twice ends the connection that the first one opened', () => {
    expectBroken(attackClient({ script: repeat('finished') }), unexpected)
    expectBroken(attackServer({ script: repeat('finished') }), unexpected)
  })

  test('SMACK: a second Certificate later on', () => {
    const other = attackClient({
      certificateRequest: {},
      script: insertBefore<HostileServer>('server_hello_done', (it) => it.certificate()),
    })
    expectDefeat(other, unexpected)
    expectDefeat(
      attackServer({ script: insertBefore<HostileClient>('certificate_verify', (it) => it.certificate()) }),
      unexpected,
    )
  })
})

describe('SMACK: messages out of order', () => {
  test.each([
    ['server_hello', 'certificate'],
    ['certificate', 'server_key_exchange'],
    ['server_key_exchange', 'certificate_request'],
    ['certificate_request', 'server_hello_done'],
    ['server_hello_done', 'change_cipher_spec'],
  ])('SMACK: the server swaps %s and %s', (first, second) => {
    expectDefeat(attackClient({ certificateRequest: {}, script: swap(first, second) }), unexpected)
  })

  test.each([
    ['client_hello', 'certificate'],
    ['certificate', 'client_key_exchange'],
    ['client_key_exchange', 'certificate_verify'],
    ['certificate_verify', 'change_cipher_spec'],
  ])('SMACK: the client swaps %s and %s', (first, second) => {
    expectDefeat(attackServer({ script: swap(first, second) }), unexpected)
  })

  test('SMACK: Finished in the clear before ChangeCipherSpec', () => {
    expectDefeat(
      attackClient({ script: insertBefore<HostileServer>('change_cipher_spec', (it) => it.finished()) }),
      unexpected,
    )
    expectDefeat(
      attackServer({ script: insertBefore<HostileClient>('change_cipher_spec', (it) => it.finished()) }),
      unexpected,
    )
  })
})

/** What else may come at a place: everything but this gives unexpected_message, whatever is in it. */
const alsoExpected: Readonly<Record<string, readonly string[]>> = {
  certificate_request: ['server_hello_done'],
  server_hello_done: ['certificate_request'],
}

const types = Object.entries(HandshakeType) as [HandshakeTypeName, number][] // Object.entries widens the keys

describe('SMACK: every other message at every place', () => {
  const places = [
    'server_hello',
    'certificate',
    'server_key_exchange',
    'certificate_request',
    'change_cipher_spec',
    'finished',
  ]
  test.each(places)('SMACK: to a client, in place of %s', (place) => {
    for (const [name, type] of types) {
      if (name === place || name === 'hello_request' || alsoExpected[place]?.includes(name)) continue
      const script = replace<HostileServer>(place, (it) => it.raw(Uint8Array.of(type, 0, 0, 0)))
      expectDefeat(attackClient({ certificateRequest: {}, script }), unexpected)
    }
  })

  test.each([
    'client_hello',
    'certificate',
    'client_key_exchange',
    'certificate_verify',
    'change_cipher_spec',
    'finished',
  ])('SMACK: to a server, in place of %s', (place) => {
    for (const [name, type] of types) {
      if (name === place) continue
      const script = replace<HostileClient>(place, (it) => it.raw(Uint8Array.of(type, 0, 0, 0)))
      expectDefeat(attackServer({ script }), unexpected)
    }
  })

  test('SMACK: a handshake type that does not exist', () => {
    expectDefeat(
      attackClient({ script: insertAfter<HostileServer>('server_hello', (it) => it.raw(Uint8Array.of(99, 0, 0, 0))) }),
      unexpected,
    )
    expectDefeat(
      attackServer({ script: insertAfter<HostileClient>('client_hello', (it) => it.raw(Uint8Array.of(99, 0, 0, 0))) }),
      unexpected,
    )
  })

  test('SMACK: a HelloRequest in mid-handshake is no way around a message, and no part of the transcript', () => {
    const script = insertBefore<HostileServer>('server_key_exchange', (it) => it.raw(Uint8Array.of(0, 0, 0, 0)))
    const peer = attackClient({ script })
    expectConnected(peer)
    expect(peer.victim.states.filter((name) => name === 'ExpectServerKeyExchange')).toHaveLength(2)
  })
})

describe('FREAK and its like: ServerKeyExchange where none belongs, none where one belongs', () => {
  const exportKey = (it: HostileServer): void => {
    const modulus = Uint8Array.of(0x80, ...new Uint8Array(62), 1)
    const params = Uint8Array.of(0, modulus.length, ...modulus, 0, 3, 1, 0, 1)
    it.message('server_key_exchange', { body: params })
  }

  test.each(['TLS_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_128_CBC_SHA'] as const)(
    'FREAK: a 512-bit export key under %s',
    (suite) => {
      const peer = attackClient({
        suite,
        kind: 'rsa',
        script: insertBefore<HostileServer>('server_hello_done', exportKey),
      })
      expectDefeat(peer, { ...unexpected, state: 'ExpectCertificateRequest' })
    },
  )

  test('FREAK: a signed ephemeral share under RSA key transport', () => {
    const script = insertBefore<HostileServer>('server_hello_done', (it) => it.serverKeyExchange())
    const scheme = 'rsa_pss_rsae_sha256'
    const peer = attackClient({ suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256', kind: 'rsa', scheme, script })
    expectDefeat(peer, { ...unexpected, state: 'ExpectCertificateRequest' })
  })

  test.each([
    ['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 'rsa'],
    ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'rsa'],
    ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ecdsaP256'],
  ] as const)('ServerKeyExchange missing under %s', (suite, kind) => {
    const peer = attackClient({ suite, kind, script: skip('server_key_exchange') })
    expectDefeat(peer, { ...unexpected, state: 'ExpectServerKeyExchange' })
  })

  test('messages of extensions that were not negotiated: NewSessionTicket and CertificateStatus', () => {
    const ticket = insertBefore<HostileServer>('change_cipher_spec', (it) =>
      it.message('new_session_ticket', { ticketLifetimeHint: 60, ticket: bytes('ticket') }),
    )
    expectDefeat(attackClient({ script: ticket }), { ...unexpected, state: 'ExpectServerChangeCipherSpec' })
    const status = insertAfter<HostileServer>('certificate', (it) =>
      it.message('certificate_status', { statusType: 1, response: bytes('response') }),
    )
    expectDefeat(attackClient({ script: status }), { ...unexpected, state: 'ExpectServerKeyExchange' })
  })
})
