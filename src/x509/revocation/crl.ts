import { publicEqual } from '../../bytes/equal.js'
import { readAlgorithmIdentifier } from '../algorithm-identifier.js'
import { CertificateError } from '../certificate-error.js'
import type { AlgorithmIdentifier, AuthorityKeyIdentifier, DistributionPoint, Extension } from '../certificate-model.js'
import { readTime } from '../certificate-outline.js'
import { constructedTag, type DerElement, Tag } from '../der-fields.js'
import { type DistinguishedName, readDistinguishedName } from '../distinguished-name.js'
import { readDistributionPoints } from '../distribution-points.js'
import { readExtensions } from '../extension-list.js'
import { readAuthorityKeyIdentifier, single } from '../key-extensions.js'
import { checkStrictDer, type DerBudget } from '../strict-der.js'
import { CrlEntries } from './crl-entries.js'
import { CursorFields } from './der-cursor.js'
import { type IssuingDistributionPoint, readIssuingDistributionPoint } from './issuing-distribution-point.js'

/** A certificate revocation list (RFC 5280 §5.1). Byte arrays are views: do not write to them. */
export interface Crl {
  readonly der: Uint8Array
  /** The exact bytes of TBSCertList that the signature covers. */
  readonly tbs: Uint8Array
  readonly version: 1 | 2
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
  readonly issuer: DistinguishedName
  /** Milliseconds since the epoch, as `nextUpdate`. */
  readonly thisUpdate: number
  readonly nextUpdate?: number
  readonly entries: CrlEntries
  readonly extensions: ReadonlyMap<string, Extension>
  readonly crlNumber?: bigint
  /** There in delta CRLs alone: the number of the CRL that the delta builds on (RFC 5280 §5.2.4). */
  readonly baseCRLNumber?: bigint
  readonly issuingDistributionPoint?: IssuingDistributionPoint
  readonly authorityKeyIdentifier?: AuthorityKeyIdentifier
  /** Where deltas are (RFC 5280 §5.2.6). */
  readonly freshestCRL?: readonly DistributionPoint[]
}

/** The largest of public authorities are near 50 MB; this bounds what a server that answers for one can cost. */
export const LARGEST_CRL = 128 * 1024 * 1024

const RULE = 'RFC 5280 §5.1'
/** For the parts that are not entries. */
const headerBudget: DerBudget = { bytes: 262_144, depth: 24, elements: 20_000 }

