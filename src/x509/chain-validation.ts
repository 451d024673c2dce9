import type { CertificateCheck } from '../crypto/environment.js'
import { CertificateError, type ParsedCertificate, parseCertificate } from './certificate.js'
import { CertificatePool } from './certificate-pool.js'
import { type DecisionRecord, describe, type Fault, Journal, type Refusal, type Work } from './decision.js'
import type { KeyPolicy } from './key-policy.js'
import { nameBudget } from './name-constraints.js'
import { type Path, type PathBudget, PathBuilder, type SignatureMemory } from './path-building.js'
import type { PathMemory, PathQuestion } from './path-memory.js'
import { PathChecks, type PathSettings } from './path-validation.js'
import { checkPolicies, type PolicyRequirements } from './policies.js'
import { policyProfiles, type ValidationPolicy } from './policy-profile.js'
import type { Purpose } from './purpose.js'
import type { Inquiry } from './questions.js'
import { addIssuer } from './revocation/issuers.js'
import { Fetching, type RevocationFetch } from './revocation/sources.js'
import type { SignatureWorld } from './signature.js'

/** What a revocation check is given: a path that is valid in every other respect. */
export interface RevocationContext {
  /** From the end entity to the anchor. */
  readonly path: Path
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly keys: KeyPolicy
  /** Every certificate at hand, trusted or not: the issuer of a CRL may be among them. */
  readonly anchors: CertificatePool
  readonly intermediates: CertificatePool
  /** The stapled OCSPResponse for the end entity, DER. */
  readonly ocspResponse?: Uint8Array
  /** Whether the handshake asked for a staple: who was not asked owes none. */
  readonly statusRequested: boolean
  /** Finds a valid path from a certificate to the anchor of `path`, whatever its purpose: CRLs may have issuers of their own. */
  readonly pathTo: (certificate: ParsedCertificate) => Inquiry<SignatureWorld, Path | Refusal>
  readonly journal: Journal
  readonly work: Work
  readonly budget: PathBudget
}

export type RevocationOutcome =
  | { readonly refused: Refusal }
  /** `checked`: every certificate of the path was found not to be revoked. */
  | { readonly checked: boolean }

/** Asks about revocation; part of the same inquiry, so that what it must wait for can be slow. */
export interface RevocationCheck {
  (context: RevocationContext): Inquiry<SignatureWorld, RevocationOutcome>
  /** True where a staple is looked at, so that clients should ask for one. */
  readonly usesStaple?: boolean
}

/** What does not change from one validation to the next. */
export interface ChainSettings {
  readonly anchors: CertificatePool
  readonly intermediates: readonly ParsedCertificate[]
  readonly policy: ValidationPolicy
  readonly keys: KeyPolicy
  readonly maxChainDepth: number
  readonly policies: PolicyRequirements
  readonly budget: PathBudget
  readonly signatures: SignatureMemory
  readonly paths: PathMemory
  readonly revocation: RevocationCheck | undefined
  readonly issuers: RevocationFetch | undefined
}

/** A demand on the end entity beyond its chain. */
export interface LeafDemand {
  (leaf: ParsedCertificate): Fault | undefined
  /** What is compared with what, for the record. */
  readonly input?: (leaf: ParsedCertificate) => string
}

/** One chain to judge. */
export interface ChainRequest {
  /** DER, end entity first, the others in any order. */
  readonly certificateChain: readonly Uint8Array[]
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly purpose?: Purpose
  readonly keyUsage?: 'digitalSignature' | 'keyEncipherment'
  readonly ocspResponse?: Uint8Array
  readonly statusRequested?: boolean
  readonly demands: LeafDemands
}

/** What the end entity must be beyond its chain; each answers what is wrong. */
export interface LeafDemands {
  /** Asked before anything is spent on a path, when nobody vouches for what the certificate says. */
  readonly first?: LeafDemand
  /** Asked once the path is valid. */
  readonly last?: LeafDemand
}

export type ChainOutcome =
  | {
      readonly accepted: true
      readonly path: Path
      readonly checked: readonly CertificateCheck[]
      /** Acceptable certificate policies for which the path is valid (RFC 5280 §6.1.6). */
      readonly policies: readonly string[]
    }
  | { readonly accepted: false; readonly refusal: Refusal }

/** Certificates that are looked at beside the end entity: a path has room for a third of them, and nobody sends more. */
const MOST_CERTIFICATES = 100

