import type { ParsedCertificate } from './certificate-model.js'
import { ExtensionOid, unknownCriticalExtensions } from './extensions.js'
import { malformedName } from './name-syntax.js'

/** Where a certificate stands in a path. */
export type Position = 'anchor' | 'intermediate' | 'leaf'

/** A demand on certificates by themselves, wherever in the path they stand. */
export interface ProfileRule {
  /** The section that demands it. */
  readonly rule: string
  /** What is wrong, to complete "the certificate …"; `undefined` where the rule is kept. */
  readonly fault: (certificate: ParsedCertificate, position: Position) => string | undefined
}

const when = (broken: boolean, why: string): string | undefined => (broken ? why : undefined)

const isCritical = ({ extensions }: ParsedCertificate, oid: string): boolean => extensions.get(oid)?.critical === true

const isCa = ({ basicConstraints }: ParsedCertificate): boolean => basicConstraints?.cA === true

const neverCritical = (name: keyof typeof ExtensionOid, rule: string): ProfileRule => ({
  rule,
  fault: (certificate) => when(isCritical(certificate, ExtensionOid[name]), `marks ${name} critical`),
})

const alwaysCritical = (name: keyof typeof ExtensionOid, rule: string): ProfileRule => ({
  rule,
  fault: (certificate) =>
    when(
      certificate[name] !== undefined && !isCritical(certificate, ExtensionOid[name]),
      `does not mark ${name} critical`,
    ),
})

/** The one rule without which no validation is one; the others are demands on authorities. */
export const unknownCritical: ProfileRule = {
  rule: 'RFC 5280 §4.2',
  fault: ({ extensions }) => {
    const [oid] = unknownCriticalExtensions(extensions)
    return oid === undefined ? undefined : `has the critical extension ${oid}, which is not understood`
  },
}

const FIRST_GENERALIZED = Date.UTC(2050, 0, 1)
const LONGEST_SERIAL = 20

/**
 * The fields of TBSCertificate (RFC 5280 §4.1.2). Of anchors a serial number means nothing, and some that everybody trusts
 * have 0; nor does it matter how they write their times.
 */
const fieldRules: readonly ProfileRule[] = [
  {
    rule: 'RFC 5280 §4.1.2.2',
    fault: ({ serialNumber }, position) => {
      if (position === 'anchor') return undefined
      const [first = 0] = serialNumber
      if (first >= 0x80) return 'has a negative serial number'
      if (serialNumber.every((octet) => octet === 0)) return 'has the serial number 0'
      return when(serialNumber.length > LONGEST_SERIAL, `has a serial number of ${serialNumber.length} octets`)
    },
  },
  { rule: 'RFC 5280 §4.1.2.4', fault: ({ issuer }) => when(issuer.rdns.length === 0, 'has no issuer name') },
  {
    rule: 'RFC 5280 §4.1.2.5',
    fault: ({ notBefore, notAfter, validityTypes: [first, second] }, position) =>
      when(
        position !== 'anchor' &&
          ((first === 'UTCTime') !== notBefore < FIRST_GENERALIZED ||
            (second === 'UTCTime') !== notAfter < FIRST_GENERALIZED),
        'writes a time as GeneralizedTime before 2050',
      ),
  },
  {
    rule: 'RFC 5280 §4.1.2.6',
    fault: (certificate) =>
      when(isCa(certificate) && certificate.subject.rdns.length === 0, 'is an authority without a name'),
  },
]

/** Names of the subject (RFC 5280 §4.2.1.6). */
const nameRules: readonly ProfileRule[] = [
  {
    rule: 'RFC 5280 §4.2.1.6',
    fault: (certificate) => {
      if (certificate.subject.rdns.length > 0) return undefined
      if (certificate.subjectAltName === undefined) return 'has neither a subject nor a subjectAltName'
      return when(
        !isCritical(certificate, ExtensionOid.subjectAltName),
        'has no subject, yet its subjectAltName is not critical',
      )
    },
  },
  {
    rule: 'RFC 5280 §4.2.1.6',
    fault: ({ subjectAltName = [] }) => {
      for (const name of subjectAltName) {
        const why = malformedName(name)
        if (why !== undefined) return why
      }
      return undefined
    },
  },
]

