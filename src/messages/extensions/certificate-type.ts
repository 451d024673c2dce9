import { type Codec, type NumberCodec, named, numberVector, uint8 } from '../../codec/codec.js'
import { registered } from '../../codec/numbers.js'
import { CertificateType as registry } from '../../registry/certificate-type.js'

/**
 * extension_data of client_certificate_type and of server_certificate_type: a client lists what it has, or what it can
 * judge, in order of preference; a server's answer is one of these (RFC 7250 §3).
 *
 *     ClientHello                      ServerHello
 *     +---+-------------------+        +------------------+
 *     | n | certificate_types |        | certificate_type |
 *     | 1 |     1..2^8-1      |        |        1         |
 *     +---+-------------------+        +------------------+
 */
export type CertificateTypeList = readonly number[]

export const CertificateType: NumberCodec = registered('CertificateType', uint8, registry)

export const CertificateTypeList: Codec<CertificateTypeList> = named(
  'CertificateTypeList',
  numberVector(CertificateType, 1, 0xff),
)
