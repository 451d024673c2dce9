import type { NameConstraintsExtension, ParsedCertificate } from './certificate-model.js'
import type { Position, ProfileRule } from './certificate-profile.js'
import { type DecisionCheck, describe, type Fault, type Journal, type Refusal } from './decision.js'
import { type KeyPolicy, keyWeakness } from './key-policy.js'
import { type NameBudget, NameConstraints } from './name-constraints.js'
import { isWithinValidity } from './path-memory.js'
import { ANY_EXTENDED_KEY_USAGE, type Purpose, purposeIdentifiers } from './purpose.js'
import { subjectKey } from './subject-key.js'

/**
 * The checks of path validation (RFC 5280 §6.1), except signatures and policies, seen from below: each asks whether a
 * certificate may stand on top of a path that begins at the end entity. What RFC 5280 writes as state carried down from
 * the anchor is the same demand looked at from the other end; from this end a path that cannot be saved is given up
 * before anything is spent on it.
 */
export interface PathSettings {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly rules: readonly ProfileRule[]
  readonly keys: KeyPolicy
  /** `undefined`: any purpose will do. */
  readonly purpose?: Purpose
  /** How the key of the end entity is going to be used; `undefined` where that is not known. */
  readonly keyUsage?: 'digitalSignature' | 'keyEncipherment'
  /** The most intermediates that are not self-issued. */
  readonly maxChainDepth: number
}

/** A path from the end entity up; the last certificate is the one that is looked at. */
export type PathFromLeaf = readonly ParsedCertificate[]

interface Subject {
  readonly certificate: ParsedCertificate
  readonly position: Position
  readonly path: PathFromLeaf
  readonly settings: PathSettings
}

interface Check {
  readonly check: DecisionCheck
  readonly rule: string
  readonly fault: (subject: Subject) => Fault | undefined
  /** What is looked at, for the record. */
  readonly input: (subject: Subject) => string
}

const isoTime = (time: number): string => new Date(time).toISOString().replace('.000', '')

const profile: Check = {
  check: 'profile',
  rule: 'RFC 5280 §4',
  fault: ({ certificate, position, settings }) => {
    for (const { rule, fault } of settings.rules) {
      const why = fault(certificate, position)
      if (why !== undefined) return { reason: 'bad_certificate', rule, why }
    }
    return undefined
  },
  input: ({ settings, position }) => `${settings.rules.length} rules for an ${position}`,
}

const strength: Check = {
  check: 'key',
  rule: 'RFC 5280 §4.1.2.7',
  fault: ({ certificate, settings }) => {
    const weakness = keyWeakness(subjectKey(certificate), settings.keys)
    if (weakness === undefined) return undefined
    return {
      reason: 'unsupported_certificate',
      rule: 'RFC 5280 §4.1.2.7',
      why: `holds ${weakness}, which is not accepted`,
    }
  },
  input: ({ certificate }) => `key algorithm ${certificate.publicKeyAlgorithm.oid}`,
}

const VALIDITY = 'RFC 5280 §4.1.2.5'

/** Both ends belong to the period. Trusted certificates are held to it too: an authority means it to end. */
const validity: Check = {
  check: 'validity',
  rule: VALIDITY,
  fault: ({ certificate, settings: { time } }) => {
    if (isWithinValidity(certificate, time)) return undefined
    const { notBefore, notAfter } = certificate
    if (time > notAfter) {
      return { reason: 'expired', rule: VALIDITY, why: `expired ${isoTime(notAfter)}, now is ${isoTime(time)}` }
    }
    const why = `is not valid before ${isoTime(notBefore)}, now is ${isoTime(time)}`
    return { reason: 'not_yet_valid', rule: VALIDITY, why }
  },
  input: ({ certificate: { notBefore, notAfter }, settings: { time } }) =>
    `${isoTime(notBefore)} to ${isoTime(notAfter)}, now is ${isoTime(time)}`,
}

const extendedKeyUsage: Check = {
  check: 'purpose',
  rule: 'RFC 5280 §4.2.1.12',
  fault: ({ certificate: { extendedKeyUsage: uses }, settings: { purpose } }) => {
    if (purpose === undefined || uses === undefined) return undefined
    if (uses.has(purposeIdentifiers[purpose]) || uses.has(ANY_EXTENDED_KEY_USAGE)) return undefined
    const why = `is for ${[...uses].join(', ')}, not for ${purpose} (${purposeIdentifiers[purpose]})`
    return { reason: 'wrong_purpose', rule: 'RFC 5280 §4.2.1.12', why }
  },
  input: ({ certificate: { extendedKeyUsage: uses }, settings: { purpose } }) =>
    `wanted ${purpose ?? 'any purpose'}, allowed ${uses === undefined ? 'all' : [...uses].join(', ')}`,
}

/** A key that signs handshakes must be allowed to sign, one that decrypts pre-master secrets to decrypt (RFC 5246 §7.4.2). */
const leafKeyUsage: Check = {
  check: 'purpose',
  rule: 'RFC 5280 §4.2.1.3',
  fault: ({ certificate: { keyUsage: uses }, settings: { keyUsage: wanted } }) => {
    if (wanted === undefined || uses === undefined || uses.has(wanted)) return undefined
    const why = `allows its key ${[...uses].join(', ')}, not ${wanted}`
    return { reason: 'wrong_purpose', rule: 'RFC 5280 §4.2.1.3', why }
  },
  input: ({ certificate: { keyUsage: uses }, settings: { keyUsage: wanted } }) =>
    `wanted ${wanted ?? 'any use'}, allowed ${uses === undefined ? 'all' : [...uses].join(', ')}`,
}

