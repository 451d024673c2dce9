import { type Codec, named, opaque, vector } from '../../codec/codec.js'

/**
 * extension_data of signed_certificate_timestamp in a ServerHello (RFC 6962 §3.3); in a ClientHello it is empty. Each
 * entry is kept as it came: its inner format is versioned, and for the verifier to read.
 *
 *     +---+-----------+      of which each   +---+---------------+
 *     | n | sct_list  |                      | n | SerializedSCT |
 *     | 2 | 1..2^16-1 |                      | 2 |   1..2^16-1   |
 *     +---+-----------+                      +---+---------------+
 */
export type SignedCertificateTimestampList = readonly Uint8Array[]

export const SignedCertificateTimestampList: Codec<SignedCertificateTimestampList> = named(
  'SignedCertificateTimestampList',
  vector(named('SerializedSCT', opaque(1, 0xffff)), 1, 0xffff),
)
