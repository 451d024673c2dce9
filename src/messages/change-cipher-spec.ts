import { type Codec, struct, uint8 } from '../codec/codec.js'
import { only } from '../codec/numbers.js'

/**
 * ChangeCipherSpec (RFC 5246 §7.1), a protocol of its own beside the handshake.
 *
 *     +---------+
 *     |  type   |
 *     | 1 (= 1) |
 *     +---------+
 */
export interface ChangeCipherSpec {
  readonly type: number
}

export const ChangeCipherSpec: Codec<ChangeCipherSpec> = struct<ChangeCipherSpec>('ChangeCipherSpec', {
  type: only(uint8, 1),
})
