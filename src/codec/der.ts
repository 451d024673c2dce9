import { concat } from '../bytes/convert.js'
import { MalformedError, Reader } from '../bytes/reader.js'

/** One element of a DER encoding (X.690 §8.1, X.690 §10.1): views into the bytes it was read from. */
export interface DerElement {
  /** The identifier octet; multi-octet tags are refused, X.509 has none. */
  readonly tag: number
  readonly contents: Uint8Array
  /** Identifier, length and contents: what a signature covers or a fingerprint is taken of. */
  readonly whole: Uint8Array
}

export const DerTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const

/** The identifier octet of `[number]` in its constructed form. */
export const contextTag = (number: number): number => 0xa0 | number

const refuse = (reader: Reader, why: string): never => {
  throw new MalformedError('value', reader.position, `not DER: ${why}`)
}

function readDerLength(reader: Reader): number {
  const first = reader.uint(1)
  if (first < 0x80) return first
  const width = first & 0x7f
  if (width === 0) refuse(reader, 'an indefinite length')
  if (width > 4) refuse(reader, 'a length of more than four octets')
  const length = reader.uint(width)
  if (length < 0x80 || length < 256 ** (width - 1)) refuse(reader, 'a length that is not minimal')
  return length
}

/** Reads the next element, of tag `expected` if given. Throws `MalformedError` for anything that is not strict DER. */
export function readDer(reader: Reader, expected?: number): DerElement {
  const start = reader.position
  const tag = reader.uint(1)
  if ((tag & 0x1f) === 0x1f) refuse(reader, 'a tag number above 30')
  if (expected !== undefined && tag !== expected) {
    refuse(reader, `tag 0x${tag.toString(16)} where 0x${expected.toString(16)} belongs`)
  }
  const contents = reader.take(readDerLength(reader))
  return { tag, contents, whole: reader.bytes.subarray(start, reader.position) }
}

/** Reads `bytes` as exactly one element. */
export function readWholeDer(bytes: Uint8Array, expected?: number): DerElement {
  const reader = new Reader(bytes)
  const element = readDer(reader, expected)
  reader.finish('a DER element')
  return element
}

/** A reader over the contents of the one element that `bytes` hold. */
export const enterDer = (bytes: Uint8Array, expected: number): Reader =>
  new Reader(readWholeDer(bytes, expected).contents)

/** The magnitude of a non-negative INTEGER without its sign octet; negative and non-minimal ones are refused. */
export function readDerUnsigned(reader: Reader): Uint8Array {
  const { contents } = readDer(reader, DerTag.integer)
  const [first = 0x80, second = 0x80] = contents
  if (first >= 0x80) refuse(reader, 'a negative or empty integer')
  if (first === 0 && contents.length > 1 && second < 0x80) refuse(reader, 'an integer that is not minimal')
  return first === 0 && contents.length > 1 ? contents.subarray(1) : contents
}

/** The octets of a BIT STRING that has no unused bits, as keys and signatures have. */
export function readDerOctetAlignedBits(reader: Reader): Uint8Array {
  const { contents } = readDer(reader, DerTag.bitString)
  if (contents[0] !== 0) refuse(reader, 'a bit string with unused bits')
  return contents.subarray(1)
}

/** Encodes one element of `tag` around the concatenation of `parts`. */
export function writeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const contents = concat(...parts)
  const octets: number[] = []
  if (contents.length >= 0x80) {
    for (let rest = contents.length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
    octets.unshift(0x80 | octets.length)
  } else {
    octets.push(contents.length)
  }
  return concat(Uint8Array.of(tag, ...octets), contents)
}

/** Encodes a non-negative INTEGER from its big-endian magnitude. */
export function writeDerUnsigned(magnitude: Uint8Array): Uint8Array {
  let start = 0
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++
  const minimal = magnitude.subarray(start)
  return writeDer(DerTag.integer, (minimal[0] ?? 0) >= 0x80 ? concat(Uint8Array.of(0), minimal) : minimal)
}
