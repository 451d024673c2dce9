import { CertificateError } from './certificate-error.js'
import type { Extension } from './certificate-model.js'
import { DerFields, Tag } from './der-fields.js'
import { readObjectIdentifier } from './object-identifier.js'

const RULE = 'RFC 5280 §4.1.2.9'

/**
 * Reads the DER of Extensions, of a certificate, a CRL or an OCSP response: each extension once, FALSE never spelled out.
 * The values are not looked into. Throws `CertificateError`.
 */
export function readExtensions(der: Uint8Array): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>()
  for (const element of DerFields.of(der, 'the list of extensions', RULE).each(Tag.sequence)) {
    const fields = new DerFields(element.contents, 'an extension', RULE)
    const oid = readObjectIdentifier(fields.next(Tag.oid).contents)
    const critical = fields.optional(Tag.boolean)?.contents[0]
    const value = fields.next(Tag.octetString).contents
    fields.finish()
    if (critical === 0) {
      throw new CertificateError('default_encoded', RULE, `extension ${oid} spells out that critical is FALSE`)
    }
    if (extensions.has(oid)) {
      throw new CertificateError('duplicate_extension', 'RFC 5280 §4.2', `extension ${oid} stands there twice`)
    }
    extensions.set(oid, { oid, critical: critical !== undefined, value })
  }
  return extensions
}
