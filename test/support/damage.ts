/** Seeded damage to DER: to its octets, and to its tree with every length put right again. */
import { type DerNode, readTree, writeTree } from './der-editor.js'

/** Mulberry32: small, and the same everywhere. */
export function random(from: number): (below: number) => number {
  let state = from | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const interesting = [0x00, 0x01, 0x7f, 0x80, 0x81, 0x84, 0xff, 0x30, 0x31, 0x1f, 0xa0, 0xa3, 0x05, 0x06, 0x2a]

export function damaged(der: Uint8Array, next: (below: number) => number): Uint8Array {
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
export function deformed(der: Uint8Array, next: (below: number) => number): Uint8Array {
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
