/** What CRLs say about certificates: each rule for believing one, broken; deltas; indirect CRLs; scopes. */
import { describe, expect, it } from 'vitest'
import { writeDer } from '../../../src/codec/der.js'
import { parseCertificate } from '../../../src/x509/certificate.js'
import type { RevocationOptions, ValidationOptions } from '../../../src/x509/index.js'
import { type CrlWish, crlNumber, mintCrl } from '../../support/mint-crl.js'
import { ecKey, mint, mintLeaf, mintRoot } from '../minting.js'
import { chainOf, crlOf, judge, lists, summary } from './vectors.js'

const root = mintRoot('Root')
const other = mintRoot('Other')
const leaf = mintLeaf(root)
const nameOf = (der: Uint8Array): Uint8Array => parseCertificate(der).subject.der
const serialNumber = (der: Uint8Array): Uint8Array => parseCertificate(der).serialNumber

const sequence = (...items: readonly Uint8Array[]): Uint8Array => writeDer(0x30, ...items)
const ascii = (value: string): Uint8Array => new TextEncoder().encode(value)
const uri = (value: string): Uint8Array => writeDer(0x86, ascii(value))
const fullName = (...names: readonly Uint8Array[]): Uint8Array => writeDer(0xa0, writeDer(0xa0, ...names))
const TRUE = Uint8Array.of(0xff)
const scope = (...fields: readonly Uint8Array[]) => ({ oid: '2.5.29.28', critical: true, value: sequence(...fields) })

const listOf = (wish: Partial<CrlWish> = {}): Uint8Array =>
  mintCrl({ issuer: nameOf(root.der), key: root.key.privateKey, ...wish })
const revoking = (reason?: number) => [{ serial: serialNumber(leaf.der), ...(reason === undefined ? {} : { reason }) }]

function verdict(
  crls: readonly Uint8Array[],
  subject: Uint8Array = leaf.der,
  options: Partial<ValidationOptions> = {},
  revocation: Partial<RevocationOptions> = {},
): string {
  return summary(
    judge(
      { certificateChain: [subject] },
      { mode: 'hard-fail', crls, ...revocation },
      { anchors: [root.der], time: () => new Date('2026-06-01'), ...options },
    ),
  )
}

const GOOD = 'accepted, checked chain,validity,revocation'

describe('CRLs of OpenSSL', () => {
  it('say of each certificate what was done with it', () => {
    const judgeName = (name: string, crls = lists) =>
      summary(judge({ certificateChain: chainOf(name) }, { mode: 'hard-fail', crls }))
    expect(judgeName('server')).toBe(GOOD)
    expect(judgeName('client')).toBe(GOOD)
    expect(judgeName('revoked')).toMatch(
      /^revoked: the certificate CN=tls12 test revoked was revoked 20\S+ \(keyCompromise\), says the CRL number 2 of CN=tls12 test issuing/,
    )
    expect(judgeName('revoked-client')).toMatch(/^revoked: /)
    expect(judgeName('server', [crlOf('issuing-revoked'), crlOf('issuing')])).toMatch(
      /^revoked: the certificate CN=tls12 test issuing was revoked .*\(cACompromise\)/,
    )
  })
})

