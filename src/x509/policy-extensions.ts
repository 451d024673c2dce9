import { PolicyConstraints as PolicyConstraintsSchema } from '@peculiar/asn1-x509'
import { CertificateError } from './certificate-error.js'
import type { PolicyConstraints, PolicyInformation, PolicyMapping } from './certificate-model.js'
import { DerFields, Tag } from './der-fields.js'
import { valueChecks } from './der-values.js'
import { readObjectIdentifier } from './object-identifier.js'
import { readBySchema } from './schema.js'

/*
 * What is a list is read by hand: by a schema each identifier takes 30 µs, and a peer that nobody knows yet may send ten
 * thousand of them in one certificate.
 */

/**
 * A count of certificates to come from an INTEGER's contents; one that no path can reach is as good as the largest safe
 * integer. Throws `CertificateError`.
 */
export function readCount(contents: Uint8Array, what: string, rule: string): number {
  if (valueChecks[Tag.integer]?.(contents) !== undefined) {
    throw new CertificateError('bad_integer', rule, `${what} is not a well-formed integer`)
  }
  if ((contents[0] ?? 0) >= 0x80) throw new CertificateError('bad_extension', rule, `${what} is negative`)
  if (contents.length > 6) return Number.MAX_SAFE_INTEGER
  return contents.reduce((value, octet) => value * 256 + octet, 0)
}

const identifier = (fields: DerFields): string => readObjectIdentifier(fields.next(Tag.oid).contents)

/** What `read` makes of each item of a list, which is never empty; the items must be whole. */
function readList<T>(der: DerFields, what: string, rule: string, read: (item: DerFields) => T): readonly T[] {
  return Array.from(der.each(Tag.sequence), ({ contents }) => {
    const item = new DerFields(contents, what, rule)
    const value = read(item)
    item.finish()
    return value
  })
}

/** Reads the DER of ExtKeyUsageSyntax: dotted identifiers. Throws `CertificateError`. */
export function readExtendedKeyUsage(der: Uint8Array): ReadonlySet<string> {
  const purposes = DerFields.of(der, 'extended key usage', 'RFC 5280 §4.2.1.12')
  return new Set(Array.from(purposes.each(Tag.oid), ({ contents }) => readObjectIdentifier(contents)))
}

/** Reads the DER of CertificatePolicies, in which no policy may stand twice. Throws `CertificateError`. */
export function readCertificatePolicies(der: Uint8Array): readonly PolicyInformation[] {
  const rule = 'RFC 5280 §4.2.1.4'
  const seen = new Set<string>()
  return readList(DerFields.of(der, 'certificate policies', rule), 'a certificate policy', rule, (policy) => {
    const policyIdentifier = identifier(policy)
    if (seen.has(policyIdentifier)) {
      throw new CertificateError('bad_extension', rule, `certificate policy ${policyIdentifier} stands there twice`)
    }
    seen.add(policyIdentifier)
    if (!policy.more) return { policyIdentifier }
    const policyQualifiers = readList(
      policy.sequence('a list of policy qualifiers'),
      'a policy qualifier',
      rule,
      (one) => ({ policyQualifierId: identifier(one), qualifier: one.next().whole.slice() }),
    )
    return { policyIdentifier, policyQualifiers }
  })
}

/** Reads the DER of PolicyMappings. That anyPolicy is on neither side is for path validation to say. Throws `CertificateError`. */
export function readPolicyMappings(der: Uint8Array): readonly PolicyMapping[] {
  const rule = 'RFC 5280 §4.2.1.5'
  return readList(DerFields.of(der, 'policy mappings', rule), 'a policy mapping', rule, (mapping) => ({
    issuerDomainPolicy: identifier(mapping),
    subjectDomainPolicy: identifier(mapping),
  }))
}

/** Two numbers of certificates. */
const LONGEST_CONSTRAINTS = 256

/** Reads the DER of PolicyConstraints, which must constrain something. Throws `CertificateError`. */
export function readPolicyConstraints(der: Uint8Array): PolicyConstraints {
  const rule = 'RFC 5280 §4.2.1.11'
  if (der.length > LONGEST_CONSTRAINTS)
    throw new CertificateError('bad_extension', rule, 'policy constraints are too long')
  const { requireExplicitPolicy, inhibitPolicyMapping } = readBySchema(
    der,
    PolicyConstraintsSchema,
    'policy constraints',
    rule,
  )
  if (requireExplicitPolicy === undefined && inhibitPolicyMapping === undefined) {
    throw new CertificateError('empty_sequence', rule, 'policy constraints constrain nothing')
  }
  const count = (octets: ArrayBuffer): number => readCount(new Uint8Array(octets), 'a policy constraint', rule)
  return {
    ...(requireExplicitPolicy === undefined ? {} : { requireExplicitPolicy: count(requireExplicitPolicy) }),
    ...(inhibitPolicyMapping === undefined ? {} : { inhibitPolicyMapping: count(inhibitPolicyMapping) }),
  }
}

/** Reads the DER of InhibitAnyPolicy. Throws `CertificateError`. */
export function readInhibitAnyPolicy(der: Uint8Array): number {
  const rule = 'RFC 5280 §4.2.1.14'
  const fields = new DerFields(der, 'inhibit anyPolicy', rule)
  const { contents } = fields.next(Tag.integer)
  fields.finish()
  return readCount(contents, 'inhibit anyPolicy', rule)
}
