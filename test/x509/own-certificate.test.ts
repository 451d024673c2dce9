import { describe, expect, it } from 'vitest'
import { parseCertificate } from '../../src/x509/certificate.js'
import { readOwnCertificate } from '../../src/x509/own-certificate.js'
import { pki, pkiKinds } from '../support/pki.js'

describe('what is read of our own certificates', () => {
  it.each(pkiKinds)('agrees with the whole certificate: %s', (kind) => {
    for (const der of [...pki.server[kind].certificateChain, ...pki.client[kind].certificateChain]) {
      const whole = parseCertificate(der)
      const own = readOwnCertificate(der)
      expect(own).toBeDefined()
      expect({ ...whole, subjectAltName: whole.subjectAltName ?? [] }).toMatchObject(own ?? {})
    }
  })

  it('is nothing where the bytes are no certificate', () => {
    const [der] = pki.server.rsa.certificateChain
    if (der === undefined) throw new Error('an empty chain')
    expect(readOwnCertificate(der.subarray(1))).toBeUndefined()
    expect(readOwnCertificate(Uint8Array.of(...der, 0))).toBeUndefined()
    expect(readOwnCertificate(new Uint8Array(0))).toBeUndefined()
  })

  it('is not changed by what becomes of the bytes afterwards', () => {
    const [original] = pki.server.ecdsaP384.certificateChain
    if (original === undefined) throw new Error('an empty chain')
    const der = original.slice()
    const before = readOwnCertificate(der)?.issuer.comparable
    der.fill(0)
    expect(readOwnCertificate(original)?.issuer.comparable).toBe(before)
  })
})
