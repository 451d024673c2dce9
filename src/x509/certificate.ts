import { createByteCache } from './byte-cache.js'
import type { ParsedCertificate } from './certificate-model.js'
import { readOutline } from './certificate-outline.js'
import { decodeExtensions } from './extensions.js'

export { CertificateError, type CertificateFault } from './certificate-error.js'
export type * from './certificate-model.js'
export type { DistinguishedName, NameAttribute } from './distinguished-name.js'
export type { GeneralName, GeneralNameType } from './general-name.js'

const cache = createByteCache<ParsedCertificate>()

/**
 * Reads a DER certificate, all of it, at most once while it stays among the 256 last seen ones. Throws `CertificateError`
 * for bytes that are not strict DER or break a structural rule of RFC 5280 §4. Nothing is verified: neither signature, nor
 * dates, nor what a profile demands (certificate-profile.ts).
 */
export const parseCertificate = (der: Uint8Array): ParsedCertificate =>
  // The copy keeps what is cached out of reach of whoever owns `der`, a receive buffer for one.
  cache.get(der) ?? cache.put(parse(der.slice()))

function parse(der: Uint8Array): ParsedCertificate {
  const outline = readOutline(der)
  return { ...outline, ...decodeExtensions(outline.extensions) }
}
