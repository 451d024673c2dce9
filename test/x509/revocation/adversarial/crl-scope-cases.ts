/** Composed attacks with the extensions of CRLs: scopes, reasons, deltas. */
import type { CrlWish } from '../../../support/mint-crl.js'
import { mintLeaf } from '../../minting.js'
import type { CrlCase } from './crl-cases.js'
import * as s from './stage.js'

const { entry, issuer, leaf, list, scope, scopes } = s

const scoped = (
  fields: readonly Uint8Array[],
  entries: CrlWish['entries'] = [],
  wish: Partial<CrlWish> = {},
): Uint8Array => list(issuer, entries, { extensions: [scope(...fields)], ...wish })

const extensions: readonly CrlCase[] = [
  {
    what: 'an unknown extension',
    crls: [list(issuer, [], { extensions: [s.unknownExtension(false)] })],
    verdict: 'good',
  },
  {
    what: 'an unknown critical extension',
    crls: [list(issuer, [], { extensions: [s.unknownExtension(true)] })],
    verdict: 'unknown',
  },
  {
    what: 'an unknown critical extension beside what it revokes',
    crls: [list(issuer, [entry(leaf, 1)], { extensions: [s.unknownExtension(true)] })],
    verdict: 'unknown',
  },
  {
    what: 'an unknown extension of an entry',
    crls: [list(issuer, [entry(issuer, 1, s.unknownExtension(false))])],
    verdict: 'good',
  },
  {
    what: 'an unknown critical extension of another’s entry',
    crls: [list(issuer, [entry(issuer, 1, s.unknownExtension(true))])],
    verdict: 'unknown',
  },
  {
    what: 'an unknown critical extension of its entry',
    crls: [list(issuer, [entry(leaf, 1, s.unknownExtension(true))])],
    verdict: 'unknown',
  },
  {
    what: 'no number',
    crls: [list(issuer, [], { number: null })],
    verdict: 'unknown',
    openssl: 'good',
    because: 'RFC 5280 §5.2.3: it must be there',
  },
  {
    what: 'no number, and revoked',
    crls: [list(issuer, [entry(leaf, 1)], { number: null })],
    verdict: 'unknown',
    openssl: 'revoked',
    because: 'RFC 5280 §5.2.3: a list that breaks the rules is not asked; both refuse',
  },
  {
    what: 'a complete list that removes it',
    crls: [list(issuer, [entry(leaf, 8)])],
    verdict: 'unknown',
    openssl: 'good',
    because: 'RFC 5280 §5.3.1: removeFromCRL has a meaning in deltas only',
  },
  {
    what: 'a reason that is not assigned',
    crls: [list(issuer, [entry(leaf, 7)])],
    verdict: 'unknown',
    openssl: 'revoked',
    because: 'RFC 5280 §5.3.1: the value 7 is not used; both refuse',
  },
]

const PLACE = 'http://crl.example/one'
const placed = mintLeaf(issuer, { extensions: [s.points(s.fullName(s.uri(PLACE)))] })
const placedChain = [placed, issuer]
const elsewhere = scopes.at('http://crl.example/two')

const places: readonly CrlCase[] = [
  {
    what: 'a list for the place that the certificate names',
    chain: placedChain,
    crls: [scoped([scopes.at(PLACE)])],
    verdict: 'good',
  },
  { what: 'a list for another place', chain: placedChain, crls: [scoped([elsewhere])], verdict: 'unknown' },
  {
    what: 'a clean list for another place beside the one that revokes',
    chain: placedChain,
    crls: [scoped([scopes.at(PLACE)], [entry(placed, 1)]), scoped([elsewhere], [], s.newer)],
    verdict: 'revoked',
  },
  {
    what: 'a list for another place that revokes',
    chain: placedChain,
    crls: [scoped([scopes.at(PLACE)]), scoped([elsewhere], [entry(placed, 1)], s.newer)],
    verdict: 'good',
  },
  {
    what: 'a list for a place, of a certificate that names none',
    crls: [scoped([scopes.at(PLACE)])],
    verdict: 'unknown',
  },
  {
    what: 'a list without a place, of a certificate that names one',
    chain: placedChain,
    crls: [s.honest],
    verdict: 'good',
  },
  {
    what: 'a place that is not critical',
    chain: placedChain,
    crls: [list(issuer, [], { extensions: [{ ...scope(elsewhere), critical: false }] })],
    verdict: 'unknown',
  },
  { what: 'a list of end entities', crls: [scoped([scopes.users])], verdict: 'good' },
  { what: 'a list of authorities for an end entity', crls: [scoped([scopes.authorities])], verdict: 'unknown' },
  {
    what: 'a newer list of authorities beside the one that revokes',
    crls: [list(issuer, [entry(leaf, 1)]), scoped([scopes.authorities], [], s.newer)],
    verdict: 'revoked',
  },
  {
    what: 'a list of end entities for an authority',
    crls: [s.honest],
    ofRoot: [list(s.root, [], { extensions: [scope(scopes.users)] })],
    verdict: 'unknown',
  },
  { what: 'a list of attribute certificates', crls: [scoped([scopes.attributes])], verdict: 'unknown' },
  {
    what: 'a list of end entities and of authorities alone',
    crls: [scoped([scopes.users, scopes.authorities])],
    verdict: 'unknown',
  },
]