const unbelievable: readonly (readonly [what: string, crl: Uint8Array, why: RegExp])[] = [
  [
    'of another issuer',
    listOf({ issuer: nameOf(other.der), key: other.key.privateKey }),
    /no CRL of CN=Root is at hand/,
  ],
  ['signed by another key', listOf({ key: other.key.privateKey }), /was not signed by the key of its issuer/],
  ['that is stale', listOf({ nextUpdate: new Date('2026-05-31') }), /is stale: nextUpdate was 2026-05-31T00:00:00Z/],
  ['from the future', listOf({ thisUpdate: new Date('2026-06-02') }), /is from the future: thisUpdate is 2026-06-02/],
  ['that ends before it begins', listOf({ nextUpdate: new Date('2025-12-31') }), /ends before it begins/],
  ['without nextUpdate', listOf({ nextUpdate: null }), /has no nextUpdate \(RFC 5280 §5.1.2.5\)/],
  ['without a number', listOf({ number: null }), /has no CRL number \(RFC 5280 §5.2.3\)/],
  [
    'with a critical number',
    listOf({ number: null, extensions: [{ oid: '2.5.29.20', critical: true, value: crlNumber(7) }] }),
    /has a critical CRL number/,
  ],
  [
    'with an unknown critical extension',
    listOf({ extensions: [{ oid: '1.2.3.4', critical: true, value: sequence() }] }),
    /unknown critical extension 1\.2\.3\.4/,
  ],
  [
    'with an unknown critical extension of an entry',
    listOf({
      entries: [{ serial: Uint8Array.of(9), extensions: [{ oid: '1.2.3.4', critical: true, value: sequence() }] }],
    }),
    /an entry with the unknown critical extension 1\.2\.3\.4/,
  ],
  ['that is complete and removes', listOf({ entries: revoking(8) }), /is complete and yet removes entries/],
  ['that is a delta alone', listOf({ base: 3 }), /is a delta alone/],
  [
    'with a scope that is not critical',
    listOf({ extensions: [{ ...scope(), critical: false }] }),
    /issuing distribution point that is not critical/,
  ],
  ['for authorities', listOf({ extensions: [scope(writeDer(0x82, TRUE))] }), /is for authorities only/],
  [
    'for attribute certificates',
    listOf({ extensions: [scope(writeDer(0x85, TRUE))] }),
    /is for attribute certificates only/,
  ],
  [
    'for another place',
    listOf({ extensions: [scope(fullName(uri('http://a.example/')))] }),
    /is for another distribution point/,
  ],
  [
    'for some reasons',
    listOf({ extensions: [scope(writeDer(0x83, Uint8Array.of(5, 0x60)))] }),
    /speak of some reasons for revocation only/,
  ],
  [
    'that names issuers and is not indirect',
    listOf({
      entries: [
        {
          serial: Uint8Array.of(9),
          extensions: [{ oid: '2.5.29.29', critical: true, value: sequence(writeDer(0xa4, nameOf(root.der))) }],
        },
      ],
    }),
    /is not indirect, yet names the issuers/,
  ],
]

describe('a CRL says nothing', () => {
  it.each(unbelievable)('%s', (_what, crl, why) => {
    expect(verdict([listOf()])).toBe(GOOD)
    const answer = verdict([crl])
    expect(answer).toMatch(/^revocation_unknown: the certificate CN=leaf may be revoked, nobody knows: /)
    expect(answer).toMatch(why)
    expect(verdict([crl], leaf.der, {}, { mode: 'soft-fail' })).toBe('accepted, checked chain,validity')
    // and one that says something is still heard beside it
    expect(verdict([crl, listOf()])).toBe(GOOD)
  })

  it('signed by a certificate that may not', () => {
    const mute = mintRoot('Root', { keyUsage: ['keyCertSign'] })
    const below = mintLeaf(mute)
    const crl = mintCrl({ issuer: nameOf(mute.der), key: mute.key.privateKey })
    expect(verdict([crl], below.der, { anchors: [mute.der] })).toMatch(/key usage does not include cRLSign/)
  })

  it('for end entities about an authority', () => {
    const authority = mint({ name: 'Between', issuer: root, ca: true })
    const below = mintLeaf(authority)
    const own = mintCrl({ issuer: nameOf(authority.der), key: authority.key.privateKey })
    const forUsers = listOf({ extensions: [scope(writeDer(0x81, TRUE))] })
    const options = { intermediates: [authority.der] }
    expect(verdict([own, forUsers], below.der, options)).toMatch(/CN=Between may be revoked.*is for end entities only/)
    expect(verdict([own, listOf()], below.der, options)).toBe(GOOD)
    // and where the end entity alone is asked about, nobody else is
    expect(verdict([own], below.der, options, { scope: 'end-entity' })).toBe(GOOD)
  })
})

