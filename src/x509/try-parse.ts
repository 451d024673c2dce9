import { parseCertificate } from './certificate.js'
import { CertificateError } from './certificate-error.js'
import type { ParsedCertificate } from './certificate-model.js'
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.js'
import { checkStrictDer } from './strict-der.js'

/** What `read` gives, or `undefined` where the bytes are refused. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof CertificateError) return undefined
    throw error
  }
}

/**
 * A certificate, or `undefined` where it is not one by the strict rules. For our own side's: whoever is shown it judges it,
 * and all that is lost here is what it says about itself.
 */
export const tryParse = (der: Uint8Array): ParsedCertificate | undefined => attempt(() => parseCertificate(der))

/** A DER Name, or `undefined` where it is none by the strict rules. */
export const tryParseName = (der: Uint8Array): DistinguishedName | undefined =>
  attempt(() => {
    checkStrictDer(der)
    return readDistinguishedName(der)
  })
