import { CertificateError } from '../certificate-error.js'
import type { DistributionPointName, ReasonFlag } from '../certificate-model.js'
import { constructedTag, DerFields, primitiveTag } from '../der-fields.js'
import { readDistributionPointName, readReasonFlags } from '../distribution-points.js'

/** What a CRL says about its scope (RFC 5280 §5.2.5). */
export interface IssuingDistributionPoint {
  readonly distributionPoint?: DistributionPointName
  readonly onlyContainsUserCerts: boolean
  readonly onlyContainsCACerts: boolean
  readonly onlySomeReasons?: ReadonlySet<ReasonFlag>
  readonly indirectCRL: boolean
  readonly onlyContainsAttributeCerts: boolean
}

const RULE = 'RFC 5280 §5.2.5'

const bad = (why: string): CertificateError =>
  new CertificateError('bad_extension', RULE, `an issuing distribution point ${why}`)

/** A BOOLEAN under an implicit tag, whose octet no strict walk has looked at; FALSE is the default and never written. */
function flag(fields: DerFields, number: number): boolean {
  const contents = fields.optional(primitiveTag(number))?.contents
  if (contents === undefined) return false
  if (contents.length !== 1 || contents[0] !== 0xff) throw bad('holds a flag that is not TRUE')
  return true
}

/** Reads the DER of IssuingDistributionPoint. Throws `CertificateError`. */
export function readIssuingDistributionPoint(der: Uint8Array): IssuingDistributionPoint {
  const fields = DerFields.of(der, 'an issuing distribution point', RULE)
  const name = fields.optional(constructedTag(0))
  const onlyContainsUserCerts = flag(fields, 1)
  const onlyContainsCACerts = flag(fields, 2)
  const reasons = fields.optional(primitiveTag(3))
  const indirectCRL = flag(fields, 4)
  const onlyContainsAttributeCerts = flag(fields, 5)
  fields.finish()
  if ([onlyContainsUserCerts, onlyContainsCACerts, onlyContainsAttributeCerts].filter(Boolean).length > 1) {
    throw bad('is only for certificates of more than one kind')
  }
  return {
    ...(name === undefined ? {} : { distributionPoint: readDistributionPointName(name.contents) }),
    ...{ onlyContainsUserCerts, onlyContainsCACerts, indirectCRL, onlyContainsAttributeCerts },
    ...(reasons === undefined ? {} : { onlySomeReasons: readReasonFlags(reasons.contents) }),
  }
}
