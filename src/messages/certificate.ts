import { type Codec, named, opaque, struct, vector } from '../codec/codec.js'

/**
 * Certificate (RFC 5246 §7.4.2): the sender's own certificate first, then its issuers. A client that has none sends an
 * empty list.
 *
 *     +---+------------------+      of which each   +---+------------+
 *     | n | certificate_list |                      | n | ASN.1Cert  |
 *     | 3 |    0..2^24-1     |                      | 3 | 1..2^24-1  |
 *     +---+------------------+                      +---+------------+
 */
export interface Certificate {
  /** DER, not yet parsed. */
  readonly certificateList: readonly Uint8Array[]
}

export const Certificate: Codec<Certificate> = struct<Certificate>('Certificate', {
  certificateList: vector(named('ASN.1Cert', opaque(1, 0xffffff)), 0, 0xffffff),
})
