/** Rules that hold for what our own ends say unasked: hellos, choices and alerts, each seen by a peer that reads them on the wire. */
import { describe, expect, test } from 'vitest'
import { encode } from '../../src/codec/codec.js'
import { alertFor } from '../../src/handshake/fault.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { findExtension } from '../../src/messages/extensions/extension.js'
import { SignatureSchemeList } from '../../src/messages/extensions/signature-algorithms.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import { decodeServerKeyExchange } from '../../src/messages/server-key-exchange.js'
import { AlertDescription } from '../../src/registry/alert-description.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ContentType } from '../../src/registry/content-type.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import {
  type AttackOnClient,
  type AttackOnServer,
  attackClient,
  attackServer,
  expectConnected,
  expectDefeat,
  hostileClient,
  hostileServer,
} from '../attacks/arena.js'
import type { Hostile } from '../attacks/hostile.js'
import type { HostileClient } from '../attacks/hostile-client.js'
import { bytes } from '../attacks/victim.js'
import { credentialOf, mutual, noble, play } from '../support/endpoints.js'

const raw = (peer: Hostile, name: string): Uint8Array => {
  const found = peer.messages.find((message) => message.name === name)
  if (found === undefined) throw new Error(`the victim sent no ${name}`)
  return found.raw
}

/** The first message of a client with these options. */
function clientHello(attack: AttackOnClient = {}): ClientHello {
  const peer = hostileServer(attack)
  peer.start()
  return decodeHandshakeBody('client_hello', raw(peer, 'client_hello'))
}

const serverHello = (peer: HostileClient): ServerHello => decodeHandshakeBody('server_hello', raw(peer, 'server_hello'))

/** The hash and signature under which a server of elliptic suites signed its key share. */
const signedUnder = (peer: HostileClient): number =>
  decodeServerKeyExchange('ecdh', raw(peer, 'server_key_exchange').subarray(4)).signature.algorithm

const editHello = (edit: (hello: ClientHello) => ClientHello, attack: AttackOnServer = {}): HostileClient =>
  attackServer({ ...attack, edit: { client_hello: edit } })

const withoutExtensions = ({ extensions: _, ...hello }: ClientHello): ClientHello => hello

const accepting =
  (...schemes: readonly number[]) =>
  (hello: ClientHello): ClientHello => ({
    ...hello,
    extensions: (hello.extensions ?? []).map((it) =>
      it.extensionType === ExtensionType.signature_algorithms
        ? { ...it, extensionData: encode(SignatureSchemeList, schemes) }
        : it,
    ),
  })

const silent = (hello: ClientHello): ClientHello => ({
  ...hello,
  extensions: (hello.extensions ?? []).filter((it) => it.extensionType !== ExtensionType.signature_algorithms),
})

describe('a ClientHello of ours', () => {
  const all = Object.keys(CipherSuite) as (keyof typeof CipherSuite)[] // the keys of a literal are its names

  test('offers TLS 1.2 and null compression, and nothing else of either', () => {
    expect(clientHello()).toMatchObject({ clientVersion: 0x0303, compressionMethods: [0] })
  })

  test('names what it accepts as signatures, none of them anonymous', () => {
    const [, , ...pairs] = findExtension(clientHello().extensions, ExtensionType.signature_algorithms) ?? []
    expect(pairs.length).toBeGreaterThan(0)
    for (let at = 1; at < pairs.length; at += 2) expect(pairs[at]).toBeGreaterThan(0)
    const server = attackServer()
    const asked = decodeHandshakeBody('certificate_request', raw(server, 'certificate_request'))
    expect(asked.supportedSignatureAlgorithms.length).toBeGreaterThan(0)
    for (const scheme of asked.supportedSignatureAlgorithms) expect(scheme & 0xff).toBeGreaterThan(0)
  })

  test('has no extension twice', () => {
    const hello = clientHello({ victim: { applicationProtocols: ['h2'], requestCertificateStatus: true } })
    const types = (hello.extensions ?? []).map(({ extensionType }) => extensionType)
    expect(types.length).toBeGreaterThan(5)
    expect(new Set(types).size).toBe(types.length)
  })

  test('says that it is a second attempt only where it is told so (RFC 7507 §4)', () => {
    expect(clientHello().cipherSuites).not.toContain(CipherSuite.TLS_FALLBACK_SCSV)
    expect(clientHello({ victim: { fallback: true } }).cipherSuites.at(-1)).toBe(CipherSuite.TLS_FALLBACK_SCSV)
  })

  test('knows no suite without authentication or without encryption', () => {
    expect(all.filter((name) => /anon|NULL|EXPORT/.test(name))).toEqual([])
  })
})

