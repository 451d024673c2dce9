import { concat, fromHex } from '../bytes/convert.js'
import { MalformedError, Reader } from '../bytes/reader.js'
import { contextTag, DerTag, enterDer, readDer, readDerUnsigned, writeDer } from '../codec/der.js'
import type { EcdsaCurve, KeyType } from './key-types.js'
import { readKeyAlgorithm } from './subject-public-key-info.js'

/** A PrivateKeyInfo taken apart. All byte fields are views into what was read: the caller wipes them there. */
export interface PrivateKeyInfo {
  readonly keyType: KeyType
  readonly curve?: EcdsaCurve
  /** The DER element that follows the object identifier in privateKeyAlgorithm; absent where nothing does. */
  readonly parameters?: Uint8Array
  /** The octets of privateKey: an RSAPrivateKey, an ECPrivateKey or a CurvePrivateKey, still in DER. */
  readonly privateKey: Uint8Array
  /** The public key that version 2 may carry (RFC 5958 §2). */
  readonly publicKey?: Uint8Array
}

/** An RSAPrivateKey (RFC 8017 Appendix A.1.2), each number as its big-endian magnitude. */
export interface RsaPrivateKeyFields {
  readonly modulus: Uint8Array
  readonly publicExponent: Uint8Array
  readonly privateExponent: Uint8Array
  readonly prime1: Uint8Array
  readonly prime2: Uint8Array
  readonly exponent1: Uint8Array
  readonly exponent2: Uint8Array
  readonly coefficient: Uint8Array
}

/** An ECPrivateKey (RFC 5915 §3). */
export interface EcPrivateKeyFields {
  readonly privateKey: Uint8Array
  /** The object identifier element of the named curve, where the structure names one. */
  readonly parameters?: Uint8Array
  readonly publicKey?: Uint8Array
}

const RSA_ENCRYPTION = fromHex('06092a864886f70d010101')
const EC_PUBLIC_KEY = fromHex('06072a8648ce3d0201')
const NULL = fromHex('0500')
const VERSION_0 = fromHex('020100')

const PRIMITIVE_1 = 0x81

/** Runs a reader and turns what it refuses into the `TypeError` that key imports promise; nothing of the key is quoted. */
function reading<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof MalformedError) throw new TypeError(`not a usable ${what}: ${error.message}`)
    throw error
  }
}

function readVersion(reader: Reader, ...allowed: readonly number[]): number {
  const at = reader.position
  const [version = 0, ...more] = readDerUnsigned(reader)
  if (more.length > 0 || !allowed.includes(version)) throw new MalformedError('value', at, 'unsupported version')
  return version
}

/** True where the next element's identifier octet is `tag`. */
const next = (reader: Reader, tag: number): boolean => reader.remaining > 0 && reader.bytes[reader.position] === tag

function readBits(bits: Uint8Array): Uint8Array {
  if (bits[0] !== 0) throw new MalformedError('value', 0, 'a public key with unused bits')
  return bits.subarray(1)
}

/**
 * The DER element that follows the object identifier in a DER AlgorithmIdentifier, if one does. Throws `MalformedError`
 * for anything further.
 */
export function readAlgorithmParameters(algorithm: Uint8Array): Uint8Array | undefined {
  const inner = enterDer(algorithm, DerTag.sequence)
  readDer(inner, DerTag.objectIdentifier)
  if (inner.remaining === 0) return undefined
  const { whole } = readDer(inner)
  inner.finish('an AlgorithmIdentifier')
  return whole
}

/**
 * Takes a DER PrivateKeyInfo or OneAsymmetricKey apart (RFC 5958 §2). Throws `TypeError` for anything that is not strict
 * DER, and for algorithms that this library does not use.
 */
