/**
 * Seeded damage to certificates: nothing is thrown but our own error, and nothing takes long. 2,000 cases here; a campaign
 * runs as many as SOAK_COUNT says, from the seed SOAK_SEED.
 */
import { rootCertificates } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { CertificateError, parseCertificate } from '../../src/x509/certificate.js'
import { identitiesOf, matchesReference } from '../../src/x509/identities.js'
import { NameConstraints, nameBudget } from '../../src/x509/name-constraints.js'
import { certificatesOf, derOfPem, limboCases } from '../support/certificates.js'
import { damaged, deformed, random } from '../support/damage.js'
import { pki, pkiKinds } from '../support/pki.js'

const count = Number(process.env['SOAK_COUNT'] ?? 2000)
const seed = Number(process.env['SOAK_SEED'] ?? 20_261_121)

const limbo = (limboCases() ?? []).flatMap(certificatesOf).filter((der) => der.length < 4096)
const corpus = [
  ...pkiKinds.flatMap((kind) => [pki.server[kind].certificate, pki.client[kind].certificate]),
  ...rootCertificates.flatMap(derOfPem),
  ...limbo,
]

/** Everything that is done with a certificate without its issuer. */
function use(der: Uint8Array, faults = new Set<string>()): 'read' | 'refused' {
  try {
    const certificate = parseCertificate(der)
    certificate.subject.toString()
    identitiesOf(certificate)
    matchesReference(certificate, { type: 'dns', value: 'example.com' })
    const constraints = certificate.nameConstraints
    if (constraints !== undefined) NameConstraints.none.and(constraints).check(certificate, nameBudget())
    return 'read'
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    faults.add(`${error.fault} ${error.rule}`)
    return 'refused'
  }
}

describe('damaged certificates', () => {
  it(`${count} of them, from seed ${seed}: read or refused with our error, each within seconds`, {
    timeout: 60_000 + count * 5,
  }, () => {
    const next = random(seed)
    const outcomes = { read: 0, refused: 0 }
    const faults = new Set<string>()
    let slowest = 0
    for (let i = 0; i < count; i++) {
      const harm = i % 2 === 0 ? damaged : deformed
      const der = harm(corpus[next(corpus.length)] ?? new Uint8Array(1), next)
      const start = performance.now()
      outcomes[use(der, faults)]++
      slowest = Math.max(slowest, performance.now() - start)
    }
    // Both must happen, or the damage is too great or too small to say anything.
    expect(outcomes.read).toBeGreaterThan(count / 50)
    expect(outcomes.refused).toBeGreaterThan(count / 4)
    expect(faults.size).toBeGreaterThan(40)
    expect(slowest).toBeLessThan(5000)
  })

  it('are refused in little time where they are made to cost much', () => {
    const deep = new Uint8Array(200_000).fill(0x30)
    const wide = new Uint8Array(200_002).fill(0x05)
    for (const der of [deep, wide, new Uint8Array(10_000_000), new Uint8Array(0), Uint8Array.of(0x30)]) {
      const start = performance.now()
      expect(use(der)).toBe('refused')
      expect(performance.now() - start).toBeLessThan(200)
    }
  })
})