describe('a ServerHello of ours', () => {
  test('has a random of its own, whatever the client says', () => {
    const clientRandom = noble.randomBytes(32)
    const randoms = [1, 2, 3].map(() => serverHello(attackServer({ clientRandom })).random)
    for (const random of randoms) expect(random).not.toEqual(clientRandom)
    expect(new Set(randoms.map(String)).size).toBe(3)
  })

  test('answers a hello without extensions without any, and connects', () => {
    const peer = editHello(withoutExtensions, {
      suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
      kind: 'rsa',
      extendedMasterSecret: false,
      victim: { clientAuthentication: 'none' },
    })
    expectConnected(peer)
    expect(serverHello(peer).extensions).toBeUndefined()
  })

  test('has no extension that the client did not send, and never signature_algorithms', () => {
    const peer = attackServer({ victim: { applicationProtocols: ['h2'] } })
    expectConnected(peer)
    const answered = (serverHello(peer).extensions ?? []).map(({ extensionType }) => extensionType)
    expect(answered).toEqual([ExtensionType.renegotiation_info, ExtensionType.extended_master_secret])
  })

  test('does not choose the null suite', () => {
    const peer = editHello((hello) => ({ ...hello, cipherSuites: [0x0000] }))
    expectDefeat(peer, { fault: 'no_shared_suite', alert: 'handshake_failure' })
  })
})

describe('a client that fell back needlessly', () => {
  test.each([0x0300, 0x0301, 0x0302])('is told so in a record of the version that its own had: %i', (recordVersion) => {
    const peer = hostileClient()
    peer.start()
    const hello = peer.clientHello()
    const cipherSuites = [...hello.cipherSuites, CipherSuite.TLS_FALLBACK_SCSV]
    const message = peer.encoded('client_hello', { ...hello, clientVersion: 0x0302, cipherSuites })
    peer.record(ContentType.handshake, message, recordVersion)
    expectDefeat(peer, { fault: 'inappropriate_fallback', alert: 'inappropriate_fallback' })
    const [alert] = peer.sealed
    expect([...(alert ?? [])].slice(1, 3)).toEqual([recordVersion >> 8, recordVersion & 0xff])
  })

  test('gets no version that nobody speaks', () => {
    const peer = hostileClient()
    peer.start()
    const message = peer.encoded('client_hello', { ...peer.clientHello(), cipherSuites: [0x0000] })
    peer.record(ContentType.handshake, message, 0x03ff)
    expectDefeat(peer, { fault: 'no_shared_suite', alert: 'handshake_failure' })
    expect([...(peer.sealed[0] ?? [])].slice(1, 3)).toEqual([3, 3])
  })
})