export function readPrivateKeyInfo(der: Uint8Array): PrivateKeyInfo {
  return reading('PKCS#8 private key', () => {
    const reader = enterDer(der, DerTag.sequence)
    const version = readVersion(reader, 0, 1)
    const algorithm = readDer(reader, DerTag.sequence).whole
    const parameters = readAlgorithmParameters(algorithm)
    const privateKey = readDer(reader, DerTag.octetString).contents
    if (next(reader, contextTag(0))) readDer(reader) // attributes: nothing here looks at them
    const bits = version === 1 && next(reader, PRIMITIVE_1) ? readDer(reader).contents : undefined
    reader.finish('PrivateKeyInfo')
    return {
      ...readKeyAlgorithm(new Reader(algorithm)),
      ...(parameters === undefined ? {} : { parameters }),
      privateKey,
      ...(bits === undefined ? {} : { publicKey: readBits(bits) }),
    }
  })
}

/**
 * Reads a two-prime RSAPrivateKey. Throws `TypeError` where it is malformed, has more than two primes, or lacks the
 * values of the Chinese remainder theorem (some tools write zeros there).
 */
export function readRsaPrivateKey(der: Uint8Array): RsaPrivateKeyFields {
  return reading('RSA private key', () => {
    const reader = enterDer(der, DerTag.sequence)
    readVersion(reader, 0) // version 1 announces more than two primes
    const number = (): Uint8Array => {
      const value = readDerUnsigned(reader)
      if (value.length === 1 && value[0] === 0) throw new MalformedError('value', reader.position, 'a value is missing')
      return value
    }
    const fields = {
      modulus: number(),
      publicExponent: number(),
      privateExponent: number(),
      prime1: number(),
      prime2: number(),
      exponent1: number(),
      exponent2: number(),
      coefficient: number(),
    }
    reader.finish('RSAPrivateKey')
    return fields
  })
}

/** Reads an ECPrivateKey (RFC 5915 §3). Throws `TypeError` where it is malformed. */
export function readEcPrivateKey(der: Uint8Array): EcPrivateKeyFields {
  return reading('EC private key', () => {
    const reader = enterDer(der, DerTag.sequence)
    readVersion(reader, 1)
    const privateKey = readDer(reader, DerTag.octetString).contents
    const parameters = next(reader, contextTag(0)) ? readDer(reader).contents : undefined
    if (parameters !== undefined) readDer(new Reader(parameters), DerTag.objectIdentifier)
    const tagged = next(reader, contextTag(1)) ? new Reader(readDer(reader).contents) : undefined
    const bits = tagged === undefined ? undefined : readDer(tagged, DerTag.bitString).contents
    tagged?.finish('publicKey')
    reader.finish('ECPrivateKey')
    return {
      privateKey,
      ...(parameters === undefined ? {} : { parameters }),
      ...(bits === undefined ? {} : { publicKey: readBits(bits) }),
    }
  })
}

/** The secret octets of an Ed25519 or Ed448 key (RFC 8410 §7). Throws `TypeError` where they are malformed. */
export function readCurvePrivateKey(der: Uint8Array): Uint8Array {
  return reading('Edwards-curve private key', () => {
    const reader = new Reader(der)
    const { contents } = readDer(reader, DerTag.octetString)
    reader.finish('CurvePrivateKey')
    return contents
  })
}

const wrap = (algorithm: Uint8Array, privateKey: Uint8Array): Uint8Array =>
  writeDer(DerTag.sequence, VERSION_0, writeDer(DerTag.sequence, algorithm), writeDer(DerTag.octetString, privateKey))

/** The PrivateKeyInfo around a PKCS#1 RSAPrivateKey, as in PEM files of `RSA PRIVATE KEY`. Throws `TypeError`. */
export function wrapPkcs1PrivateKey(der: Uint8Array): Uint8Array {
  readRsaPrivateKey(der)
  return wrap(concat(RSA_ENCRYPTION, NULL), der)
}

/**
 * The PrivateKeyInfo around a SEC 1 ECPrivateKey, as in PEM files of `EC PRIVATE KEY`. Throws `TypeError` where it is
 * malformed or does not name its curve.
 */
export function wrapSec1PrivateKey(der: Uint8Array): Uint8Array {
  const { parameters } = readEcPrivateKey(der)
  if (parameters === undefined) throw new TypeError('not a usable EC private key: it does not name its curve')
  return wrap(concat(EC_PUBLIC_KEY, parameters), der)
}
