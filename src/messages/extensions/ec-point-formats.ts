import { type Codec, named, numberVector, uint8 } from '../../codec/codec.js'
import { registered } from '../../codec/numbers.js'
import { ECPointFormat } from '../../registry/ec-point-format.js'

/**
 * extension_data of ec_point_formats, in both hellos (RFC 8422 §5.1.2).
 *
 *     +---+----------------------+
 *     | n | ec_point_format_list |
 *     | 1 |       1..2^8-1       |
 *     +---+----------------------+
 */
export type ECPointFormatList = readonly number[]

export const ECPointFormatList: Codec<ECPointFormatList> = named(
  'ECPointFormatList',
  numberVector(registered('ECPointFormat', uint8, ECPointFormat), 1, 0xff),
)