const AUTHORITY = 'RFC 5280 §6.1.4'

const authority: Check = {
  check: 'authority',
  rule: AUTHORITY,
  fault: ({ certificate: { basicConstraints, keyUsage } }) => {
    if (basicConstraints?.cA !== true) {
      return {
        reason: 'unknown_issuer',
        rule: AUTHORITY,
        why: 'is no authority (CA:FALSE), yet issued another certificate',
      }
    }
    if (keyUsage === undefined || keyUsage.has('keyCertSign')) return undefined
    const why = `may not sign certificates: its key usage is ${[...keyUsage].join(', ')}`
    return { reason: 'unknown_issuer', rule: AUTHORITY, why }
  },
  input: ({ certificate: { keyUsage } }) =>
    `CA:TRUE, key usage ${keyUsage === undefined ? 'all' : [...keyUsage].join(', ')}`,
}

/** Intermediates below the top of a path; self-issued ones are not counted, nor is the end entity (RFC 5280 §6.1.4). */
const countedBelow = (path: PathFromLeaf): number => path.slice(1, -1).filter(({ selfIssued }) => !selfIssued).length

const pathLength: Check = {
  check: 'path length',
  rule: AUTHORITY,
  fault: ({ certificate: { basicConstraints, selfIssued }, position, path, settings: { maxChainDepth } }) => {
    const below = countedBelow(path)
    const allowed = basicConstraints?.pathLenConstraint ?? Number.POSITIVE_INFINITY
    if (below > allowed) {
      const why = `allows ${allowed} intermediates below it, and there are ${below}`
      return { reason: 'bad_certificate', rule: AUTHORITY, why }
    }
    const depth = below + (position === 'intermediate' && !selfIssued ? 1 : 0)
    if (depth <= maxChainDepth) return undefined
    const why = `would be intermediate ${depth}, and maxChainDepth is ${maxChainDepth}`
    return { reason: 'bad_certificate', rule: 'RFC 5280 §6.1.2', why }
  },
  input: ({ certificate: { basicConstraints }, path }) =>
    `${countedBelow(path)} intermediates below, allowed ${basicConstraints?.pathLenConstraint ?? 'any number'}`,
}

const CONSTRAINTS = 'RFC 5280 §4.2.1.10'

const constraintsOf = new WeakMap<NameConstraintsExtension, NameConstraints>()

function constraints(extension: NameConstraintsExtension): NameConstraints {
  const known = constraintsOf.get(extension) ?? NameConstraints.none.and(extension)
  constraintsOf.set(extension, known)
  return known
}

/** Everything below must keep to an authority's name constraints; self-issued certificates only where they come last. */
function constrained(budget: NameBudget): Check {
  return {
    check: 'name constraints',
    rule: CONSTRAINTS,
    fault: ({ certificate: { nameConstraints }, path }) => {
      if (nameConstraints === undefined) return undefined
      for (const [i, below] of path.slice(0, -1).entries()) {
        if (below.selfIssued && i > 0) continue
        const violation = constraints(nameConstraints).check(below, budget)
        if (violation === undefined) continue
        const why = `constrains the names of ${describe(below)}: ${violation.message}`
        return { reason: 'bad_certificate', rule: CONSTRAINTS, why }
      }
      return undefined
    },
    input: ({ certificate: { nameConstraints } }) => {
      if (nameConstraints === undefined) return 'none'
      const { permittedSubtrees, excludedSubtrees } = nameConstraints
      return `${permittedSubtrees.length} permitted, ${excludedSubtrees.length} excluded subtrees`
    },
  }
}

const leafChecks: readonly Check[] = [profile, strength, validity, extendedKeyUsage, leafKeyUsage]
const authorityChecks: readonly Check[] = [profile, strength, validity, authority, extendedKeyUsage]

/** What is wrong with each authority by itself, where it was looked at. */
class Standing extends Map<ParsedCertificate, Refusal | undefined> {}

/** Puts the checks to certificates, and keeps the answers that cannot change. */
export class PathChecks {
  readonly settings: PathSettings
  readonly #journal: Journal
  readonly #onPath: readonly Check[]
  readonly #standing = { anchor: new Standing(), intermediate: new Standing() }

  constructor(settings: PathSettings, journal: Journal, budget: NameBudget) {
    this.settings = settings
    this.#journal = journal
    this.#onPath = [pathLength, constrained(budget)]
  }

  /** What is wrong with an end entity by itself. */
  leaf(certificate: ParsedCertificate): Refusal | undefined {
    return this.#run(leafChecks, [certificate], 'leaf')
  }

  /** What is wrong with an authority by itself, whatever is below it. */
  authority(path: PathFromLeaf, position: 'anchor' | 'intermediate'): Refusal | undefined {
    const certificate = path.at(-1)
    if (certificate === undefined) return undefined
    const known = this.#standing[position]
    const refusal = known.has(certificate) ? known.get(certificate) : this.#run(authorityChecks, path, position)
    known.set(certificate, refusal)
    return refusal
  }

  /** What is wrong with the top of a path because of what is below it. */
  onPath(path: PathFromLeaf, position: 'anchor' | 'intermediate'): Refusal | undefined {
    return this.#run(this.#onPath, path, position)
  }

  #run(checks: readonly Check[], path: PathFromLeaf, position: Position): Refusal | undefined {
    const certificate = path.at(-1)
    if (certificate === undefined) return undefined
    const subject: Subject = { certificate, position, path, settings: this.settings }
    for (const { check, rule, fault, input } of checks) {
      const refusal = this.#journal.note(path, check, fault(subject), { rule, input: () => input(subject) })
      if (refusal !== undefined) return refusal
    }
    return undefined
  }
}
