/** Composed attacks with lists that others than the issuer's first key have signed: keepers of indirect lists, keys for lists. */
import type { CrlWish } from '../../../support/mint-crl.js'
import { type Minted, mint, mintLeaf } from '../../minting.js'
import type { CrlCase } from './crl-cases.js'
import * as s from './stage.js'

const { entry, issuer, leaf, list, scope, scopes } = s

const keepers: readonly CrlCase[] = (() => {
  const keeper = mint({ name: 'Keeper', issuer: s.root, keyUsage: ['cRLSign'] })
  const mute = mint({ name: 'Mute', issuer: s.root, keyUsage: ['digitalSignature'] })
  const foreign = mint({ name: 'Keeper', issuer: s.stranger, keyUsage: ['cRLSign'] })
  const kept = mintLeaf(issuer, { extensions: [s.points(s.keptBy(keeper))] })
  const mutely = mintLeaf(issuer, { extensions: [s.points(s.keptBy(mute))] })
  const indirect = (by: Minted, entries: CrlWish['entries'] = [], wish: Partial<CrlWish> = {}): Uint8Array =>
    list(by, entries, { extensions: [scope(scopes.indirect)], ...wish })
  const of = (certificate: Minted, authority: Minted) => entry(certificate, 1, s.certificateIssuer(authority))
  const common = { chain: [kept, issuer], beside: [keeper] }
  return [
    { what: 'a keeper’s list', ...common, crls: [indirect(keeper)], verdict: 'good' },
    {
      what: 'a keeper’s list that revokes',
      ...common,
      crls: [indirect(keeper, [of(kept, issuer)])],
      verdict: 'revoked',
    },
    {
      what: 'a keeper’s list that revokes the number of another issuer',
      ...common,
      crls: [indirect(keeper, [of(kept, s.sibling)])],
      verdict: 'good',
    },
    {
      what: 'an entry that takes its issuer from the one before',
      ...common,
      crls: [indirect(keeper, [of(issuer, issuer), entry(kept, 1)])],
      verdict: 'revoked',
    },
    {
      what: 'an entry without an issuer, which is the keeper’s own',
      ...common,
      crls: [indirect(keeper, [entry(kept, 1)])],
      verdict: 'good',
    },
    {
      what: 'a keeper’s list that does not say that it is indirect',
      ...common,
      crls: [list(keeper)],
      verdict: 'unknown',
    },
    {
      what: 'a keeper that the certificate does not name',
      chain: [leaf, issuer],
      beside: [keeper],
      crls: [indirect(keeper)],
      verdict: 'unknown',
    },
    {
      what: 'a keeper that nobody named, and that accuses',
      chain: [leaf, issuer],
      beside: [keeper],
      crls: [s.honest, indirect(keeper, [of(leaf, issuer)], s.newer)],
      verdict: 'good',
    },
    {
      what: 'a keeper that may not sign lists',
      chain: [mutely, issuer],
      beside: [mute],
      crls: [indirect(mute)],
      verdict: 'unknown',
      openssl: 'good',
      because: 'RFC 5280 §6.3.3: the key usage of whoever signs a list must include cRLSign',
    },
    {
      what: 'a keeper of the right name under a stranger',
      chain: [kept, issuer],
      beside: [foreign, s.stranger],
      crls: [indirect(foreign)],
      verdict: 'unknown',
    },
    {
      what: 'a revoked keeper',
      ...common,
      crls: [indirect(keeper)],
      ofRoot: [list(s.root, [entry(keeper, 1)])],
      verdict: 'unknown',
      openssl: 'revoked',
      because: 'RFC 5280 §6.3.3: the keeper is revoked, and of the certificate nothing is known; both refuse',
    },
    {
      what: 'the issuer’s own list beside a keeper’s that is expired',
      ...common,
      crls: [s.honest, indirect(keeper, [], { nextUpdate: s.OVER })],
      verdict: 'good',
    },
    {
      what: 'the issuer’s own list that revokes, beside the keeper’s clean one',
      ...common,
      crls: [list(issuer, [entry(kept, 1)]), indirect(keeper, [], s.newer)],
      verdict: 'revoked',
    },
    {
      what: 'a list that names issuers and is not indirect',
      crls: [list(issuer, [of(leaf, issuer)])],
      verdict: 'unknown',
      openssl: 'revoked',
      because: 'RFC 5280 §5.3.3: certificateIssuer belongs in indirect lists; both refuse',
    },
  ]
})()

/** A certificate for lists alone, in the name of the issuer. */
const delegates: readonly CrlCase[] = (() => {
  const signer = mint({ name: 'Issuer', issuer: s.root, keyUsage: ['cRLSign'] })
  const stale = mint({ name: 'Issuer', issuer: s.root, keyUsage: ['cRLSign'], notAfter: s.OVER })
  const byIssuer = mint({ name: 'Issuer', issuer, keyUsage: ['cRLSign'] })
  return [
    { what: 'a key for lists that the root has certified', beside: [signer], crls: [list(signer)], verdict: 'good' },
    {
      what: 'a key for lists, and the leaf in its list',
      beside: [signer],
      crls: [list(signer, [entry(leaf, 1)])],
      verdict: 'revoked',
    },
    {
      what: 'a revoked key for lists',
      beside: [signer],
      crls: [list(signer)],
      ofRoot: [list(s.root, [entry(signer, 1)])],
      verdict: 'unknown',
      openssl: 'revoked',
      because: 'RFC 5280 §6.3.3: the key is revoked, and of the certificate nothing is known; both refuse',
    },
    {
      what: 'an expired key for lists',
      beside: [stale],
      crls: [list(stale)],
      verdict: 'unknown',
      openssl: 'good',
      because: 'RFC 5280 §6.3.3: the path of whoever signs a list must be valid',
    },
    {
      what: 'a key for lists that the issuer has certified, whose own status nobody tells',
      beside: [byIssuer],
      crls: [list(byIssuer)],
      verdict: 'unknown',
    },
  ]
})()

export const keeperCrlCases: readonly CrlCase[] = [...keepers, ...delegates]
