import { type Codec, opaque, struct } from '../codec/codec.js'
import { signatureScheme } from './fields.js'

/**
 * A digitally-signed element (RFC 5246 §4.7): the algorithm's two bytes, hash and signature, are read as the one number
 * that `SignatureScheme` names.
 *
 *     +-----------+---+------------+
 *     | algorithm | n | signature  |
 *     |     2     | 2 | 0..2^16-1  |
 *     +-----------+---+------------+
 */
export interface DigitallySigned {
  readonly algorithm: number
  readonly signature: Uint8Array
}

export const DigitallySigned: Codec<DigitallySigned> = struct<DigitallySigned>('DigitallySigned', {
  algorithm: signatureScheme,
  signature: opaque(0, 0xffff),
})