const [first, second] = s.HALVES
const reasons: readonly CrlCase[] = [
  { what: 'a list for half of the reasons', crls: [scoped([first])], verdict: 'unknown' },
  { what: 'lists for both halves of the reasons', crls: [scoped([first]), scoped([second])], verdict: 'good' },
  { what: 'a half that revokes', crls: [scoped([first], [entry(leaf, 1)]), scoped([second])], verdict: 'revoked' },
  {
    what: 'the other half that revokes',
    crls: [scoped([first]), scoped([second], [entry(leaf, 9)])],
    verdict: 'revoked',
  },
  { what: 'one half, twice', crls: [scoped([first]), scoped([first], [], s.newer)], verdict: 'unknown' },
  {
    what: 'a half of reasons, and the other of another key',
    crls: [scoped([first]), scoped([second], [], { key: s.sibling.key.privateKey })],
    verdict: 'unknown',
  },
  {
    what: 'no reasons',
    crls: [scoped([scopes.reasons(0)])],
    verdict: 'unknown',
    openssl: 'good',
    because: 'RFC 5280 §6.3.3: a list for no reason leaves all reasons open',
  },
]

const delta = (entries: CrlWish['entries'] = [], wish: Partial<CrlWish> = {}): Uint8Array =>
  list(issuer, entries, { base: 7, number: 8, thisUpdate: s.MALICE, ...wish })
const held = list(issuer, [entry(leaf, 6)], { extensions: [s.freshest] })
const base = list(issuer, [], { extensions: [s.freshest] })

const deltas: readonly CrlCase[] = [
  { what: 'a delta that revokes', crls: [base, delta([entry(leaf, 1)])], verdict: 'revoked' },
  { what: 'a delta that says nothing new', crls: [base, delta()], verdict: 'good' },
  { what: 'a delta that lifts a hold', crls: [held, delta([entry(leaf, 8)])], verdict: 'good' },
  { what: 'a delta alone', crls: [delta()], verdict: 'unknown' },
  {
    what: 'a forged delta that lifts a hold',
    crls: [held, delta([entry(leaf, 8)], { key: leaf.key.privateKey })],
    verdict: 'revoked',
    openssl: 'unknown',
    because: 'RFC 5280 §6.3.3: without a delta that can be believed the complete list counts; both refuse',
  },
  {
    what: 'an expired delta that lifts a hold',
    crls: [held, delta([entry(leaf, 8)], { nextUpdate: s.MALICE })],
    verdict: 'revoked',
    openssl: 'good',
    because: 'RFC 5280 §5.2.4: a delta whose nextUpdate has passed gives no current status',
  },
  {
    what: 'a delta over a later base that lifts a hold',
    crls: [held, delta([entry(leaf, 8)], { base: 8, number: 9 })],
    verdict: 'revoked',
  },
  {
    what: 'a delta that is older than the list that it lifts a hold in',
    crls: [held, delta([entry(leaf, 8)], { base: 5, number: 6 })],
    verdict: 'revoked',
  },
  {
    what: 'a delta of another scope that lifts a hold',
    crls: [held, delta([entry(leaf, 8)], { extensions: [scope(scopes.users)] })],
    verdict: 'revoked',
  },
  {
    what: 'a delta with an unknown critical extension that lifts a hold',
    crls: [held, delta([entry(leaf, 8)], { extensions: [s.unknownExtension(true)] })],
    verdict: 'revoked',
    openssl: 'unknown',
    because: 'RFC 5280 §5.2: such a delta must not be used, and the complete list counts; both refuse',
  },
  {
    what: 'a delta that says so in an extension that is not critical',
    crls: [held, list(issuer, [entry(leaf, 8)], { ...s.newer, extensions: [s.baseNumber(7, false)] })],
    verdict: 'revoked',
    openssl: 'good',
    because: 'RFC 5280 §5.2.4: the indicator must be critical, or the delta passes for a complete list elsewhere',
  },
]

export const scopeCrlCases: readonly CrlCase[] = [...extensions, ...places, ...reasons, ...deltas]
