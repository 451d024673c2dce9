import { type Codec, named, numberVector } from '../../codec/codec.js'
import { signatureScheme } from '../fields.js'

/**
 * extension_data of signature_algorithms, in order of preference (RFC 5246 §7.4.1.4.1).
 *
 *     +---+--------------------------------+
 *     | n | supported_signature_algorithms |
 *     | 2 |           2..2^16-2            |
 *     +---+--------------------------------+
 */
export type SignatureSchemeList = readonly number[]

export const SignatureSchemeList: Codec<SignatureSchemeList> = named(
  'SignatureSchemeList',
  numberVector(signatureScheme, 2, 0xfffe),
)
