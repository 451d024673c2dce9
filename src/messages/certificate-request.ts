import { type Codec, named, numberVector, opaque, struct, uint8, vector } from '../codec/codec.js'
import { registered } from '../codec/numbers.js'
import { ClientCertificateType } from '../registry/client-certificate-type.js'
import { signatureScheme } from './fields.js'

/**
 * CertificateRequest (RFC 5246 §7.4.4).
 *
 *     +---+-------------------+---+--------------------------------+---+-------------------------+
 *     | n | certificate_types | n | supported_signature_algorithms | n | certificate_authorities |
 *     | 1 |     1..2^8-1      | 2 |           2..2^16-2            | 2 |        0..2^16-1        |
 *     +---+-------------------+---+--------------------------------+---+-------------------------+
 *                                                                    each | n | DistinguishedName |
 *                                                                         | 2 |     1..2^16-1     |
 */
export interface CertificateRequest {
  readonly certificateTypes: readonly number[]
  readonly supportedSignatureAlgorithms: readonly number[]
  /** Names in DER, not yet parsed; an empty list accepts any issuer. */
  readonly certificateAuthorities: readonly Uint8Array[]
}

export const CertificateRequest: Codec<CertificateRequest> = struct<CertificateRequest>('CertificateRequest', {
  certificateTypes: numberVector(registered('ClientCertificateType', uint8, ClientCertificateType), 1, 0xff),
  supportedSignatureAlgorithms: numberVector(signatureScheme, 2, 0xfffe),
  certificateAuthorities: vector(named('DistinguishedName', opaque(1, 0xffff)), 0, 0xffff),
})
