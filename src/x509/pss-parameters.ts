import { toHex } from '../bytes/convert.js'
import { MalformedError, Reader } from '../bytes/reader.js'
import { contextTag, DerTag, enterDer, readDer, readDerUnsigned } from '../codec/der.js'
import { type HashName, hashLength } from '../crypto/primitives.js'

export type PssHash = Extract<HashName, 'sha256' | 'sha384' | 'sha512'>

/** Hash functions by the contents of their object identifiers (RFC 4055 §2.1). */
const hashes: Readonly<Record<string, PssHash>> = {
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
}
const MGF1 = '2a864886f70d010108'

const readIdentifier = (reader: Reader): string => toHex(readDer(reader, DerTag.objectIdentifier).contents)

/** A hash's AlgorithmIdentifier; its parameters may be NULL or absent (RFC 4055 §2.1). */
function readHash(reader: Reader): PssHash | undefined {
  const inner = new Reader(readDer(reader, DerTag.sequence).contents)
  const hash = hashes[readIdentifier(inner)]
  const isNull = inner.remaining === 0 || readDer(inner, DerTag.null).contents.length === 0
  inner.finish('AlgorithmIdentifier')
  return isNull ? hash : undefined
}

function readMaskHash(reader: Reader): PssHash | undefined {
  const inner = new Reader(readDer(reader, DerTag.sequence).contents)
  const isMgf1 = readIdentifier(inner) === MGF1
  const hash = isMgf1 ? readHash(inner) : undefined
  if (isMgf1) inner.finish('MaskGenAlgorithm')
  return hash
}

function small(reader: Reader): number {
  const magnitude = readDerUnsigned(reader)
  return magnitude.length > 2 ? Number.POSITIVE_INFINITY : magnitude.reduce((sum, octet) => 256 * sum + octet, 0)
}

/** What is read inside the next field if it has context tag `number`; it must then be all there is. */
function field<T>(reader: Reader, number: number, absent: T, read: (inner: Reader) => T): T {
  if (reader.remaining === 0 || reader.bytes[reader.position] !== contextTag(number)) return absent
  const inner = new Reader(readDer(reader).contents)
  const value = read(inner)
  inner.finish('a field of RSASSA-PSS-params')
  return value
}

/** Lengths where the parameters leave the fields out (RFC 4055 §3.1); the hash would be SHA-1 then, which no scheme has. */
const DEFAULT_SALT_LENGTH = 20
const TRAILER_BC = 1

function read(parameters: Uint8Array): PssHash | undefined {
  const reader = enterDer(parameters, DerTag.sequence)
  const hash = field(reader, 0, undefined, readHash)
  const maskHash = field(reader, 1, undefined, readMaskHash)
  const saltLength = field(reader, 2, DEFAULT_SALT_LENGTH, small)
  const trailer = field(reader, 3, TRAILER_BC, small)
  reader.finish('RSASSA-PSS-params')
  if (hash === undefined || maskHash !== hash || saltLength !== hashLength[hash] || trailer !== TRAILER_BC)
    return undefined
  return hash
}

/** The hash of RSASSA-PSS-params that ask for it in both places and for a salt of its length; `undefined` for all others. */
export function readPssHash(parameters: Uint8Array | undefined): PssHash | undefined {
  if (parameters === undefined) return undefined
  try {
    return read(parameters)
  } catch (cause) {
    if (cause instanceof MalformedError) return undefined
    throw cause
  }
}
