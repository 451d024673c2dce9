import { readAlgorithmIdentifier } from '../algorithm-identifier.js'
import { CertificateError } from '../certificate-error.js'
import type { AlgorithmIdentifier, Extension } from '../certificate-model.js'
import { readTime } from '../certificate-outline.js'
import { constructedTag, type DerElement, DerFields, primitiveTag, Tag } from '../der-fields.js'
import { type DistinguishedName, readDistinguishedName } from '../distinguished-name.js'
import { readExtensions } from '../extension-list.js'
import { readObjectIdentifier } from '../object-identifier.js'
import { certificateBudget, checkStrictDer } from '../strict-der.js'
import { type EntryReason, reasonOf } from './crl-entry-extensions.js'

/** What an OCSP response is about (RFC 6960 §4.1.1). */
export interface CertId {
  /** Dotted form. */
  readonly hashAlgorithm: string
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  /** Contents octets of the INTEGER. */
  readonly serialNumber: Uint8Array
}

export type CertStatus =
  | { readonly type: 'good' }
  | { readonly type: 'revoked'; readonly revocationTime: number; readonly reason?: EntryReason }
  | { readonly type: 'unknown' }

/** What a response says about one certificate. Times are milliseconds since the epoch. */
export interface SingleResponse {
  readonly certId: CertId
  readonly certStatus: CertStatus
  readonly thisUpdate: number
  readonly nextUpdate?: number
  readonly extensions: ReadonlyMap<string, Extension>
}

export type ResponderId =
  | { readonly type: 'name'; readonly name: DistinguishedName }
  /** The SHA-1 of the responder's public key. */
  | { readonly type: 'key'; readonly hash: Uint8Array }

/** A BasicOCSPResponse (RFC 6960 §4.2.1). Byte arrays are views: do not write to them. */
export interface BasicOcspResponse {
  /** The exact bytes of ResponseData that the signature covers. */
  readonly tbs: Uint8Array
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
  readonly responderId: ResponderId
  readonly producedAt: number
  readonly responses: readonly SingleResponse[]
  readonly extensions: ReadonlyMap<string, Extension>
  /** Certificates that may help to verify the signature, DER; not looked into yet. */
  readonly certificates: readonly Uint8Array[]
}

/** Why a responder gives no answer. */
export type OcspFailure = 'malformedRequest' | 'internalError' | 'tryLater' | 'sigRequired' | 'unauthorized'

export type OcspResponse =
  | { readonly responseStatus: 'successful'; readonly basic: BasicOcspResponse }
  | { readonly responseStatus: OcspFailure }

const RULE = 'RFC 6960 §4.2.1'
const BASIC = '1.3.6.1.5.5.7.48.1.1'

const statuses: readonly (OcspResponse['responseStatus'] | undefined)[] = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
]

/** Reads a DER OCSPResponse. Throws `CertificateError` for bytes that are not one; nothing is verified. */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  checkStrictDer(der, certificateBudget, 'an OCSP response')
  const fields = DerFields.of(der.slice(), 'an OCSP response', RULE)
  const [code, ...more] = fields.next(Tag.enumerated).contents
  const responseStatus = more.length === 0 ? statuses[code ?? 4] : undefined
  const bytes = fields.optional(constructedTag(0))
  fields.finish()
  if (responseStatus === undefined) {
    throw new CertificateError('bad_extension', RULE, 'an OCSP response has a status that has no meaning')
  }
  if (responseStatus !== 'successful') return { responseStatus }
  if (bytes === undefined)
    throw new CertificateError('missing_element', RULE, 'a successful OCSP response has no response')
  return { responseStatus, basic: readResponseBytes(bytes.contents) }
}

function readResponseBytes(contents: Uint8Array): BasicOcspResponse {
  const fields = DerFields.of(contents, 'the bytes of an OCSP response', RULE)
  const type = readObjectIdentifier(fields.next(Tag.oid).contents)
  const response = fields.next(Tag.octetString).contents
  fields.finish()
  if (type !== BASIC)
    throw new CertificateError('bad_extension', RULE, `an OCSP response is of the unknown type ${type}`)
  checkStrictDer(response, certificateBudget, 'a basic OCSP response')
  return readBasic(response)
}

