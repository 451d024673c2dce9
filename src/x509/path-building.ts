import { toHex } from '../bytes/convert.js'
import { publicEqual } from '../bytes/equal.js'
import type { ParsedCertificate } from './certificate-model.js'
import { type Candidate, type CertificatePool, distances, keyIdentifierRank } from './certificate-pool.js'
import { describe, type Fault, type Journal, type Refusal, type Work } from './decision.js'
import type { DsaParameters } from './dsa.js'
import type { PathChecks } from './path-validation.js'
import type { Inquiry } from './questions.js'
import { type SignatureVerdict, type SignatureWorld, signatureWeakness, VALID, verifySigned } from './signature.js'
import { subjectKey } from './subject-key.js'

/** How much work one validation may be. A peer chooses the certificates, so a peer chooses the work. */
export interface PathBudget {
  readonly signatures: number
  readonly paths: number
  readonly candidates: number
  /** Certificates in a path, self-issued ones included. */
  readonly length: number
}

export const defaultBudget: PathBudget = { signatures: 100, paths: 50, candidates: 2_000, length: 32 }

/** From the end entity to the anchor. */
export type Path = readonly ParsedCertificate[]

export interface Search<World extends SignatureWorld> {
  readonly leaf: ParsedCertificate
  readonly anchors: CertificatePool
  readonly intermediates: CertificatePool
  readonly checks: PathChecks
  readonly journal: Journal
  readonly budget: PathBudget
  readonly work: Work
  readonly signatures: SignatureMemory
  /** Judges a path that reached an anchor: policies, revocation. */
  readonly finish: (path: Path) => Inquiry<World, Refusal | undefined>
}

/** Signatures that were found right, by certificate and by the issuer's key. What was right once is right for ever. */
export class SignatureMemory {
  readonly #right = new WeakMap<ParsedCertificate, Set<string>>()

  has(child: ParsedCertificate, issuerKey: string): boolean {
    return this.#right.get(child)?.has(issuerKey) === true
  }

  add(child: ParsedCertificate, issuerKey: string): void {
    const keys = this.#right.get(child) ?? new Set()
    this.#right.set(child, keys.add(issuerKey))
  }
}

/** What became of the search above one certificate. */
type Found =
  | { readonly path: Path }
  /** `final`: no path below could have made a difference, so this certificate need not be tried again. */
  | { readonly final: boolean }

/** How telling a refusal is: of several candidates, the one that came furthest is the one to tell about. */
const Telling = { nothing: 0, issuer: 1, signature: 2, authority: 3, onPath: 4, whole: 5, budget: 6 } as const

/** Ends a search from wherever it is. */
class OutOfBudget extends Error {}

const SIGNATURE = 'RFC 5280 §6.1.3'

const keyText = ({ subjectPublicKeyInfo }: ParsedCertificate): string => toHex(subjectPublicKeyInfo)

/** Depth first, most promising issuer first, with a memory of what failed (RFC 4158 §3). */
export class PathBuilder<World extends SignatureWorld> {
  readonly #search: Search<World>
  readonly #distances: ReadonlyMap<string, number>
  readonly #dead = new Set<ParsedCertificate>()
  readonly #edges = new Map<ParsedCertificate, Map<string, SignatureVerdict>>()
  #refusal: { readonly telling: number; readonly refusal: Refusal } | undefined

  constructor(search: Search<World>) {
    this.#search = search
    this.#distances = distances(search.anchors, search.intermediates)
  }

  /** The first path that is valid, or the refusal that tells most. */
  *build(): Inquiry<World, Path | Refusal> {
    const { leaf, anchors } = this.#search
    // A certificate that is itself trusted needs no issuer; what it is for and when was checked like for any other.
    if (anchors.has(leaf)) {
      const refusal = yield* this.#search.finish([leaf])
      return refusal ?? [leaf]
    }
    try {
      const found = yield* this.#above([leaf])
      if ('path' in found) return found.path
    } catch (cause) {
      if (!(cause instanceof OutOfBudget)) throw cause
    }
    return this.#refusal?.refusal ?? this.#unknownIssuer(leaf)
  }

