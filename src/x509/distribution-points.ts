import { CertificateError } from './certificate-error.js'
import type { AccessDescription, DistributionPoint, DistributionPointName } from './certificate-model.js'
import { constructedTag, type DerElement, DerFields, primitiveTag, Tag } from './der-fields.js'
import { comparableRdn, readRdn } from './distinguished-name.js'
import { readGeneralName, readGeneralNames } from './general-name.js'
import { readNamedBits, reasonBits } from './named-bits.js'
import { readObjectIdentifier } from './object-identifier.js'

const RULE = 'RFC 5280 §4.2.1.13'

/** Reads the contents of a `DistributionPointName`, also in a CRL's issuing distribution point. Throws `CertificateError`. */
export function readDistributionPointName(contents: Uint8Array): DistributionPointName {
  const choice = new DerFields(contents, 'a distribution point name', RULE)
  const { tag, contents: inner } = choice.next()
  choice.finish()
  if (tag === constructedTag(0)) {
    return { type: 'fullName', names: readGeneralNames(new DerFields(inner, 'a full name', RULE)) }
  }
  if (tag === constructedTag(1)) {
    const rdn = readRdn(inner)
    return { type: 'nameRelativeToCRLIssuer', rdn, comparable: comparableRdn(rdn) }
  }
  throw new CertificateError('wrong_tag', RULE, 'a distribution point name is of an unknown kind')
}

function readDistributionPoint({ contents }: DerElement): DistributionPoint {
  const fields = new DerFields(contents, 'a distribution point', RULE)
  const name = fields.optional(constructedTag(0))
  const reasons = fields.optional(primitiveTag(1))
  const issuer = fields.optional(constructedTag(2))
  fields.finish()
  if (name === undefined && issuer === undefined) {
    throw new CertificateError('bad_extension', RULE, 'a distribution point has neither a name nor a CRL issuer')
  }
  return {
    ...(name === undefined ? {} : { distributionPoint: readDistributionPointName(name.contents) }),
    ...(reasons === undefined ? {} : { reasons: readReasonFlags(reasons.contents) }),
    ...(issuer === undefined
      ? {}
      : { cRLIssuer: readGeneralNames(new DerFields(issuer.contents, 'a CRL issuer', RULE)) }),
  }
}

/** Reads the contents of ReasonFlags, with the checks of a strict BIT STRING left to an implicit tag's reader: here. */
export function readReasonFlags(contents: Uint8Array): DistributionPoint['reasons'] & object {
  return readNamedBits(contents, reasonBits, 'a list of reasons', RULE)
}

/** Reads the DER of CRLDistributionPoints, which FreshestCRL has too. Throws `CertificateError`. */
export const readDistributionPoints = (der: Uint8Array): readonly DistributionPoint[] =>
  Array.from(DerFields.of(der, 'a list of distribution points', RULE).each(Tag.sequence), readDistributionPoint)

/** Reads the DER of AuthorityInfoAccessSyntax. Throws `CertificateError`. */
export function readAuthorityInfoAccess(der: Uint8Array): readonly AccessDescription[] {
  const rule = 'RFC 5280 §4.2.2.1'
  return Array.from(DerFields.of(der, 'authority information access', rule).each(Tag.sequence), (element) => {
    const fields = new DerFields(element.contents, 'an access description', rule)
    const accessMethod = readObjectIdentifier(fields.next(Tag.oid).contents)
    const accessLocation = readGeneralName(fields.next())
    fields.finish()
    return { accessMethod, accessLocation }
  })
}