/** Reads what the peer sent; only the end entity must be readable, for a path may do without the others. */
function readChain(
  chain: readonly Uint8Array[],
  journal: Journal,
): { leaf: ParsedCertificate; others: ParsedCertificate[] } | Refusal {
  const others: ParsedCertificate[] = []
  let leaf: ParsedCertificate | undefined
  for (const [i, der] of chain.slice(0, 1 + MOST_CERTIFICATES).entries()) {
    try {
      const certificate = parseCertificate(der)
      if (i === 0) leaf = certificate
      else others.push(certificate)
    } catch (cause) {
      if (!(cause instanceof CertificateError)) throw cause
      const fault: Fault = { reason: cause.reason, rule: cause.rule, why: `cannot be read: ${cause.message}` }
      journal.note([], 'encoding', fault, { rule: cause.rule, input: () => '' })
      if (i === 0) return { ...fault, check: 'encoding', certificate: 'of the end entity' }
    }
  }
  const empty: Fault = { reason: 'bad_certificate', rule: 'RFC 5246 §7.4.2', why: 'is missing: the chain is empty' }
  return leaf === undefined ? { ...empty, check: 'encoding', certificate: 'of the end entity' } : { leaf, others }
}

/** Hundreds of names under hundreds of constraints; a peer could ask for millions. */
const NAME_COMPARISONS = 100_000

/** Issuers that are fetched for one chain: a chain that lacks more than these is hardly an oversight. */
const MOST_ISSUERS = 4

// biome-ignore lint/correctness/useYield: an inquiry that has nothing to ask
function* acceptPath(): Inquiry<SignatureWorld, undefined> {
  return undefined
}

/** One validation from beginning to end. */
export class ChainValidation {
  readonly #settings: ChainSettings
  readonly #request: ChainRequest
  readonly #journal: Journal
  readonly #work: Work = { signatures: 0, paths: 0, candidates: 0 }
  #policies: readonly string[] = []
  #revocationChecked = false

  constructor(settings: ChainSettings, request: ChainRequest, keepsRecord: boolean) {
    this.#settings = settings
    this.#request = request
    this.#journal = new Journal(keepsRecord)
  }

