import { toHex } from '../bytes/convert.js'
import { MalformedError, Reader } from '../bytes/reader.js'
import { contextTag, DerTag, enterDer, readDer, readDerUnsigned } from '../codec/der.js'
import type { KeyType } from './key-types.js'
import { hashLength } from './primitives.js'
import type { PssHash } from './scheme-parameters.js'

const NULL = '0500'
const MGF1 = '2a864886f70d010108'

/** Hash functions by the contents of their object identifiers (RFC 4055 §2.1). */
const hashes: Readonly<Record<string, PssHash>> = {
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
}

const refuse = (why: string): never => {
  throw new MalformedError('value', 0, why)
}

const readObjectIdentifier = (reader: Reader): string => toHex(readDer(reader, DerTag.objectIdentifier).contents)

/** A hash's AlgorithmIdentifier, with parameters absent or NULL: both are in use (RFC 4055 §2.1). */
function readHash(reader: Reader): PssHash {
  const inner = new Reader(readDer(reader, DerTag.sequence).contents)
  const hash = hashes[readObjectIdentifier(inner)]
  if (inner.remaining > 0 && readDer(inner, DerTag.null).contents.length > 0) refuse('a NULL that is not empty')
  inner.finish('AlgorithmIdentifier')
  return hash ?? refuse('a hash that no PSS scheme of TLS has')
}

/** The next field if it has context tag `number`, as a reader over what it wraps. */
function field(reader: Reader, number: number): Reader | undefined {
  const present = reader.remaining > 0 && reader.bytes[reader.position] === contextTag(number)
  return present ? new Reader(readDer(reader).contents) : undefined
}

function readSmall(reader: Reader): number {
  const magnitude = readDerUnsigned(reader)
  reader.finish('an integer')
  return magnitude.length > 2
    ? refuse('an integer that is too large')
    : magnitude.reduce((n, byte) => 256 * n + byte, 0)
}

function readMaskHash(reader: Reader): PssHash {
  const inner = new Reader(readDer(reader, DerTag.sequence).contents)
  if (readObjectIdentifier(inner) !== MGF1) refuse('a mask generation function other than MGF1')
  const hash = readHash(inner)
  inner.finish('MaskGenAlgorithm')
  return hash
}

/** The salt that a key asks for where its parameters leave the field out (RFC 4055 §3.1). */
const DEFAULT_SALT_LENGTH = 20

/**
 * The one hash that an `rsa-pss` key's RSASSA-PSS-params allow. Throws `MalformedError` where they allow none of TLS's
 * schemes, which use one hash throughout and a salt of its length: a longer demanded salt cannot be met
 * (RFC 4055 §3.3), and the default hash, SHA-1, has no scheme.
 */
function readPssParameters(parameters: Uint8Array): PssHash {
  const reader = enterDer(parameters, DerTag.sequence)
  const [hashField, maskField] = [field(reader, 0), field(reader, 1)]
  const [saltField, trailerField] = [field(reader, 2), field(reader, 3)]
  reader.finish('RSASSA-PSS-params')
  if (hashField === undefined || maskField === undefined) return refuse('a PSS key for SHA-1')
  const hash = readHash(hashField)
  hashField.finish('hashAlgorithm')
  if (readMaskHash(maskField) !== hash) refuse('a PSS key that mixes two hashes')
  maskField.finish('maskGenAlgorithm')
  if ((saltField === undefined ? DEFAULT_SALT_LENGTH : readSmall(saltField)) > hashLength[hash]) {
    refuse('a PSS key that demands a longer salt than its hash')
  }
  if (trailerField !== undefined && readSmall(trailerField) !== 1) refuse('a PSS trailer other than 0xbc')
  return hash
}

/**
 * Checks the parameters of a key's AlgorithmIdentifier: NULL for `rsa` (RFC 4055 §1.2), none for Edwards curves
 * (RFC 8410 §3). Answers the only hash that an `rsa-pss` key is for, if it names one. Throws `MalformedError`.
 */
export function checkKeyParameters(keyType: KeyType, parameters: Uint8Array | undefined): PssHash | undefined {
  if (keyType === 'rsa-pss') return parameters === undefined ? undefined : readPssParameters(parameters)
  if (keyType === 'rsa' && (parameters === undefined || toHex(parameters) !== NULL)) refuse('RSA parameters not NULL')
  if ((keyType === 'ed25519' || keyType === 'ed448') && parameters !== undefined) refuse(`${keyType} with parameters`)
  return undefined
}
