import type { NameConstraintsExtension, ParsedCertificate } from './certificate-model.js'
import type { DistinguishedName } from './distinguished-name.js'
import type { GeneralName, GeneralNameType } from './general-name.js'
import { isHostName } from './host-names.js'
import { showGeneralName } from './identities.js'
import { type Mailbox, readMailbox } from './mailbox.js'
import { hostOfUri } from './uri.js'

/** How many comparisons of a name with a subtree are left; shared by all checks of one validation. */
export interface NameBudget {
  left: number
}

/** The product of names and subtrees grows with the square of what a peer sends: 2,048 of each would be four millions. */
export const nameBudget = (left = 250_000): NameBudget => ({ left })

/** A name that the constraints do not allow, or `budget` where finding out would have taken too long. */
export interface NameViolation {
  readonly why: 'not_permitted' | 'excluded' | 'not_comparable' | 'budget'
  /** For people: the name, and the subtree that excludes it. */
  readonly message: string
}

/** What a name is to a subtree. Nobody can say where a malformed name lies, nor look into kinds that are not understood. */
type Relation = 'inside' | 'outside' | 'not_comparable'

/** Compares a name of the subtree's kind with it; `excluding` asks whether any host that the name stands for is inside. */
type Comparison<T extends GeneralName> = (name: T, subtree: T, excluding: boolean) => Relation

const relation = (inside: boolean): Relation => (inside ? 'inside' : 'outside')

/** `host` is `domain` or below it; every host is below the empty one. */
const isWithin = (host: string, domain: string): boolean =>
  domain === '' || host === domain || host.endsWith(`.${domain}`)

/** Underscores have no place in host names but are in certificates, and where they lie is as clear as for others. */
const isComparable = (host: string): boolean => isHostName(host.replaceAll('_', 'x'))

function compareDns(presented: string, subtree: string, excluding: boolean): Relation {
  const name = presented.toLowerCase()
  const domain = subtree.toLowerCase()
  const wildcard = name.startsWith('*.')
  const host = wildcard ? name.slice(2) : name
  if (!isComparable(host)) return 'not_comparable'
  if (isWithin(host, domain)) return 'inside'
  // One of the hosts that `*.example.com` stands for is host.example.com: excluding it excludes the wildcard.
  return relation(wildcard && excluding && domain.slice(domain.indexOf('.') + 1) === host && domain.includes('.'))
}

/** A constraint with a leading period means the hosts below, without one that host alone (RFC 5280 §4.2.1.10). */
function compareHost(host: string, subtree: string): Relation {
  const domain = subtree.toLowerCase()
  return relation(domain === '' || (domain.startsWith('.') ? host.endsWith(domain) : host === domain))
}

function compareMailbox(mailbox: Mailbox | undefined, subtree: string): Relation {
  if (mailbox === undefined) return 'not_comparable'
  if (!subtree.includes('@')) return compareHost(mailbox.host, subtree)
  const only = readMailbox(subtree)
  if (only === undefined) return 'not_comparable'
  return relation(only.local === mailbox.local && only.host === mailbox.host)
}

function compareAddress(address: Uint8Array, range: Uint8Array): Relation {
  const length = range.length / 2
  if (address.length !== length) return 'outside'
  return relation(address.every((octet, i) => ((octet ^ (range[i] ?? 0)) & (range[i + length] ?? 0)) === 0))
}

const compareDirectory = (name: DistinguishedName, subtree: DistinguishedName): Relation =>
  relation(subtree.comparableRdns.every((rdn, i) => name.comparableRdns[i] === rdn))

function compareUri(uri: string, subtree: string): Relation {
  const host = hostOfUri(uri)
  return host === undefined ? 'not_comparable' : compareHost(host, subtree)
}

const compare: Comparison<GeneralName> = (name, subtree, excluding) => {
  if (name.type === 'dns' && subtree.type === 'dns') return compareDns(name.value, subtree.value, excluding)
  if (name.type === 'ip' && subtree.type === 'ip') return compareAddress(name.value, subtree.value)
  if (name.type === 'email' && subtree.type === 'email') return compareMailbox(readMailbox(name.value), subtree.value)
  if (name.type === 'uri' && subtree.type === 'uri') return compareUri(name.value, subtree.value)
  if (name.type === 'directoryName' && subtree.type === 'directoryName') {
    return compareDirectory(name.value, subtree.value)
  }
  return 'not_comparable'
}