  *#above(path: Path): Inquiry<World, Found> {
    const top = path.at(-1)
    if (top === undefined) return { final: true }
    let final = true
    const candidates = this.#candidates(top)
    if (candidates.length === 0) this.#tell(Telling.issuer, this.#unknownIssuer(top))
    for (const { certificate, isAnchor } of candidates) {
      this.#spend('candidates', top)
      if (this.#dead.has(certificate)) continue
      const longer = [...path, certificate]
      if (!isAnchor && (this.#loops(path, certificate) || longer.length > this.#search.budget.length)) {
        final = false
        continue
      }
      const found = yield* this.#tryIssuer(longer, isAnchor)
      if ('path' in found) return found
      if (!found.final) final = false
    }
    if (final && path.length > 1) this.#dead.add(top)
    return { final }
  }

  *#tryIssuer(path: Path, isAnchor: boolean): Inquiry<World, Found> {
    const { checks } = this.#search
    const position = isAnchor ? 'anchor' : 'intermediate'
    const unfit = checks.authority(path, position)
    if (unfit !== undefined) {
      this.#tell(Telling.authority, unfit)
      return { final: true }
    }
    const outOfPlace = checks.onPath(path, position)
    if (outOfPlace !== undefined) {
      this.#tell(Telling.onPath, outOfPlace)
      return { final: false }
    }
    const wrong = yield* this.#checkSignature(path)
    if (wrong !== undefined) {
      this.#tell(Telling.signature, wrong)
      return { final: true }
    }
    if (!isAnchor) return yield* this.#above(path)
    return yield* this.#complete(path)
  }

  *#complete(path: Path): Inquiry<World, Found> {
    this.#spend('paths', path.at(-1))
    const refusal = (yield* this.#inheritedSignatures(path)) ?? (yield* this.#search.finish(path))
    if (refusal === undefined) return { path }
    this.#tell(Telling.whole, refusal)
    return { final: false }
  }

