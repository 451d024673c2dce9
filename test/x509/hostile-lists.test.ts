/**
 * Certificates of a peer that nobody knows yet, filled up to what a Certificate message may hold (64 KiB): what they cost is
 * paid before anybody has proved anything.
 */
import { AsnConvert } from '@peculiar/asn1-schema'
import { CertificatePolicies, ExtendedKeyUsage, PolicyMappings } from '@peculiar/asn1-x509'
import { describe, expect, test } from 'vitest'
import type { DecisionRecord } from '../../src/x509/decision.js'
import { parseCertificate } from '../../src/x509/index.js'
import { readCertificatePolicies, readExtendedKeyUsage, readPolicyMappings } from '../../src/x509/policy-extensions.js'
import { judge, told } from './judging.js'
import { type Minted, mint, oid, sequence } from './minting.js'

describe('a list of thousands', () => {
  const COUNT = 3_000
  const identifiers = Array.from({ length: COUNT }, (_, i) => `2.5.25.${i}`)
  const single = identifiers.map((one) => sequence(oid(one)))
  const pairs = identifiers.map((one) => sequence(oid(one), oid('2.5.26.1')))
  const purposes = sequence(...identifiers.map(oid))

  // the schemas are another implementation, which took a quarter of a second for one such certificate
  test.each<[string, Uint8Array, (der: Uint8Array) => Iterable<unknown>, new () => Iterable<unknown> & object]>([
    ['purposes', purposes, readExtendedKeyUsage, ExtendedKeyUsage],
    ['policies', sequence(...single), readCertificatePolicies, CertificatePolicies],
    ['policy mappings', sequence(...pairs), readPolicyMappings, PolicyMappings],
  ])('of %s is read as by a schema', (_what, der, read, schema) => {
    const bySchema = AsnConvert.parse(der, schema)
    expect(JSON.stringify([...read(der)])).toBe(JSON.stringify([...bySchema]))
  })

  test('policy constraints that go on for ever are not read to their end', () => {
    const value = Uint8Array.from([0x30, 0x82, 0x27, 0x10, ...Array.from({ length: 5_000 }, () => [0x05, 0x00]).flat()])
    const options = { name: 'hostile', extensions: [{ oid: '2.5.29.36', critical: true, value }] }
    expect(() => parseCertificate(mint(options).der)).toThrow('policy constraints are too long')
  })
})

describe('a chain with thousands of certificates', () => {
  const root = mint({ name: 'root', ca: true })
  const leaf = mint({ name: 'leaf', issuer: root, dns: ['localhost'] })
  const junk: Minted = { ...leaf, der: Uint8Array.of(0x30) }

  test('most of them are not looked at, and a peer with a good one is none the worse', () => {
    let record: DecisionRecord | undefined
    const chain = [leaf, ...Array.from({ length: 16_000 }, () => junk)]
    const verdict = judge(chain, [root], {
      explain: (given) => {
        record = given
      },
    })
    expect(told(verdict)).toBe('accepted')
    expect(record?.steps.filter(({ check }) => check === 'encoding')).toHaveLength(100)
  })

  test('the issuer may stand anywhere among the first hundred', () => {
    const between = mint({ name: 'between', ca: true, issuer: root })
    const below = mint({ name: 'below', issuer: between, dns: ['localhost'] })
    const behind = (count: number) => [below, ...Array.from({ length: count }, () => junk), between]
    expect(told(judge(behind(99), [root]))).toBe('accepted')
    expect(told(judge(behind(100), [root]))).toMatch(/^unknown_issuer/)
  })
})
