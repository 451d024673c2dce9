/** Certificate policies against a second implementation: the tree of RFC 5280 §6.1, drawn literally, without any thrift. */
import { describe, expect, test } from 'vitest'
import { parseCertificate } from '../../src/x509/certificate.js'
import type { ParsedCertificate } from '../../src/x509/certificate-model.js'
import { ANY_POLICY, checkPolicies, type PolicyRequirements } from '../../src/x509/policies.js'
import { sequence as numbers } from '../support/fake-provider.js'
import { judge, told } from './judging.js'
import { mint, mintLeaf, mintRoot } from './minting.js'

interface TreeNode {
  readonly policy: string
  expected: string[]
  children: TreeNode[]
}

const leaves = (node: TreeNode, depth: number): TreeNode[] =>
  depth === 0 ? [node] : node.children.flatMap((child) => leaves(child, depth - 1))

/** Drops nodes above `depth` that have no children. */
function prune(node: TreeNode, depth: number): boolean {
  if (depth === 0) return true
  node.children = node.children.filter((child) => prune(child, depth - 1))
  return node.children.length > 0
}

const child = (parent: TreeNode, policy: string, expected = [policy]): void => {
  parent.children.push({ policy, expected, children: [] })
}

function grow(tree: TreeNode, i: number, policies: readonly string[], anyAllowed: boolean): void {
  const parents = leaves(tree, i - 1)
  for (const policy of policies.filter((one) => one !== ANY_POLICY)) {
    const matching = parents.filter(({ expected }) => expected.includes(policy))
    for (const parent of matching) child(parent, policy)
    if (matching.length === 0) for (const parent of parents) if (parent.policy === ANY_POLICY) child(parent, policy)
  }
  if (!policies.includes(ANY_POLICY) || !anyAllowed) return
  for (const parent of parents) {
    for (const policy of parent.expected) {
      if (!parent.children.some((one) => one.policy === policy)) child(parent, policy)
    }
  }
}

function map(tree: TreeNode, i: number, mappings: ReadonlyMap<string, string[]>, allowed: boolean): void {
  for (const [from, to] of mappings) {
    if (!allowed) {
      for (const parent of leaves(tree, i - 1))
        parent.children = parent.children.filter(({ policy }) => policy !== from)
      continue
    }
    const nodes = leaves(tree, i).filter(({ policy }) => policy === from)
    for (const node of nodes) node.expected = to
    if (nodes.length > 0) continue
    const parent = leaves(tree, i - 1).find(({ children }) => children.some(({ policy }) => policy === ANY_POLICY))
    if (parent !== undefined) child(parent, from, to)
  }
}

/** Step (g) of wrapping up: only what an acceptable policy leads to stays. */
function keepAcceptable(tree: TreeNode, n: number, acceptable: readonly string[]): TreeNode | undefined {
  if (acceptable.includes(ANY_POLICY)) return tree
  for (let depth = 0; depth < n; depth++) {
    for (const node of leaves(tree, depth).filter(({ policy }) => policy === ANY_POLICY)) {
      node.children = node.children.filter(({ policy }) => policy === ANY_POLICY || acceptable.includes(policy))
    }
  }
  const own = new Set<string>()
  for (let depth = 0; depth < n; depth++) {
    for (const node of leaves(tree, depth).filter(({ policy }) => policy === ANY_POLICY)) {
      for (const one of node.children) own.add(one.policy)
    }
  }
  for (const parent of leaves(tree, n - 1).filter(({ policy }) => policy === ANY_POLICY)) {
    if (!parent.children.some(({ policy }) => policy === ANY_POLICY)) continue
    for (const policy of acceptable) if (!own.has(policy)) child(parent, policy)
    parent.children = parent.children.filter(({ policy }) => policy !== ANY_POLICY)
  }
  return prune(tree, n) ? tree : undefined
}

/** The whole algorithm for a path; `true` for valid. */
function byTree(path: readonly ParsedCertificate[], wish: PolicyRequirements): boolean {
  const n = path.length
  let tree: TreeNode | undefined = { policy: ANY_POLICY, expected: [ANY_POLICY], children: [] }
  let explicit = wish.requireExplicit === true ? 0 : n + 1
  let inhibitAny = wish.inhibitAny === true ? 0 : n + 1
  let mapping = wish.inhibitMapping === true ? 0 : n + 1
  for (const [index, certificate] of path.entries()) {
    const i = index + 1
    const policies = certificate.certificatePolicies?.map(({ policyIdentifier }) => policyIdentifier)
    if (policies === undefined) tree = undefined
    if (tree !== undefined && policies !== undefined) {
      grow(tree, i, policies, inhibitAny > 0 || (i < n && certificate.selfIssued))
      if (!prune(tree, i)) tree = undefined
    }
    if (explicit === 0 && tree === undefined) return false
    if (i === n) break
    const mappings = new Map<string, string[]>()
    for (const { issuerDomainPolicy: from, subjectDomainPolicy: to } of certificate.policyMappings ?? []) {
      mappings.set(from, [...(mappings.get(from) ?? []), to])
    }
    if (tree !== undefined) {
      map(tree, i, mappings, mapping > 0)
      if (!prune(tree, i)) tree = undefined
    }
    if (!certificate.selfIssued) {
      explicit = Math.max(0, explicit - 1)
      mapping = Math.max(0, mapping - 1)
      inhibitAny = Math.max(0, inhibitAny - 1)
    }
    const { policyConstraints, inhibitAnyPolicy } = certificate
    explicit = Math.min(explicit, policyConstraints?.requireExplicitPolicy ?? explicit)
    mapping = Math.min(mapping, policyConstraints?.inhibitPolicyMapping ?? mapping)
    inhibitAny = Math.min(inhibitAny, inhibitAnyPolicy ?? inhibitAny)
  }
  explicit = Math.max(0, explicit - 1)
  if (path.at(-1)?.policyConstraints?.requireExplicitPolicy === 0) explicit = 0
  const left = tree === undefined ? undefined : keepAcceptable(tree, n, wish.acceptable ?? [ANY_POLICY])
  return explicit > 0 || left !== undefined
}

