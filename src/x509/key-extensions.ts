import { CertificateError } from './certificate-error.js'
import type { AuthorityKeyIdentifier, BasicConstraints } from './certificate-model.js'
import { constructedTag, DerFields, primitiveTag, Tag } from './der-fields.js'
import { valueChecks } from './der-values.js'
import { readGeneralNames } from './general-name.js'
import { readCount } from './policy-extensions.js'

const bad = (rule: string, why: string): CertificateError => new CertificateError('bad_extension', rule, why)

/** The contents of the one element that `der` is. */
export function single(der: Uint8Array, tag: number, what: string, rule: string): Uint8Array {
  const outer = new DerFields(der, what, rule)
  const { contents } = outer.next(tag)
  outer.finish()
  return contents
}

/** Reads the DER of BasicConstraints. Throws `CertificateError`. */
export function readBasicConstraints(der: Uint8Array): BasicConstraints {
  const rule = 'RFC 5280 §4.2.1.9'
  const fields = DerFields.of(der, 'basic constraints', rule)
  const cA = fields.optional(Tag.boolean)?.contents[0]
  const pathLen = fields.optional(Tag.integer)?.contents
  fields.finish()
  if (cA === 0) throw new CertificateError('default_encoded', rule, 'basic constraints spell out that cA is FALSE')
  if (pathLen === undefined) return { cA: cA !== undefined }
  if (cA === undefined) throw bad(rule, 'basic constraints limit the length of paths but do not make a CA')
  return { cA: true, pathLenConstraint: readCount(pathLen, 'a path length', rule) }
}

/** Reads the DER of SubjectKeyIdentifier. Throws `CertificateError`. */
export function readSubjectKeyIdentifier(der: Uint8Array): Uint8Array {
  const rule = 'RFC 5280 §4.2.1.2'
  const identifier = single(der, Tag.octetString, 'a subject key identifier', rule)
  if (identifier.length === 0) throw bad(rule, 'a subject key identifier is empty')
  return identifier
}

/** Reads the DER of AuthorityKeyIdentifier: issuer and serial number come together or not at all. Throws `CertificateError`. */
export function readAuthorityKeyIdentifier(der: Uint8Array): AuthorityKeyIdentifier {
  const rule = 'RFC 5280 §4.2.1.1'
  const fields = DerFields.of(der, 'an authority key identifier', rule)
  const keyIdentifier = fields.optional(primitiveTag(0))?.contents
  const issuer = fields.optional(constructedTag(1))?.contents
  const serial = fields.optional(primitiveTag(2))?.contents
  fields.finish()
  if ((issuer === undefined) !== (serial === undefined)) {
    throw bad(rule, 'an authority key identifier has only one of issuer and serial number')
  }
  if (serial !== undefined && valueChecks[Tag.integer]?.(serial) !== undefined) {
    throw new CertificateError('bad_integer', rule, 'the serial number in an authority key identifier is malformed')
  }
  if (keyIdentifier?.length === 0) throw bad(rule, 'an authority key identifier is empty')
  return {
    ...(keyIdentifier === undefined ? {} : { keyIdentifier }),
    ...(issuer === undefined
      ? {}
      : { authorityCertIssuer: readGeneralNames(new DerFields(issuer, 'the issuer of an authority', rule)) }),
    ...(serial === undefined ? {} : { authorityCertSerialNumber: serial }),
  }
}

/** Reads the DER of the TLS feature extension: numbers of TLS extensions (RFC 7633 §4). Throws `CertificateError`. */
export function readTlsFeature(der: Uint8Array): readonly number[] {
  const rule = 'RFC 7633 §4'
  const features = DerFields.of(der, 'TLS features', rule)
  return Array.from(features.each(Tag.integer), ({ contents }) => {
    const number = readCount(contents, 'a TLS feature', rule)
    if (number > 0xffff) throw bad(rule, 'a TLS feature is above 65535')
    return number
  })
}
