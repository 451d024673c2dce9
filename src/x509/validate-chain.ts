import type { CertificateCheck, CertificateRefusal } from '../crypto/environment.js'
import type { MaybePromise } from '../crypto/maybe-promise.js'
import type { CryptoProvider } from '../crypto/provider.js'
import { type ParsedCertificate, parseCertificate } from './certificate.js'
import { CertificatePool } from './certificate-pool.js'
import {
  type ChainOutcome,
  type ChainSettings,
  ChainValidation,
  type LeafDemands,
  type RevocationCheck,
} from './chain-validation.js'
import { type DecisionRecord, refusalMessage } from './decision.js'
import type { KeyPolicy } from './key-policy.js'
import { defaultBudget, type PathBudget, SignatureMemory } from './path-building.js'
import { PathMemory } from './path-memory.js'
import type { PolicyRequirements } from './policies.js'
import { policyProfiles, type ValidationPolicy } from './policy-profile.js'
import type { Purpose } from './purpose.js'
import { run } from './questions.js'
import type { RevocationFetch } from './revocation/sources.js'

/** Whom to trust, and how strictly. */
export interface ValidationOptions {
  /** Trusted certificates, DER. A path ends at one of them. */
  readonly anchors: Iterable<Uint8Array>
  /** Further certificates that may lie between, DER; they are trusted no more than those that the peer sends. */
  readonly intermediates?: Iterable<Uint8Array>
  readonly provider: Pick<CryptoProvider, 'verifySignature' | 'hash'>
  /**
   * `basic` by default: path validation, and strong keys. Authorities that people run for themselves seldom keep to all
   * of RFC 5280 §4; `rfc5280` demands it, and `webpki` belongs to anchors that the public trusts.
   */
  readonly policy?: ValidationPolicy
  /** Changes which keys and signatures are strong enough. */
  readonly keys?: Partial<KeyPolicy>
  /** The clock; the system's by default. */
  readonly time?: () => Date
  /** The most intermediates, self-issued ones not counted; 10 by default. */
  readonly maxChainDepth?: number
  /** What certificate policies are demanded; none by default. */
  readonly policies?: PolicyRequirements
  /** Asks whether certificates are revoked; nobody is asked by default. */
  readonly revocation?: RevocationCheck
  /**
   * Gets the certificates of issuers that a chain lacks from the addresses that it names (RFC 5280 §4.2.2.1); they are
   * trusted no more than those that the peer sends. Nothing is fetched without it: the addresses are the peer's choice.
   * `webFetcher` makes a ready one.
   */
  readonly issuers?: RevocationFetch
  /** Replaces limits on the work of one validation. */
  readonly budget?: Partial<PathBudget>
  /** Is given everything that led to each verdict. What it throws is thrown to whoever asked for the verdict. */
  readonly explain?: (record: DecisionRecord) => void
}

/** One chain to judge. */
export interface ChainToValidate {
  /** DER, end entity first, the others in any order. */
  readonly certificateChain: readonly Uint8Array[]
  /** The role of whoever showed the chain; any purpose will do where it is absent. */
  readonly purpose?: Purpose
  /** What the key of the end entity is to be used for; any use will do where it is absent. */
  readonly keyUsage?: 'digitalSignature' | 'keyEncipherment'
  /** A stapled OCSPResponse for the end entity, DER. */
  readonly ocspResponse?: Uint8Array
  /** Whether a staple was asked for: a certificate that promises one (RFC 7633) is then refused without. */
  readonly statusRequested?: boolean
}

export type ValidatedChain =
  | {
      readonly accepted: true
      /** From the end entity to the anchor. */
      readonly path: readonly ParsedCertificate[]
      readonly checked: readonly CertificateCheck[]
      /** Acceptable certificate policies for which the path is valid (RFC 5280 §6.1.6). */
      readonly policies: readonly string[]
    }
  | {
      readonly accepted: false
      readonly reason: CertificateRefusal
      /** For a person: which certificate, which rule, which value. */
      readonly message: string
    }

const DEFAULT_DEPTH = 10

function settingsOf(options: ValidationOptions): ChainSettings {
  const { policy = 'basic', maxChainDepth = DEFAULT_DEPTH } = options
  if (!Object.hasOwn(policyProfiles, policy))
    throw new TypeError(`policy must be basic, rfc5280 or webpki, not ${policy}`)
  if (!(maxChainDepth >= 0)) throw new TypeError('maxChainDepth must be a number of certificates from 0 on')
  return {
    ...{ policy, maxChainDepth, policies: options.policies ?? {}, signatures: new SignatureMemory() },
    paths: new PathMemory(),
    anchors: new CertificatePool(requireCertificates(options.anchors, 'anchors').map(parseCertificate)),
    intermediates: requireCertificates(options.intermediates ?? [], 'intermediates').map(parseCertificate),
    keys: { ...policyProfiles[policy].keys, ...options.keys },
    budget: { ...defaultBudget, ...options.budget },
    revocation: options.revocation,
    issuers: options.issuers,
  }
}

function requireCertificates(certificates: Iterable<Uint8Array>, what: string): readonly Uint8Array[] {
  const all = Array.from(certificates)
  const index = all.findIndex((certificate) => !(certificate instanceof Uint8Array))
  if (index >= 0)
    throw new TypeError(`${what} must be DER certificates, each a Uint8Array: number ${index + 1} is none`)
  return all
}

function readClock(time: () => Date): number {
  const now: unknown = time()
  const milliseconds = now instanceof Date ? now.getTime() : Number.NaN
  if (Number.isNaN(milliseconds)) throw new TypeError('time must answer with a valid Date')
  return milliseconds
}

const result = (outcome: ChainOutcome): ValidatedChain =>
  outcome.accepted
    ? outcome
    : { accepted: false, reason: outcome.refusal.reason, message: refusalMessage(outcome.refusal) }

/**
 * Prepares validations under one set of options. Throws `CertificateError` for anchors and intermediates that cannot be
 * read, `TypeError` for options that make no sense.
 */
export function chainValidator(
  options: ValidationOptions,
): (chain: ChainToValidate, demands?: LeafDemands, signal?: AbortSignal) => MaybePromise<ValidatedChain> {
  const settings = settingsOf(options)
  if (settings.anchors.all.length === 0) throw new TypeError('without anchors every peer would be refused: give one')
  const now = options.time ?? (() => new Date())
  if (typeof now !== 'function') throw new TypeError('time must be a function that answers with a Date')
  return (chain, demands = {}, signal) => {
    const certificateChain = requireCertificates(chain.certificateChain, 'certificateChain')
    const request = { ...chain, certificateChain, time: readClock(now), demands }
    const validation = new ChainValidation(settings, request, options.explain !== undefined)
    const conclude = (outcome: ChainOutcome): ValidatedChain => {
      options.explain?.(validation.record(outcome))
      return result(outcome)
    }
    const world = { provider: options.provider, ...(signal === undefined ? {} : { signal }) }
    const outcome = run(validation.run(), world)
    return outcome instanceof Promise ? outcome.then(conclude) : conclude(outcome)
  }
}

/**
 * Judges one chain without any handshake and whoever it is for: signatures, validity, authority, constraints, policies and
 * purpose (RFC 5280 §6.1). For several chains under the same options `chainVerifier` is quicker. Throws as it does.
 */
export const validateChain = (chain: ChainToValidate, options: ValidationOptions): MaybePromise<ValidatedChain> =>
  chainValidator(options)(chain)
