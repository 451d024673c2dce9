import type {
  CertificateRequestToVerify,
  CertificateVerdict,
  CertificateVerifier,
  VerifiedName,
} from '../crypto/environment.js'
import type { MaybePromise } from '../crypto/maybe-promise.js'
import type { ParsedCertificate } from './certificate-model.js'
import type { LeafDemand, LeafDemands } from './chain-validation.js'
import type { Fault } from './decision.js'
import { showText } from './escape.js'
import type { IsPublicSuffix } from './host-names.js'
import {
  identitiesOf,
  matchesReference,
  type PeerIdentity,
  type ReferenceIdentity,
  showGeneralName,
} from './identities.js'
import { subjectKey } from './subject-key.js'
import { type ChainToValidate, chainValidator, type ValidatedChain, type ValidationOptions } from './validate-chain.js'

/** Who the peer must be: anybody whose chain is valid, one of a list, or whoever a predicate accepts. */
export type ExpectedIdentity = 'any' | readonly ReferenceIdentity[] | ((identities: readonly PeerIdentity[]) => boolean)

export interface ChainVerifierOptions extends ValidationOptions {
  /**
   * Who the peer must be. By default a server must be the `serverName` of the handshake, and is refused where there is
   * none; a client may be anybody whom an anchor vouches for. A list is satisfied by one match.
   */
  readonly identity?: ExpectedIdentity
  /** Domains under which anybody can register; wildcards directly under them count for nothing. Single labels always are. */
  readonly isPublicSuffix?: IsPublicSuffix
}

const NAMES_SHOWN = 8

function namesOf({ subjectAltName = [] }: ParsedCertificate): string {
  if (subjectAltName.length === 0) return 'no alternative names'
  const more = subjectAltName.length > NAMES_SHOWN ? `, and ${subjectAltName.length - NAMES_SHOWN} more` : ''
  return `${subjectAltName.slice(0, NAMES_SHOWN).map(showGeneralName).join(', ')}${more}`
}

const showReference = ({ type, value }: ReferenceIdentity): string =>
  value instanceof Uint8Array ? showGeneralName({ type: 'ip', value }) : `${type} ${showText(value.toString())}`

const mismatch = (why: string): Fault => ({ reason: 'name_mismatch', rule: 'RFC 6125 §6', why })

function demandOneOf(references: readonly ReferenceIdentity[], isPublicSuffix: IsPublicSuffix | undefined): LeafDemand {
  const wanted = references.map(showReference).join(' or ')
  const demand = (leaf: ParsedCertificate): Fault | undefined => {
    if (references.some((reference) => matchesReference(leaf, reference, isPublicSuffix))) return undefined
    return mismatch(`is for ${namesOf(leaf)}, not for ${wanted}`)
  }
  return Object.assign(demand, { input: (leaf: ParsedCertificate) => `wanted ${wanted}, is for ${namesOf(leaf)}` })
}

/** What one request demands of the end entity's names; a predicate is asked last, when they are known to be true. */
function identityDemands(
  { identity, isPublicSuffix }: ChainVerifierOptions,
  request: CertificateRequestToVerify,
): LeafDemands {
  const { peer, serverName } = request
  if (identity === 'any') return {}
  if (typeof identity === 'function')
    return { last: (leaf) => (identity(identitiesOf(leaf)) === true ? undefined : denied(leaf)) }
  if (identity !== undefined) return { first: demandOneOf(identity, isPublicSuffix) }
  if (peer === 'client') return {}
  if (serverName !== undefined) return { first: demandOneOf([{ type: 'dns', value: serverName }], isPublicSuffix) }
  const why = 'cannot be compared with a name, for none was asked for: set serverName, or identity for an address'
  return { first: () => mismatch(why) }
}

const denied = (leaf: ParsedCertificate): Fault => ({
  ...{ reason: 'denied', rule: 'RFC 6125 §6' },
  why: `is for ${namesOf(leaf)}, which the identity predicate does not accept`,
})

const verifiedName = (identity: PeerIdentity): VerifiedName[] =>
  identity.type === 'otherName' || identity.type === 'registeredID'
    ? []
    : [{ type: identity.type, value: identity.value.toString() }]

type Accepted = Extract<ValidatedChain, { accepted: true }>

/** What a valid chain says about the peer. */
function accept(chain: Accepted, options: ChainVerifierOptions, peer: 'client' | 'server'): CertificateVerdict {
  const [leaf] = chain.path
  const key = leaf === undefined ? undefined : subjectKey(leaf)
  if (leaf === undefined || key?.type !== 'public') {
    return { accepted: false, reason: 'unsupported_certificate', message: `the ${peer}'s key cannot be used in TLS` }
  }
  const named = options.identity !== 'any' && (options.identity !== undefined || peer === 'server')
  return {
    accepted: true,
    publicKey: key.key,
    checked: named ? [...chain.checked, 'name'] : chain.checked,
    identities: identitiesOf(leaf).flatMap(verifiedName),
    // Copies: what the parser keeps for other handshakes stays out of reach.
    path: chain.path.map(({ der }) => der.slice()),
  }
}

const refuse = (reason: Fault['reason'], message: string, peer: string): CertificateVerdict => ({
  ...{ accepted: false, reason },
  message: `the ${peer} is refused: ${message}`,
})

/**
 * Accepts a peer for whose certificate a valid path to one of `anchors` exists: signatures, validity, authority,
 * constraints, policies, purpose and identity (RFC 5280 §6.1, RFC 6125 §6). Answers at once where the provider and the
 * revocation check do. Throws `CertificateError` for anchors and intermediates that cannot be read, `TypeError` for
 * options that make no sense.
 */
export function chainVerifier(options: ChainVerifierOptions): CertificateVerifier {
  const validate = chainValidator(options)
  const verify: CertificateVerifier = (request, signal): MaybePromise<CertificateVerdict> => {
    const { peer, certificateChain, keyUsage, ocspResponse, statusRequested } = request
    if (request.certificateType !== undefined) {
      return refuse('unsupported_certificate', 'it shows a raw public key, which no chain vouches for: pin it', peer)
    }
    const chain: ChainToValidate = {
      certificateChain,
      purpose: peer === 'server' ? 'serverAuth' : 'clientAuth',
      ...(keyUsage === undefined ? {} : { keyUsage }),
      ...(ocspResponse === undefined ? {} : { ocspResponse }),
      ...(statusRequested === undefined ? {} : { statusRequested }),
    }
    const conclude = (judged: ValidatedChain): CertificateVerdict =>
      judged.accepted ? accept(judged, options, peer) : refuse(judged.reason, judged.message, peer)
    const judged = validate(chain, identityDemands(options, request), signal)
    return judged instanceof Promise ? judged.then(conclude) : conclude(judged)
  }
  return Object.assign(verify, { wantsStatus: options.revocation?.usesStaple === true })
}
