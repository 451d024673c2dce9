import { CertificateError } from '../certificate-error.js'
import type { ReasonFlag } from '../certificate-model.js'
import { DerFields, Tag } from '../der-fields.js'
import { readGeneralizedTime } from '../der-time.js'
import { readExtensions } from '../extension-list.js'
import { readGeneralNames } from '../general-name.js'
import { single } from '../key-extensions.js'
import { certificateBudget, checkStrictDer } from '../strict-der.js'

/** Why a certificate is on a CRL (RFC 5280 §5.3.1): in flags and codes the same words, and two that only codes have. */
export type EntryReason = Exclude<ReasonFlag, 'unused'> | 'unspecified' | 'removeFromCRL'

export interface EntryExtensions {
  readonly reason?: EntryReason
  /** The comparable form of the name of the certificate's issuer, in indirect CRLs. */
  readonly issuer?: string
  readonly unknownCritical?: string
}

const REASON_CODE = '2.5.29.21'
const HOLD_INSTRUCTION = '2.5.29.23'
const INVALIDITY_DATE = '2.5.29.24'
const CERTIFICATE_ISSUER = '2.5.29.29'
const understood = new Set([REASON_CODE, HOLD_INSTRUCTION, INVALIDITY_DATE, CERTIFICATE_ISSUER])

/** By code; 7 is not used. */
const reasons: readonly (EntryReason | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
]

/** Reads the DER of CRLReason. Throws `CertificateError`. */
export function readReason(der: Uint8Array): EntryReason {
  const rule = 'RFC 5280 §5.3.1'
  const contents = single(der, Tag.enumerated, 'a reason code', rule)
  return reasonOf(contents)
}

/** The reason that the contents of an ENUMERATED stand for. Throws `CertificateError`. */
export function reasonOf(contents: Uint8Array): EntryReason {
  const reason = contents.length === 1 ? reasons[contents[0] ?? 7] : undefined
  if (reason !== undefined) return reason
  throw new CertificateError('bad_extension', 'RFC 5280 §5.3.1', 'a reason code has no meaning')
}

function readIssuer(der: Uint8Array): string {
  const rule = 'RFC 5280 §5.3.3'
  const names = readGeneralNames(DerFields.of(der, "a certificate's issuer", rule))
  for (const name of names) if (name.type === 'directoryName') return name.value.comparable
  throw new CertificateError('bad_extension', rule, "a certificate's issuer in a CRL has no distinguished name")
}

function checkInvalidityDate(der: Uint8Array): void {
  const rule = 'RFC 5280 §5.3.2'
  if (readGeneralizedTime(single(der, Tag.generalizedTime, 'an invalidity date', rule)) === undefined) {
    throw new CertificateError('bad_time', rule, 'an invalidity date is malformed')
  }
}

/** What was made of some octets of a CRL. */
interface Remembered {
  readonly at: number
  readonly end: number
  readonly extensions: EntryExtensions
}

const REMEMBERED = 12
const SHORT = 24

/** Reads the extensions of the entries of one CRL. Most have one of a few encodings, a reason and nothing else: each once. */
export class EntryExtensionsReader {
  readonly #remembered: Remembered[] = []

  /** Reads the DER of crlEntryExtensions from `at` to `end`, which nothing has checked before. Throws `CertificateError`. */
  read(bytes: Uint8Array, at: number, end: number): EntryExtensions {
    const isShort = end - at <= SHORT
    if (isShort) {
      for (const one of this.#remembered) if (isSame(bytes, at, end, one)) return one.extensions
    }
    const extensions = readEntryExtensions(bytes.subarray(at, end))
    if (isShort && this.#remembered.length < REMEMBERED) this.#remembered.push({ at, end, extensions })
    return extensions
  }
}

function isSame(bytes: Uint8Array, at: number, end: number, other: Remembered): boolean {
  if (end - at !== other.end - other.at) return false
  // from the end, where encodings differ first
  for (let i = 1; i <= end - at; i++) if (bytes[end - i] !== bytes[other.end - i]) return false
  return true
}

function readEntryExtensions(der: Uint8Array): EntryExtensions {
  checkStrictDer(der, certificateBudget, 'the extensions of a CRL entry')
  const extensions = readExtensions(der)
  const value = (oid: string): Uint8Array | undefined => {
    const found = extensions.get(oid)?.value
    if (found !== undefined) checkStrictDer(found, certificateBudget, 'an extension of a CRL entry')
    return found
  }
  const reason = value(REASON_CODE)
  const invalidity = value(INVALIDITY_DATE)
  const issuer = value(CERTIFICATE_ISSUER)
  if (invalidity !== undefined) checkInvalidityDate(invalidity)
  if (issuer !== undefined && extensions.get(CERTIFICATE_ISSUER)?.critical !== true) {
    throw new CertificateError('bad_extension', 'RFC 5280 §5.3.3', "a certificate's issuer in a CRL is not critical")
  }
  const unknown = Array.from(extensions.values()).find(({ oid, critical }) => critical && !understood.has(oid))
  return {
    ...(reason === undefined ? {} : { reason: readReason(reason) }),
    ...(issuer === undefined ? {} : { issuer: readIssuer(issuer) }),
    ...(unknown === undefined ? {} : { unknownCritical: unknown.oid }),
  }
}
