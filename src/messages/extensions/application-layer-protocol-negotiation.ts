import { type Codec, named, opaque, vector } from '../../codec/codec.js'
import { quoteBytes } from '../fields.js'

/**
 * extension_data of ALPN (RFC 7301 §3.1): the client's list in order of preference; in a ServerHello exactly one name,
 * which the handshake checks.
 *
 *     +---+--------------------+      of which each   +---+--------------+
 *     | n | protocol_name_list |                      | n | ProtocolName |
 *     | 2 |     2..2^16-1      |                      | 1 |   1..2^8-1   |
 *     +---+--------------------+                      +---+--------------+
 */
export type ProtocolNameList = readonly Uint8Array[]

export const ProtocolNameList: Codec<ProtocolNameList> = named(
  'ProtocolNameList',
  vector(named('ProtocolName', opaque(1, 0xff), quoteBytes), 2, 0xffff),
)
