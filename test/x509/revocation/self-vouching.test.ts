/** A certificate that may sign OCSP responses does not vouch for itself: a delegate is somebody else (RFC 6960 §4.2.2.2). */
import { describe, expect, it } from 'vitest'
import { parseCertificate } from '../../../src/x509/certificate.js'
import type { RevocationOptions } from '../../../src/x509/index.js'
import { mintCrl } from '../../support/mint-crl.js'
import { mintOcsp } from '../../support/mint-ocsp.js'
import { type Minted, mint, mintLeaf, mintRoot, purposes } from '../minting.js'
import { judge, summary } from './vectors.js'

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
const noCheck = { oid: '1.3.6.1.5.5.7.48.1.5', value: Uint8Array.of(5, 0) }
const GOOD = 'accepted, checked chain,validity,revocation'

const root = mintRoot('Root')
const issuer = mint({ name: 'Issuer', issuer: root, ca: true })
const responder = mint({ name: 'Responder', issuer, purposes: [OCSP_SIGNING], extensions: [noCheck] })
const both = { purposes: [purposes.serverAuth, OCSP_SIGNING] }

const rootList = mintCrl({ issuer: parseCertificate(root.der).subject.der, key: root.key.privateKey })

const saysGood = (about: Minted, by: Minted, named: 'by name' | 'by key' = 'by name'): Uint8Array =>
  mintOcsp({
    answers: [{ certificate: about.der, issuer: issuer.der }],
    ...{ responder: by.der, key: by.key.privateKey, named, certificates: [by.der] },
  })

const verdict = (leaf: Minted, response: Uint8Array, how: 'stapled' | 'given', more: RevocationOptions): string =>
  summary(
    judge(
      { certificateChain: [leaf.der, issuer.der], ...(how === 'stapled' ? { ocspResponse: response } : {}) },
      { ...more, ...(how === 'given' ? { ocspResponses: [response] } : {}) },
      { anchors: [root.der], time: () => new Date('2026-06-01') },
    ),
  )

const hard: RevocationOptions = { mode: 'hard-fail', crls: [rootList] }
const refusals = { stapled: /^bad_status_response: .*cannot vouch/, given: /^revocation_unknown: .*cannot vouch/ }

describe.each(['stapled', 'given'] as const)('a response that is %s', (how) => {
  const leaves = {
    'with no-check': mintLeaf(issuer, { ...both, extensions: [noCheck] }),
    'without no-check': mintLeaf(issuer, both),
  }

  it.each(Object.entries(leaves))('by the certificate itself, %s, says nothing', (_what, leaf) => {
    expect(verdict(leaf, saysGood(leaf, responder), how, hard)).toBe(GOOD)
    for (const named of ['by name', 'by key'] as const) {
      expect(verdict(leaf, saysGood(leaf, leaf, named), how, hard)).toMatch(refusals[how])
    }
  })

  it('by another certificate of the same key says nothing', () => {
    const leaf = mintLeaf(issuer)
    const twin = mint({ name: 'Twin', issuer, key: leaf.key, purposes: [OCSP_SIGNING], extensions: [noCheck] })
    expect(verdict(leaf, saysGood(leaf, twin), how, hard)).toMatch(refusals[how])
  })

  it('by itself does not outweigh that the issuer has revoked it', () => {
    const leaf = leaves['with no-check']
    const list = mintCrl({
      issuer: parseCertificate(issuer.der).subject.der,
      key: issuer.key.privateKey,
      entries: [{ serial: parseCertificate(leaf.der).serialNumber, reason: 1 }],
    })
    expect(verdict(leaf, saysGood(leaf, leaf), how, { mode: 'soft-fail', crls: [list] })).toMatch(
      how === 'stapled' ? refusals.stapled : /^revoked: /,
    )
  })
})

describe('a delegate without no-check', () => {
  const delegate = mint({
    ...{ name: 'Delegate', issuer, purposes: [OCSP_SIGNING] },
    // a place to ask: what it says must be there then
    extensions: [
      {
        oid: '1.3.6.1.5.5.7.1.1',
        value: Uint8Array.of(0x30, 22, 0x30, 20, 6, 8, 43, 6, 1, 5, 5, 7, 48, 1, 0x86, 8, ...Buffer.from('http://o')),
      },
    ],
  })
  const leaf = mintLeaf(issuer)

  it('is not believed because it says that it is good itself', () => {
    const answers = [leaf, delegate].map((about) => ({ certificate: about.der, issuer: issuer.der }))
    const response = mintOcsp({
      ...{ answers, responder: delegate.der, key: delegate.key.privateKey, certificates: [delegate.der] },
    })
    const options: RevocationOptions = { ...hard, ocspResponses: [response] }
    expect(verdict(leaf, response, 'stapled', options)).toMatch(/which was signed under .*Delegate.*nobody knows/)
    const byAnother: RevocationOptions = { ...hard, ocspResponses: [saysGood(delegate, responder)] }
    expect(verdict(leaf, response, 'stapled', byAnother)).toBe(GOOD)
  })
})
