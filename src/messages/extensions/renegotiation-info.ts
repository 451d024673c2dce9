import { type Codec, opaque, struct } from '../../codec/codec.js'

/**
 * extension_data of renegotiation_info (RFC 5746 §3.2): empty in a first handshake, afterwards the verify_data of the
 * Finished messages before it, the client's alone or both.
 *
 *     +---+-------------------------+
 *     | n | renegotiated_connection |
 *     | 1 |        0..2^8-1         |
 *     +---+-------------------------+
 */
export interface RenegotiationInfo {
  readonly renegotiatedConnection: Uint8Array
}

export const RenegotiationInfo: Codec<RenegotiationInfo> = struct<RenegotiationInfo>('RenegotiationInfo', {
  renegotiatedConnection: opaque(0, 0xff),
})
