/** Composed attacks with CRLs, and beside them the honest cases that they imitate. */
import type { CrlWish } from '../../../support/mint-crl.js'
import { ecKey, type Minted, mint, mintLeaf } from '../../minting.js'
import * as s from './stage.js'

const { entry, issuer, leaf, list, root, scope, scopes } = s

export interface CrlCase extends s.Case {
  /** From the end entity to below the anchor; a plain leaf under the issuer where there is none. */
  readonly chain?: readonly Minted[]
  /** Further certificates at hand. */
  readonly beside?: readonly Minted[]
  /** All CRLs at hand besides the root's, which are the root's empty one unless `ofRoot` says otherwise. */
  readonly crls: readonly Uint8Array[]
  readonly ofRoot?: readonly Uint8Array[]
}

/** With one bit of its signature changed. */
function damaged(der: Uint8Array): Uint8Array {
  const copy = der.slice()
  copy[copy.length - 3] = (copy[copy.length - 3] ?? 0) ^ 1
  return copy
}

const revoked = list(issuer, [entry(leaf, 1)])
const under = (authority: Minted): readonly Minted[] => [mintLeaf(authority), authority]
const withExtensions = (...extensions: NonNullable<CrlWish['extensions']>): Uint8Array =>
  list(issuer, [], { extensions })

const honest: readonly CrlCase[] = [
  { what: 'an empty list', crls: [s.honest], verdict: 'good' },
  { what: 'a list of another serial number', crls: [list(issuer, [entry(issuer, 1)])], verdict: 'good' },
  { what: 'revoked', crls: [revoked], verdict: 'revoked' },
  { what: 'revoked without a reason', crls: [list(issuer, [entry(leaf)])], verdict: 'revoked' },
  { what: 'on hold', crls: [list(issuer, [entry(leaf, 6)])], verdict: 'revoked' },
  { what: 'a revoked issuer', crls: [s.honest], ofRoot: [list(root, [entry(issuer, 2)])], verdict: 'revoked' },
  {
    what: 'the number of the leaf in the list of a sibling',
    crls: [s.honest, list(s.sibling, [entry(leaf, 1)])],
    verdict: 'good',
  },
  {
    what: 'listed among 500',
    crls: [
      list(issuer, [
        ...Array.from({ length: 499 }, (_, i) => ({ serial: Uint8Array.of(2, i >> 8, i & 0xff) })),
        entry(leaf, 1),
      ]),
    ],
    verdict: 'revoked',
  },
  {
    what: 'listed twice, once to be removed',
    crls: [list(issuer, [entry(leaf, 8), entry(leaf, 1)])],
    verdict: 'unknown',
    openssl: 'good',
    because: 'RFC 5280 §5.3.1: entries are removed by deltas only',
  },
]

const missing: readonly CrlCase[] = [
  { what: 'no list at all', crls: [], ofRoot: [], verdict: 'unknown' },
  { what: 'no list of the issuer', crls: [], verdict: 'unknown' },
  { what: 'no list of the root', crls: [s.honest], ofRoot: [], verdict: 'unknown' },
  { what: 'only the list of a sibling', crls: [list(s.sibling)], verdict: 'unknown' },
]

const dates: readonly CrlCase[] = [
  { what: 'an expired list', crls: [list(issuer, [], { nextUpdate: s.OVER })], verdict: 'unknown' },
  {
    what: 'an expired list that revokes',
    crls: [list(issuer, [entry(leaf, 1)], { nextUpdate: s.OVER })],
    verdict: 'unknown',
  },
  { what: 'a list of the future', crls: [list(issuer, [], { thisUpdate: s.LATER })], verdict: 'unknown' },
  {
    what: 'a list without nextUpdate',
    crls: [list(issuer, [], { nextUpdate: null })],
    verdict: 'unknown',
    openssl: 'good',
    because: 'RFC 5280 §5.1.2.5: it must be there; without it nobody can tell how old a list may be',
  },
  {
    what: 'a list that ends before it begins',
    crls: [list(issuer, [], { thisUpdate: s.MALICE, nextUpdate: s.OVER })],
    verdict: 'unknown',
  },
  {
    what: 'an old clean list beside a newer one that revokes',
    crls: [s.honest, list(issuer, [entry(leaf, 1)], s.newer)],
    verdict: 'revoked',
  },
  {
    what: 'an old list that revokes beside a newer clean one',
    crls: [revoked, list(issuer, [], s.newer)],
    verdict: 'good',
  },
  {
    what: 'an expired clean list replayed beside the one that revokes',
    crls: [list(issuer, [], { nextUpdate: s.OVER }), revoked],
    verdict: 'revoked',
  },
  {
    what: 'an expired list of the root',
    crls: [s.honest],
    ofRoot: [list(root, [], { nextUpdate: s.OVER })],
    verdict: 'unknown',
  },
  {
    what: 'a clean list of the future beside the one that revokes',
    crls: [revoked, list(issuer, [], { thisUpdate: s.LATER })],
    verdict: 'revoked',
  },
]

