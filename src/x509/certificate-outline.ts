import { publicEqual } from '../bytes/equal.js'
import { readAlgorithmIdentifier } from './algorithm-identifier.js'
import { CertificateError } from './certificate-error.js'
import type { CertificateOutline, Extension, TimeType } from './certificate-model.js'
import { constructedTag, type DerElement, DerFields, primitiveTag, Tag } from './der-fields.js'
import { readGeneralizedTime, readUtcTime } from './der-time.js'
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.js'
import { readExtensions } from './extension-list.js'
import { checkStrictDer } from './strict-der.js'

const RULE = 'RFC 5280 §4.1'

/**
 * Reads everything of a DER certificate but what is in its extensions. Throws `CertificateError` for bytes that are not
 * strict DER or break a structural rule of RFC 5280 §4.1. The result holds views of `der`.
 */
export function readOutline(der: Uint8Array): CertificateOutline {
  checkStrictDer(der)
  const certificate = DerFields.of(der, 'a certificate', RULE)
  const tbs = certificate.next(Tag.sequence)
  const outer = readAlgorithmIdentifier(certificate.next(Tag.sequence), 'the signature algorithm', 'RFC 5280 §4.1.1.2')
  const signature = octets(certificate.next(Tag.bitString), 'the signature', 'RFC 5280 §4.1.1.3')
  certificate.finish()
  const body = readTbsCertificate(tbs)
  if (!publicEqual(outer.der, body.signatureAlgorithm.der)) {
    const why = 'the signature algorithms inside and outside the signed part differ'
    throw new CertificateError('algorithm_mismatch', 'RFC 5280 §4.1.1.2', why)
  }
  return { der, tbs: tbs.whole, signature, ...body }
}

function readTbsCertificate({ contents }: DerElement): Omit<CertificateOutline, 'der' | 'tbs' | 'signature'> {
  const fields = new DerFields(contents, 'the signed part of a certificate', RULE)
  const version = readVersion(fields.optional(constructedTag(0)))
  const serialNumber = fields.next(Tag.integer).contents
  const algorithm = fields.next(Tag.sequence)
  const signatureAlgorithm = readAlgorithmIdentifier(algorithm, 'the signature algorithm', 'RFC 5280 §4.1.2.3')
  const issuer = readDistinguishedName(fields.next(Tag.sequence).whole)
  const validity = readValidity(fields.sequence('the validity of a certificate', 'RFC 5280 §4.1.2.5'))
  const subject = readDistinguishedName(fields.next(Tag.sequence).whole)
  const key = readKey(fields.next(Tag.sequence))
  refuseUniqueIdentifiers(fields, version)
  const extensions = readOptionalExtensions(fields.optional(constructedTag(3)), version)
  fields.finish()
  return {
    version,
    serialNumber,
    signatureAlgorithm,
    issuer,
    subject,
    ...validity,
    ...key,
    extensions,
    selfIssued: isSameName(issuer, subject),
  }
}

/** Names are the same if their bytes are, which costs nothing to see, or if they compare equal. */
const isSameName = (one: DistinguishedName, other: DistinguishedName): boolean =>
  publicEqual(one.der, other.der) || one.comparable === other.comparable

function readVersion(element: DerElement | undefined): 1 | 2 | 3 {
  const rule = 'RFC 5280 §4.1.2.1'
  if (element === undefined) return 1
  const field = new DerFields(element.contents, 'the version', rule)
  const { contents } = field.next(Tag.integer)
  field.finish()
  const [number] = contents
  if (contents.length === 1 && number === 0) {
    throw new CertificateError('default_encoded', rule, 'a certificate spells out that its version is 1')
  }
  if (contents.length === 1 && number === 1) return 2
  if (contents.length === 1 && number === 2) return 3
  throw new CertificateError('bad_version', rule, 'the version of a certificate is none of 1, 2 and 3')
}

type Validity = Pick<CertificateOutline, 'notBefore' | 'notAfter' | 'validityTypes'>

function readValidity(fields: DerFields): Validity {
  const [notBefore, firstType] = readTime(fields.next())
  const [notAfter, secondType] = readTime(fields.next())
  fields.finish()
  return { notBefore, notAfter, validityTypes: [firstType, secondType] }
}

/** Reads a Time: milliseconds since the epoch, and which type it had (RFC 5280 §4.1.2.5). Throws `CertificateError`. */
export function readTime({ tag, contents }: DerElement): readonly [milliseconds: number, type: TimeType] {
  const rule = 'RFC 5280 §4.1.2.5'
  const generalized = tag === Tag.generalizedTime
  if (!generalized && tag !== Tag.utcTime)
    throw new CertificateError('wrong_tag', rule, 'a time is of neither time type')
  const time = generalized ? readGeneralizedTime(contents) : readUtcTime(contents)
  if (time === undefined) throw new CertificateError('bad_time', rule, 'a time is malformed')
  return [time, generalized ? 'GeneralizedTime' : 'UTCTime']
}

function octets({ contents }: DerElement, what: string, rule: string): Uint8Array {
  if (contents[0] !== 0) throw new CertificateError('bad_bit_string', rule, `${what} is not a whole number of octets`)
  return contents.subarray(1)
}

type Key = Pick<CertificateOutline, 'subjectPublicKeyInfo' | 'publicKeyAlgorithm' | 'subjectPublicKey'>

function readKey(element: DerElement): Key {
  const rule = 'RFC 5280 §4.1.2.7'
  const fields = new DerFields(element.contents, 'the public key', rule)
  const publicKeyAlgorithm = readAlgorithmIdentifier(fields.next(Tag.sequence), 'the public key algorithm', rule)
  const subjectPublicKey = octets(fields.next(Tag.bitString), 'the public key', rule)
  fields.finish()
  return { subjectPublicKeyInfo: element.whole, publicKeyAlgorithm, subjectPublicKey }
}

/** Unique identifiers were a mistake that nobody uses: RFC 5280 §4.1.2.8 wants them read, in versions 2 and 3, and ignored. */
function refuseUniqueIdentifiers(fields: DerFields, version: number): void {
  const identifiers = [fields.optional(primitiveTag(1)), fields.optional(primitiveTag(2))]
  if (version === 1 && identifiers.some((identifier) => identifier !== undefined)) {
    const why = 'a certificate of version 1 has a unique identifier'
    throw new CertificateError('unexpected_unique_identifier', 'RFC 5280 §4.1.2.8', why)
  }
}

function readOptionalExtensions(element: DerElement | undefined, version: number): ReadonlyMap<string, Extension> {
  if (element === undefined) return new Map()
  if (version !== 3) {
    const why = `a certificate of version ${version} has extensions`
    throw new CertificateError('unexpected_extensions', 'RFC 5280 §4.1.2.9', why)
  }
  return readExtensions(element.contents)
}
