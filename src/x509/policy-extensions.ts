import {
  CertificatePolicies,
  ExtendedKeyUsage,
  PolicyConstraints as PolicyConstraintsSchema,
  PolicyMappings,
} from '@peculiar/asn1-x509'
import { CertificateError } from './certificate-error.js'
import type { PolicyConstraints, PolicyInformation, PolicyMapping } from './certificate-model.js'
import { DerFields, Tag } from './der-fields.js'
import { valueChecks } from './der-values.js'
import { readBySchema } from './schema.js'

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

const refuseEmpty = (list: readonly unknown[], what: string, rule: string): void => {
  if (list.length === 0) throw new CertificateError('empty_sequence', rule, `${what} is empty`)
}

/** Reads the DER of ExtKeyUsageSyntax: dotted identifiers. Throws `CertificateError`. */
export function readExtendedKeyUsage(der: Uint8Array): ReadonlySet<string> {
  const rule = 'RFC 5280 §4.2.1.12'
  const purposes = readBySchema(der, ExtendedKeyUsage, 'extended key usage', rule)
  refuseEmpty(purposes, 'extended key usage', rule)
  return new Set(purposes)
}

/** Reads the DER of CertificatePolicies, in which no policy may stand twice. Throws `CertificateError`. */
export function readCertificatePolicies(der: Uint8Array): readonly PolicyInformation[] {
  const rule = 'RFC 5280 §4.2.1.4'
  const policies = readBySchema(der, CertificatePolicies, 'certificate policies', rule)
  refuseEmpty(policies, 'certificate policies', rule)
  const seen = new Set<string>()
  return Array.from(policies, ({ policyIdentifier, policyQualifiers }) => {
    if (seen.has(policyIdentifier)) {
      throw new CertificateError('bad_extension', rule, `certificate policy ${policyIdentifier} stands there twice`)
    }
    seen.add(policyIdentifier)
    if (policyQualifiers === undefined) return { policyIdentifier }
    refuseEmpty(policyQualifiers, 'a list of policy qualifiers', rule)
    return {
      policyIdentifier,
      policyQualifiers: policyQualifiers.map(({ policyQualifierId, qualifier }) => ({
        policyQualifierId,
        qualifier: new Uint8Array(qualifier),
      })),
    }
  })
}

/** Reads the DER of PolicyMappings. That anyPolicy is on neither side is for path validation to say. Throws `CertificateError`. */
export function readPolicyMappings(der: Uint8Array): readonly PolicyMapping[] {
  const rule = 'RFC 5280 §4.2.1.5'
  const mappings = readBySchema(der, PolicyMappings, 'policy mappings', rule)
  refuseEmpty(mappings, 'policy mappings', rule)
  return Array.from(mappings, ({ issuerDomainPolicy, subjectDomainPolicy }) => ({
    issuerDomainPolicy,
    subjectDomainPolicy,
  }))
}

/** Reads the DER of PolicyConstraints, which must constrain something. Throws `CertificateError`. */
export function readPolicyConstraints(der: Uint8Array): PolicyConstraints {
  const rule = 'RFC 5280 §4.2.1.11'
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
