import type {
  CertificateRequestToVerify,
  CertificateVerdict,
  Environment,
  VerifiedName,
} from '../crypto/environment.js'
import type { MaybePromise } from '../crypto/maybe-promise.js'
import type { CryptoProvider } from '../crypto/provider.js'
import { type ParsedCertificate, parseCertificate } from './certificate.js'
import { CertificatePool } from './certificate-pool.js'
import { type ChainOutcome, type ChainSettings, ChainValidation, type RevocationCheck } from './chain-validation.js'
import { type DecisionRecord, type Fault, type Refusal, refusalMessage } from './decision.js'
import { showText } from './escape.js'
import type { IsPublicSuffix } from './host-names.js'
import {
  identitiesOf,
  matchesReference,
  type PeerIdentity,
  type ReferenceIdentity,
  showGeneralName,
} from './identities.js'
import type { KeyPolicy } from './key-policy.js'
import { defaultBudget, type PathBudget, SignatureMemory } from './path-building.js'
import type { PolicyRequirements } from './policies.js'
import { policyProfiles, type ValidationPolicy } from './policy-profile.js'
import { run } from './questions.js'
import { subjectKey } from './subject-key.js'

/** Who the peer must be: anybody whose chain is valid, one of a list, or whoever a predicate accepts. */
export type ExpectedIdentity = 'any' | readonly ReferenceIdentity[] | ((identities: readonly PeerIdentity[]) => boolean)

export interface ChainVerifierOptions {
  /** Trusted certificates, DER. A path ends at one of them. */
  readonly anchors: Iterable<Uint8Array>
  /** Further certificates that may lie between, DER; they are trusted no more than those that the peer sends. */
  readonly intermediates?: Iterable<Uint8Array>
  readonly provider: Pick<CryptoProvider, 'verifySignature' | 'hash'>
  /** `rfc5280` by default; `webpki` belongs to anchors that the public trusts. */
  readonly policy?: ValidationPolicy
  /** Changes which keys and signatures are strong enough. */
  readonly keys?: Partial<KeyPolicy>
  /** The clock; the system's by default. */
  readonly time?: () => Date
  /** The most intermediates, self-issued ones not counted; 10 by default. */
  readonly maxChainDepth?: number
  /** What certificate policies are demanded; none by default. */
  readonly policies?: PolicyRequirements
  /**
   * Who the peer must be. By default a server must be the `serverName` of the handshake, and is refused where there is
   * none; a client may be anybody whom an anchor vouches for. A list is satisfied by one match.
   */
  readonly identity?: ExpectedIdentity
  /** Domains under which anybody can register; wildcards directly under them count for nothing. Single labels always are. */
  readonly isPublicSuffix?: IsPublicSuffix
  /** Asks whether certificates are revoked; nobody is asked by default. */
  readonly revocation?: RevocationCheck
  /** Replaces limits on the work of one validation. */
  readonly budget?: Partial<PathBudget>
  /** Is given everything that led to each verdict. What it throws is thrown to whoever asked for the verdict. */
  readonly explain?: (record: DecisionRecord) => void
}

const DEFAULT_DEPTH = 10

