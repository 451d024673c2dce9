import { type Codec, named, opaque, readField, struct, vector } from '../codec/codec.js'

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

/** Floor 0: a client that has no key to show says so by a length of zero, as it would with an empty list. */
const subjectPublicKeyInfo = opaque(0, 0xffffff)

/** Where a raw public key was agreed on, one SubjectPublicKeyInfo in DER is all, with no list around it (RFC 7250 §3). */
export const RawPublicKey: Codec<Certificate> = {
  name: 'Certificate',
  read: (reader) => {
    const key = readField(reader, 'ASN.1_subjectPublicKeyInfo', subjectPublicKeyInfo)
    return { certificateList: key.length === 0 ? [] : [key] }
  },
  write: (writer, { certificateList: [key = new Uint8Array()] }) => subjectPublicKeyInfo.write(writer, key),
}

export const Certificate: Codec<Certificate> = struct<Certificate>('Certificate', {
  certificateList: vector(named('ASN.1Cert', opaque(1, 0xffffff)), 0, 0xffffff),
})
