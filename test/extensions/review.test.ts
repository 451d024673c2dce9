import { describe, expect, test } from 'vitest'
import type { ServerOptions } from '../../src/adapters/options.js'
import type { ClientHelloReviewer } from '../../src/adapters/review-option.js'
import type { ClientHelloToReview } from '../../src/crypto/hello-review.js'
import { encodeHandshake } from '../../src/messages/handshake.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { attackClient, attackServer, expectConnected, expectDefeat } from '../attacks/arena.js'
import { credentialOf, pinTo } from '../support/endpoints.js'
import { exchange, hex, withExtension } from './wire.js'

const reviewed = (reviewClientHello: ClientHelloReviewer, server: ServerOptions = {}) =>
  exchange({ applicationProtocols: ['h2', 'http/1.1'] }, { ...server, reviewClientHello })

describe('reviewClientHello', () => {
  test('sees the ClientHello as it came, and read', () => {
    let seen: ClientHelloToReview | undefined
    const met = reviewed((hello) => {
      seen = hello
      return undefined
    })
    expect(met.faults.server).toBeUndefined()
    expect(seen?.raw).toEqual(encodeHandshake('client_hello', met.clientHello))
    expect(seen).toMatchObject({ serverName: 'localhost', applicationProtocols: ['h2', 'http/1.1'] })
    expect(seen?.cipherSuites).toEqual(met.clientHello.cipherSuites)
    expect(seen?.extensions).toEqual(met.clientHello.extensions)
  })

  test('sees extensions that the library does not know', () => {
    const seen: number[] = []
    const peer = attackServer({
      victim: {
        reviewClientHello: ({ extensions }) => {
          seen.push(...extensions.map(({ extensionType }) => extensionType))
          return undefined
        },
      },
      edit: { client_hello: withExtension(0xff77, '010203') },
    })
    expectConnected(peer)
    expect(seen).toContain(0xff77)
  })

  test.each([
    ['handshake_failure', undefined],
    ['access_denied', 'access_denied'],
    ['unrecognized_name', 'unrecognized_name'],
  ] as const)('refuses with %s, and nothing was chosen or shown', (alert, chosen) => {
    const asked: string[] = []
    const peer = attackServer({
      victim: {
        selectCredential: ({ role }) => {
          asked.push(role)
          return undefined
        },
        reviewClientHello: () => ({ refuse: 'not from there', ...(chosen === undefined ? {} : { alert: chosen }) }),
      },
    })
    expectDefeat(peer, { fault: 'hello_refused', alert, state: 'AwaitHelloReview' })
    expect(peer.victim.fault?.message).toBe('not from there')
    expect(asked).toEqual([])
    expect(peer.messages).toEqual([])
  })

  test('changes what is spoken, for this client alone', () => {
    const terms = {
      cipherSuites: ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'],
      groups: ['secp384r1', 'secp256r1'],
      applicationProtocols: ['http/1.1'],
      credentials: [credentialOf('server', 'rsa')],
      acknowledgeServerName: false,
    } as const
    const verifier = pinTo('server', 'rsa')
    const met = exchange({ verifier, applicationProtocols: ['h2', 'http/1.1'] }, { reviewClientHello: () => terms })
    expect(met.faults.client).toBeUndefined()
    expect(met.summaries.client?.negotiated).toMatchObject({
      suite: { name: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' },
      applicationProtocol: 'http/1.1',
    })
    expect(met.answered(ExtensionType.server_name)).toBeUndefined()
  })

  test('changes whether the client must authenticate', () => {
    expect(reviewed(() => ({ clientAuthentication: 'none' })).summaries.server?.peer.kind).toBe('none')
    const strict = exchange(
      { credentials: [] },
      { clientAuthentication: 'none', reviewClientHello: () => ({ clientAuthentication: 'require' }) },
    )
    expect(strict.faults.server?.code).toBe('client_certificate_missing')
  })

  test('holds the client to the schemes and groups of the review', () => {
    const met = reviewed(() => ({ signatureSchemes: ['ecdsa_secp256r1_sha256'] }))
    expect(met.faults.server).toBeUndefined()
    const other = attackServer({
      victim: {
        reviewClientHello: () => ({ signatureSchemes: ['ed25519', 'ecdsa_secp384r1_sha384', 'rsa_pss_rsae_sha256'] }),
        credentials: [credentialOf('server', 'rsa')],
        cipherSuites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'],
      },
      suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
    })
    expect(other.victim.fault?.code).toBe('scheme_not_offered')
  })

  test('declines ALPN with an empty list', () => {
    const met = reviewed(() => ({ applicationProtocols: [] }), { applicationProtocols: ['h2'] })
    expect(met.summaries.client?.negotiated.applicationProtocol).toBeUndefined()
    expect(met.faults.client).toBeUndefined()
  })

  test.each([
    ['a misspelt term', { clientAuthenticaton: 'require' }],
    ['a term that makes no sense', { clientAuthentication: 'maybe' }],
    ['an empty protocol', { applicationProtocols: [''] }],
    ['an alert that does not exist', { refuse: 'no', alert: 'go_away' }],
  ])('fails closed on %s', (_, decision) => {
    const met = reviewed(() => decision as never) // what a program without types may give
    expect(met.faults.server).toMatchObject({ code: 'need_refused', alert: 'internal_error' })
  })

  test('an exception refuses the client', () => {
    const met = reviewed(() => {
      throw new Error('the database is gone')
    })
    expect(met.faults.server).toMatchObject({ code: 'need_refused', alert: 'internal_error' })
  })
})

describe('server_name (RFC 6066 §3)', () => {
  test('is acknowledged with nothing in it, or not at all', () => {
    expect(exchange().answered(ExtensionType.server_name)).toEqual(hex(''))
    expect(exchange({}, { acknowledgeServerName: false }).answered(ExtensionType.server_name)).toBeUndefined()
  })

  test('a name that no certificate has: whatever is there, or unrecognized_name', () => {
    const client = { serverName: 'elsewhere.example' }
    expect(exchange(client).faults.server).toBeUndefined()
    const strict = exchange(client, { unrecognizedName: 'refuse' })
    expect(strict.faults.server).toMatchObject({ code: 'unrecognized_name', alert: 'unrecognized_name' })
    expect(strict.faults.client).toMatchObject({ code: 'alert_received', alert: 'unrecognized_name' })
    expect(exchange({}, { unrecognizedName: 'refuse' }).faults.server).toBeUndefined()
  })
})

describe('signed_certificate_timestamp (RFC 6962 §3.3)', () => {
  const type = ExtensionType.signed_certificate_timestamp
  // one SerializedSCT of four bytes in a list
  const list = hex('0006 0004 05060708')
  const server = { credentials: [{ ...credentialOf('server', 'ecdsaP256'), signedCertificateTimestamps: list }] }

  test('is asked for on request, sent as it was given, and handed on unread', () => {
    const met = exchange({ requestSignedCertificateTimestamps: true }, server)
    expect(met.offered(type)).toEqual(hex(''))
    expect(met.answered(type)).toEqual(list)
    expect(met.summaries.client?.negotiated.signedCertificateTimestamps).toEqual(list)
  })

  test('is not sent to a client that does not ask, nor asked for by default', () => {
    const met = exchange({}, server)
    expect([met.offered(type), met.answered(type)]).toEqual([undefined, undefined])
  })

  test.each(['', '0000', '0002 0000', '0006 0004 0506', '0006 0004 05060708 00'])('a list %j is malformed', (data) => {
    const peer = attackClient({
      victim: { requestSignedCertificateTimestamps: true },
      edit: { server_hello: withExtension(type, data) },
    })
    expectDefeat(peer, { fault: 'malformed_extension', alert: 'decode_error', state: 'ExpectServerHello' })
  })
})
