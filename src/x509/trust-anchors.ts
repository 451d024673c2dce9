import { toHex } from '../bytes/convert.js'
import { certificatesFromPem } from './pem.js'

/** The same certificates, each once, in order. */
export function withoutDuplicates(certificates: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Map(certificates.map((der) => [toHex(der), der])).values()]
}

/**
 * The trust anchors of a PEM bundle as DER, each once, in order; text and other blocks between them are skipped. Throws
 * `PemError`, also where there is none.
 */
export const anchorsFromPem = (bundle: string): readonly Uint8Array[] => withoutDuplicates(certificatesFromPem(bundle))
