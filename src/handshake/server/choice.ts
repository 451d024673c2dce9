import type { ServerCredentialRequest } from '../../crypto/environment.js'
import type { Credential, KeyType, KeyUse } from '../../crypto/key-types.js'
import type { KeyExchange, SuiteParameters } from '../../crypto/suite-parameters.js'
import { NamedGroup, type NamedGroupName } from '../../registry/named-group.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import { refuse } from '../fault.js'
import {
  curveAccepted,
  curvesOf,
  finiteFieldsOf,
  firstSchemeFor,
  groupNumbers,
  isEphemeral,
  isFiniteFieldCodePoint,
  isKeyTransport,
  serverKeyTypes,
  showsCertificate,
  signingSchemes,
  usesCurves,
  usesFiniteField,
} from '../negotiation.js'
import { shownTypes } from './agree.js'
import type { ServerConfig } from './context.js'
import type { ClientOffer } from './offer.js'
import type { Signer } from './states.js'

/** What both sides have in common before a credential is known. */
export interface Common {
  /** Shared suites for whose key exchange there is a shared group, the server's preference first. */
  readonly suites: readonly SuiteParameters[]
  readonly signatureSchemes: readonly SignatureScheme[]
  /** The group for ECDHE, and the one for DHE. */
  readonly curve: NamedGroupName | undefined
  readonly finiteField: NamedGroupName | undefined
  /** Groups that the client accepts, for the curve of an ECDSA key. */
  readonly acceptedGroups: readonly NamedGroup[]
}

/** Our first curve that the client takes. One that sends no supported_groups takes any (RFC 8422 §5.1). */
function chooseCurve({ groups }: ServerConfig, offered: ClientOffer['groups']): NamedGroupName | undefined {
  const ours = curvesOf(groups)
  return offered === undefined ? ours[0] : ours.find((group) => offered.includes(NamedGroup[group]))
}

/** A client that names finite-field groups binds the server to them; one that names none leaves it the choice (RFC 7919 §4). */
function chooseFiniteField({ groups }: ServerConfig, offered: ClientOffer['groups']): NamedGroupName | undefined {
  const ours = finiteFieldsOf(groups)
  return offered?.some(isFiniteFieldCodePoint) ? ours.find((group) => offered.includes(NamedGroup[group])) : ours[0]
}

/** Finds what can be agreed on. Refuses with what is missing where nothing can. */
export function findCommon(config: ServerConfig, offer: ClientOffer): Common {
  const curve = chooseCurve(config, offer.groups)
  const finiteField = chooseFiniteField(config, offer.groups)
  const shared = config.cipherSuites.filter((suite) => offer.cipherSuites.includes(suite.cipherSuite))
  const suites = shared.filter(({ keyExchange }) =>
    isEphemeral(keyExchange) ? (usesCurves(keyExchange) ? curve : finiteField) !== undefined : true,
  )
  if (suites.length === 0) refuseForLackOfSuite(shared, offer)
  return {
    suites,
    signatureSchemes: signingSchemes(config, offer.signatureSchemes),
    curve,
    finiteField,
    acceptedGroups: offer.groups === undefined ? groupNumbers(config.groups) : offer.groups,
  }
}

function refuseForLackOfSuite(shared: readonly SuiteParameters[], { groups }: ClientOffer): never {
  const onlyGroupsLack = shared.some(({ keyExchange }) => usesFiniteField(keyExchange))
  if (onlyGroupsLack && groups?.some(isFiniteFieldCodePoint)) {
    refuse('no_shared_dh_group', 'the client accepts none of the finite-field groups of this server')
  }
  return refuse('no_shared_suite', 'client and server have no cipher suite in common, or no group for those they have')
}

/** The kinds of key that could serve a shared suite, the server's preference first. */
function usefulKeyTypes({ suites, signatureSchemes }: Common): readonly KeyType[] {
  const useful = suites.flatMap(({ keyExchange }) =>
    serverKeyTypes[keyExchange].filter(
      (keyType) => isKeyTransport(keyExchange) || firstSchemeFor({ keyType }, signatureSchemes) !== undefined,
    ),
  )
  return [...new Set(useful)]
}

