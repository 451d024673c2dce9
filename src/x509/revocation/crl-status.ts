import { publicEqual } from '../../bytes/equal.js'
import type { ParsedCertificate, ReasonFlag } from '../certificate-model.js'
import { shortened } from '../decision.js'
import type { Path } from '../path-building.js'
import type { Inquiry } from '../questions.js'
import type { SignatureWorld } from '../signature.js'
import { type Crl, CrlExtension } from './crl.js'
import type { CrlEntry } from './crl-entries.js'
import { allReasons, outOfScope, type Point, pointsOf, reasonsOf, unusable } from './crl-scope.js'
import { type Finding, unknown } from './finding.js'
import { type Clock, staleness } from './freshness.js'
import type { Target } from './target.js'

/** The CRLs at hand, and who says whether their signatures are right. */
export interface CrlDesk {
  readonly crls: readonly Crl[]
  readonly clock: Clock
  /** The path of whoever signed a CRL and may, or why there is none. */
  readonly findSigner: (crl: Crl, target: Target) => Inquiry<SignatureWorld, Path | string>
  readonly isSignedBy: (crl: Crl, signer: Path) => Inquiry<SignatureWorld, boolean>
}

/** How a CRL is named in messages. */
export const showCrl = ({ crlNumber, baseCRLNumber, issuer }: Crl): string => {
  const kind = baseCRLNumber === undefined ? 'CRL' : 'delta CRL'
  return `the ${kind}${crlNumber === undefined ? '' : ` number ${crlNumber}`} of ${shortened(issuer.toString())}`
}

const newestFirst = (crls: readonly Crl[]): readonly Crl[] =>
  crls.toSorted((one, other) => other.thisUpdate - one.thisUpdate)

/** What a CRL says, and the path of whoever signed it where that is known. */
interface Opinion {
  readonly finding: Finding
  readonly signer?: Path
}

const isListed = ({ certificate }: Target, list: Crl): boolean => {
  const entry = entryOf(certificate, list)
  return entry !== undefined && entry.reason !== 'removeFromCRL'
}

/**
 * What the CRLs at hand say about a certificate (RFC 5280 §6.3.3): revoked if one of them that may be believed says so,
 * good only if such CRLs cover every reason for which it could have been revoked.
 */
export function* statusByCrls(target: Target, desk: CrlDesk): Inquiry<SignatureWorld, Finding> {
  const covered = new Set<ReasonFlag>()
  const findings = new Map<Crl, Finding>()
  let good: Finding | undefined
  const complete = newestFirst(desk.crls.filter(({ baseCRLNumber }) => baseCRLNumber === undefined))
  const accuses = (crl: Crl): boolean =>
    desk.crls.some((list) => (list === crl || builds(list, crl)) && isListed(target, list))
  const accusing = new Set(complete.filter(accuses))
  // Accusers come first: nobody's good word may use up the signatures that it takes to hear them.
  const inOrder = [...accusing, ...complete.filter((crl) => !accusing.has(crl))]
  for (const point of pointsOf(target.certificate)) {
    for (const crl of inOrder) {
      const reasons = newReasons(crl, point, target, accusing.has(crl) ? new Set() : covered)
      if (reasons.length === 0) continue
      const finding = findings.get(crl) ?? (yield* currentOpinion(crl, target, desk, complete))
      findings.set(crl, finding)
      if (finding.status === 'revoked') return finding
      if (finding.status === 'unknown') continue
      good = finding
      for (const reason of reasons) covered.add(reason)
    }
  }
  return good !== undefined && covered.size === allReasons.size ? good : undetermined(target, desk, findings, covered)
}

/** What one complete CRL says, unless it accuses and its own signer took that back in a newer one of the same scope. */
function* currentOpinion(
  crl: Crl,
  target: Target,
  desk: CrlDesk,
  complete: readonly Crl[],
): Inquiry<SignatureWorld, Finding> {
  const { finding, signer } = yield* consult(crl, target, desk)
  if (finding.status !== 'revoked' || signer === undefined) return finding
  for (const newer of complete) {
    if (newer.thisUpdate <= crl.thisUpdate || !sameScope(newer, crl)) continue
    if (unusable(newer) !== undefined || staleness(newer, desk.clock) !== undefined) continue
    if (yield* desk.isSignedBy(newer, signer)) return unknown(`${showCrl(crl)} was replaced by ${showCrl(newer)}`)
  }
  return finding
}

