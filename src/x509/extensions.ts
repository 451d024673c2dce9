import { CertificateError } from './certificate-error.js'
import type { DecodedExtensions, Extension } from './certificate-model.js'
import { readNameConstraints } from './constraint-subtrees.js'
import { DerFields, Tag } from './der-fields.js'
import { readAuthorityInfoAccess, readDistributionPoints } from './distribution-points.js'
import { readGeneralNames } from './general-name.js'
import {
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readSubjectKeyIdentifier,
  readTlsFeature,
  single,
} from './key-extensions.js'
import { readKeyUsage } from './named-bits.js'
import {
  readCertificatePolicies,
  readExtendedKeyUsage,
  readInhibitAnyPolicy,
  readPolicyConstraints,
  readPolicyMappings,
} from './policy-extensions.js'
import { certificateBudget, checkStrictDer } from './strict-der.js'

/** Object identifiers of the extensions that are understood here. */
export const ExtensionOid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  freshestCRL: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
} as const satisfies Readonly<Record<keyof DecodedExtensions, string>>

const alternativeNames = (rule: string) => (der: Uint8Array) =>
  readGeneralNames(DerFields.of(der, 'a list of alternative names', rule))

function readOcspNoCheck(der: Uint8Array): true {
  if (single(der, Tag.null, 'OCSP no-check', 'RFC 6960 §4.2.2.2.1').length === 0) return true
  throw new CertificateError('bad_null', 'RFC 6960 §4.2.2.2.1', 'OCSP no-check is not NULL')
}

/** How each known extension is decoded. A field of the model without a reader does not compile. */
const readers: {
  readonly [Field in keyof Required<DecodedExtensions>]: (der: Uint8Array) => Required<DecodedExtensions>[Field]
} = {
  subjectKeyIdentifier: readSubjectKeyIdentifier,
  keyUsage: readKeyUsage,
  subjectAltName: alternativeNames('RFC 5280 §4.2.1.6'),
  issuerAltName: alternativeNames('RFC 5280 §4.2.1.7'),
  basicConstraints: readBasicConstraints,
  nameConstraints: readNameConstraints,
  crlDistributionPoints: readDistributionPoints,
  certificatePolicies: readCertificatePolicies,
  policyMappings: readPolicyMappings,
  authorityKeyIdentifier: readAuthorityKeyIdentifier,
  policyConstraints: readPolicyConstraints,
  extendedKeyUsage: readExtendedKeyUsage,
  freshestCRL: readDistributionPoints,
  inhibitAnyPolicy: readInhibitAnyPolicy,
  authorityInfoAccess: readAuthorityInfoAccess,
  tlsFeature: readTlsFeature,
  ocspNoCheck: readOcspNoCheck,
}

const fields = Object.keys(readers).filter((name): name is keyof DecodedExtensions => name in readers)

/** Decodes the extensions that are understood here. A known extension that is malformed is refused, critical or not. */
export function decodeExtensions(extensions: ReadonlyMap<string, Extension>): DecodedExtensions {
  const decoded: Partial<Record<keyof DecodedExtensions, unknown>> = {}
  for (const field of fields) {
    const extension = extensions.get(ExtensionOid[field])
    if (extension === undefined) continue
    checkStrictDer(extension.value, certificateBudget, field)
    decoded[field] = readers[field](extension.value)
  }
  // Each field was just written by the reader that `readers` ties to its name; an index over a union cannot say so.
  return decoded as DecodedExtensions
}

const understood: ReadonlySet<string> = new Set(Object.values(ExtensionOid))

/** Critical extensions that nothing here understands: whoever relies on the certificate must refuse it (RFC 5280 §4.2). */
export const unknownCriticalExtensions = (extensions: ReadonlyMap<string, Extension>): readonly string[] =>
  Array.from(extensions.values(), ({ oid, critical }) => (critical && !understood.has(oid) ? oid : '')).filter(Boolean)
