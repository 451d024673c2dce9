/** Rules of the RFCs on extensions that the tests of single extensions leave over. */
import { createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { fromAscii } from '../../src/bytes/convert.js'
import type { Credential } from '../../src/crypto/key-types.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { attackServer, expectConnected, expectDefeat } from '../attacks/arena.js'
import type { Hostile } from '../attacks/hostile.js'
import { credentialOf, pinTo, play } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { answeredBy, exchange, hex, withExtension } from './wire.js'

describe('certificate types (RFC 7250)', () => {
  const bare: Credential = {
    certificateType: 'RawPublicKey',
    certificateChain: [
      new Uint8Array(createPublicKey(pki.client.ecdsaP256.keyPem).export({ type: 'spki', format: 'der' })),
    ],
    key: credentialOf('client', 'ecdsaP256').key,
  }
  const type = ExtensionType.client_certificate_type
  const clientCertificateTypes = ['RawPublicKey', 'X509'] as const

  test('a client offers no type of which it has nothing to show (RFC 7250 §4.1)', () => {
    const chain = credentialOf('client', 'ecdsaP256')
    const offered = (options: ClientOptions) => exchange({ clientCertificateTypes, ...options }).offered(type)
    expect(offered({ credentials: [chain, bare] })).toEqual(hex('02 02 00'))
    expect(offered({ credentials: [bare] })).toEqual(hex('01 02'))
    expect(offered({ credentials: [chain] })).toBeUndefined()
    expect(offered({ credentials: [] })).toBeUndefined()
  })

  test('a server that will not ask for a certificate does not answer (RFC 7250 §4.2)', () => {
    const edit = { client_hello: withExtension(type, '01 02') }
    const asked = (peer: Hostile) => peer.messages.some(({ name }) => name === 'certificate_request')
    const silent = attackServer({ victim: { clientCertificateTypes, clientAuthentication: 'none' }, edit })
    expect([answeredBy(silent, type), asked(silent)]).toEqual([undefined, false])
    const asking = attackServer({ victim: { clientCertificateTypes }, edit })
    expect([answeredBy(asking, type), asked(asking)]).toEqual([hex('02'), true])
  })

  test('a server that uses a pre-shared key does not either, whatever it asks of others', () => {
    const suite = 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256'
    const keys = {
      cipherSuites: [suite],
      preSharedKeys: [preSharedKey('us', hex('0102030405060708090a0b0c0d0e0f10'))],
    } as const
    const server: ServerOptions = { ...keys, clientCertificateTypes: ['RawPublicKey'], clientAuthentication: 'require' }
    const met = exchange({ ...keys, clientCertificateTypes, credentials: [bare] }, server)
    expect(met.faults).toEqual({ client: undefined, server: undefined })
    expect(met.offered(type)).toEqual(hex('01 02'))
    expect(met.answered(type)).toBeUndefined()
  })
})

describe('a certificate’s status (RFC 6066 §8)', () => {
  const type = ExtensionType.status_request
  const ocspResponse = hex('30 03 0a 01 06')
  const credentials = [{ ...credentialOf('server', 'ecdsaP256'), ocspResponse }]
  const stapled = (peer: Hostile) => peer.messages.find(({ name }) => name === 'certificate_status')?.raw

  test('comes behind an answer to a client that asked, and is in the transcript like everything', () => {
    const edit = { client_hello: withExtension(type, '01 0000 0000') }
    const peer = attackServer({ victim: { credentials }, edit })
    expectConnected(peer)
    expect(answeredBy(peer, type)).toEqual(hex(''))
    expect(stapled(peer)).toEqual(hex('16 000009 01 000005 30030a0106'))
  })

  test('does not come without a question for it, nor without a response', () => {
    const ask = (data: string) => ({ client_hello: withExtension(type, data) })
    for (const peer of [
      attackServer({ victim: { credentials } }),
      // another kind of status than OCSP
      attackServer({ victim: { credentials }, edit: ask('02 0000 0000') }),
      attackServer({ edit: ask('01 0000 0000') }),
    ]) {
      expectConnected(peer)
      expect([answeredBy(peer, type), stapled(peer)]).toEqual([undefined, undefined])
    }
  })
})

describe('alerts of extensions (RFC 6066 §9)', () => {
  test('a client without extensions gets an alert of TLS itself', () => {
    const edit = { client_hello: ({ extensions: _, ...hello }: ClientHello): ClientHello => hello }
    const victim: ServerOptions = { unrecognizedName: 'refuse', applicationProtocols: ['h2'] }
    expectDefeat(attackServer({ edit, victim, extendedMasterSecret: false }), {
      fault: 'no_credential',
      alert: 'handshake_failure',
    })
  })
})

describe('application protocols (RFC 7301 §3.1)', () => {
  test('names go out whole, in order, each behind its length', () => {
    const long = 'p'.repeat(255)
    const met = exchange({ applicationProtocols: ['h2', long] }, { applicationProtocols: [long] })
    const type = ExtensionType.application_layer_protocol_negotiation
    const name = `ff${'70'.repeat(255)}`
    expect(met.offered(type)).toEqual(hex(`0103 02 6832 ${name}`))
    expect(met.answered(type)).toEqual(hex(`0100 ${name}`))
    expect(met.summaries.client?.negotiated.applicationProtocol).toBe(long)
  })
})

describe('what is derived from a master secret that is not bound to its handshake (RFC 7627 §5.4)', () => {
  test('is no keying material for applications', () => {
    const unbound = play(
      { verifier: pinTo('server', 'ecdsaP256'), extendedMasterSecret: 'off' },
      { credentials: [credentialOf('server', 'ecdsaP256')] },
    )
    for (const { connection } of [unbound.client, unbound.server]) {
      expect(() => connection.exportKeyingMaterial('EXPERIMENTAL', 16)).toThrow(
        expect.objectContaining({ code: 'keying_material_unavailable' }),
      )
    }
  })
})

test('a name is read from its own bytes alone, whatever its lengths say (RFC 6066 §11.1)', () => {
  const name = Buffer.from(fromAscii('localhost')).toString('hex')
  for (const data of [
    `000b 00 0009 ${name}`,
    `000d 00 0009 ${name}`,
    `000c 00 000a ${name}`,
    `ffff 00 ffff ${name}`,
    '0003 00 0000',
  ]) {
    const edit = { client_hello: withExtension(ExtensionType.server_name, data) }
    expectDefeat(attackServer({ edit }), {
      fault: 'malformed_extension',
      alert: 'decode_error',
      state: 'ExpectClientHello',
    })
  }
  expectConnected(
    attackServer({ edit: { client_hello: withExtension(ExtensionType.server_name, `000c 00 0009 ${name}`) } }),
  )
})
