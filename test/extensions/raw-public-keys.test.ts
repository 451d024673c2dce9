import { createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import type { Credential } from '../../src/crypto/key-types.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { chainVerifier } from '../../src/x509/chain-verifier.js'
import { denyList } from '../../src/x509/deny-list.js'
import { pinnedCertificates } from '../../src/x509/pinned.js'
import { attackClient, attackServer, expectDefeat } from '../attacks/arena.js'
import { credentialOf, noble, pinTo } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { exchange, hex, withExtension } from './wire.js'

/** The SubjectPublicKeyInfo of a test certificate, as OpenSSL writes it. */
const spkiOf = (side: 'client' | 'server'): Uint8Array =>
  new Uint8Array(createPublicKey(pki[side].ecdsaP256.keyPem).export({ type: 'spki', format: 'der' }))

const rawOf = (side: 'client' | 'server'): Credential => ({
  certificateType: 'RawPublicKey',
  certificateChain: [spkiOf(side)],
  key: credentialOf(side, 'ecdsaP256').key,
})

const pinKey = (side: 'client' | 'server') =>
  pinnedCertificates([{ spkiSha256: noble.hash('sha256', spkiOf(side)) }], noble)

const rawServer: { client: ClientOptions; server: ServerOptions } = {
  client: { serverCertificateTypes: ['RawPublicKey'], verifier: pinKey('server') },
  server: { serverCertificateTypes: ['RawPublicKey', 'X509'], credentials: [rawOf('server')] },
}
const rawClient: { client: ClientOptions; server: ServerOptions } = {
  client: { clientCertificateTypes: ['RawPublicKey'], credentials: [rawOf('client')] },
  server: { clientCertificateTypes: ['RawPublicKey', 'X509'], verifier: pinKey('client') },
}

const clientType = ExtensionType.client_certificate_type
const serverType = ExtensionType.server_certificate_type

describe('raw public keys (RFC 7250)', () => {
  test('both sides show bare keys, and pins of keys accept them', () => {
    const met = exchange({ ...rawServer.client, ...rawClient.client }, { ...rawServer.server, ...rawClient.server })
    expect(met.faults).toEqual({ client: undefined, server: undefined })
    expect([met.offered(clientType), met.offered(serverType)]).toEqual([hex('0102'), hex('0102')])
    expect([met.answered(clientType), met.answered(serverType)]).toEqual([hex('02'), hex('02')])
    const { client, server } = met.summaries
    expect(client?.peer.identity?.certificateChain).toEqual([spkiOf('server')])
    expect(server?.peer.identity?.certificateChain).toEqual([spkiOf('client')])
    expect(server?.peer.identity?.certificateType).toBe('RawPublicKey')
    expect(server?.peer.kind).toBe('certificate and signature')
  })

  test('on the wire the key stands alone, with one length in front (RFC 7250 §3)', () => {
    const met = exchange(rawServer.client, rawServer.server)
    const certificate = Buffer.from(met.records.server[1] ?? [])
    const key = spkiOf('server')
    expect(certificate.subarray(5).toString('hex')).toBe(
      `0b${(key.length + 3).toString(16).padStart(6, '0')}${key.length.toString(16).padStart(6, '0')}` +
        Buffer.from(key).toString('hex'),
    )
  })

  test('one direction alone: a server that shows a key, a client that shows a certificate', () => {
    const met = exchange(rawServer.client, rawServer.server)
    expect(met.faults).toEqual({ client: undefined, server: undefined })
    expect(met.offered(clientType)).toBeUndefined()
    expect(met.summaries.server?.peer.identity?.certificateType).toBe('X509')
  })

  test.each(['request', 'require'] as const)(
    'a client that shows X.509 to a server that judges bare keys alone (%s), by never having heard of them',
    (clientAuthentication) => {
      const met = exchange({}, { clientAuthentication, clientCertificateTypes: ['RawPublicKey'] })
      expect(met.summaries.server).toBeUndefined()
      expect(met.faults.server).toMatchObject({
        code: 'certificate_type_not_offered',
        alert: 'unsupported_certificate',
        state: 'ExpectClientCertificate',
      })
    },
  )

  test('nobody speaks of it by default, and a server for which all is X.509 does not answer (RFC 7250 §4.1)', () => {
    const met = exchange()
    expect([met.offered(clientType), met.offered(serverType)]).toEqual([undefined, undefined])
    const unknown = exchange({ serverCertificateTypes: ['RawPublicKey', 'X509'] })
    expect(unknown.answered(serverType)).toBeUndefined()
    expect(unknown.summaries.client?.peer.identity?.certificateType).toBe('X509')
  })

  test('a server with both shows what the client prefers', () => {
    const credentials = [credentialOf('server', 'ecdsaP256'), rawOf('server')]
    const server: ServerOptions = { serverCertificateTypes: ['X509', 'RawPublicKey'], credentials }
    const verifier = pinKey('server')
    const raw = exchange({ serverCertificateTypes: ['RawPublicKey', 'X509'], verifier }, server)
    expect(raw.answered(serverType)).toEqual(hex('02'))
    const chain = exchange({ serverCertificateTypes: ['X509', 'RawPublicKey'], verifier }, server)
    expect(chain.answered(serverType)).toEqual(hex('00'))
    expect(chain.summaries.client?.peer.identity?.certificateType).toBe('X509')
  })

  test('nothing in common is unsupported_certificate (RFC 7250 §4.2)', () => {
    const edit = { client_hello: withExtension(serverType, '0101') }
    const victim = { serverCertificateTypes: ['RawPublicKey', 'X509'] } as const
    const refused = { fault: 'no_shared_certificate_type', alert: 'unsupported_certificate' } as const
    expectDefeat(attackServer({ victim, edit }), refused)
    const client = { client_hello: withExtension(clientType, '0101') }
    expectDefeat(attackServer({ victim: { clientCertificateTypes: ['RawPublicKey', 'X509'] }, edit: client }), refused)
  })

  test('where the client may go without, nothing in common is left unsaid', () => {
    const victim = { clientCertificateTypes: ['RawPublicKey', 'X509'], clientAuthentication: 'request' } as const
    const peer = attackServer({ victim, edit: { client_hello: withExtension(clientType, '0101') } })
    expect(peer.victim.fault).toBeUndefined()
  })

  test('a client that judges keys alone refuses a server that will show a certificate', () => {
    const peer = attackClient({ victim: { serverCertificateTypes: ['RawPublicKey'] } })
    expectDefeat(peer, {
      fault: 'certificate_type_not_offered',
      alert: 'unsupported_certificate',
      state: 'ExpectServerHello',
    })
  })

  test('a type that was not offered is refused', () => {
    const victim = { serverCertificateTypes: ['RawPublicKey'] } as const
    for (const data of ['00', '01', '7a']) {
      const peer = attackClient({ victim, edit: { server_hello: withExtension(serverType, data) } })
      expectDefeat(peer, { fault: 'bad_extension', alert: 'illegal_parameter', state: 'ExpectServerHello' })
    }
  })

  test('a chain in the place of a key is no key, and the other way round', () => {
    const victim = { serverCertificateTypes: ['RawPublicKey'], verifier: pinKey('server') } as const
    const chain = attackClient({ victim, edit: { server_hello: withExtension(serverType, '02') } })
    expectDefeat(chain, { fault: 'certificate_bad_certificate', alert: 'bad_certificate' })
    // not agreed on, so the three bytes behind the outer length are a length
    const key = attackClient({ edit: { certificate: () => ({ certificateList: [spkiOf('server')] }) } })
    expectDefeat(key, { fault: 'certificate_bad_certificate', alert: 'bad_certificate' })
  })
})

describe('verifiers and raw public keys', () => {
  const shown = { peer: 'server', certificateChain: [spkiOf('server')], certificateType: 'RawPublicKey' } as const

  test('a pin of the certificate is no pin of its key', () => {
    expect(pinTo('server', 'ecdsaP256')(shown)).toMatchObject({ accepted: false, reason: 'not_pinned' })
    expect(pinnedCertificates([spkiOf('server')], noble)(shown)).toMatchObject({ accepted: false })
    expect(pinKey('client')(shown)).toMatchObject({ accepted: false, reason: 'not_pinned' })
    expect(pinKey('server')(shown)).toMatchObject({ accepted: true, checked: ['pin'] })
  })

  test('what is no SubjectPublicKeyInfo is refused', () => {
    const [certificate = new Uint8Array()] = pki.server.ecdsaP256.certificateChain
    expect(pinKey('server')({ ...shown, certificateChain: [certificate] })).toMatchObject({ reason: 'bad_certificate' })
  })

  test('no chain vouches for a key', async () => {
    const verify = chainVerifier({ anchors: pki.ca.certificates, provider: noble })
    expect(await verify(shown, new AbortController().signal)).toMatchObject({
      accepted: false,
      reason: 'unsupported_certificate',
    })
  })

  test('a denied key stays denied', () => {
    const keys = [noble.hash('sha256', spkiOf('server'))]
    expect(denyList({ keys }, noble, pinKey('server'))(shown)).toMatchObject({ accepted: false, reason: 'denied' })
    expect(denyList({ keys: [] }, noble, pinKey('server'))(shown)).toMatchObject({ accepted: true })
  })
})
