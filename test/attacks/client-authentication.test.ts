/**
 * Key compromise impersonation: a client that uses a key which a server chose, or a certificate with a static
 * Diffie-Hellman key, can be impersonated or impersonated to. And: who is trusted must be said by someone.
 */
import { createPrivateKey, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import { credentialOf, pinTo } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { attackClient, attackServer, expectBroken, expectConnected, expectDefeat } from './arena.js'
import type { HostileClient } from './hostile-client.js'
import type { HostileServer } from './hostile-server.js'
import { insertAfter, insertBefore, replace } from './script.js'

const unexpected = { fault: 'unexpected_message', alert: 'unexpected_message' } as const

describe('KCI: what a CertificateRequest can make a client do', () => {
  test.each([
    ['rsa_fixed_dh', [3]],
    ['dss_fixed_dh', [4]],
    ['rsa_fixed_ecdh, ecdsa_fixed_ecdh', [65, 66]],
    ['dss_sign', [2]],
    ['a type that means nothing', [200]],
  ])('KCI: asked for %s, a client shows nothing', (_, certificateTypes) => {
    const peer = attackClient({ certificateRequest: { certificateTypes } })
    expectConnected(peer)
    const shown = peer.messages.find(({ name }) => name === 'certificate')?.raw ?? new Uint8Array()
    expect(decodeHandshakeBody('certificate', shown).certificateList).toEqual([])
    expect(peer.messages.map(({ name }) => name)).not.toContain('certificate_verify')
    expect(peer.victim.endpoint.connection.summary?.authenticatedToPeer).toBe(false)
  })

  test('SLOTH: asked for MD5 and SHA-1 signatures only, a client shows nothing', () => {
    const peer = attackClient({ certificateRequest: { supportedSignatureAlgorithms: [0x0101, 0x0201, 0x0203] } })
    expectConnected(peer)
    expect(peer.messages.map(({ name }) => name)).not.toContain('certificate_verify')
  })

  test('KCI: a server asks for types that sign, and for no others', () => {
    const peer = attackServer()
    const asked = peer.messages.find(({ name }) => name === 'certificate_request')?.raw ?? new Uint8Array()
    expect([...decodeHandshakeBody('certificate_request', asked).certificateTypes].sort()).toEqual([1, 64])
  })

  test('KCI: a ClientKeyExchange without a value, as with a static key in the certificate', () => {
    const peer = attackServer({ edit: { client_key_exchange: () => ({ body: new Uint8Array() }) } })
    expectDefeat(peer, { fault: 'malformed_message', alert: 'decode_error', state: 'ExpectClientKeyExchange' })
  })

  test('a second CertificateRequest', () => {
    const again = insertAfter<HostileServer>('certificate_request', (it) => it.certificateRequest())
    expectDefeat(attackClient({ certificateRequest: {}, script: again }), {
      ...unexpected,
      state: 'ExpectServerHelloDone',
    })
    const late = insertBefore<HostileServer>('change_cipher_spec', (it) => it.certificateRequest())
    expectDefeat(attackClient({ certificateRequest: {}, script: late }), unexpected)
    const established = attackClient({ certificateRequest: {} })
    established.certificateRequest()
    expectBroken(established, unexpected)
  })

  test('a CertificateRequest that comes too early', () => {
    const script = insertBefore<HostileServer>('server_key_exchange', (it) => it.certificateRequest())
    expectDefeat(attackClient({ script }), { ...unexpected, state: 'ExpectServerKeyExchange' })
  })
})

describe('CertificateVerify under an algorithm that was not asked for', () => {
  const refused = { fault: 'scheme_not_offered', alert: 'illegal_parameter', state: 'ExpectCertificateVerify' } as const

  test.each(['ecdsa_sha1', 'ecdsa_sha224'] as const)('SLOTH: CertificateVerify signed under %s', (scheme) => {
    expectDefeat(attackServer({ scheme }), refused)
    expectConnected(attackServer({ scheme, victim: { signatureSchemes: ['ecdsa_secp256r1_sha256', scheme] } }))
  })

  test('SLOTH: CertificateVerify signed under RSA and SHA-1, RSA and MD5', () => {
    const rsa = { suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', kind: 'rsa' } as const
    expectDefeat(attackServer({ ...rsa, scheme: 'rsa_pkcs1_sha1' }), refused)
    const script = replace<HostileClient>('certificate_verify', (it) => {
      const signature = sign('md5', Buffer.concat(it.transcript), createPrivateKey(pki.client.rsa.keyPem))
      it.message('certificate_verify', { algorithm: 0x0101, signature: new Uint8Array(signature) })
    })
    expectDefeat(attackServer({ ...rsa, script }), refused)
  })

  test('a scheme of another kind of key than the certificate holds', () => {
    const peer = attackServer({ scheme: 'ed25519', signingKey: { sign: () => new Uint8Array(64) } })
    expectDefeat(peer, {
      fault: 'scheme_not_offered',
      alert: 'illegal_parameter',
      state: 'AwaitCertificateVerification',
    })
  })

  test('a client key on a curve that the server does not accept', () => {
    const peer = attackServer({
      credential: credentialOf('client', 'ecdsaP384'),
      scheme: 'ecdsa_secp384r1_sha384',
      victim: { groups: ['x25519', 'secp256r1'], verifier: pinTo('client', 'ecdsaP384') },
    })
    expectDefeat(peer, { fault: 'key_unfit_for_suite', alert: 'unsupported_certificate' })
  })
})

describe('no verifier configured', () => {
  test('no verifier: a client refuses every server, and says what to configure', () => {
    const peer = attackClient({ withoutOptions: ['verifier'] })
    expectDefeat(peer, { fault: 'certificate_no_verifier', alert: 'certificate_unknown' })
    expect(peer.victim.fault?.message).toMatch(/no verifier is configured: configure verifyCertificate/)
  })

  test('no verifier: a server refuses every client that shows a certificate', () => {
    const peer = attackServer({ withoutOptions: ['verifier'] })
    expectDefeat(peer, { fault: 'certificate_no_verifier', alert: 'certificate_unknown' })
    expect(peer.victim.fault?.message).toMatch(/no verifier is configured: configure verifyCertificate/)
  })

  test('no verifier: under RSA key transport as well', () => {
    const peer = attackClient({ suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256', kind: 'rsa', withoutOptions: ['verifier'] })
    expectDefeat(peer, { fault: 'certificate_no_verifier', alert: 'certificate_unknown' })
  })

  test('a certificate that is no certificate', () => {
    const garbage = { certificate: () => ({ certificateList: [Uint8Array.of(1, 2, 3)] }) }
    const refused = { fault: 'certificate_bad_certificate', alert: 'bad_certificate' } as const
    expectDefeat(attackClient({ edit: garbage }), refused)
    expectDefeat(attackServer({ edit: garbage }), refused)
  })
})
