import { toHex } from '../../bytes/convert.js'
import { Reader } from '../../bytes/reader.js'
import { DerTag, readDer, readDerUnsigned } from '../../codec/der.js'
import type { HashName } from '../../crypto/primitives.js'
import { damaged } from './keystore-error.js'

/** An AlgorithmIdentifier: the contents of its object identifier in hexadecimal, and a reader over its parameters. */
export interface Algorithm {
  readonly identifier: string
  readonly parameters: Reader
}

/** Reads the AlgorithmIdentifier at `reader`. */
export function readAlgorithm(reader: Reader): Algorithm {
  const inner = new Reader(readDer(reader, DerTag.sequence).contents)
  const identifier = toHex(readDer(inner, DerTag.objectIdentifier).contents)
  return { identifier, parameters: inner }
}

/** A positive INTEGER that fits 31 bits, as iteration counts and lengths do. */
export function readCount(reader: Reader): number {
  const magnitude = readDerUnsigned(reader)
  const value = magnitude.reduce((sum, octet) => sum * 256 + octet, 0)
  if (value < 1 || value > 0x7fffffff) throw damaged('an iteration count or length is out of range')
  return value
}

/** True where the next element's identifier octet is `tag`. */
export const isNext = (reader: Reader, tag: number): boolean =>
  reader.remaining > 0 && reader.bytes[reader.position] === tag

/** Digests by the contents of their object identifiers. */
export const digests: ReadonlyMap<string, HashName> = new Map([
  ['2b0e03021a', 'sha1'],
  ['608648016503040204', 'sha224'],
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
])

/** HMACs by the contents of their object identifiers (RFC 8018 Appendix B.1.1 and RFC 8018 Appendix B.1.2). */
export const hmacs: ReadonlyMap<string, HashName> = new Map([
  ['2a864886f70d0207', 'sha1'],
  ['2a864886f70d0208', 'sha224'],
  ['2a864886f70d0209', 'sha256'],
  ['2a864886f70d020a', 'sha384'],
  ['2a864886f70d020b', 'sha512'],
])
