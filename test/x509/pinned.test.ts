import { createHash, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DerTag, writeDer } from '../../src/codec/der.js'
import type { CertificateVerdict, Environment } from '../../src/crypto/environment.js'
import { formatPin, type Pin, parsePin, pinnedCertificates } from '../../src/x509/pinned.js'
import { refuseAll } from '../../src/x509/refuse.js'
import { nodeCiphers } from '../support/node-ciphers.js'
import { pki, pkiKinds } from '../support/pki.js'

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())
const spkiOf = (certificate: Uint8Array): Uint8Array =>
  new Uint8Array(new X509Certificate(Buffer.from(certificate)).publicKey.export({ type: 'spki', format: 'der' }))

const judge = (pins: readonly Pin[], ...certificateChain: Uint8Array[]): CertificateVerdict =>
  pinnedCertificates(pins, nodeCiphers)({ peer: 'server', certificateChain })

const reason = (verdict: CertificateVerdict): string => (verdict.accepted ? 'accepted' : verdict.reason)

/** The bytes with every occurrence of `from` replaced by `to`, which is as long. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const hex = Buffer.from(bytes).toString('hex')
  expect(hex).toContain(from)
  return new Uint8Array(Buffer.from(hex.replaceAll(from, to), 'hex'))
}

describe.each(pkiKinds)('pinnedCertificates with a certificate of %s', (kind) => {
  const { certificate, certificateChain } = pki.server[kind]
  const impostor = pki.impostor.server[kind].certificate

  it.each<[string, Pin]>([
    ['the certificate', certificate],
    ['its fingerprint', { certificateSha256: sha256(certificate) }],
    ['its key', { spkiSha256: sha256(spkiOf(certificate)) }],
  ])('accepts by %s, and refuses the impostor', (_what, pin) => {
    const verdict = judge([pki.client.rsa.certificate, pin], ...certificateChain)
    if (!verdict.accepted) throw new Error(verdict.message)
    expect(verdict.checked).toEqual(['pin'])
    expect(Buffer.from(verdict.publicKey.subjectPublicKeyInfo).equals(spkiOf(certificate))).toBe(true)
    expect(reason(judge([pin], impostor))).toBe('not_pinned')
  })

  it('looks at the end-entity certificate only', () => {
    expect(reason(judge([certificate], impostor, certificate))).toBe('not_pinned')
    expect(reason(judge(pki.ca.certificates, ...certificateChain))).toBe('not_pinned')
  })
})

describe('pinnedCertificates', () => {
  const { certificate } = pki.server.ecdsaP256

  it('names the fingerprints that were presented, in the spelling that parsePin reads', () => {
    const verdict = judge([pki.client.rsa.certificate], certificate)
    if (verdict.accepted) throw new Error('it was accepted')
    const [fingerprint] = /sha256:[0-9a-f]{64}/.exec(verdict.message) ?? []
    const [key] = /sha256\/[A-Za-z0-9+/]{43}=/.exec(verdict.message) ?? []
    expect(parsePin(fingerprint ?? '')).toEqual({ certificateSha256: sha256(certificate) })
    expect(parsePin(key ?? '')).toEqual({ spkiSha256: sha256(spkiOf(certificate)) })
    expect(reason(judge([parsePin(key ?? '')], certificate))).toBe('accepted')
  })

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['no DER', Uint8Array.of(1, 2, 3)],
    ['a certificate cut short', certificate.subarray(0, -1)],
    ['a certificate with a byte behind it', Uint8Array.of(...certificate, 0)],
    ['an empty SEQUENCE', writeDer(DerTag.sequence)],
  ])('calls %s a bad certificate, even where it is pinned', (_what, bytes) => {
    const pin = { certificateSha256: sha256(bytes) }
    expect(reason(judge([pin], bytes))).toBe('bad_certificate')
  })

  it('calls an empty chain a bad certificate', () => {
    expect(reason(judge([certificate]))).toBe('bad_certificate')
  })

  it('calls a key of an unknown kind or curve unsupported, even where it is pinned', () => {
    const otherCurve = replaced(certificate, '06082a8648ce3d030107', '06082a8648ce3d030106')
    const otherKind = replaced(certificate, '06072a8648ce3d0201', '06072a8648ce3d0202')
    expect(reason(judge([otherCurve], otherCurve))).toBe('unsupported_certificate')
    expect(reason(judge([otherKind], otherKind))).toBe('unsupported_certificate')
  })

  it('does not notice when a pin is changed after construction', () => {
    const digest = sha256(certificate)
    const verify = pinnedCertificates([{ certificateSha256: digest }], nodeCiphers)
    digest.fill(0)
    expect(reason(verify({ peer: 'server', certificateChain: [certificate] }))).toBe('accepted')
  })

  it.each<[string, readonly Pin[]]>([
    ['no pin at all', []],
    ['a digest of another length', [{ spkiSha256: new Uint8Array(20) }]],
    ['a fingerprint of another length', [{ certificateSha256: new Uint8Array(33) }]],
    ['PEM in place of DER', [new Uint8Array(Buffer.from(pki.server.rsa.certPem))]],
  ])('throws a TypeError for %s', (_what, pins) => {
    expect(() => pinnedCertificates(pins, nodeCiphers)).toThrow(TypeError)
  })
})

describe('parsePin', () => {
  const digest = sha256(pki.server.rsa.certificate)
  const hex = Buffer.from(digest).toString('hex')

  it('reads the fingerprint that Node and openssl print', () => {
    const { fingerprint256 } = new X509Certificate(pki.server.rsa.certPem)
    expect(fingerprint256).toContain(':')
    expect(parsePin(`sha256:${fingerprint256}`)).toEqual({ certificateSha256: digest })
    expect(parsePin(`sha256:${hex}`)).toEqual({ certificateSha256: digest })
  })

  it('reads what formatPin writes', () => {
    for (const pin of [{ certificateSha256: digest }, { spkiSha256: digest }])
      expect(parsePin(formatPin(pin))).toEqual(pin)
    expect(formatPin({ spkiSha256: digest })).toBe(`sha256/${Buffer.from(digest).toString('base64')}`)
  })

  it.each([
    '',
    hex,
    'sha256/',
    'sha256:',
    `sha1:${hex}`,
    `sha256:${hex}00`,
    `sha256:${hex.slice(2)}`,
    `sha256:${hex.slice(0, 2)}:${hex.slice(2)}`,
    `sha256:${hex} `,
    `sha256/${hex}`,
    `sha256/${Buffer.from(digest).toString('base64url')}`,
    `sha256/${Buffer.from(digest.subarray(1)).toString('base64')}`,
  ])('refuses %j', (text) => {
    expect(() => parsePin(text)).toThrow(TypeError)
  })
})

describe('refuseAll', () => {
  it('refuses every peer and says what to configure', () => {
    const verify: Environment['verifyCertificate'] = refuseAll
    for (const peer of ['client', 'server'] as const) {
      const request = { peer, certificateChain: pki[peer].rsa.certificateChain }
      const verdict = verify(request, new AbortController().signal)
      expect(verdict).toMatchObject({ accepted: false, reason: 'no_verifier' })
      expect(JSON.stringify(verdict)).toContain('pinnedCertificates')
    }
  })
})