function readBasic(der: Uint8Array): BasicOcspResponse {
  const fields = DerFields.of(der, 'a basic OCSP response', RULE)
  const tbs = fields.next(Tag.sequence)
  const signatureAlgorithm = readAlgorithmIdentifier(
    fields.next(Tag.sequence),
    'the signature algorithm of an OCSP response',
    RULE,
  )
  const { contents: signature } = fields.next(Tag.bitString)
  const certificates = fields.optional(constructedTag(0))
  fields.finish()
  if (signature[0] !== 0) {
    throw new CertificateError(
      'bad_bit_string',
      RULE,
      'the signature of an OCSP response is not a whole number of octets',
    )
  }
  return {
    ...{ tbs: tbs.whole, signatureAlgorithm, signature: signature.subarray(1) },
    ...readResponseData(tbs.contents),
    certificates: certificates === undefined ? [] : readCertificates(certificates.contents),
  }
}

const readCertificates = (contents: Uint8Array): readonly Uint8Array[] => {
  const list = DerFields.of(contents, 'the certificates of an OCSP response', RULE)
  return list.more ? Array.from(list.each(Tag.sequence), ({ whole }) => whole) : []
}

type ResponseData = Pick<BasicOcspResponse, 'responderId' | 'producedAt' | 'responses' | 'extensions'>

function readResponseData(contents: Uint8Array): ResponseData {
  const fields = new DerFields(contents, 'the data of an OCSP response', RULE)
  if (fields.optional(constructedTag(0)) !== undefined) {
    // There is no version but the first, and DER leaves a default out.
    throw new CertificateError('bad_version', RULE, 'an OCSP response has another version than 1')
  }
  const responderId = readResponderId(fields.next())
  const [producedAt] = readTime(fields.next(Tag.generalizedTime))
  const list = fields.sequence('the list of responses')
  const responses = list.more ? Array.from(list.each(Tag.sequence), readSingleResponse) : []
  const extensions = readOptionalExtensions(fields.optional(constructedTag(1)))
  fields.finish()
  return { responderId, producedAt, responses, extensions }
}

const readOptionalExtensions = (element: DerElement | undefined): ReadonlyMap<string, Extension> =>
  element === undefined ? new Map() : readExtensions(element.contents)

function readResponderId({ tag, contents }: DerElement): ResponderId {
  if (tag === constructedTag(1)) return { type: 'name', name: readDistinguishedName(contents) }
  if (tag !== constructedTag(2)) throw new CertificateError('wrong_tag', RULE, 'a responder has neither name nor key')
  const fields = new DerFields(contents, 'the key of a responder', RULE)
  const hash = fields.next(Tag.octetString).contents
  fields.finish()
  return { type: 'key', hash }
}

function readSingleResponse({ contents }: DerElement): SingleResponse {
  const fields = new DerFields(contents, 'a single OCSP response', RULE)
  const certId = readCertId(fields.sequence('a CertID', 'RFC 6960 §4.1.1'))
  const certStatus = readCertStatus(fields.next())
  const [thisUpdate] = readTime(fields.next(Tag.generalizedTime))
  const next = fields.optional(constructedTag(0))
  const extensions = readOptionalExtensions(fields.optional(constructedTag(1)))
  fields.finish()
  return {
    ...{ certId, certStatus, thisUpdate, extensions },
    ...(next === undefined ? {} : { nextUpdate: explicitTime(next.contents) }),
  }
}

function explicitTime(contents: Uint8Array): number {
  const fields = new DerFields(contents, 'a time', RULE)
  const [time] = readTime(fields.next(Tag.generalizedTime))
  fields.finish()
  return time
}

function readCertId(fields: DerFields): CertId {
  const { oid } = readAlgorithmIdentifier(fields.next(Tag.sequence), 'the hash of a CertID', 'RFC 6960 §4.1.1')
  const issuerNameHash = fields.next(Tag.octetString).contents
  const issuerKeyHash = fields.next(Tag.octetString).contents
  const serialNumber = fields.next(Tag.integer).contents
  fields.finish()
  return { hashAlgorithm: oid, issuerNameHash, issuerKeyHash, serialNumber }
}

function readCertStatus({ tag, contents }: DerElement): CertStatus {
  if (tag === primitiveTag(0) && contents.length === 0) return { type: 'good' }
  if (tag === primitiveTag(2) && contents.length === 0) return { type: 'unknown' }
  if (tag !== constructedTag(1)) {
    throw new CertificateError('wrong_tag', RULE, 'the status of a certificate in an OCSP response is none of three')
  }
  const fields = new DerFields(contents, 'a revocation in an OCSP response', RULE)
  const [revocationTime] = readTime(fields.next(Tag.generalizedTime))
  const reason = fields.optional(constructedTag(0))
  fields.finish()
  if (reason === undefined) return { type: 'revoked', revocationTime }
  const inner = new DerFields(reason.contents, 'the reason of a revocation', RULE)
  const code = inner.next(Tag.enumerated).contents
  inner.finish()
  return { type: 'revoked', revocationTime, reason: reasonOf(code) }
}
