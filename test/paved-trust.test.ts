/** Trust on the paved path: `trustAnchors` and `unlessDenied`. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { CertificateRequestToVerify } from '../src/crypto/environment.js'
import { pinned, trustAnchors, unlessDenied } from '../src/index.js'
import { CertificateError, fingerprintsOf, PemError } from '../src/x509/index.js'
import { noble } from './support/endpoints.js'
import { pki } from './support/pki.js'

const { certificateChain } = pki.server.ecdsaP256
const request: CertificateRequestToVerify = { peer: 'server', certificateChain, serverName: 'localhost' }
const { signal } = new AbortController()
const crl = readFileSync(new URL('../vectors/pki/ca/ecdsa.crl.pem', import.meta.url), 'utf8')

describe('trustAnchors', () => {
  it.each([
    ['PEM', pki.ca.certPem],
    ['DER', pki.ca.certificates],
  ])('takes %s', async (_form, bundle) => {
    const verdict = await trustAnchors(bundle)(request, signal)
    expect(verdict).toMatchObject({ accepted: true, checked: ['chain', 'validity', 'purpose', 'name'] })
  })

  it('looks at revocation where it is told to, and only there wants staples', async () => {
    const hard = trustAnchors(pki.ca.certPem, { revocation: { mode: 'hard-fail', crls: [crl] } })
    expect(await hard(request, signal)).toMatchObject({
      accepted: true,
      checked: expect.arrayContaining(['revocation']),
    })
    const blind = trustAnchors(pki.ca.certPem, { revocation: { mode: 'hard-fail' } })
    expect(await blind(request, signal)).toMatchObject({ accepted: false, reason: 'revocation_unknown' })
    expect([hard.wantsStatus, trustAnchors(pki.ca.certPem).wantsStatus]).toEqual([true, false])
  })

  it('hands its options on', async () => {
    const late = trustAnchors(pki.ca.certPem, { time: () => new Date('2050-01-01') })
    expect(await late(request, signal)).toMatchObject({ accepted: false, reason: 'expired' })
    const other = trustAnchors(pki.ca.certPem, { identity: [{ type: 'ip', value: '127.0.0.2' }] })
    expect(await other(request, signal)).toMatchObject({ accepted: false, reason: 'name_mismatch' })
  })

  it('says at once what it cannot use', () => {
    expect(() => trustAnchors('')).toThrow(PemError)
    expect(() => trustAnchors([])).toThrow(TypeError)
    expect(() => trustAnchors([Uint8Array.of(0x30, 0)])).toThrow(CertificateError)
    expect(() => trustAnchors(pki.ca.certPem, { revocation: { mode: 'soft-fail', crls: [''] } })).toThrow(TypeError)
  })
})

describe('unlessDenied', () => {
  const trusting = trustAnchors(pki.ca.certPem, { revocation: { mode: 'soft-fail' } })

  it('refuses what is on the list, wherever in the chain, and asks nobody else', async () => {
    const [leaf, issuer] = certificateChain.map((der) => fingerprintsOf(der, noble))
    if (leaf === undefined || issuer === undefined) throw new Error('the chain has two certificates')
    const lists = [
      { certificates: [leaf.certificate] },
      { keys: [leaf.key] },
      { keys: [issuer.key] },
      { issuers: [leaf.issuer] },
    ]
    for (const denied of lists) {
      const verdict = await unlessDenied(denied, trusting)(request, signal)
      expect(verdict).toMatchObject({ accepted: false, reason: 'denied' })
    }
    const digest = createHash('sha256').update(pki.server.ecdsaP256.certificate).digest('hex')
    const byPin = unlessDenied({ certificates: [digest] }, pinned(pki.server.ecdsaP256.certPem))
    expect(await byPin(request, signal)).toMatchObject({ accepted: false, reason: 'denied' })
  })

  it('leaves everyone else to the verifier', async () => {
    const denied = unlessDenied({ keys: ['00'.repeat(32)] }, trusting)
    expect(await denied(request, signal)).toEqual(await trusting(request, signal))
    expect(denied.wantsStatus).toBe(true)
    expect(() => unlessDenied({ keys: ['00'] }, trusting)).toThrow(TypeError)
  })
})
