import { type Codec, rest, struct } from '../codec/codec.js'

/**
 * Finished (RFC 5246 §7.4.9). The length of verify_data belongs to the cipher suite, not to the grammar, so all of the
 * body is taken and the handshake checks its length (12 for every suite so far).
 *
 *     +-------------+
 *     | verify_data |
 *     | to the end  |
 *     +-------------+
 */
export interface Finished {
  readonly verifyData: Uint8Array
}

export const Finished: Codec<Finished> = struct<Finished>('Finished', { verifyData: rest })