describe('clock skew', () => {
  it('is five minutes, or what it is set to', () => {
    const late = listOf({ nextUpdate: new Date('2026-05-31T23:56:00Z') })
    expect(verdict([late])).toBe(GOOD)
    expect(verdict([late], leaf.der, {}, { clockSkew: 60_000 })).toMatch(/is stale/)
  })
})

describe('delta CRLs', () => {
  const delta = (wish: Partial<CrlWish> = {}): Uint8Array => listOf({ base: 7, number: 8, ...wish })

  it('add and remove', () => {
    expect(verdict([listOf(), delta({ entries: revoking(1) })])).toMatch(
      /^revoked: .*says the CRL number 7 of CN=Root with the delta CRL number 8/,
    )
    expect(verdict([listOf({ entries: revoking(6) }), delta({ entries: revoking(8) })])).toBe(GOOD)
    expect(verdict([listOf({ entries: revoking(6) }), delta()])).toMatch(/^revoked: .*certificateHold/)
  })

  it('keep a complete CRL going after its nextUpdate', () => {
    const old = listOf({ nextUpdate: new Date('2026-05-01') })
    expect(verdict([old])).toMatch(/is stale/)
    expect(verdict([old, delta()])).toBe(GOOD)
    expect(verdict([old, delta({ key: other.key.privateKey })])).toMatch(/is stale/)
  })

  it.each([
    ['a base that is newer than the complete CRL', delta({ base: 8, number: 9, entries: revoking(1) })],
    ['a number that is no newer', delta({ base: 6, number: 7, entries: revoking(1) })],
    ['another scope', delta({ entries: revoking(1), extensions: [scope(writeDer(0x81, TRUE))] })],
    ['an end in the past', delta({ entries: revoking(1), nextUpdate: new Date('2026-05-01') })],
    ['a wrong signature', delta({ entries: revoking(1), key: other.key.privateKey })],
    [
      'an indicator that is not critical',
      listOf({ number: 8, entries: revoking(1), extensions: [{ oid: '2.5.29.27', value: crlNumber(7) }] }),
    ],
  ])('are left aside with %s', (_what, one) => {
    expect(verdict([listOf(), one])).toBe(GOOD)
  })
})