/** Key identifiers (RFC 5280 §4.2.1.1, RFC 5280 §4.2.1.2). */
const keyIdentifierRules: readonly ProfileRule[] = [
  neverCritical('authorityKeyIdentifier', 'RFC 5280 §4.2.1.1'),
  neverCritical('subjectKeyIdentifier', 'RFC 5280 §4.2.1.2'),
  {
    rule: 'RFC 5280 §4.2.1.1',
    // Whoever is trusted without an issuer may leave it out where it names itself as issuer: its signature means nothing.
    fault: ({ authorityKeyIdentifier, selfIssued }, position) =>
      when(
        authorityKeyIdentifier?.keyIdentifier === undefined && !(selfIssued && position !== 'intermediate'),
        'has no authority key identifier',
      ),
  },
  {
    rule: 'RFC 5280 §4.2.1.1',
    fault: ({ authorityKeyIdentifier: identifier }) =>
      when(
        (identifier?.authorityCertIssuer === undefined) !== (identifier?.authorityCertSerialNumber === undefined),
        'names issuer or serial number in its authority key identifier without the other',
      ),
  },
  {
    rule: 'RFC 5280 §4.2.1.2',
    fault: (certificate) =>
      when(
        isCa(certificate) && certificate.subjectKeyIdentifier === undefined,
        'is an authority without a subject key identifier',
      ),
  },
]

/** Who may sign certificates (RFC 5280 §4.2.1.3, RFC 5280 §4.2.1.9). */
const authorityRules: readonly ProfileRule[] = [
  {
    rule: 'RFC 5280 §4.2.1.9',
    fault: (certificate) =>
      when(
        isCa(certificate) && !isCritical(certificate, ExtensionOid.basicConstraints),
        'is an authority, yet its basic constraints are not critical',
      ),
  },
  {
    rule: 'RFC 5280 §4.2.1.9',
    fault: ({ basicConstraints, keyUsage }) =>
      when(
        basicConstraints?.pathLenConstraint !== undefined &&
          (!basicConstraints.cA || keyUsage?.has('keyCertSign') === false),
        'has a path length constraint, yet may not sign certificates',
      ),
  },
  {
    rule: 'RFC 5280 §4.2.1.3',
    fault: (certificate) =>
      when(isCa(certificate) && certificate.keyUsage === undefined, 'is an authority without key usage'),
  },
  {
    rule: 'RFC 5280 §4.2.1.3',
    fault: (certificate) =>
      when(
        !isCa(certificate) && certificate.keyUsage?.has('keyCertSign') === true,
        'is no authority, yet its key usage allows it to sign certificates',
      ),
  },
  {
    rule: 'RFC 5280 §4.2.1.3',
    fault: ({ keyUsage }) => when(keyUsage?.size === 0, 'has a key usage that allows nothing'),
  },
  {
    rule: 'RFC 5280 §4.2.1.10',
    fault: (certificate) =>
      when(certificate.nameConstraints !== undefined && !isCa(certificate), 'constrains names, yet is no authority'),
  },
]

const SUBJECT_INFORMATION_ACCESS = '1.3.6.1.5.5.7.1.11'
const SUBJECT_DIRECTORY_ATTRIBUTES = '2.5.29.9'

const criticalityRules: readonly ProfileRule[] = [
  {
    rule: 'RFC 5280 §4.2.1.8',
    fault: (certificate) =>
      when(isCritical(certificate, SUBJECT_DIRECTORY_ATTRIBUTES), 'marks subjectDirectoryAttributes critical'),
  },
  alwaysCritical('policyConstraints', 'RFC 5280 §4.2.1.11'),
  alwaysCritical('inhibitAnyPolicy', 'RFC 5280 §4.2.1.14'),
  neverCritical('freshestCRL', 'RFC 5280 §4.2.1.15'),
  neverCritical('authorityInfoAccess', 'RFC 5280 §4.2.2.1'),
  {
    rule: 'RFC 5280 §4.2.2.2',
    fault: (certificate) =>
      when(isCritical(certificate, SUBJECT_INFORMATION_ACCESS), 'marks subjectInfoAccess critical'),
  },
]

/** What RFC 5280 §4 demands of every certificate and the CA/Browser Forum does too. */
export const commonRules: readonly ProfileRule[] = [
  unknownCritical,
  ...fieldRules,
  ...nameRules,
  ...keyIdentifierRules,
  ...authorityRules,
  ...criticalityRules,
]

/** The profile of RFC 5280 §4. */
export const rfc5280Rules: readonly ProfileRule[] = [
  ...commonRules,
  alwaysCritical('nameConstraints', 'RFC 5280 §4.2.1.10'),
]
