import type { Secret } from '../bytes/secret.js'
import type { DirectionKeys } from '../crypto/connection-keys.js'
import type { HashPrimitives } from '../crypto/primitives.js'
import type { RecordCiphers } from '../crypto/record-ciphers.js'
import type { BulkProtection } from '../crypto/suite-parameters.js'
import { equalizeHashing, isMacAt, paddingLengthOrZero } from './cbc-constant-time.js'
import { type Protection, PSEUDO_HEADER_LENGTH, writePlaintextLength } from './protection.js'
import { badRecordMac } from './record-error.js'

export type BlockBulk = Extract<BulkProtection, { type: 'block' }>
export type CbcPrimitives = RecordCiphers & HashPrimitives & { randomBytes(length: number): Uint8Array }

//  GenericBlockCipher, the MAC computed first and encrypted with the rest (RFC 5246 §6.2.3.2):
//
//    +---------+---------+-----+----------------+----------------+
//    | IV      | content | MAC | padding (0-255)| padding_length |
//    +---------+---------+-----+----------------+----------------+
//    in clear  '------------- encrypted, whole blocks -----------'

/** Both keys of one direction. Throws `RangeError` for one of the wrong length. */
export function cbcKeys(
  bulk: BlockBulk,
  { key, macKey }: DirectionKeys,
): { readonly key: Secret; readonly macKey: Secret } {
  if (key.length !== bulk.keyLength) throw new RangeError(`${bulk.cipher} needs a key of ${bulk.keyLength} bytes`)
  if (macKey?.length !== bulk.macLength) {
    throw new RangeError(`${bulk.cipher} needs a MAC key of ${bulk.macLength} bytes`)
  }
  return { key, macKey }
}

/** The parts one behind the other, filled up to `length` with padding and padding_length, which are bytes of one value. */
export function padded(length: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const output = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    output.set(part, at)
    at += part.length
  }
  return output.fill(length - at - 1, at)
}

/** CBC protection with the keys of one direction. Throws `RangeError` for a key of the wrong length. */
export function cbcProtection(primitives: CbcPrimitives, bulk: BlockBulk, keys: DirectionKeys): Protection {
  const { key, macKey } = cbcKeys(bulk, keys)
  const { blockLength } = bulk
  // content, MAC and padding_length, filled up to whole blocks with as little padding as possible
  const encryptedLength = (length: number): number =>
    Math.ceil((length + bulk.macLength + 1) / blockLength) * blockLength
  const cipher = primitives.blockCipher(bulk.cipher, key)
  return {
    sealedLength: (length) => blockLength + encryptedLength(length),
    seal: (pseudoHeader, plaintext, output, at) => {
      writePlaintextLength(pseudoHeader, plaintext.length)
      const mac = primitives.hmac(bulk.mac, macKey, pseudoHeader, plaintext)
      const input = padded(encryptedLength(plaintext.length), plaintext, mac)
      // unpredictable and fresh for each record: a predictable one lets chosen plaintext test guesses (BEAST)
      const iv = primitives.randomBytes(blockLength)
      output.set(iv, at)
      output.set(cipher.encrypt(iv, input), at + blockLength)
    },
    open: (pseudoHeader, sealed) => {
      const encrypted = sealed.length - blockLength
      if (encrypted < encryptedLength(0) || encrypted % blockLength !== 0) throw badRecordMac()
      const decrypted = cipher.decrypt(sealed.subarray(0, blockLength), sealed.subarray(blockLength))
      return authenticate(primitives, bulk, macKey, pseudoHeader, decrypted)
    },
    wipe: () => {
      key.wipe()
      macKey.wipe()
    },
  }
}

/**
 * Takes padding and MAC off. How much padding there is stays secret until the MAC has proved it: every padding, right or
 * wrong, costs the same hashing and comes to the same single decision at the end (Lucky 13; RFC 5246 §6.2.3.2).
 */
function authenticate(
  primitives: HashPrimitives,
  bulk: BlockBulk,
  macKey: Secret,
  pseudoHeader: Uint8Array,
  decrypted: Uint8Array,
): Uint8Array {
  const padding = paddingLengthOrZero(decrypted, bulk.macLength)
  const longest = decrypted.length - bulk.macLength - 1
  const contentLength = longest - padding.length
  writePlaintextLength(pseudoHeader, contentLength)
  const content = decrypted.subarray(0, contentLength)
  const mac = primitives.hmac(bulk.mac, macKey, pseudoHeader, content)
  equalizeHashing(primitives, bulk.mac, PSEUDO_HEADER_LENGTH + contentLength, PSEUDO_HEADER_LENGTH + longest)
  const good = padding.good & isMacAt(decrypted, contentLength, mac)
  if (good === 0) throw badRecordMac()
  return content
}