const signatures: readonly CrlCase[] = [
  {
    what: 'a list by an unknown key in the name of the issuer',
    crls: [list(issuer, [], { key: ecKey().privateKey })],
    verdict: 'unknown',
  },
  {
    what: 'a forged newer list beside the one that revokes',
    crls: [revoked, list(issuer, [], { ...s.newer, key: ecKey().privateKey })],
    verdict: 'revoked',
    openssl: 'unknown',
    because:
      'RFC 5280 §6.3.3: a list whose signature is wrong is none, and the others are still there; OpenSSL looks at the newest alone',
  },
  {
    what: 'a forged list that revokes beside the clean one',
    crls: [s.honest, list(issuer, [entry(leaf, 1)], { ...s.newer, key: ecKey().privateKey })],
    verdict: 'good',
    openssl: 'unknown',
    because: 'RFC 5280 §6.3.3: whoever can put a forged list beside the true one would otherwise revoke whom he likes',
  },
  { what: 'a damaged signature', crls: [damaged(s.honest)], verdict: 'unknown' },
  {
    what: 'a list that the root signed in the name of the issuer',
    crls: [list(issuer, [], { key: root.key.privateKey })],
    verdict: 'unknown',
  },
  {
    what: 'a list that the leaf signed in the name of the issuer',
    crls: [list(issuer, [], { key: leaf.key.privateKey })],
    verdict: 'unknown',
  },
  {
    what: 'a list by a sibling in the name of the issuer',
    crls: [list(issuer, [], { key: s.sibling.key.privateKey })],
    beside: [s.sibling],
    verdict: 'unknown',
  },
  { what: 'a list that names no key', crls: [s.unnamed(issuer)], verdict: 'good' },
  {
    what: 'a list that names no key, beside a forged one that does',
    crls: [s.unnamed(issuer, [entry(leaf, 1)]), list(issuer, [], { ...s.newer, key: ecKey().privateKey })],
    verdict: 'revoked',
    openssl: 'unknown',
    because: 'RFC 5280 §6.3.3: the forged list is none',
  },
  {
    what: 'the right key under the name of another',
    crls: [withExtensions(s.keyIdentifierOf(s.sibling))],
    verdict: 'unknown',
  },
  {
    what: 'the name of the right key, and another key',
    crls: [list(issuer, [], { key: s.namesake.key.privateKey, extensions: [s.keyIdentifierOf(issuer)] })],
    beside: [s.namesake, s.sibling],
    verdict: 'unknown',
  },
  ...[issuer].map((): CrlCase => {
    const mute = mint({ name: 'Mute', issuer: root, ca: true, keyUsage: ['keyCertSign'] })
    return { what: 'an issuer that may not sign lists', chain: under(mute), crls: [list(mute)], verdict: 'unknown' }
  }),
]

const namesakes: readonly CrlCase[] = [
  {
    what: 'a list of an authority with the same name and another key',
    crls: [list(s.namesake)],
    beside: [s.namesake, s.sibling],
    verdict: 'unknown',
  },
  {
    what: 'the clean list of a namesake beside the one that revokes',
    crls: [revoked, list(s.namesake, [], s.newer), list(s.sibling)],
    beside: [s.namesake, s.sibling],
    verdict: 'revoked',
  },
  {
    what: 'a namesake’s list that revokes beside the clean one',
    crls: [s.honest, list(s.namesake, [entry(leaf, 1)], s.newer), list(s.sibling)],
    beside: [s.namesake, s.sibling],
    verdict: 'good',
  },
  {
    what: 'the list of a namesake under a stranger',
    crls: [list(s.strangersNamesake, [], s.newer)],
    beside: [s.strangersNamesake, s.stranger],
    verdict: 'unknown',
  },
  {
    what: 'a stranger’s namesake that clears what is revoked',
    crls: [revoked, list(s.strangersNamesake, [], s.newer)],
    beside: [s.strangersNamesake, s.stranger],
    verdict: 'revoked',
  },
]

