import { AsnConvert } from '@peculiar/asn1-schema'
import { publicEqual } from '../bytes/equal.js'
import { CertificateError } from './certificate-error.js'

/** A class that describes an ASN.1 type. */
type Schema<T> = new () => T

/**
 * Reads `der`, which has passed `checkStrictDer`, by a declared schema. The reader behind it skips what it does not know
 * and fills in what is missing, so its result counts only if writing it again gives the same octets: a field too many, a
 * default that is spelled out or a tag that was taken for another does not survive that. Throws `CertificateError`.
 */
export function readBySchema<T extends object>(der: Uint8Array, schema: Schema<T>, what: string, rule: string): T {
  const { value, written } = convert(der, schema, what, rule)
  if (!publicEqual(new Uint8Array(written), der)) {
    throw new CertificateError('bad_extension', rule, `${what} does not have the form that it should`)
  }
  return value
}

function convert<T extends object>(der: Uint8Array, schema: Schema<T>, what: string, rule: string) {
  try {
    const value = AsnConvert.parse(der, schema)
    return { value, written: AsnConvert.serialize(value) }
  } catch {
    throw new CertificateError('bad_extension', rule, `${what} cannot be read`)
  }
}
