import { type Codec, named, numberVector } from '../../codec/codec.js'
import { namedGroup } from '../fields.js'

/**
 * extension_data of supported_groups, in order of preference (RFC 8422 §5.1.1, RFC 7919 §2).
 *
 *     +---+------------------+
 *     | n | named_group_list |
 *     | 2 |    2..2^16-1     |
 *     +---+------------------+
 */
export type NamedGroupList = readonly number[]

export const NamedGroupList: Codec<NamedGroupList> = named('NamedGroupList', numberVector(namedGroup, 2, 0xffff))
