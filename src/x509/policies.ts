import type { ParsedCertificate } from './certificate-model.js'

export const ANY_POLICY = '2.5.29.32.0'

/** What the user of a path demands of certificate policies (RFC 5280 §6.1.1). */
export interface PolicyRequirements {
  /** Policies, in dotted form, one of which the path must be good for where a policy is needed; any by default. */
  readonly acceptable?: readonly string[]
  /** The path must be valid for one of the acceptable policies; `false` by default. */
  readonly requireExplicit?: boolean
  readonly inhibitMapping?: boolean
  readonly inhibitAny?: boolean
}

/**
 * One policy at one depth. RFC 5280 draws a tree, in which a policy has a node for each way in which it was reached, so
 * that mappings can make it grow exponentially. All nodes of one policy at one depth have the same expectations, so here
 * they are one node with several parents: the graph has at most as many nodes as the certificates have policies and
 * mappings.
 */
interface PolicyNode {
  readonly policy: string
  expected: ReadonlySet<string>
  readonly parents: readonly PolicyNode[]
}

type Level = Map<string, PolicyNode>

export type PolicyOutcome =
  | {
      readonly valid: true
      /** The acceptable policies that the path is valid for, in the anchor's terms; `ANY_POLICY` for all. */
      readonly policies: readonly string[]
    }
  | { readonly valid: false; readonly certificate: ParsedCertificate; readonly rule: string; readonly why: string }

const node = (policy: string, parents: readonly PolicyNode[]): PolicyNode => ({
  policy,
  expected: new Set([policy]),
  parents,
})

/** The state variables of RFC 5280 §6.1.2 that have to do with policies. `level` is undefined where the tree is NULL. */
class PolicyState {
  private level: Level | undefined = new Map([[ANY_POLICY, node(ANY_POLICY, [])]])
  explicit: number
  private mapping: number
  private inhibitAny: number

  constructor(length: number, requirements: PolicyRequirements) {
    this.explicit = requirements.requireExplicit === true ? 0 : length + 1
    this.inhibitAny = requirements.inhibitAny === true ? 0 : length + 1
    this.mapping = requirements.inhibitMapping === true ? 0 : length + 1
  }

  get isNull(): boolean {
    return this.level === undefined
  }

  /** RFC 5280 §6.1.3, steps (d) and (e). */
  process({ certificatePolicies, selfIssued }: ParsedCertificate, isLast: boolean): void {
    const before = this.level
    if (certificatePolicies === undefined || before === undefined) {
      this.level = undefined
      return
    }
    const expecting = parentsByExpectation(before)
    const level: Level = new Map()
    const any = before.get(ANY_POLICY)
    for (const { policyIdentifier: policy } of certificatePolicies) {
      if (policy === ANY_POLICY) continue
      const parents = expecting.get(policy) ?? (any === undefined ? [] : [any])
      if (parents.length > 0) level.set(policy, node(policy, parents))
    }
    const assertsAny = certificatePolicies.some(({ policyIdentifier }) => policyIdentifier === ANY_POLICY)
    if (assertsAny && (this.inhibitAny > 0 || (!isLast && selfIssued))) {
      for (const [policy, parents] of expecting) if (!level.has(policy)) level.set(policy, node(policy, parents))
    }
    this.replace(level)
  }

  /** RFC 5280 §6.1.4, steps (a) and (b); answers what is wrong with the mappings. */
  map({ policyMappings = [] }: ParsedCertificate): string | undefined {
    const byIssuer = new Map<string, Set<string>>()
    for (const { issuerDomainPolicy: from, subjectDomainPolicy: to } of policyMappings) {
      if (from === ANY_POLICY || to === ANY_POLICY) return 'maps to or from anyPolicy'
      const subjects = byIssuer.get(from)
      if (subjects === undefined) byIssuer.set(from, new Set([to]))
      else subjects.add(to)
    }
    const { level } = this
    if (level === undefined) return undefined
    const any = level.get(ANY_POLICY)
    for (const [from, to] of byIssuer) {
      const mapped = level.get(from)
      if (this.mapping === 0) level.delete(from)
      else if (mapped !== undefined) mapped.expected = to
      else if (any !== undefined) level.set(from, { policy: from, expected: to, parents: any.parents })
    }
    this.replace(level)
    return undefined
  }

