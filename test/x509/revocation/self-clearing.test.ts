/** Nobody clears itself: CRLs of others who have the issuer's name do not outweigh what the issuer says. */
import { describe, expect, it } from 'vitest'
import { writeDer } from '../../../src/codec/der.js'
import { parseCertificate } from '../../../src/x509/certificate.js'
import { type CrlWish, mintCrl } from '../../support/mint-crl.js'
import { type Minted, mint, mintLeaf, mintRoot } from '../minting.js'
import { judge, summary } from './vectors.js'

const OLD = new Date('2026-02-01')
const NEW = new Date('2026-03-01')
const GOOD = 'accepted, checked chain,validity,revocation'

const root = mintRoot('Root')
const issuer = mint({ name: 'Issuer', issuer: root, ca: true })

const listBy = (signer: Minted, revoked: readonly Minted[] = [], wish: Partial<CrlWish> = {}): Uint8Array =>
  mintCrl({
    issuer: parseCertificate(signer.der).subject.der,
    key: signer.key.privateKey,
    entries: revoked.map(({ der }) => ({ serial: parseCertificate(der).serialNumber, reason: 1 })),
    thisUpdate: OLD,
    ...wish,
  })

const newer = (signer: Minted): Uint8Array => listBy(signer, [], { thisUpdate: NEW, number: 9 })

/** The verdict on a chain; the lists of the root are given along. */
const verdict = (chain: readonly Minted[], ...crls: readonly Uint8Array[]): string =>
  summary(
    judge(
      { certificateChain: chain.map(({ der }) => der) },
      { mode: 'hard-fail', crls: [listBy(root), ...crls] },
      { anchors: [root.der], time: () => new Date('2026-06-01') },
    ),
  )

/** In whatever order the lists are given. */
function expectRevoked(chain: readonly Minted[], ...crls: readonly Uint8Array[]): void {
  expect(verdict(chain, ...crls)).toMatch(/^revoked: /)
  expect(verdict(chain, ...crls.toReversed())).toMatch(/^revoked: /)
}

describe('a: a leaf that has the name of its issuer', () => {
  const withUsage = mintLeaf(issuer, { name: 'Issuer', keyUsage: ['digitalSignature', 'cRLSign'] })
  const asAuthority = mintLeaf(issuer, { name: 'Issuer', ca: true, keyUsage: ['digitalSignature', 'cRLSign'] })
  const bare = mintLeaf(issuer, { name: 'Issuer', without: ['basicConstraints', 'keyUsage'] })

  it.each([
    ['with cRLSign', withUsage],
    ['that is an authority', asAuthority],
    ['without keyUsage', bare],
  ])('%s does not clear itself', (_what, leaf) => {
    expect(verdict([leaf, issuer], listBy(issuer))).toBe(GOOD)
    expectRevoked([leaf, issuer], listBy(issuer, [leaf]), newer(leaf))
    expect(verdict([leaf, issuer], newer(leaf))).toMatch(/^revocation_unknown: .*cannot clear itself/)
  })

  it('does not clear another certificate of the issuer', () => {
    const victim = mintLeaf(issuer)
    expectRevoked([victim, issuer, withUsage], listBy(issuer, [victim]), newer(withUsage))
    expect(verdict([victim, issuer, bare], listBy(issuer, [], { number: null }), newer(bare))).toMatch(
      /only has the name of the issuer/,
    )
  })
})

describe('b: a self-issued authority with a new key', () => {
  const rollover = mint({ name: 'Issuer', issuer, ca: true })
  const leaf = mintLeaf(rollover)
  const chain = [leaf, rollover, issuer]

  it('does not clear itself', () => {
    expect(verdict(chain, listBy(issuer), newer(rollover))).toBe(GOOD)
    expectRevoked(chain, listBy(issuer, [rollover]), newer(rollover))
    expect(verdict(chain, newer(rollover))).toMatch(/^revocation_unknown: .*cannot clear itself/)
  })

  it('is not cleared by one that it vouches for', () => {
    const third = mint({ name: 'Issuer', issuer: rollover, ca: true })
    expectRevoked([...chain, third], listBy(issuer, [rollover]), newer(third))
    expect(verdict([...chain, third], newer(third))).toMatch(/^revocation_unknown: .*cannot clear itself/)
  })
})

describe('c: an end entity of a sibling that has the name of the issuer', () => {
  const sibling = mint({ name: 'Sibling', issuer: root, ca: true })
  const namesake = mint({ name: 'Issuer', issuer: sibling, keyUsage: ['digitalSignature', 'cRLSign'] })
  const leaf = mintLeaf(issuer)
  const chain = [leaf, issuer, namesake, sibling]

  it('clears nobody', () => {
    expectRevoked(chain, listBy(sibling), listBy(issuer, [leaf]), newer(namesake))
    expect(verdict(chain, listBy(sibling), newer(namesake))).toMatch(/only has the name of the issuer/)
  })

  it('accuses nobody', () => {
    const accusing = listBy(namesake, [leaf], { thisUpdate: NEW })
    expect(verdict(chain, listBy(sibling), listBy(issuer), accusing)).toBe(GOOD)
  })

  it('and an authority of that name is not the issuer: it neither clears nor accuses', () => {
    const authority = mint({ name: 'Issuer', issuer: sibling, ca: true })
    const with2 = [leaf, issuer, authority, sibling]
    expect(verdict(with2, listBy(sibling), newer(authority))).toMatch(/authority that only has the name of the issuer/)
    expectRevoked(with2, listBy(sibling), listBy(issuer, [leaf]), newer(authority))
    const accusing = listBy(authority, [leaf], { thisUpdate: NEW })
    expect(verdict(with2, listBy(sibling), listBy(issuer), accusing)).toBe(GOOD)
  })

  it('but an authority of that name by whoever vouches for the issuer is the issuer with another key', () => {
    const renewed = mint({ name: 'Issuer', issuer: root, ca: true })
    const lists = [newer(renewed)]
    expect(verdict([leaf, issuer, renewed], ...lists)).toBe(GOOD)
    expectRevoked([leaf, issuer, renewed], listBy(renewed, [leaf]), listBy(issuer))
  })
})

describe('what the issuer itself says later', () => {
  const leaf = mintLeaf(issuer)

  it('counts, by the same key and for the same scope', () => {
    expect(verdict([leaf, issuer], listBy(issuer, [leaf]), newer(issuer))).toBe(GOOD)
  })

  it('does not count for another scope', () => {
    const onlyUsers = { oid: '2.5.29.28', critical: true, value: writeDer(0x30, writeDer(0x81, Uint8Array.of(0xff))) }
    const scoped = listBy(issuer, [], { thisUpdate: NEW, extensions: [onlyUsers] })
    expect(verdict([leaf, issuer], listBy(issuer), scoped)).toBe(GOOD)
    expectRevoked([leaf, issuer], listBy(issuer, [leaf]), scoped)
  })
})

describe('the key that a CRL names', () => {
  const leaf = mintLeaf(issuer)
  const naming = (identifier: Uint8Array): Uint8Array =>
    listBy(issuer, [], {
      extensions: [{ oid: '2.5.29.35', value: writeDer(0x30, writeDer(0x80, identifier)) }],
    })

  it('must be the signer’s', () => {
    const right = parseCertificate(issuer.der).subjectKeyIdentifier ?? new Uint8Array()
    expect(verdict([leaf, issuer], naming(right))).toBe(GOOD)
    expect(verdict([leaf, issuer], naming(Uint8Array.of(1, 2, 3)))).toMatch(/^revocation_unknown: .*names another key/)
  })
})
