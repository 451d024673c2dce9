/** Policies that peers run into: versions and fallbacks, what is signed under which scheme, what may lie between pieces. */
import { describe, expect, test } from 'vitest'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { AlertLevel } from '../../src/registry/alert-level.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ClientCertificateType } from '../../src/registry/client-certificate-type.js'
import { ContentType } from '../../src/registry/content-type.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import { credentialOf } from '../support/endpoints.js'
import { attackClient, attackServer, expectBroken, expectConnected, expectDefeat } from './arena.js'

type EditHello = (hello: ClientHello) => ClientHello

const hello = (edit: EditHello) => ({ edit: { client_hello: edit } })

const versions = (...list: readonly number[]): EditHello => {
  const data = Uint8Array.from([2 * list.length, ...list.flatMap((version) => [version >> 8, version & 0xff])])
  return (it) => ({
    ...it,
    extensions: [...(it.extensions ?? []), { extensionType: ExtensionType.supported_versions, extensionData: data }],
  })
}

const fallback: EditHello = (it) => ({ ...it, cipherSuites: [...it.cipherSuites, CipherSuite.TLS_FALLBACK_SCSV] })
const version =
  (clientVersion: number): EditHello =>
  (it) => ({ ...it, clientVersion })

/** A selection that looks at nothing. */
const always = (side: 'client' | 'server') => () => credentialOf(side, 'ecdsaP256')

const unsupported = { fault: 'unsupported_version', alert: 'protocol_version' } as const

describe('versions that a client lists', () => {
  test('TLS 1.2 among them is chosen, whatever client_version says', () => {
    expectConnected(attackServer(hello(versions(0x0304, 0x0303))))
    expectConnected(attackServer(hello((it) => versions(0x0303)(version(0x0302)(it)))))
  })

  test('without TLS 1.2 among them nothing is', () => {
    expectDefeat(attackServer(hello(versions(0x0304))), unsupported)
    expectDefeat(attackServer(hello(versions(0x0a0a, 0x0304, 0x0302))), unsupported)
  })

  test.each([[[0]], [[1, 3]], [[2, 3, 3, 3]]])('a malformed list: %j', (bytes) => {
    const peer = attackServer(
      hello((it) => ({
        ...it,
        extensions: [{ extensionType: ExtensionType.supported_versions, extensionData: Uint8Array.from(bytes) }],
      })),
    )
    expectDefeat(peer, { fault: 'malformed_extension', alert: 'decode_error', state: 'ExpectClientHello' })
  })
})

describe('a client that fell back (RFC 7507)', () => {
  test('to TLS 1.2 is welcome: there is nothing higher here', () => {
    expectConnected(attackServer(hello(fallback)))
  })

  test.each([0x0302, 0x0301, 0x0300])('to version %i is told that it need not have', (lower) => {
    const peer = attackServer(hello((it) => version(lower)(fallback(it))))
    expectDefeat(peer, { fault: 'inappropriate_fallback', alert: 'inappropriate_fallback' })
    expectDefeat(attackServer(hello(version(lower))), unsupported)
  })
})

describe('schemes of our own signatures', () => {
  const schemes = { signatureSchemes: ['ecdsa_secp384r1_sha384'], signingSchemes: ['ecdsa_secp256r1_sha256'] } as const

  test('a client signs under its signing schemes, and takes what it accepts', () => {
    const peer = attackClient({ victim: schemes, scheme: 'ecdsa_secp384r1_sha384', certificateRequest: {} })
    expectConnected(peer)
    const verify = peer.messages.find(({ name }) => name === 'certificate_verify')
    expect([...(verify?.raw.subarray(4, 6) ?? [])]).toEqual([4, 3])
  })

  test('a server likewise', () => {
    const peer = attackServer({ victim: schemes, scheme: 'ecdsa_secp384r1_sha384' })
    expectConnected(peer)
    const scheme = SignatureScheme.ecdsa_secp384r1_sha384
    const request = peer.messages.find(({ name }) => name === 'certificate_request')
    expect(request?.raw.join()).toContain([0, 2, scheme >> 8, scheme & 0xff].join())
  })

  test('none in common is refused by a client with a credential', () => {
    const certificateRequest = { supportedSignatureAlgorithms: [SignatureScheme.ecdsa_secp384r1_sha384] }
    const peer = attackClient({ victim: schemes, scheme: 'ecdsa_secp384r1_sha384', certificateRequest })
    // The selection of credentials leaves one out that cannot sign: an empty Certificate is sent.
    const certificate = peer.messages.find(({ name }) => name === 'certificate')
    expect([...(certificate?.raw ?? [])]).toEqual([11, 0, 0, 3, 0, 0, 0])
  })
})

describe('credentials that a peer cannot take', () => {
  test('a client whose own selection ignores the certificate types does not show it', () => {
    const certificateRequest = { certificateTypes: [ClientCertificateType.rsa_sign] }
    const peer = attackClient({ victim: { selectCredential: always('client') }, certificateRequest })
    expectDefeat(peer, { fault: 'client_certificate_type_refused', alert: 'handshake_failure' })
  })

  test("a server's key on a curve that the client does not take", () => {
    const peer = attackServer({ groups: ['x25519'], victim: { selectCredential: always('server') } })
    expectDefeat(peer, { fault: 'no_shared_key_curve', alert: 'handshake_failure' })
  })

  test("a server's certificate of another family is refused as it comes", () => {
    const peer = attackClient({ suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', kind: 'ecdsaP256' })
    expectDefeat(peer, { fault: 'key_unfit_for_suite', alert: 'unsupported_certificate', state: 'ExpectCertificate' })
  })

  test.each([
    ['application', 'handshake_failure'],
    ['malformed', 'decode_error'],
  ] as const)('a verifier that says %s', (reason, alert) => {
    const verifier = () => ({ accepted: false, reason, message: 'no' }) as const
    const defeat = { fault: `certificate_${reason}`, alert } as const
    expectDefeat(attackClient({ victim: { verifier } }), defeat)
    expectDefeat(attackServer({ victim: { verifier } }), defeat)
  })
})

describe('records between the pieces of a message', () => {
  const piece = Uint8Array.of(0, 0)
  const rest = Uint8Array.of(0, 0)

  test('data is delivered as RFC 5246 §6.2.1 allows, and refused where policy says so', () => {
    for (const interleaving of ['allow', 'refuse'] as const) {
      const peer = attackClient({ victim: { interleaving } })
      peer.record(ContentType.handshake, piece)
      peer.applicationData(Uint8Array.of(120))
      if (interleaving === 'refuse') {
        expectBroken(peer, { fault: 'interleaved_message', alert: 'unexpected_message' })
      } else {
        expect(peer.victim.delivered).toEqual(['x'])
        peer.record(ContentType.handshake, rest)
        expect(peer.alerts.map(({ level }) => level)).toEqual([AlertLevel.warning])
      }
    }
  })
})

describe('how much is sent in a record', () => {
  test.each([1, 512, 16_384])('at most %i bytes', (maxSendFragment) => {
    const peer = attackClient({ victim: { maxSendFragment } })
    peer.victim.endpoint.send(new Uint8Array(20_000))
    peer.read()
    const lengths = peer.overheard.map(({ length }) => length)
    expect(Math.max(...lengths)).toBe(maxSendFragment)
    expect(peer.records.every(({ fragment }) => fragment.length <= maxSendFragment)).toBe(true)
  })

  test('a message in pieces is understood', () => {
    expectConnected(attackClient({ victim: { maxSendFragment: 100 }, certificateRequest: {} }))
    expectConnected(attackServer({ victim: { maxSendFragment: 100 } }))
  })
})
