import { type Codec, named, opaque, struct, uint8 } from '../codec/codec.js'
import { only, registered } from '../codec/numbers.js'
import { CertificateStatusType } from '../registry/certificate-status-type.js'

/** The one status type with a grammar, in the message as in the extension that asks for it. */
export const ocspStatusType = only(
  registered('CertificateStatusType', uint8, CertificateStatusType),
  CertificateStatusType.ocsp,
)

/**
 * CertificateStatus (RFC 6066 §8).
 *
 *     +-------------+---+------------+
 *     | status_type | n |  response  |
 *     |   1 (= 1)   | 3 | 1..2^24-1  |
 *     +-------------+---+------------+
 */
export interface CertificateStatus {
  readonly statusType: number
  /** An OCSPResponse in DER, not yet parsed. */
  readonly response: Uint8Array
}

export const CertificateStatus: Codec<CertificateStatus> = struct<CertificateStatus>('CertificateStatus', {
  statusType: ocspStatusType,
  response: named('OCSPResponse', opaque(1, 0xffffff)),
})