  /** RFC 5280 §6.1.4, steps (h) to (j). */
  prepareNext({ selfIssued, policyConstraints, inhibitAnyPolicy }: ParsedCertificate): void {
    if (!selfIssued) {
      this.explicit = Math.max(0, this.explicit - 1)
      this.mapping = Math.max(0, this.mapping - 1)
      this.inhibitAny = Math.max(0, this.inhibitAny - 1)
    }
    this.explicit = Math.min(this.explicit, policyConstraints?.requireExplicitPolicy ?? this.explicit)
    this.mapping = Math.min(this.mapping, policyConstraints?.inhibitPolicyMapping ?? this.mapping)
    this.inhibitAny = Math.min(this.inhibitAny, inhibitAnyPolicy ?? this.inhibitAny)
  }

  /** RFC 5280 §6.1.5, steps (a) and (b). */
  wrapUp({ policyConstraints }: ParsedCertificate): void {
    this.explicit = Math.max(0, this.explicit - 1)
    if (policyConstraints?.requireExplicitPolicy === 0) this.explicit = 0
  }

  /** RFC 5280 §6.1.5, step (g): the acceptable policies that are left. */
  intersect(acceptable: readonly string[]): readonly string[] {
    if (this.level === undefined) return []
    const roots = domainRoots([...this.level.values()])
    const hasAny = this.level.has(ANY_POLICY)
    if (acceptable.includes(ANY_POLICY)) return hasAny ? [ANY_POLICY] : [...roots]
    return acceptable.filter((policy) => hasAny || roots.has(policy))
  }

  private replace(level: Level): void {
    this.level = level.size === 0 ? undefined : level
  }
}

function parentsByExpectation(level: Level): Map<string, PolicyNode[]> {
  const expecting = new Map<string, PolicyNode[]>()
  for (const parent of level.values()) {
    for (const policy of parent.expected) {
      const parents = expecting.get(policy)
      if (parents === undefined) expecting.set(policy, [parent])
      else parents.push(parent)
    }
  }
  return expecting
}

/** The policies that some node of `level` descends from and that themselves hang on anyPolicy: they are the anchor's own words. */
function domainRoots(level: readonly PolicyNode[]): Set<string> {
  const roots = new Set<string>()
  const seen = new Set<PolicyNode>()
  const waiting = [...level]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    if (next.policy !== ANY_POLICY && next.parents.some(({ policy }) => policy === ANY_POLICY)) roots.add(next.policy)
    waiting.push(...next.parents)
  }
  return roots
}

/**
 * The policy part of path validation (RFC 5280 §6.1) for certificates in order from the one that the anchor issued to the
 * end entity. Time and memory grow with the number of policies and mappings, not with their combinations.
 */
export function checkPolicies(path: readonly ParsedCertificate[], requirements: PolicyRequirements): PolicyOutcome {
  const state = new PolicyState(path.length, requirements)
  for (const [i, certificate] of path.entries()) {
    const isLast = i === path.length - 1
    const refuse = (rule: string, why: string): PolicyOutcome => ({ valid: false, certificate, rule, why })
    state.process(certificate, isLast)
    if (state.explicit === 0 && state.isNull) {
      return refuse('RFC 5280 §6.1.3', 'a certificate policy is required, and none is valid up to here')
    }
    if (isLast) {
      state.wrapUp(certificate)
      continue
    }
    const fault = state.map(certificate)
    if (fault !== undefined) return refuse('RFC 5280 §6.1.4', `it ${fault}`)
    state.prepareNext(certificate)
  }
  const policies = state.intersect(requirements.acceptable ?? [ANY_POLICY])
  const last = path.at(-1)
  if (last !== undefined && state.explicit === 0 && policies.length === 0) {
    const why = 'a certificate policy is required, and the path is valid for none that is acceptable'
    return { valid: false, certificate: last, rule: 'RFC 5280 §6.1.5', why }
  }
  return { valid: true, policies }
}
