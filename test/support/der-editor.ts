/**
 * A tiny DER editor for tests that damage certificates: reads an encoding into a tree that can be changed, and writes the
 * tree again, wrong where the test made it wrong. It shares no code with what it tests, and checks nothing.
 */

/** A constructed element has `parts`, a primitive one `bytes`. */
export interface DerNode {
  tag: number
  parts?: DerItem[]
  bytes?: Uint8Array
  /** Stands in place of the identifier and length octets that belong there. */
  header?: number[]
}

/** A node, or octets that are written as they are. */
export type DerItem = DerNode | Uint8Array

export function readTree(der: Uint8Array): DerNode {
  const [node, rest] = readNode(der)
  if (rest.length > 0) throw new Error('the tree does not end where the octets do')
  return node
}

function readNode(der: Uint8Array): [DerNode, Uint8Array] {
  const [tag = 0, first = 0] = der
  const width = first < 0x80 ? 0 : first & 0x7f
  const length = width === 0 ? first : der.subarray(2, 2 + width).reduce((sum, octet) => sum * 256 + octet, 0)
  const bytes = der.slice(2 + width, 2 + width + length)
  const rest = der.subarray(2 + width + length)
  if ((tag & 0x20) === 0) return [{ tag, bytes }, rest]
  const parts: DerItem[] = []
  for (let left: Uint8Array = bytes; left.length > 0; ) {
    const [part, after] = readNode(left)
    parts.push(part)
    left = after
  }
  return [{ tag, parts }, rest]
}

export const bytesOf = (...items: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(items.flatMap((item) => Array.from(item)))

export function writeTree(item: DerItem): Uint8Array {
  if (item instanceof Uint8Array) return item
  const contents = item.bytes ?? bytesOf(...(item.parts ?? []).map(writeTree))
  return bytesOf(item.header ?? [item.tag, ...lengthOctets(contents.length)], contents)
}

export function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length]
  const octets: number[] = []
  for (let left = length; left > 0; left >>= 8) octets.unshift(left & 0xff)
  return [0x80 | octets.length, ...octets]
}

export const primitive = (tag: number, ...bytes: readonly number[]): DerNode => ({ tag, bytes: Uint8Array.from(bytes) })
export const constructed = (tag: number, ...parts: readonly DerItem[]): DerNode => ({ tag, parts: [...parts] })
export const sequence = (...parts: readonly DerItem[]): DerNode => constructed(0x30, ...parts)
export const set = (...parts: readonly DerItem[]): DerNode => constructed(0x31, ...parts)
export const text = (tag: number, value: string): DerNode => ({ tag, bytes: new TextEncoder().encode(value) })
export const octetString = (item: DerItem): DerNode => ({ tag: 4, bytes: writeTree(item) })
export const boolean = (value: boolean): DerNode => primitive(1, value ? 0xff : 0)
export const integer = (...octets: readonly number[]): DerNode => primitive(2, ...octets)

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): DerNode {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return primitive(6, ...[first * 40 + second, ...rest].flatMap(subidentifier))
}

function subidentifier(arc: number): number[] {
  const octets = [arc % 128]
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) octets.unshift(0x80 | (left % 128))
  return octets
}

export const extension = (identifier: string, value: DerItem, critical = false): DerNode =>
  sequence(oid(identifier), ...(critical ? [boolean(true)] : []), octetString(value))

/** The parts of a certificate by name: each is the node in the tree, so that changing it changes the certificate. */
export class CertificateTree {
  readonly root: DerNode

  constructor(der: Uint8Array) {
    this.root = readTree(der)
  }

  get tbs(): DerNode {
    return child(this.root, 0)
  }
  get version(): DerNode {
    return child(this.tbs, 0)
  }
  get serialNumber(): DerNode {
    return child(this.tbs, 1)
  }
  get innerAlgorithm(): DerNode {
    return child(this.tbs, 2)
  }
  get issuer(): DerNode {
    return child(this.tbs, 3)
  }
  get validity(): DerNode {
    return child(this.tbs, 4)
  }
  get subject(): DerNode {
    return child(this.tbs, 5)
  }
  get publicKey(): DerNode {
    return child(this.tbs, 6)
  }
  /** The SEQUENCE OF Extension inside the `[3]`. */
  get extensions(): DerNode {
    return child(child(this.tbs, 7), 0)
  }
  get outerAlgorithm(): DerNode {
    return child(this.root, 1)
  }
  get signature(): DerNode {
    return child(this.root, 2)
  }

  /** Takes the extension out, if it is there, and puts one with this value in its place. */
  setExtension(identifier: string, value: DerItem, critical = false): void {
    const wanted = Buffer.from(writeTree(oid(identifier)))
    const others = parts(this.extensions).filter(
      (item) => item instanceof Uint8Array || !wanted.equals(writeTree(child(item, 0))),
    )
    this.extensions.parts = [...others, extension(identifier, value, critical)]
  }

  write(): Uint8Array {
    return writeTree(this.root)
  }
}

export function parts(node: DerNode): DerItem[] {
  if (node.parts === undefined) throw new Error(`tag ${node.tag} has no parts`)
  return node.parts
}

export function child(node: DerNode, index: number): DerNode {
  const part = parts(node)[index]
  if (part === undefined || part instanceof Uint8Array) throw new Error(`tag ${node.tag} has no node ${index}`)
  return part
}

/** A certificate after a change to its tree. */
export function edited(der: Uint8Array, change: (certificate: CertificateTree) => void): Uint8Array {
  const tree = new CertificateTree(der)
  change(tree)
  return tree.write()
}
