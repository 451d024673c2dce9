import { type NumberCodec, uint8 } from '../../codec/codec.js'
import { registered } from '../../codec/numbers.js'
import { MaxFragmentLength as registry } from '../../registry/max-fragment-length.js'

/**
 * extension_data of max_fragment_length, in both hellos (RFC 6066 §4).
 *
 *     +--------+
 *     | length |   1: 2^9 bytes, 2: 2^10, 3: 2^11, 4: 2^12
 *     |   1    |
 *     +--------+
 */
export type MaxFragmentLength = number

export const MaxFragmentLength: NumberCodec = registered('MaxFragmentLength', uint8, registry)