  *run(): Inquiry<SignatureWorld, ChainOutcome> {
    const read = readChain(this.#request.certificateChain, this.#journal)
    if ('reason' in read) return { accepted: false, refusal: read }
    const { leaf, others } = read
    const question = this.#question(leaf, others)
    const known = question && this.#settings.paths.find(question, this.#request.time)
    if (known !== undefined) {
      const refusal = this.#demand(leaf, 'first')
      this.#policies = known.policies
      return refusal === undefined ? this.#accept(leaf, known.path) : { accepted: false, refusal }
    }
    const outcome = yield* this.#judge(leaf, others)
    if (outcome.accepted && question !== undefined) this.#settings.paths.add(question, outcome)
    return outcome
  }

  /** What is remembered of a chain. Revocation changes, and a record wants every step: neither lives by memory. */
  #question(leaf: ParsedCertificate, others: readonly ParsedCertificate[]): PathQuestion | undefined {
    if (this.#settings.revocation !== undefined || this.#journal.keeps) return undefined
    const { purpose, keyUsage } = this.#request
    return { leaf, others, ...(purpose && { purpose }), ...(keyUsage && { keyUsage }) }
  }

  *#judge(leaf: ParsedCertificate, others: readonly ParsedCertificate[]): Inquiry<SignatureWorld, ChainOutcome> {
    const checks = new PathChecks(this.#pathSettings(), this.#journal, nameBudget(NAME_COMPARISONS))
    const refusal = checks.leaf(leaf) ?? this.#demand(leaf, 'first')
    if (refusal !== undefined) return { accepted: false, refusal }
    const intermediates = new CertificatePool([...others, ...this.#settings.intermediates])
    const fetching = new Fetching(this.#settings.issuers, MOST_ISSUERS)
    for (;;) {
      const found = yield* this.#search(leaf, intermediates, checks)
      if (!('reason' in found)) return this.#accept(leaf, found)
      const missing = found.reason === 'unknown_issuer'
      if (!missing || !(yield* addIssuer(leaf, this.#settings.anchors, intermediates, fetching))) {
        if (this.#work.paths === 0) fetching.discardIssuers()
        return { accepted: false, refusal: found }
      }
    }
  }

  #accept(leaf: ParsedCertificate, path: Path): ChainOutcome {
    const refusal = this.#demand(leaf, 'last')
    if (refusal !== undefined) return { accepted: false, refusal }
    return { accepted: true, path, checked: this.#checked(), policies: this.#policies }
  }

  #search(
    leaf: ParsedCertificate,
    intermediates: CertificatePool,
    checks: PathChecks,
  ): Inquiry<SignatureWorld, Path | Refusal> {
    const { anchors, budget, signatures } = this.#settings
    return new PathBuilder<SignatureWorld>({
      ...{ leaf, anchors, intermediates, checks, journal: this.#journal, budget, work: this.#work, signatures },
      finish: (path) => this.#finish(path, intermediates),
    }).build()
  }

  /** Everything that was looked at, for whoever asked for an explanation. */
  record(outcome: ChainOutcome): DecisionRecord {
    return {
      purpose: this.#request.purpose ?? 'any',
      time: new Date(this.#request.time),
      policy: this.#settings.policy,
      steps: this.#journal.steps,
      work: this.#work,
      outcome: outcome.accepted ? { accepted: outcome.path.map(describe) } : { refused: outcome.refusal },
    }
  }

  #pathSettings(): PathSettings {
    const { purpose, keyUsage, time } = this.#request
    return {
      time,
      rules: policyProfiles[this.#settings.policy].rules,
      keys: this.#settings.keys,
      maxChainDepth: this.#settings.maxChainDepth,
      ...(purpose === undefined ? {} : { purpose }),
      ...(keyUsage === undefined ? {} : { keyUsage }),
    }
  }

  #demand(leaf: ParsedCertificate, when: keyof LeafDemands): Refusal | undefined {
    const demand = this.#request.demands[when]
    if (demand === undefined) return undefined
    const input = (): string => demand.input?.(leaf) ?? 'as expected'
    return this.#journal.note([leaf], 'identity', demand(leaf), { rule: 'RFC 6125 §6', input })
  }

  /** What is asked of a path as a whole. */
  *#finish(path: Path, intermediates: CertificatePool): Inquiry<SignatureWorld, Refusal | undefined> {
    const refused = this.#checkPolicies(path)
    const { revocation, anchors, keys, budget } = this.#settings
    if (refused !== undefined || revocation === undefined) return refused
    const { ocspResponse, time, statusRequested = false } = this.#request
    const context: RevocationContext = {
      ...{ path, time, keys, anchors, intermediates, journal: this.#journal, work: this.#work, budget },
      statusRequested,
      pathTo: (certificate) => this.#pathTo(certificate, path, intermediates),
      ...(ocspResponse === undefined ? {} : { ocspResponse }),
    }
    const outcome = yield* revocation(context)
    if ('refused' in outcome) return outcome.refused
    this.#revocationChecked = outcome.checked
    return undefined
  }

  /** A path for whoever signed a CRL; it ends at the anchor of the path that the CRL is about (RFC 5280 §6.3.3, step f). */
  *#pathTo(
    certificate: ParsedCertificate,
    path: Path,
    intermediates: CertificatePool,
  ): Inquiry<SignatureWorld, Path | Refusal> {
    const { purpose: _purpose, keyUsage: _keyUsage, ...settings } = this.#pathSettings()
    const journal = this.#journal
    const checks = new PathChecks(settings, journal, nameBudget(NAME_COMPARISONS))
    const refusal = checks.leaf(certificate)
    if (refusal !== undefined) return refusal
    const { budget, signatures } = this.#settings
    const builder = new PathBuilder<SignatureWorld>({
      ...{ leaf: certificate, anchors: new CertificatePool(path.slice(-1)), intermediates },
      ...{ checks, journal, budget, work: this.#work, signatures, finish: acceptPath },
    })
    return yield* builder.build()
  }

  #checkPolicies(path: Path): Refusal | undefined {
    const below = path.slice(0, -1).reverse()
    if (below.length === 0) return undefined
    const outcome = checkPolicies(below, this.#settings.policies)
    const detail = {
      rule: 'RFC 5280 §6.1.5',
      input: () => (outcome.valid ? outcome.policies.join(', ') || 'none needed' : ''),
    }
    if (outcome.valid) {
      this.#policies = outcome.policies
      return this.#journal.note(path, 'policies', undefined, detail)
    }
    const upTo = path.slice(0, path.indexOf(outcome.certificate) + 1)
    const why = `fails certificate policies: ${outcome.why}`
    return this.#journal.note(upTo, 'policies', { reason: 'bad_certificate', rule: outcome.rule, why }, detail)
  }

  #checked(): readonly CertificateCheck[] {
    const checked: CertificateCheck[] = ['chain', 'validity']
    if (this.#request.purpose !== undefined) checked.push('purpose')
    if (this.#revocationChecked) checked.push('revocation')
    return checked
  }
}
