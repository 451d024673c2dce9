/** A CRL of 100,000 entries: how much work it is, counted in octets looked at, which no busy machine changes. */
import { describe, expect, it } from 'vitest'
import { parseCertificate } from '../../../src/x509/certificate.js'
import { type Crl, parseCrl } from '../../../src/x509/revocation/crl.js'
import { mintCrl, serialOf } from '../../support/mint-crl.js'
import { mintRoot } from '../minting.js'

const COUNT = 100_000
const root = mintRoot('Large')
const issuer = parseCertificate(root.der).subject

const listOf = (serials: readonly Uint8Array[]): Crl =>
  parseCrl(
    mintCrl({
      issuer: issuer.der,
      key: root.key.privateKey,
      entries: serials.map((serial, i) => ({ serial, ...(i % 3 === 0 ? { reason: 1 } : {}) })),
    }),
  )

describe('a CRL of 100,000 entries', () => {
  const crl = listOf(Array.from({ length: COUNT }, (_, i) => serialOf(i)))
  const find = (serial: Uint8Array) => crl.entries.find(serial, issuer.comparable, issuer.comparable)

  it('is looked through once when it is read, and once more when it is first asked', () => {
    expect(crl.entries.count).toBe(COUNT)
    expect(crl.der.length).toBeGreaterThan(3_700_000)
    expect(crl.entries.visited).toBeLessThan(crl.der.length)
    expect(find(serialOf(0))).toBeDefined()
    expect(crl.entries.visited).toBeLessThan(2 * crl.der.length)
  })

  it('is asked a thousand times with next to no work', () => {
    const before = crl.entries.visited
    for (let i = 0; i < 1000; i++) {
      expect(find(serialOf(i * 97))?.reason).toBe((i * 97) % 3 === 0 ? 'keyCompromise' : undefined)
      expect(find(serialOf(COUNT + i))).toBeUndefined()
    }
    expect((crl.entries.visited - before) / 2000).toBeLessThan(200)
  })

  it('finds every entry', () => {
    let found = 0
    for (let i = 0; i < COUNT; i++) if (find(serialOf(i)) !== undefined) found++
    expect(found).toBe(COUNT)
  })
})

describe('serial numbers that all collide', () => {
  it('cost a walk through the list each time, not a walk for each entry', () => {
    const crl = listOf(new Array<Uint8Array>(20_000).fill(Uint8Array.of(7)))
    const before = crl.entries.visited
    expect(crl.entries.find(Uint8Array.of(8), issuer.comparable, issuer.comparable)).toBeUndefined()
    expect(crl.entries.find(Uint8Array.of(7), issuer.comparable, issuer.comparable)?.reason).toBe('keyCompromise')
    expect(crl.entries.visited - before).toBeLessThan(4 * crl.der.length)
  })
})