describe('indirect CRLs', () => {
  const keeper = mint({ name: 'Keeper', issuer: root, key: ecKey(), keyUsage: ['cRLSign'] })
  const points = (name: Uint8Array) => ({
    oid: '2.5.29.31',
    value: sequence(sequence(writeDer(0xa2, writeDer(0xa4, name)))),
  })
  const subject = mintLeaf(root, { extensions: [points(nameOf(keeper.der))] })
  const indirect = (wish: Partial<CrlWish> = {}, ...fields: readonly Uint8Array[]): Uint8Array =>
    mintCrl({
      issuer: nameOf(keeper.der),
      key: keeper.key.privateKey,
      extensions: [scope(...fields, writeDer(0x84, TRUE))],
      ...wish,
    })
  const issuerOf = (der: Uint8Array) => ({
    oid: '2.5.29.29',
    critical: true,
    value: sequence(writeDer(0xa4, nameOf(der))),
  })
  const options = { intermediates: [keeper.der] }
  const serial = serialNumber(subject.der)

  it('speak for the issuers that their entries name', () => {
    expect(verdict([indirect(), listOf()], subject.der, options)).toBe(GOOD)
    const listed = indirect({ entries: [{ serial, extensions: [issuerOf(root.der)] }] })
    expect(verdict([listed, listOf()], subject.der, options)).toMatch(/^revoked: .*the CRL number 7 of CN=Keeper/)
  })

  it('an entry is of the issuer that the last entry before it named, or of the CRL’s own', () => {
    const before = { serial: Uint8Array.of(9), extensions: [issuerOf(root.der)] }
    const others = { serial: Uint8Array.of(10), extensions: [issuerOf(other.der)] }
    const judgeEntries = (entries: CrlWish['entries'] & object) =>
      verdict([indirect({ entries }), listOf()], subject.der, options)
    expect(judgeEntries([before, { serial }])).toMatch(/^revoked/)
    expect(judgeEntries([before, others, { serial }])).toBe(GOOD)
    expect(judgeEntries([{ serial }, before])).toBe(GOOD)
  })

  it('are believed only of whom the anchor vouches for, and who is not revoked', () => {
    const stranger = mint({ name: 'Keeper', issuer: other, keyUsage: ['cRLSign'] })
    const forged = indirect({ key: stranger.key.privateKey })
    expect(verdict([forged], subject.der, { intermediates: [stranger.der, other.der] })).toMatch(
      /^revocation_unknown: .*has an issuer who is not trusted/,
    )
    const nowhere = listOf({ extensions: [scope(writeDer(0x82, TRUE))] })
    expect(verdict([indirect(), nowhere], subject.der, options)).toMatch(/under CN=Keeper, which may be revoked/)
    expect(verdict([indirect(), nowhere], subject.der, options, { mode: 'soft-fail' })).toBe(GOOD)
    const place = fullName(uri('http://crl.example/keepers'))
    const watched = mint({
      ...{ name: 'Keeper', issuer: root, keyUsage: ['cRLSign'] },
      extensions: [{ oid: '2.5.29.31', value: sequence(sequence(place)) }],
    })
    const own = indirect({ key: watched.key.privateKey })
    const keepers = (entries: CrlWish['entries'] & object): Uint8Array =>
      listOf({ entries, extensions: [scope(place)] })
    const with2 = { intermediates: [watched.der] }
    expect(verdict([own, keepers([])], subject.der, with2)).toBe(GOOD)
    const dismissed = keepers([{ serial: serialNumber(watched.der) }])
    expect(verdict([own, dismissed], subject.der, with2)).toMatch(/under CN=Keeper, which is revoked/)
  })

  it('and a CRL that is not indirect does not speak for others', () => {
    const direct = mintCrl({ issuer: nameOf(keeper.der), key: keeper.key.privateKey })
    const mine = mintLeaf(root, { extensions: [points(nameOf(keeper.der))] })
    expect(verdict([direct], mine.der, options)).toMatch(/^revocation_unknown/)
  })
})

describe('distribution points', () => {
  const at = (...names: readonly Uint8Array[]) => ({ oid: '2.5.29.31', value: sequence(sequence(fullName(...names))) })
  const subject = mintLeaf(root, { extensions: [at(uri('http://crl.example/one'), uri('http://b.example/'))] })
  const scoped = (name: string, wish: Partial<CrlWish> = {}): Uint8Array =>
    listOf({ extensions: [scope(fullName(uri(name)))], ...wish })

  it('match by any name; scheme and host whatever their case', () => {
    expect(verdict([scoped('http://crl.example/one')], subject.der)).toBe(GOOD)
    expect(verdict([scoped('HTTP://B.example/')], subject.der)).toBe(GOOD)
    expect(verdict([scoped('http://crl.example/two')], subject.der)).toMatch(/is for another distribution point/)
  })

  it('the newest CRL of a scope counts', () => {
    const entries = [{ serial: serialNumber(subject.der) }]
    const old = scoped('http://b.example/', { thisUpdate: new Date('2026-02-01'), entries })
    const fresh = scoped('http://b.example/', { thisUpdate: new Date('2026-03-01') })
    expect(verdict([old, fresh], subject.der)).toBe(GOOD)
    expect(verdict([old], subject.der)).toMatch(/^revoked/)
  })

  it('CRLs for some reasons each together speak of all', () => {
    // bits 1 to 4 are keyCompromise to superseded, bits 5 to 8 the rest
    const first = listOf({ extensions: [scope(writeDer(0x83, Uint8Array.of(3, 0x78)))] })
    const second = listOf({ extensions: [scope(writeDer(0x83, Uint8Array.of(7, 0x07, 0x80)))] })
    expect(verdict([first])).toMatch(/some reasons/)
    expect(verdict([second])).toMatch(/some reasons/)
    expect(verdict([first, second])).toBe(GOOD)
  })
})