/** Subtrees of one certificate by kind. */
type Subtrees = ReadonlyMap<GeneralNameType, readonly GeneralName[]>

function byKind(subtrees: readonly GeneralName[]): Subtrees {
  const kinds = new Map<GeneralNameType, GeneralName[]>()
  for (const subtree of subtrees) {
    const kind = kinds.get(subtree.type)
    if (kind === undefined) kinds.set(subtree.type, [subtree])
    else kind.push(subtree)
  }
  return kinds
}

/**
 * The constraints that the certificates of a path so far put on the names below them (RFC 5280 §6.1.1): a name must lie in
 * a permitted subtree of every certificate that permits some of its kind, and in no excluded one. Immutable.
 */
export class NameConstraints {
  private readonly permitted: readonly Subtrees[]
  private readonly excluded: readonly Subtrees[]

  private constructor(permitted: readonly Subtrees[], excluded: readonly Subtrees[]) {
    this.permitted = permitted
    this.excluded = excluded
  }

  /** Constrains nothing. */
  static readonly none = new NameConstraints([], [])

  /** These constraints and those of one more certificate. */
  and(extension: NameConstraintsExtension): NameConstraints {
    return new NameConstraints(
      [...this.permitted, byKind(extension.permittedSubtrees)],
      [...this.excluded, byKind(extension.excludedSubtrees)],
    )
  }

  /** The first name of a certificate that these constraints do not allow. Whom they apply to is for the caller to say. */
  check(
    certificate: Pick<ParsedCertificate, 'subject' | 'subjectAltName'>,
    budget: NameBudget,
  ): NameViolation | undefined {
    if (this.permitted.length === 0 && this.excluded.length === 0) return undefined
    for (const name of constrainedNames(certificate)) {
      const violation = this.checkName(name, budget)
      if (violation !== undefined) return violation
    }
    return undefined
  }

  private checkName(name: GeneralName, budget: NameBudget): NameViolation | undefined {
    for (const subtrees of this.excluded) {
      for (const subtree of subtrees.get(name.type) ?? []) {
        if (--budget.left < 0) return exhausted
        const found = compare(name, subtree, true)
        if (found === 'not_comparable') return notComparable(name)
        if (found === 'inside') return excludes(name, subtree)
      }
    }
    for (const subtrees of this.permitted) {
      const kind = subtrees.get(name.type)
      if (kind === undefined) continue
      let inside = false
      for (const subtree of kind) {
        if (--budget.left < 0) return exhausted
        const found = compare(name, subtree, false)
        if (found === 'not_comparable') return notComparable(name)
        inside = found === 'inside'
        if (inside) break
      }
      if (!inside) return notPermitted(name)
    }
    return undefined
  }
}

const exhausted: NameViolation = {
  why: 'budget',
  message: 'there are more names and name constraints than are compared',
}

const notComparable = (name: GeneralName): NameViolation => ({
  why: 'not_comparable',
  message: `${showGeneralName(name)} is malformed or of a kind that is not understood, and names of its kind are constrained`,
})

const excludes = (name: GeneralName, subtree: GeneralName): NameViolation => ({
  why: 'excluded',
  message: `${showGeneralName(name)} is excluded by the name constraint ${showGeneralName(subtree)}`,
})

const notPermitted = (name: GeneralName): NameViolation => ({
  why: 'not_permitted',
  message: `${showGeneralName(name)} is in none of the subtrees that name constraints permit`,
})

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1'

/**
 * The names that constraints are put on: the subject unless it is empty, the alternative names, and the email addresses in
 * the subject, as old certificates have them (RFC 5280 §4.2.1.10).
 *
 * That section demands the last only of certificates without alternative names, and puts constraints on the subject as a
 * whole elsewhere. They are put on it always here, as OpenSSL does: an authority that was confined to the mailboxes of one
 * host could otherwise vouch for any other, by an alternative name of whatever kind beside it, to everybody who reads an
 * address out of the subject. Nothing that is refused for this was ever within the authority's name space.
 */
function* constrainedNames({
  subject,
  subjectAltName = [],
}: Pick<ParsedCertificate, 'subject' | 'subjectAltName'>): Generator<GeneralName> {
  if (subject.rdns.length > 0) yield { type: 'directoryName', value: subject }
  yield* subjectAltName
  for (const { type, value } of subject.rdns.flat()) if (type === EMAIL_ADDRESS) yield { type: 'email', value }
}