const [template] = [parseCertificate(mintRoot().der)]
const known = ['1.2.3', '1.2.4', '1.2.5']

/** A path of certificates that have random policies, and nothing else of interest. */
function randomPath(next: () => number): ParsedCertificate[] {
  const chance = (percent: number): boolean => next() % 100 < percent
  const pick = (): string => known[next() % known.length] ?? ''
  const { policyMappings: _, certificatePolicies: __, ...rest } = template
  return Array.from({ length: 1 + (next() % 4) }, () => ({
    ...rest,
    selfIssued: chance(20),
    ...(chance(10)
      ? {}
      : {
          certificatePolicies: [...new Set([pick(), pick(), ...(chance(40) ? [ANY_POLICY] : [])])].map(
            (policyIdentifier) => ({ policyIdentifier }),
          ),
        }),
    ...(chance(50)
      ? { policyMappings: [1, 2].map(() => ({ issuerDomainPolicy: pick(), subjectDomainPolicy: pick() })) }
      : {}),
    ...(chance(20) ? { policyConstraints: { requireExplicitPolicy: next() % 3 } } : {}),
    ...(chance(15) ? { policyConstraints: { inhibitPolicyMapping: next() % 3 } } : {}),
    ...(chance(15) ? { inhibitAnyPolicy: next() % 3 } : {}),
  }))
}

describe('certificate policies', () => {
  test('20,000 random paths have the verdict of the literal tree', () => {
    const next = numbers(5280)
    const counts = { valid: 0, invalid: 0 }
    for (let i = 0; i < 20_000; i++) {
      const path = randomPath(next)
      const wish: PolicyRequirements = {
        acceptable: next() % 3 === 0 ? [ANY_POLICY] : known.slice(0, 1 + (next() % 2)),
        requireExplicit: next() % 2 === 0,
        inhibitMapping: next() % 5 === 0,
        inhibitAny: next() % 5 === 0,
      }
      const { valid } = checkPolicies(path, wish)
      expect(valid, JSON.stringify({ i, wish })).toBe(byTree(path, wish))
      counts[valid ? 'valid' : 'invalid']++
    }
    expect(counts.valid).toBeGreaterThan(2_000)
    expect(counts.invalid).toBeGreaterThan(2_000)
  })

  test('mappings that would double a tree with every certificate cost nothing', () => {
    const policies = Array.from({ length: 60 }, (_, i) => `1.2.${i + 10}`)
    const { policyMappings: _, certificatePolicies: __, ...rest } = template
    const doubling: ParsedCertificate = {
      ...rest,
      selfIssued: false,
      certificatePolicies: policies.map((policyIdentifier) => ({ policyIdentifier })),
      policyMappings: policies.flatMap((issuerDomainPolicy) =>
        policies.map((subjectDomainPolicy) => ({ issuerDomainPolicy, subjectDomainPolicy })),
      ),
    }
    const before = performance.now()
    expect(checkPolicies(Array(30).fill(doubling), { requireExplicit: true }).valid).toBe(true)
    expect(performance.now() - before).toBeLessThan(1_000)
  })

  test('a path without the policy that is demanded is refused, and says where it was lost', () => {
    const root = mintRoot()
    const with1 = mint({ name: 'A', issuer: root, ca: true, policies: ['1.2.3'] })
    const leaf = mintLeaf(with1, { policies: ['1.2.3'] })
    const say = (policies: PolicyRequirements, of = leaf): string => told(judge([of, with1], [root], { policies }))
    expect(say({ requireExplicit: true })).toBe('accepted')
    expect(say({ requireExplicit: true, acceptable: ['1.2.3'] })).toBe('accepted')
    expect(say({ requireExplicit: true, acceptable: ['1.2.4'] })).toMatch(/valid for none that is acceptable/)
    expect(say({ requireExplicit: true }, mintLeaf(with1))).toMatch(/CN=leaf fails certificate policies: a certificate/)
    expect(say({}, mintLeaf(with1))).toBe('accepted')
  })

  test('an authority may demand an explicit policy, and may not map anyPolicy', () => {
    const root = mintRoot()
    const strict = mint({ name: 'A', issuer: root, ca: true, policies: ['1.2.3'], requireExplicitPolicy: 0 })
    expect(told(judge([mintLeaf(strict), strict], [root]))).toMatch(/^bad_certificate: .*policies/)
    expect(told(judge([mintLeaf(strict, { policies: ['1.2.3'] }), strict], [root]))).toBe('accepted')
    const mapping = mint({ name: 'A', issuer: root, ca: true, policies: ['1.2.3'], mappings: [[ANY_POLICY, '1.2.3']] })
    expect(told(judge([mintLeaf(mapping), mapping], [root]))).toMatch(/^bad_certificate/)
  })
})
