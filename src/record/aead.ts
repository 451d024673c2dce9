import type { DirectionKeys } from '../crypto/connection-keys.js'
import type { Aead, RecordCiphers } from '../crypto/record-ciphers.js'
import type { BulkProtection } from '../crypto/suite-parameters.js'
import { type Protection, SEQUENCE_NUMBER_LENGTH, writePlaintextLength } from './protection.js'
import { badRecordMac } from './record-error.js'

const NONCE_LENGTH = 12

type AeadBulk = Extract<BulkProtection, { type: 'aead' }>

//  GenericAEADCipher (RFC 5246 §6.2.3.3):
//
//    +-------------------------+--------------------+-----------+
//    | nonce_explicit (8 or 0) | content, encrypted | tag       |
//    +-------------------------+--------------------+-----------+
//
//  AES-GCM, AES-CCM   nonce = fixed IV (4), then nonce_explicit (8)             RFC 5288 §3, RFC 6655 §3
//  ChaCha20-Poly1305  nonce = fixed IV (12) XOR the sequence number, no field   RFC 7905 §2
//
//  Both are the IV, filled up with zeros to 12 bytes, XOR eight bytes at its end: what those are is the only difference.

/** AEAD protection with the keys of one direction. Throws `RangeError` for a key or an IV of the wrong length. */
export function aeadProtection(ciphers: RecordCiphers, bulk: AeadBulk, keys: DirectionKeys): Protection {
  const { key, fixedIv } = keys
  if (key.length !== bulk.keyLength) throw new RangeError(`${bulk.cipher} needs a key of ${bulk.keyLength} bytes`)
  if (fixedIv?.length !== bulk.fixedIvLength) {
    throw new RangeError(`${bulk.cipher} needs an IV of ${bulk.fixedIvLength} bytes`)
  }
  const iv = new Uint8Array(NONCE_LENGTH)
  fixedIv.use((bytes) => iv.set(bytes))
  const explicitLength = bulk.fixedIvLength === 4 ? SEQUENCE_NUMBER_LENGTH : 0
  return {
    sealedLength: (length) => explicitLength + length + bulk.tagLength,
    ...sealAndOpen(ciphers.aead(bulk.cipher, key), iv, explicitLength, bulk.tagLength),
    wipe: () => {
      key.wipe()
      fixedIv.wipe()
      iv.fill(0)
    },
  }
}

function sealAndOpen(
  aead: Aead,
  iv: Uint8Array,
  explicitLength: number,
  tagLength: number,
): Pick<Protection, 'seal' | 'open'> {
  const nonce = new Uint8Array(NONCE_LENGTH)
  return {
    seal: (pseudoHeader, plaintext, output, at) => {
      // the sequence number is the explicit part too: unique without counting anything else, and it reveals nothing new
      const explicit = pseudoHeader.subarray(0, SEQUENCE_NUMBER_LENGTH)
      makeNonce(nonce, iv, explicit)
      writePlaintextLength(pseudoHeader, plaintext.length)
      if (explicitLength > 0) output.set(explicit, at)
      const start = at + explicitLength
      if (aead.sealInto === undefined) output.set(aead.seal(nonce, pseudoHeader, plaintext), start)
      else aead.sealInto(nonce, pseudoHeader, plaintext, output, start)
    },
    open: (pseudoHeader, sealed) => {
      const contentLength = sealed.length - explicitLength - tagLength
      if (contentLength < 0) throw badRecordMac()
      makeNonce(nonce, iv, (explicitLength > 0 ? sealed : pseudoHeader).subarray(0, SEQUENCE_NUMBER_LENGTH))
      writePlaintextLength(pseudoHeader, contentLength)
      const plaintext = aead.open(nonce, pseudoHeader, sealed.subarray(explicitLength))
      if (plaintext === undefined) throw badRecordMac()
      return plaintext
    },
  }
}

function makeNonce(nonce: Uint8Array, iv: Uint8Array, last: Uint8Array): void {
  nonce.set(iv)
  for (let i = 0; i < SEQUENCE_NUMBER_LENGTH; i++) nonce[4 + i] = (iv[4 + i] ?? 0) ^ (last[i] ?? 0)
}
