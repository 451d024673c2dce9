import { MalformedError } from '../../bytes/reader.js'
import { type Codec, named, rest } from '../../codec/codec.js'

/**
 * extension_data of padding, in a ClientHello only (RFC 7685 §3): zeros, as many as bring the message to the length that
 * the client wants.
 *
 *     +------------+
 *     |   zeros    |
 *     | to the end |
 *     +------------+
 */
export type Padding = Uint8Array

export const Padding: Codec<Padding> = named('Padding', {
  ...rest,
  read: (reader) => {
    const at = reader.position
    const bytes = rest.read(reader)
    if (bytes.some((byte) => byte !== 0)) throw new MalformedError('value', at, 'padding is not all zeros')
    return bytes
  },
})