  /** Whether the second last certificate of a path was signed by the last; a DSA key may have to wait for its parameters. */
  *#checkSignature(path: Path): Inquiry<World, Refusal | undefined> {
    const [child, issuer] = path.slice(-2)
    if (child === undefined || issuer === undefined) return undefined
    const key = subjectKey(issuer)
    if (key.type === 'dsa' && key.parameters === undefined) return undefined
    const issuerKey = keyText(issuer)
    const known = this.#edges.get(child) ?? new Map<string, SignatureVerdict>()
    this.#edges.set(child, known)
    let verdict = known.get(issuerKey)
    if (verdict === undefined) {
      verdict = yield* this.#verify(child, issuer, issuerKey)
      known.set(issuerKey, verdict)
    }
    return this.#noteSignature(path.slice(0, -1), verdict)
  }

  *#verify(
    child: ParsedCertificate,
    issuer: ParsedCertificate,
    issuerKey: string,
    inherited?: DsaParameters,
  ): Inquiry<World, SignatureVerdict> {
    const { signatures, checks } = this.#search
    const { keys } = checks.settings
    const weakness = signatureWeakness(child, subjectKey(issuer), keys)
    if (weakness !== undefined) return weakness
    if (signatures.has(child, issuerKey)) return VALID
    this.#spend('signatures', child)
    const verdict = yield* verifySigned(child, subjectKey(issuer), keys, inherited)
    if (verdict.valid && inherited === undefined) signatures.add(child, issuerKey)
    return verdict
  }

  #noteSignature(path: Path, verdict: SignatureVerdict): Refusal | undefined {
    const fault: Fault | undefined = verdict.valid
      ? undefined
      : { reason: verdict.reason, rule: SIGNATURE, why: `has a signature that ${verdict.why}` }
    const algorithm = path.at(-1)?.signatureAlgorithm.oid
    return this.#search.journal.note(path, 'signature', fault, {
      rule: SIGNATURE,
      input: () => `algorithm ${algorithm}`,
    })
  }

  /** Signatures by DSA keys that take their parameters from above are verified once the path is whole (RFC 5280 §6.1.4). */
  *#inheritedSignatures(path: Path): Inquiry<World, Refusal | undefined> {
    let parameters: DsaParameters | undefined
    for (let i = path.length - 1; i > 0; i--) {
      const [issuer, child] = [path[i], path[i - 1]]
      if (issuer === undefined || child === undefined) break
      const key = subjectKey(issuer)
      if (key.type !== 'dsa') parameters = undefined
      else if (key.parameters !== undefined) parameters = key.parameters
      else {
        const verdict = yield* this.#verify(child, issuer, keyText(issuer), parameters)
        const refusal = this.#noteSignature(path.slice(0, i), verdict)
        if (refusal !== undefined) return refusal
      }
    }
    return undefined
  }

  /** Whoever has the name of the issuer, in the order in which they are worth trying: anchors, then the nearest to one. */
  #candidates(child: ParsedCertificate): readonly Candidate[] {
    const { anchors, intermediates } = this.#search
    const name = child.issuer.comparable
    if (!this.#distances.has(name)) return []
    const trusted = anchors.named(name).map((certificate) => ({ certificate, isAnchor: true }))
    const others = intermediates.named(name).map((certificate) => ({ certificate, isAnchor: false }))
    const far = others.filter(
      ({ certificate }) => this.#distances.has(certificate.issuer.comparable) && !anchors.has(certificate),
    )
    const rank = ({ certificate, isAnchor }: Candidate): number =>
      keyIdentifierRank(child, certificate) * 1000 +
      (isAnchor ? 0 : 1 + (this.#distances.get(certificate.issuer.comparable) ?? 0))
    return [...trusted, ...far].toSorted((a, b) => rank(a) - rank(b))
  }

  /** The same name with the same key is the same authority: going through it twice proves nothing (RFC 4158 §2.4.1). */
  #loops(path: Path, { subject, subjectPublicKeyInfo }: ParsedCertificate): boolean {
    return path
      .slice(1)
      .some(
        (before) =>
          before.subject.comparable === subject.comparable &&
          publicEqual(before.subjectPublicKeyInfo, subjectPublicKeyInfo),
      )
  }

  #spend(what: keyof Work, certificate: ParsedCertificate | undefined): void {
    const { work, budget, leaf } = this.#search
    if (work[what] < budget[what]) {
      work[what]++
      return
    }
    const spent = `${work.signatures} signatures, ${work.paths} whole paths and ${work.candidates} possible issuers`
    this.#tell(Telling.budget, {
      check: 'budget',
      certificate: describe(certificate ?? leaf),
      reason: 'bad_certificate',
      rule: 'RFC 4158 §2.4.1',
      why: `cannot be judged within the budget: ${spent} were looked at without finding a valid path`,
    })
    throw new OutOfBudget()
  }

  #tell(telling: number, refusal: Refusal): void {
    if (this.#refusal === undefined || telling > this.#refusal.telling) this.#refusal = { telling, refusal }
  }

  #unknownIssuer(certificate: ParsedCertificate): Refusal {
    const issuer = certificate.issuer.toString()
    const why = certificate.selfIssued
      ? 'is self-issued and not trusted: add it to the anchors if it is the one you expect'
      : `was issued by ${issuer}, from whom no chain leads to a trusted certificate`
    const fault: Fault = { reason: 'unknown_issuer', rule: 'RFC 5280 §6.1', why }
    this.#search.journal.note([certificate], 'authority', fault, { rule: fault.rule, input: () => issuer })
    return { ...fault, check: 'authority', certificate: describe(certificate) }
  }
}
