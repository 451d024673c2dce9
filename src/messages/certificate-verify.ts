import { type Codec, named } from '../codec/codec.js'
import { DigitallySigned } from './digitally-signed.js'

/**
 * CertificateVerify (RFC 5246 §7.4.8): a signature over all handshake messages so far, which are not repeated in it.
 *
 *     +-----------+---+------------+
 *     | algorithm | n | signature  |
 *     |     2     | 2 | 0..2^16-1  |
 *     +-----------+---+------------+
 */
export type CertificateVerify = DigitallySigned

export const CertificateVerify: Codec<CertificateVerify> = named('CertificateVerify', DigitallySigned)
