/** Every message ends where its content ends: a byte more, counted in its length, makes it malformed (RFC 5246 §7.2.2). */
import { describe, expect, test } from 'vitest'
import type { HandshakeTypeName } from '../../src/registry/handshake-type.js'
import {
  type AttackOnClient,
  attackClient,
  attackServer,
  expectBroken,
  expectConnected,
  expectDefeat,
} from './arena.js'
import type { HostileServer } from './hostile-server.js'
import { insertBefore } from './script.js'

/** The message with one byte more inside its own length. */
function lengthened(raw: Uint8Array): Uint8Array {
  const longer = Uint8Array.of(...raw, 0)
  const length = longer.length - 4
  longer.set([length >> 16, (length >> 8) & 0xff, length & 0xff], 1)
  return longer
}

const rawEdit = (name: HandshakeTypeName) => ({ [name]: lengthened })
const malformed = { fault: 'malformed_message', alert: 'decode_error' } as const

const dhe = { suite: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', kind: 'rsa', scheme: 'rsa_pss_rsae_sha256' } as const
const rsa = { ...dhe, suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256' } as const
const ecdhe = {} as const

const onClient: readonly (readonly [HandshakeTypeName, AttackOnClient, string])[] = [
  ['server_hello', ecdhe, 'ExpectServerHello'],
  ['certificate', ecdhe, 'ExpectCertificate'],
  ['server_key_exchange', ecdhe, 'ExpectServerKeyExchange'],
  ['server_key_exchange', dhe, 'ExpectServerKeyExchange'],
  ['certificate_request', ecdhe, 'ExpectCertificateRequest'],
  ['server_hello_done', ecdhe, 'ExpectServerHelloDone'],
  ['server_hello_done', rsa, 'ExpectServerHelloDone'],
]

describe('trailing data', () => {
  test.each(onClient)('trailing data in %s, to a client (%j)', (name, more, state) => {
    const peer = attackClient({ ...more, certificateRequest: {}, rawEdit: rawEdit(name) })
    expectDefeat(peer, { ...malformed, state })
  })

  test.each([
    ['client_hello', ecdhe, 'ExpectClientHello'],
    ['certificate', ecdhe, 'ExpectClientCertificate'],
    ['client_key_exchange', ecdhe, 'ExpectClientKeyExchange'],
    ['client_key_exchange', dhe, 'ExpectClientKeyExchange'],
    ['client_key_exchange', rsa, 'ExpectClientKeyExchange'],
    ['certificate_verify', ecdhe, 'ExpectCertificateVerify'],
  ] as const)('trailing data in %s, to a server (%j)', (name, more, state) => {
    expectDefeat(attackServer({ ...more, rawEdit: rawEdit(name) }), { ...malformed, state })
  })

  test('trailing data in Finished', () => {
    const forged = { fault: 'bad_finished', alert: 'decrypt_error' } as const
    expectDefeat(attackClient({ rawEdit: rawEdit('finished') }), forged)
    expectDefeat(attackServer({ rawEdit: rawEdit('finished') }), forged)
  })

  test('trailing data in HelloRequest', () => {
    const script = insertBefore<HostileServer>('certificate', (it) => it.raw(Uint8Array.of(0, 0, 0, 1, 0)))
    expectDefeat(attackClient({ script }), malformed)
    const peer = attackClient()
    peer.raw(Uint8Array.of(0, 0, 0, 1, 0))
    expectBroken(peer, malformed)
  })

  test('trailing data in hellos without extensions', () => {
    const server = attackClient({
      victim: { secureRenegotiation: 'tolerate' },
      edit: { server_hello: ({ extensions: _, ...hello }) => hello },
      rawEdit: rawEdit('server_hello'),
      extendedMasterSecret: false,
    })
    expectDefeat(server, { ...malformed, state: 'ExpectServerHello' })
    const client = attackServer({
      edit: { client_hello: ({ extensions: _, ...hello }) => hello },
      rawEdit: rawEdit('client_hello'),
    })
    expectDefeat(client, { ...malformed, state: 'ExpectClientHello' })
  })

  test('trailing data: messages that share a record are told apart by their lengths', () => {
    const peer = attackClient({ certificateRequest: {}, fragmentLength: 37 })
    expectConnected(peer)
    expect(peer.victim.states).toContain('AwaitCertificateVerification')
  })

  test('a message that is cut short inside its own length', () => {
    const cut = (raw: Uint8Array): Uint8Array => {
      const length = raw.length - 5
      return Uint8Array.of(raw[0] ?? 0, length >> 16, (length >> 8) & 0xff, length & 0xff, ...raw.subarray(4, -1))
    }
    for (const name of ['server_hello', 'certificate', 'server_key_exchange', 'certificate_request'] as const) {
      expectDefeat(attackClient({ certificateRequest: {}, rawEdit: { [name]: cut } }), malformed)
    }
    for (const name of ['client_hello', 'certificate', 'client_key_exchange', 'certificate_verify'] as const) {
      expectDefeat(attackServer({ rawEdit: { [name]: cut } }), malformed)
    }
  })
})