describe('the signature of a server', () => {
  const rsa = { suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', kind: 'rsa', scheme: 'rsa_pss_rsae_sha256' } as const

  test.each([
    'rsa_pkcs1_sha256',
    'rsa_pkcs1_sha384',
    'rsa_pkcs1_sha512',
    'rsa_pss_rsae_sha256',
    'rsa_pss_rsae_sha384',
    'rsa_pss_rsae_sha512',
  ] as const)('is under the one scheme that the client accepts: %s', (scheme) => {
    const others = [SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.rsa_pkcs1_sha1]
    const peer = editHello(accepting(...others, SignatureScheme[scheme]), rsa)
    expectConnected(peer)
    expect(signedUnder(peer)).toBe(SignatureScheme[scheme])
  })

  test.each([
    ['RSA', 'rsa_pkcs1_sha1', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'rsa'],
    ['ECDSA', 'ecdsa_sha1', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ecdsaP256'],
  ] as const)(
    'is under SHA-1 for a client that names no scheme, where the server allows it: %s',
    (_, sha1, suite, kind) => {
      const signatureSchemes = ['rsa_pss_rsae_sha256', 'ecdsa_secp256r1_sha256', sha1] as const
      const peer = editHello(silent, { suite, kind, victim: { signatureSchemes, clientAuthentication: 'none' } })
      expectConnected(peer)
      expect(signedUnder(peer)).toBe(SignatureScheme[sha1])
    },
  )

  test('decides which suite can be chosen: a client without ECDSA schemes gets RSA', () => {
    const both = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', rsa.suite] as const
    const peer = editHello(
      (hello) => ({
        ...accepting(SignatureScheme.rsa_pss_rsae_sha256)(hello),
        cipherSuites: both.map((name) => CipherSuite[name]),
      }),
      {
        ...rsa,
        victim: {
          cipherSuites: both,
          credentials: [credentialOf('server', 'ecdsaP256'), credentialOf('server', 'rsa')],
        },
      },
    )
    expectConnected(peer)
    expect(serverHello(peer).cipherSuite).toBe(CipherSuite[rsa.suite])
  })
})

describe('application data behind a wish to renegotiate', () => {
  test('is received by a client that has answered with its hello', () => {
    const peer = attackClient({ victim: { renegotiation: 'freely' } })
    peer.raw(Uint8Array.of(0, 0, 0, 0))
    expect(peer.victim.state).toBe('Renegotiating')
    peer.applicationData(bytes('on its way before'))
    expect(peer.victim.delivered).toEqual(['on its way before'])
    expect(peer.victim.state).toBe('Renegotiating')
  })

  test('is received by a server that has asked, until the hello comes', () => {
    const peer = attackServer()
    peer.victim.endpoint.renegotiate()
    peer.read()
    expect(peer.victim.state).toBe('Renegotiating')
    peer.applicationData(bytes('on its way before'))
    expect(peer.victim.delivered).toEqual(['on its way before'])
    expect(peer.victim.state).toBe('Renegotiating')
  })
})

test('no fault is told to the peer with an alert that TLS 1.2 reserves', () => {
  const reserved = Object.keys(AlertDescription).filter((name) => name.endsWith('_RESERVED'))
  expect(reserved).toHaveLength(3)
  const told = new Set<string | null>(Object.values(alertFor).map(({ alert }) => alert))
  expect(reserved.filter((name) => told.has(name))).toEqual([])
  const hidden = { refuse: 'no', alert: 'no_certificate_RESERVED' } as const
  const peer = attackServer({ victim: { reviewClientHello: () => hidden } })
  expect(peer.victim.fault?.code).toBe('need_refused')
  expect(peer.alerts.map(({ description }) => description)).toEqual([AlertDescription.internal_error])
})

describe('exporters (RFC 5705 §6)', () => {
  test('lend nobody the labels of the handshake', () => {
    const { client, server } = mutual('ecdsaP256')
    const played = play(client, server)
    for (const label of ['client finished', 'server finished', 'master secret', 'key expansion']) {
      const exporting = () => played.client.connection.exportKeyingMaterial(label, 12)
      expect(exporting).toThrow(expect.objectContaining({ code: 'misuse' }))
    }
    expect(played.client.connection.exportKeyingMaterial('EXPORTER free', 12)).toHaveLength(12)
  })

  test('tell nothing of one output by others: every label, context and connection has its own', () => {
    const { client, server } = mutual('ecdsaP256')
    const outputs = [play(client, server), play(client, server)].flatMap(({ client: { connection } }) => [
      connection.exportKeyingMaterial('EXPORTER a', 32),
      connection.exportKeyingMaterial('EXPORTER b', 32),
      connection.exportKeyingMaterial('EXPORTER a', 32, new Uint8Array()),
      connection.exportKeyingMaterial('EXPORTER a', 32, bytes('x')),
    ])
    expect(new Set(outputs.map(String)).size).toBe(8)
  })
})