/** Certificates that could clear themselves. */
const selfClearing: readonly CrlCase[] = (() => {
  const endEntity = mintLeaf(issuer, { name: 'Issuer', keyUsage: ['digitalSignature', 'cRLSign'] })
  const authority = mintLeaf(issuer, { name: 'Issuer', ca: true, keyUsage: ['digitalSignature', 'cRLSign'] })
  const rollover = mint({ name: 'Issuer', issuer, ca: true })
  const below = mintLeaf(rollover)
  const owned = { extensions: [s.points(s.keptBy(leaf))] }
  const twin = mintLeaf(issuer, { key: leaf.key, keyUsage: ['digitalSignature', 'cRLSign'], ...owned })
  return [
    {
      what: 'a leaf with the name of its issuer and its own list',
      chain: [endEntity, issuer],
      crls: [list(endEntity)],
      verdict: 'unknown',
    },
    {
      what: 'a revoked leaf with the name of its issuer and its own newer list',
      chain: [endEntity, issuer],
      crls: [list(issuer, [entry(endEntity, 1)]), list(endEntity, [], s.newer)],
      verdict: 'revoked',
    },
    {
      what: 'a revoked authority with the name of its issuer as leaf',
      chain: [authority, issuer],
      crls: [list(issuer, [entry(authority, 1)]), list(authority, [], s.newer)],
      verdict: 'revoked',
    },
    {
      what: 'a self-issued key that is in the list of the old key',
      chain: [below, rollover, issuer],
      crls: [list(issuer, [entry(rollover, 1)]), list(rollover, [], s.newer)],
      verdict: 'revoked',
    },
    {
      what: 'a self-issued key whose own list is all there is',
      chain: [below, rollover, issuer],
      crls: [list(rollover)],
      verdict: 'unknown',
    },
    {
      what: 'a self-issued key and the lists of both keys',
      chain: [below, rollover, issuer],
      crls: [s.honest, list(rollover)],
      verdict: 'good',
    },
    {
      what: 'a leaf under a new key that the list of the old key revokes',
      chain: [below, rollover, issuer],
      crls: [list(issuer, [entry(below, 1)])],
      verdict: 'revoked',
    },
    {
      what: 'a leaf that names itself as keeper of its list',
      chain: [twin, issuer],
      crls: [list(twin, [], { extensions: [scope(scopes.indirect)] })],
      verdict: 'unknown',
    },
  ]
})()

const crossSigned: readonly CrlCase[] = (() => {
  const again = mint({ name: 'Issuer', issuer: s.secondRoot, ca: true, key: issuer.key })
  const both = [s.rootList, s.secondList]
  return [
    {
      what: 'an issuer that two roots have certified',
      beside: [again],
      crls: [s.honest],
      ofRoot: both,
      verdict: 'good',
    },
    {
      what: 'a list by the key that is certified twice, that revokes',
      beside: [again],
      crls: [revoked],
      ofRoot: both,
      verdict: 'revoked',
    },
    {
      what: 'an issuer that the one root has revoked, shown under this root alone',
      crls: [s.honest],
      ofRoot: [list(root, [entry(issuer, 2)]), s.secondList],
      verdict: 'revoked',
    },
    {
      what: 'an issuer that the one root has revoked and the other has not',
      beside: [again],
      crls: [s.honest],
      ofRoot: [list(root, [entry(issuer, 2)]), s.secondList],
      verdict: 'good',
      openssl: 'revoked',
      because:
        'RFC 5280 §6.1: one valid path is enough, and an entry revokes one certificate, not a key; OpenSSL tries no other path',
    },
  ]
})()

export const firstCrlCases: readonly CrlCase[] = [
  ...honest,
  ...missing,
  ...dates,
  ...signatures,
  ...namesakes,
  ...selfClearing,
  ...crossSigned,
]
