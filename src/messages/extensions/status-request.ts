import { type Codec, named, opaque, struct, vector } from '../../codec/codec.js'
import { ocspStatusType } from '../certificate-status.js'

/**
 * extension_data of status_request in a ClientHello (RFC 6066 §8); in a ServerHello it is empty. Another status type
 * than ocsp has no grammar to be read by: `MalformedError` of reason `value`, which a server may take as "not for me".
 *
 *     +-------------+---+-------------------+---+--------------------+
 *     | status_type | n | responder_id_list | n | request_extensions |
 *     |   1 (= 1)   | 2 |     0..2^16-1     | 2 |     0..2^16-1      |
 *     +-------------+---+-------------------+---+--------------------+
 *                  each | n |  ResponderID  |
 *                       | 2 |   1..2^16-1   |
 */
export interface CertificateStatusRequest {
  readonly statusType: number
  /** ResponderIDs in DER, not parsed. */
  readonly responderIdList: readonly Uint8Array[]
  /** OCSP Extensions in DER, or nothing. */
  readonly requestExtensions: Uint8Array
}

export const CertificateStatusRequest: Codec<CertificateStatusRequest> = struct<CertificateStatusRequest>(
  'CertificateStatusRequest',
  {
    statusType: ocspStatusType,
    responderIdList: vector(named('ResponderID', opaque(1, 0xffff)), 0, 0xffff),
    requestExtensions: opaque(0, 0xffff),
  },
)