const useOf = (keyExchange: KeyExchange): KeyUse =>
  isKeyTransport(keyExchange) ? 'keyEncipherment' : 'digitalSignature'

const rsaKeyUses = ({ suites }: Common): readonly KeyUse[] => {
  const exchanges = suites.map(({ keyExchange }) => keyExchange)
  return [...new Set(exchanges.filter((exchange) => serverKeyTypes[exchange].includes('rsa')).map(useOf))]
}

export const credentialRequest = (
  terms: ServerConfig,
  common: Common,
  offer: ClientOffer,
): ServerCredentialRequest => ({
  role: 'server',
  kinds: shownTypes(terms, offer),
  keyTypes: usefulKeyTypes(common),
  rsaKeyUses: rsaKeyUses(common),
  signatureSchemes: common.signatureSchemes,
  groups: common.acceptedGroups,
  ...(offer.serverName === undefined ? {} : { serverName: offer.serverName }),
})

/** A suite without a certificate, with the group of its key shares if it has any. */
export interface PskChoice {
  readonly type: 'pre-shared key'
  readonly suite: SuiteParameters
  readonly group: NamedGroupName | undefined
}

/** The suite that can be served: with key transport, with a group and what will sign the share in it, or without a certificate. */
export type SuiteChoice =
  | { readonly type: 'key transport'; readonly suite: SuiteParameters; readonly credential: Credential }
  | {
      readonly type: 'ephemeral'
      readonly suite: SuiteParameters
      readonly group: NamedGroupName
      readonly signer: Signer
    }
  | PskChoice

const groupFor = ({ keyExchange }: SuiteParameters, { curve, finiteField }: Common): NamedGroupName | undefined =>
  usesCurves(keyExchange) ? curve : usesFiniteField(keyExchange) ? finiteField : undefined

function tryoutSuite(suite: SuiteParameters, common: Common, credential: Credential): SuiteChoice | undefined {
  const { keyExchange } = suite
  const { key } = credential
  if (!serverKeyTypes[keyExchange].includes(key.keyType)) return undefined
  // The certificate must allow what the suite would do with its key (RFC 5246 §7.4.2).
  if (credential.keyUses?.includes(useOf(keyExchange)) === false) return undefined
  if (isKeyTransport(keyExchange))
    return key.decryptPreMaster === undefined ? undefined : { type: 'key transport', suite, credential }
  const group = groupFor(suite, common)
  const scheme = firstSchemeFor(key, common.signatureSchemes)
  if (group === undefined || scheme === undefined || !curveAccepted(key, common.acceptedGroups)) return undefined
  return { type: 'ephemeral', suite, group, signer: { credential, scheme } }
}

const withoutCertificate = (suite: SuiteParameters, common: Common): PskChoice | undefined =>
  showsCertificate(suite.keyExchange) ? undefined : { type: 'pre-shared key', suite, group: groupFor(suite, common) }

/** The server's most preferred suite, if that needs no certificate. */
export function choosePskSuite(common: Common): PskChoice | undefined {
  const [suite] = common.suites
  return suite && withoutCertificate(suite, common)
}

/** The server's most preferred suite that can be served with this credential, or without one. `missing` refuses for the lack of one. */
export function chooseSuite(common: Common, credential: Credential | undefined, missing: () => never): SuiteChoice {
  for (const suite of common.suites) {
    const choice = withoutCertificate(suite, common) ?? (credential && tryoutSuite(suite, common, credential))
    if (choice !== undefined) return choice
  }
  if (credential === undefined) return missing()
  const { key } = credential
  if (!curveAccepted(key, common.acceptedGroups)) {
    refuse('no_shared_key_curve', `the server's key lies on ${key.curve}, which the client does not accept`)
  }
  return refuse(
    'no_shared_suite',
    `the client offers no suite, scheme and group that the server's ${key.keyType} key can serve`,
  )
}
