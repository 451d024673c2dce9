/**
 * Seeded damage to certificates: nothing is thrown but our own error, and nothing takes long. 2,000 cases here; a campaign
 * runs as many as SOAK_COUNT says, from the seed SOAK_SEED.
 */
import { rootCertificates } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { CertificateError, parseCertificate } from '../../src/x509/certificate.js'
import { identitiesOf, matchesReference } from '../../src/x509/identities.js'
import { NameConstraints, nameBudget } from '../../src/x509/name-constraints.js'
import { certificatesOf, derOfPem, limboCases } from '../support/certificates.js'
import { type DerNode, readTree, writeTree } from '../support/der-editor.js'
import { pki, pkiKinds } from '../support/pki.js'

const count = Number(process.env['SOAK_COUNT'] ?? 2000)
const seed = Number(process.env['SOAK_SEED'] ?? 20_261_121)

/** Mulberry32: small, and the same everywhere. */
function random(from: number): (below: number) => number {
  let state = from | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const interesting = [0x00, 0x01, 0x7f, 0x80, 0x81, 0x84, 0xff, 0x30, 0x31, 0x1f, 0xa0, 0xa3, 0x05, 0x06, 0x2a]

function damaged(der: Uint8Array, next: (below: number) => number): Uint8Array {
  const bytes = Array.from(der)
  for (let edits = 1 + next(4); edits > 0; edits--) {
    const at = next(bytes.length)
    const kind = next(6)
    if (kind === 0) bytes[at] = next(256)
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8))
    else if (kind === 2) bytes[at] = interesting[next(interesting.length)] ?? 0
    else if (kind === 3) bytes.splice(at, 1 + next(4))
    else if (kind === 4) bytes.splice(at, 0, next(256))
    else bytes.splice(at, 0, ...bytes.slice(next(bytes.length), next(bytes.length)).slice(0, 40))
    if (bytes.length === 0) bytes.push(0)
  }
  return Uint8Array.from(bytes)
}

/** All nodes of a tree, those wrapped in the OCTET STRINGs of extensions included. */
function nodesOf(node: DerNode): DerNode[] {
  return [node, ...(node.parts ?? []).flatMap((part) => (part instanceof Uint8Array ? [] : nodesOf(part)))]
}

/** Reads what the OCTET STRINGs of extensions wrap, so that it is damaged as a tree too. */
function unwrapped(node: DerNode): DerNode {
  for (const part of nodesOf(node)) {
    const [first = 0, length = -1] = part.bytes ?? []
    const wraps = part.tag === 4 && (first === 0x30 || first === 3 || first === 4) && length + 2 === part.bytes?.length
    if (wraps) part.parts = [unwrapped(readTree(part.bytes ?? new Uint8Array()))]
    if (wraps) delete part.bytes
  }
  return node
}

/** Changes nodes and writes every length as it must be, so that the damage gets past the strict reader. */
function deformed(der: Uint8Array, next: (below: number) => number): Uint8Array {
  const root = unwrapped(readTree(der))
  const nodes = nodesOf(root)
  const any = (): DerNode => nodes[next(nodes.length)] ?? root
  for (let edits = 1 + next(3); edits > 0; edits--) {
    const node = any()
    const kind = next(6)
    if (kind === 0) node.tag = any().tag
    else if (kind === 1) node.tag = [0x80, 0x81, 0x82, 0x86, 0x87, 0xa0, 0xa1, 2, 12, 0x31][next(10)] ?? 2
    else if (kind === 2 && node.bytes !== undefined)
      node.bytes = Uint8Array.from(node.bytes).map((octet) => (next(4) === 0 ? next(256) : octet))
    else if (kind === 3 && node.bytes !== undefined) node.bytes = node.bytes.slice(0, next(node.bytes.length + 1))
    else if (kind === 4) node.parts?.splice(next(node.parts.length), 1)
    else node.parts?.push(writeTree(any()))
  }
  return writeTree(root)
}

const limbo = (limboCases() ?? []).flatMap(certificatesOf).filter((der) => der.length < 4096)
const corpus = [
  ...pkiKinds.flatMap((kind) => [pki.server[kind].certificate, pki.client[kind].certificate]),
  ...rootCertificates.flatMap(derOfPem),
  ...limbo,
]

/** Everything that is done with a certificate without its issuer. */
function use(der: Uint8Array, faults = new Set<string>()): 'read' | 'refused' {
  try {
    const certificate = parseCertificate(der)
    certificate.subject.toString()
    identitiesOf(certificate)
    matchesReference(certificate, { type: 'dns', value: 'example.com' })
    const constraints = certificate.nameConstraints
    if (constraints !== undefined) NameConstraints.none.and(constraints).check(certificate, nameBudget())
    return 'read'
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    faults.add(`${error.fault} ${error.rule}`)
    return 'refused'
  }
}

describe('damaged certificates', () => {
  it(`${count} of them, from seed ${seed}: read or refused with our error, each within a second`, {
    timeout: 60_000 + count * 5,
  }, () => {
    const next = random(seed)
    const outcomes = { read: 0, refused: 0 }
    const faults = new Set<string>()
    let slowest = 0
    for (let i = 0; i < count; i++) {
      const harm = i % 2 === 0 ? damaged : deformed
      const der = harm(corpus[next(corpus.length)] ?? new Uint8Array(1), next)
      const start = performance.now()
      outcomes[use(der, faults)]++
      slowest = Math.max(slowest, performance.now() - start)
    }
    // Both must happen, or the damage is too great or too small to say anything.
    expect(outcomes.read).toBeGreaterThan(count / 50)
    expect(outcomes.refused).toBeGreaterThan(count / 4)
    expect(faults.size).toBeGreaterThan(40)
    expect(slowest).toBeLessThan(1000)
  })

  it('are refused in little time where they are made to cost much', () => {
    const deep = new Uint8Array(200_000).fill(0x30)
    const wide = new Uint8Array(200_002).fill(0x05)
    for (const der of [deep, wide, new Uint8Array(10_000_000), new Uint8Array(0), Uint8Array.of(0x30)]) {
      const start = performance.now()
      expect(use(der)).toBe('refused')
      expect(performance.now() - start).toBeLessThan(200)
    }
  })
})