export const CrlExtension = {
  issuerAltName: '2.5.29.18',
  crlNumber: '2.5.29.20',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  authorityKeyIdentifier: '2.5.29.35',
  freshestCRL: '2.5.29.46',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const

/**
 * Reads a DER CRL: header and extensions are decoded, entries are only checked where they stand, at the cost of one pass.
 * Throws `CertificateError` for bytes that are not strict DER or break a structural rule of RFC 5280 §5. Nothing is
 * verified: neither signature, nor dates, nor whether it may be used (`unusable`).
 */
export function parseCrl(der: Uint8Array): Crl {
  if (der.length > LARGEST_CRL) throw new CertificateError('too_large', RULE, `a CRL has ${der.length} bytes`)
  return parse(der.slice())
}

function parse(der: Uint8Array): Crl {
  const outer = new CursorFields(der, 'a CRL', RULE)
  const list = new CursorFields(outer.next(Tag.sequence).contents, 'a CRL', RULE)
  outer.finish('trailing_bytes')
  const tbs = list.next(Tag.sequence)
  const outside = strict(list.next(Tag.sequence))
  const { contents: signature } = strict(list.next(Tag.bitString))
  list.finish()
  if (signature[0] !== 0) {
    throw new CertificateError('bad_bit_string', RULE, 'the signature of a CRL is not a whole number of octets')
  }
  const body = readTbs(new CursorFields(tbs.contents, 'the signed part of a CRL', RULE))
  const algorithm = readAlgorithmIdentifier(outside, 'the signature algorithm of a CRL', 'RFC 5280 §5.1.1.2')
  if (!publicEqual(algorithm.der, body.signatureAlgorithm.der)) {
    const why = 'the signature algorithms inside and outside the signed part of a CRL differ'
    throw new CertificateError('algorithm_mismatch', 'RFC 5280 §5.1.1.2', why)
  }
  return { der, tbs: tbs.whole, signature: signature.subarray(1), ...body }
}

function strict(element: DerElement): DerElement {
  checkStrictDer(element.whole, headerBudget, 'a CRL')
  return element
}

function readTbs(fields: CursorFields): Omit<Crl, 'der' | 'tbs' | 'signature'> {
  const version = readVersion(fields.optional(Tag.integer))
  const algorithm = strict(fields.next(Tag.sequence))
  const signatureAlgorithm = readAlgorithmIdentifier(algorithm, 'the signature algorithm of a CRL', 'RFC 5280 §5.1.2.2')
  const issuer = readDistinguishedName(strict(fields.next(Tag.sequence)).whole)
  if (issuer.rdns.length === 0) throw new CertificateError('bad_name', 'RFC 5280 §5.1.2.3', 'a CRL has no issuer')
  const [thisUpdate] = readTime(strict(fields.next()))
  const next = fields.optional(Tag.utcTime, Tag.generalizedTime)
  const nextUpdate = next === undefined ? undefined : readTime(strict(next))[0]
  // A list without entries should be left out (RFC 5280 §5.1.2.6); an empty one says the same and some authorities write it.
  const revoked = fields.optional(Tag.sequence)?.contents ?? new Uint8Array()
  const extensions = readCrlExtensions(fields.optional(constructedTag(0)), version)
  fields.finish()
  return {
    ...{ version, signatureAlgorithm, issuer, thisUpdate, extensions },
    ...(nextUpdate === undefined ? {} : { nextUpdate }),
    ...decodeExtensions(extensions),
    entries: new CrlEntries(revoked, version === 2),
  }
}

function readVersion(element: DerElement | undefined): 1 | 2 {
  if (element === undefined) return 1
  // Version 1 is written by leaving it out.
  if (element.contents.length === 1 && element.contents[0] === 1) return 2
  throw new CertificateError('bad_version', 'RFC 5280 §5.1.2.1', 'the version of a CRL is not 2')
}

function readCrlExtensions(element: DerElement | undefined, version: 1 | 2): ReadonlyMap<string, Extension> {
  if (element === undefined) return new Map()
  if (version === 1) {
    throw new CertificateError('unexpected_extensions', 'RFC 5280 §5.1.2.1', 'a CRL of version 1 has extensions')
  }
  return readExtensions(strict(element).contents)
}

function readNumber(der: Uint8Array, what: string, rule: string): bigint {
  const contents = single(der, Tag.integer, what, rule)
  const [first = 0] = contents
  if (first >= 0x80) throw new CertificateError('bad_extension', rule, `${what} is negative`)
  // Conforming ones have 20 octets at most; the rest of 32 is for leniency that costs nothing.
  if (contents.length > 32) throw new CertificateError('bad_extension', rule, `${what} has ${contents.length} octets`)
  return contents.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n)
}

type Decoded = Pick<
  Crl,
  'crlNumber' | 'baseCRLNumber' | 'issuingDistributionPoint' | 'authorityKeyIdentifier' | 'freshestCRL'
>

function decodeExtensions(extensions: ReadonlyMap<string, Extension>): Decoded {
  const value = <T>(oid: string, read: (der: Uint8Array) => T): T | undefined => {
    const der = extensions.get(oid)?.value
    if (der === undefined) return undefined
    checkStrictDer(der, headerBudget, 'an extension of a CRL')
    return read(der)
  }
  const crlNumber = value(CrlExtension.crlNumber, (der) => readNumber(der, 'a CRL number', 'RFC 5280 §5.2.3'))
  const baseCRLNumber = value(CrlExtension.deltaCRLIndicator, (der) =>
    readNumber(der, 'the number of the CRL that a delta builds on', 'RFC 5280 §5.2.4'),
  )
  const issuingDistributionPoint = value(CrlExtension.issuingDistributionPoint, readIssuingDistributionPoint)
  const authorityKeyIdentifier = value(CrlExtension.authorityKeyIdentifier, readAuthorityKeyIdentifier)
  const freshestCRL = value(CrlExtension.freshestCRL, readDistributionPoints)
  return {
    ...(crlNumber === undefined ? {} : { crlNumber }),
    ...(baseCRLNumber === undefined ? {} : { baseCRLNumber }),
    ...(issuingDistributionPoint === undefined ? {} : { issuingDistributionPoint }),
    ...(authorityKeyIdentifier === undefined ? {} : { authorityKeyIdentifier }),
    ...(freshestCRL === undefined ? {} : { freshestCRL }),
  }
}
