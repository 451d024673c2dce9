import { type NumberCodec, uint16 } from '../../codec/codec.js'

/**
 * extension_data of record_size_limit, in both hellos: what the sender of the extension takes in one protected record,
 * in bytes of plaintext (RFC 8449 §4).
 *
 *     +-----------------+
 *     | RecordSizeLimit |
 *     |        2        |
 *     +-----------------+
 */
export type RecordSizeLimit = number

export const RecordSizeLimit: NumberCodec = { ...uint16, name: 'RecordSizeLimit' }
