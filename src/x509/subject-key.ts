import { MalformedError, Reader } from '../bytes/reader.js'
import { DerTag, enterDer, readDer, readDerUnsigned } from '../codec/der.js'
import type { PublicKey } from '../crypto/key-types.js'
import { readSubjectPublicKeyInfo } from '../crypto/subject-public-key-info.js'
import type { ParsedCertificate } from './certificate-model.js'
import { type DsaParameters, readDsaParameters } from './dsa.js'

/** The key in a certificate, as far as it can be used here. */
export type SubjectKey =
  | { readonly type: 'public'; readonly key: PublicKey; readonly rsa?: RsaSize }
  /** Without parameters it takes those of its issuer's key (RFC 5280 §6.1.4). */
  | { readonly type: 'dsa'; readonly publicKey: Uint8Array; readonly parameters?: DsaParameters }
  | { readonly type: 'unsupported'; readonly why: string }

/** What tells a strong RSA key from a weak one. */
export interface RsaSize {
  readonly bits: number
  readonly exponent: number
}

/** The part of a certificate that holds its key. */
type KeyHolder = Pick<ParsedCertificate, 'publicKeyAlgorithm' | 'subjectPublicKey' | 'subjectPublicKeyInfo'>

const DSA = '1.2.840.10040.4.1'

/** An exponent above this is no number that anybody uses; it counts as infinite. */
const WIDEST_EXPONENT = 6

function rsaSize(subjectPublicKey: Uint8Array): RsaSize {
  const reader = enterDer(subjectPublicKey, DerTag.sequence)
  const modulus = readDerUnsigned(reader)
  const exponent = readDerUnsigned(reader)
  reader.finish('RSAPublicKey')
  return {
    bits: 8 * modulus.length - Math.clz32(modulus[0] ?? 0) + 24,
    exponent:
      exponent.length > WIDEST_EXPONENT
        ? Number.POSITIVE_INFINITY
        : exponent.reduce((sum, octet) => 256 * sum + octet, 0),
  }
}

function dsaKey(certificate: KeyHolder): SubjectKey {
  readDer(new Reader(certificate.subjectPublicKey), DerTag.integer)
  const { parameters } = certificate.publicKeyAlgorithm
  if (parameters === undefined) return { type: 'dsa', publicKey: certificate.subjectPublicKey }
  const group = readDsaParameters(parameters)
  if (group === undefined) return { type: 'unsupported', why: 'a DSA key with parameters that are no group' }
  return { type: 'dsa', publicKey: certificate.subjectPublicKey, parameters: group }
}

function read(certificate: KeyHolder): SubjectKey {
  const { oid } = certificate.publicKeyAlgorithm
  try {
    if (oid === DSA) return dsaKey(certificate)
    const key = readSubjectPublicKeyInfo(certificate.subjectPublicKeyInfo)
    const isRsa = key.keyType === 'rsa' || key.keyType === 'rsa-pss'
    return { type: 'public', key, ...(isRsa ? { rsa: rsaSize(certificate.subjectPublicKey) } : {}) }
  } catch (cause) {
    if (cause instanceof MalformedError)
      return { type: 'unsupported', why: `a key of algorithm ${oid}: ${cause.message}` }
    throw cause
  }
}

const known = new WeakMap<KeyHolder, SubjectKey>()

/** The key of a certificate; read once for each. */
export function subjectKey(certificate: KeyHolder): SubjectKey {
  const before = known.get(certificate)
  if (before !== undefined) return before
  const key = read(certificate)
  known.set(certificate, key)
  return key
}