function settingsOf(options: ChainVerifierOptions): ChainSettings {
  const { policy = 'rfc5280', maxChainDepth = DEFAULT_DEPTH } = options
  if (!Object.hasOwn(policyProfiles, policy))
    throw new TypeError(`policy must be basic, rfc5280 or webpki, not ${policy}`)
  if (!(maxChainDepth >= 0)) throw new TypeError('maxChainDepth must be a number of certificates from 0 on')
  return {
    ...{ policy, maxChainDepth, policies: options.policies ?? {}, signatures: new SignatureMemory() },
    anchors: new CertificatePool(Array.from(options.anchors, parseCertificate)),
    intermediates: Array.from(options.intermediates ?? [], parseCertificate),
    keys: { ...policyProfiles[policy].keys, ...options.keys },
    budget: { ...defaultBudget, ...options.budget },
    revocation: options.revocation,
  }
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

function isOneOf(
  leaf: ParsedCertificate,
  references: readonly ReferenceIdentity[],
  isPublicSuffix: IsPublicSuffix | undefined,
): Fault | undefined {
  if (references.some((reference) => matchesReference(leaf, reference, isPublicSuffix))) return undefined
  return mismatch(`is for ${namesOf(leaf)}, not for ${references.map(showReference).join(' or ')}`)
}

/** The identity check of one request; a predicate is asked at the end, when the names are known to be true. */
function identityCheck({ identity, isPublicSuffix }: ChainVerifierOptions, request: CertificateRequestToVerify) {
  return (leaf: ParsedCertificate): Fault | undefined => {
    if (identity === 'any' || typeof identity === 'function') return undefined
    if (identity !== undefined) return isOneOf(leaf, identity, isPublicSuffix)
    if (request.peer === 'client') return undefined
    const { serverName } = request
    if (serverName !== undefined) return isOneOf(leaf, [{ type: 'dns', value: serverName }], isPublicSuffix)
    const why = 'cannot be compared with a name, for none was asked for: set serverName, or identity for an address'
    return mismatch(why)
  }
}

const verifiedName = (identity: PeerIdentity): VerifiedName[] => {
  if (identity.type === 'otherName' || identity.type === 'registeredID') return []
  return [{ type: identity.type, value: identity.value.toString() }]
}

function refuse(refusal: Refusal, peer: string): CertificateVerdict {
  return { accepted: false, reason: refusal.reason, message: `the ${peer} is refused: ${refusalMessage(refusal)}` }
}

const saysNo = (
  outcome: Extract<ChainOutcome, { accepted: true }>,
  { identity }: ChainVerifierOptions,
): Fault | undefined => {
  const [leaf] = outcome.path
  if (typeof identity !== 'function' || leaf === undefined || identity(identitiesOf(leaf)) === true) return undefined
  return {
    reason: 'denied',
    rule: 'RFC 6125 §6',
    why: `is for ${namesOf(leaf)}, which the identity predicate does not accept`,
  }
}

/** What a valid chain says about the peer. */
function verdictOf(
  outcome: Extract<ChainOutcome, { accepted: true }>,
  options: ChainVerifierOptions,
  request: CertificateRequestToVerify,
): CertificateVerdict {
  const [leaf] = outcome.path
  const key = leaf === undefined ? undefined : subjectKey(leaf)
  if (leaf === undefined || key?.type !== 'public') {
    return {
      accepted: false,
      reason: 'unsupported_certificate',
      message: `the ${request.peer}'s key cannot be used in TLS`,
    }
  }
  const fault = saysNo(outcome, options)
  if (fault !== undefined)
    return refuse({ ...fault, check: 'identity', certificate: leaf.subject.toString() }, request.peer)
  const named = options.identity !== 'any' && (options.identity !== undefined || request.peer === 'server')
  return {
    accepted: true,
    publicKey: key.key,
    checked: named ? [...outcome.checked, 'name'] : outcome.checked,
    identities: identitiesOf(leaf).flatMap(verifiedName),
  }
}

/**
 * Accepts a peer for whose certificate a valid path to one of `anchors` exists: signatures, validity, authority,
 * constraints, policies, purpose and identity (RFC 5280 §6.1, RFC 6125 §6). Answers at once where the provider and the
 * revocation check do. Throws `CertificateError` for anchors and intermediates that cannot be read, `TypeError` for
 * options that make no sense.
 */
export function chainVerifier(options: ChainVerifierOptions): Environment['verifyCertificate'] {
  const settings = settingsOf(options)
  if (settings.anchors.all.length === 0) throw new TypeError('without anchors every peer would be refused: give one')
  const now = options.time ?? (() => new Date())
  return (request, signal): MaybePromise<CertificateVerdict> => {
    const { peer, certificateChain, keyUsage, ocspResponse } = request
    const validation = new ChainValidation(
      settings,
      {
        ...{ peer, certificateChain, time: now().getTime(), purpose: peer === 'server' ? 'serverAuth' : 'clientAuth' },
        identity: identityCheck(options, request),
        ...(keyUsage === undefined ? {} : { keyUsage }),
        ...(ocspResponse === undefined ? {} : { ocspResponse }),
      },
      options.explain !== undefined,
    )
    const conclude = (outcome: ChainOutcome): CertificateVerdict => {
      options.explain?.(validation.record(outcome))
      return outcome.accepted ? verdictOf(outcome, options, request) : refuse(outcome.refusal, peer)
    }
    const outcome = run(validation.run(), { provider: options.provider, signal })
    return outcome instanceof Promise ? outcome.then(conclude) : conclude(outcome)
  }
}
