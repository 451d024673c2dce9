import type { ContentType } from '../registry/content-type.js'

/**
 * How the fragments of one direction are protected: nothing, an AEAD, or CBC with a MAC. `pseudoHeader` is what the
 * integrity check covers besides the content (drawn below); its length field is the protection's to set.
 */
export interface Protection {
  /** Bytes of the protected fragment of `length` bytes of plaintext. */
  sealedLength(length: number): number
  /** Writes the protected fragment to `output` from `at` on. */
  seal(pseudoHeader: Uint8Array, plaintext: Uint8Array, output: Uint8Array, at: number): void
  /** The plaintext of a protected fragment; may be a view of it. Throws `RecordError` where it does not authenticate. */
  open(pseudoHeader: Uint8Array, sealed: Uint8Array): Uint8Array
  /** Overwrites the keys. The protection is of no use afterwards. */
  wipe(): void
}

//  Both the MAC of CBC suites and the additional data of AEAD suites begin with (RFC 5246 §6.2.3.1, RFC 5246 §6.2.3.3):
//
//    0               8      9             11            13
//    +---------------+------+-------------+-------------+
//    | seq_num       | type | version     | length      |
//    +---------------+------+-------------+-------------+
//                                           of the plaintext

export const SEQUENCE_NUMBER_LENGTH = 8
export const PSEUDO_HEADER_LENGTH = 13

/** Sets type and version; the sequence number is there already, the plaintext's length is not known yet. */
export function writeTypeAndVersion(pseudoHeader: Uint8Array, type: ContentType, version: number): void {
  pseudoHeader[8] = type
  pseudoHeader[9] = version >> 8
  pseudoHeader[10] = version & 0xff
}

export function writePlaintextLength(pseudoHeader: Uint8Array, length: number): void {
  pseudoHeader[11] = length >> 8
  pseudoHeader[12] = length & 0xff
}
