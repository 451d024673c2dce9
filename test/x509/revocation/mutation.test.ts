/**
 * Seeded damage to CRLs and OCSP responses: nothing is thrown but our own error, nothing takes long, and nothing damaged
 * is believed. 2,000 cases here; a campaign runs as many as SOAK_COUNT says, from the seed SOAK_SEED.
 */
import { describe, expect, it } from 'vitest'
import { publicEqual } from '../../../src/bytes/equal.js'
import { CertificateError, parseCertificate } from '../../../src/x509/certificate.js'
import { readPem } from '../../../src/x509/pem.js'
import { parseCrl } from '../../../src/x509/revocation/crl.js'
import { unusable } from '../../../src/x509/revocation/crl-scope.js'
import { parseOcspResponse } from '../../../src/x509/revocation/ocsp-response.js'
import { damaged, deformed, random } from '../../support/damage.js'
import { shared } from '../../support/outside.js'
import { readPkits } from '../pkits-cases.js'
import { certificateOf, chainOf, crlOf, judge, ocspOf } from './vectors.js'

const count = Number(process.env['SOAK_COUNT'] ?? 2000)
const seed = Number(process.env['SOAK_SEED'] ?? 20_261_121)

const der = (name: string): Uint8Array => readPem(crlOf(name))[0]?.der ?? new Uint8Array()
const pkitsFile = shared('conformance/pkits/pkits.json.gz')

function pkitsCrls(): readonly Uint8Array[] {
  if (pkitsFile === undefined) return []
  const pkits = readPkits(pkitsFile)
  return [...new Set(pkits.testcases.flatMap(({ crls }) => crls))].map((name) => pkits.crl(name))
}

const crls = [der('issuing'), der('root'), der('nobody-revoked'), ...pkitsCrls()]
const responses = ['good', 'good-by-issuer', 'good-by-key', 'good-sha256', 'revoked', 'unknown'].map(ocspOf)

const issuing = parseCertificate(certificateOf('issuing')).subject
const revoked = parseCertificate(certificateOf('revoked'))

function useCrl(bytes: Uint8Array): void {
  const crl = parseCrl(bytes)
  unusable(crl)
  crl.issuer.toString()
  crl.entries.find(revoked.serialNumber, issuing.comparable, crl.issuer.comparable)
}

/** Runs a use of something damaged: `refused` with our own error, or `read`. */
function outcomeOf(use: () => unknown, faults: Set<string>): 'read' | 'refused' {
  try {
    use()
    return 'read'
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    faults.add(`${error.fault} ${error.rule}`)
    return 'refused'
  }
}

function campaign(samples: readonly Uint8Array[], use: (bytes: Uint8Array) => void): Set<string> {
  const next = random(seed)
  const outcomes = { read: 0, refused: 0 }
  const faults = new Set<string>()
  let slowest = 0
  for (let i = 0; i < count; i++) {
    const harm = i % 2 === 0 ? damaged : deformed
    const bytes = harm(samples[next(samples.length)] ?? new Uint8Array(1), next)
    const start = performance.now()
    outcomes[outcomeOf(() => use(bytes), faults)]++
    slowest = Math.max(slowest, performance.now() - start)
  }
  expect(outcomes.read).toBeGreaterThan(count / 50)
  expect(outcomes.refused).toBeGreaterThan(count / 4)
  expect(slowest).toBeLessThan(5000)
  return faults
}

const timeout = 60_000 + count * 20

describe(`${count} times from seed ${seed}`, () => {
  it('damaged CRLs are read or refused with our error, each within seconds', { timeout }, () => {
    expect(campaign(crls, useCrl).size).toBeGreaterThan(30)
  })

  it('damaged OCSP responses too', { timeout }, () => {
    expect(campaign(responses, parseOcspResponse).size).toBeGreaterThan(15)
  })

  it('a damaged staple says nothing, and a damaged CRL neither', { timeout }, () => {
    const next = random(seed + 1)
    const samples = [...responses.map((bytes) => [bytes, 'ocsp'] as const), [der('issuing'), 'crl'] as const]
    let believed = 0
    for (let i = 0; i < count / 4; i++) {
      const [bytes, kind] = samples[next(samples.length)] ?? [new Uint8Array(1), 'crl']
      const harmed = (i % 2 === 0 ? damaged : deformed)(bytes, next)
      const same = publicEqual(harmed, bytes)
      const isCrl = kind === 'crl'
      const result = (): boolean => {
        const outcome = judge(
          { certificateChain: chainOf('server'), ...(isCrl ? {} : { ocspResponse: harmed }) },
          { mode: 'hard-fail', crls: [crlOf('root'), ...(isCrl ? [harmed] : [])] },
        )
        return outcome.accepted
      }
      try {
        if (result() && !same) believed += isCoveredBySignature(harmed, bytes, kind) ? 1 : 0
      } catch (error) {
        if (!(error instanceof CertificateError)) throw error
      }
    }
    expect(believed).toBe(0)
  })
})

/** What is signed differs: a certificate that nobody needs, for one, lies outside, and may be damaged. */
function isCoveredBySignature(one: Uint8Array, other: Uint8Array, kind: 'ocsp' | 'crl'): boolean {
  if (kind === 'crl') return !publicEqual(parseCrl(one).tbs, parseCrl(other).tbs)
  const tbs = (bytes: Uint8Array): Uint8Array => {
    const response = parseOcspResponse(bytes)
    return response.responseStatus === 'successful' ? response.basic.tbs : new Uint8Array()
  }
  return !publicEqual(tbs(one), tbs(other))
}