/** The reasons of which a CRL may tell something new at a point; none where the certificate is out of its scope. */
function newReasons(crl: Crl, point: Point, { certificate }: Target, covered: ReadonlySet<ReasonFlag>) {
  if (outOfScope(crl, point, certificate) !== undefined) return []
  return reasonsOf(crl, point).filter((reason) => !covered.has(reason))
}

function undetermined(
  { certificate }: Target,
  { crls }: CrlDesk,
  findings: ReadonlyMap<Crl, Finding>,
  covered: ReadonlySet<ReasonFlag>,
): Finding {
  const why = Array.from(findings.values(), (finding) => (finding.status === 'unknown' ? finding.why : [])).flat()
  if (why.length > 0) return unknown(...why)
  if (covered.size > 0) return unknown('the CRLs at hand speak of some reasons for revocation only')
  const sameIssuer = crls.filter(({ issuer }) => issuer.comparable === certificate.issuer.comparable)
  const [one] = sameIssuer
  if (one === undefined) return unknown(`no CRL of ${shortened(certificate.issuer.toString())} is at hand`)
  const reasons = new Set(
    pointsOf(certificate).flatMap((point) =>
      sameIssuer.map((crl) => outOfScope(crl, point, certificate) ?? saysNothing(crl)),
    ),
  )
  return unknown(`${showCrl(one)} ${[...reasons].join(' and ')}`)
}

const saysNothing = ({ baseCRLNumber }: Crl): string =>
  baseCRLNumber === undefined ? 'speaks of no reason for revocation' : 'is a delta alone'

/** What one complete CRL says, with the newest delta that fits it. */
function* consult(crl: Crl, target: Target, desk: CrlDesk): Inquiry<SignatureWorld, Opinion> {
  const dismiss = (why: string): Opinion => ({ finding: unknown(`${showCrl(crl)} ${why}`) })
  const wrong = unusable(crl)
  if (wrong !== undefined) return dismiss(wrong)
  const deltas = desk.crls.filter((delta) => builds(delta, crl) && unusable(delta) === undefined)
  const fresh = newestFirst(deltas.filter((delta) => staleness(delta, desk.clock) === undefined))
  const stale = staleness(crl, desk.clock)
  if (stale !== undefined && fresh.length === 0) return dismiss(stale)
  const signer = yield* desk.findSigner(crl, target)
  if (typeof signer === 'string') return dismiss(signer)
  for (const delta of fresh) {
    if (yield* desk.isSignedBy(delta, signer)) return { finding: conclude(target, crl, delta), signer }
  }
  return stale === undefined ? { finding: conclude(target, crl), signer } : dismiss(stale)
}

const entryOf = ({ serialNumber, issuer }: ParsedCertificate, list: Crl): CrlEntry | undefined =>
  list.entries.find(serialNumber, issuer.comparable, list.issuer.comparable)

function conclude({ certificate }: Target, crl: Crl, delta?: Crl): Finding {
  const change = delta && entryOf(certificate, delta)
  const by = delta === undefined ? showCrl(crl) : `${showCrl(crl)} with ${showCrl(delta)}`
  if (change?.reason === 'removeFromCRL') return { status: 'good', by }
  const entry = change ?? entryOf(certificate, crl)
  if (entry === undefined) return { status: 'good', by }
  const { reason } = entry
  return { status: 'revoked', by, since: entry.revocationDate, ...(reason === undefined ? {} : { reason }) }
}

const extensionBytes = (crl: Crl, oid: string): Uint8Array => crl.extensions.get(oid)?.value ?? new Uint8Array()

const sameBytes = (one: Crl, other: Crl, oid: string): boolean =>
  publicEqual(extensionBytes(one, oid), extensionBytes(other, oid))

const sameScope = (one: Crl, other: Crl): boolean =>
  one.issuer.comparable === other.issuer.comparable && sameBytes(one, other, CrlExtension.issuingDistributionPoint)

/** Whether a delta brings this complete CRL up to date: same scope, and numbers that fit (RFC 5280 §5.2.4, RFC 5280 §6.3.3). */
function builds(delta: Crl, complete: Crl): boolean {
  if (delta.baseCRLNumber === undefined || delta.crlNumber === undefined || complete.crlNumber === undefined)
    return false
  return (
    sameScope(delta, complete) &&
    sameBytes(delta, complete, CrlExtension.authorityKeyIdentifier) &&
    complete.crlNumber >= delta.baseCRLNumber &&
    complete.crlNumber < delta.crlNumber
  )
}
