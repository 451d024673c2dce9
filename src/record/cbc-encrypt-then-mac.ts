import { constantTimeEqual } from '../bytes/equal.js'
import type { DirectionKeys } from '../crypto/connection-keys.js'
import { type BlockBulk, type CbcPrimitives, cbcKeys, padded } from './cbc.js'
import { paddingLengthOrZero } from './cbc-constant-time.js'
import { type Protection, writePlaintextLength } from './protection.js'
import { badRecordMac } from './record-error.js'

//  encrypt_then_mac (RFC 7366 §3):
//
//    +---------+---------+----------------+----------------+-----+
//    | IV      | content | padding (0-255)| padding_length | MAC |
//    +---------+---------+----------------+----------------+-----+
//    in clear  '-------- encrypted, whole blocks ---------'  over all that precedes it, as it is on the wire
//
//  The length that the MAC covers is that of IV and ciphertext, not the plaintext's.

/** CBC protection whose MAC is checked before anything is decrypted: nothing is left for a padding oracle to say. */
export function encryptThenMacProtection(primitives: CbcPrimitives, bulk: BlockBulk, keys: DirectionKeys): Protection {
  const { key, macKey } = cbcKeys(bulk, keys)
  const { blockLength, macLength } = bulk
  const encryptedLength = (length: number): number => Math.ceil((length + 1) / blockLength) * blockLength
  const cipher = primitives.blockCipher(bulk.cipher, key)
  return {
    sealedLength: (length) => blockLength + encryptedLength(length) + macLength,
    seal: (pseudoHeader, plaintext, output, at) => {
      const iv = primitives.randomBytes(blockLength)
      output.set(iv, at)
      output.set(cipher.encrypt(iv, padded(encryptedLength(plaintext.length), plaintext)), at + blockLength)
      const macAt = at + blockLength + encryptedLength(plaintext.length)
      writePlaintextLength(pseudoHeader, macAt - at)
      output.set(primitives.hmac(bulk.mac, macKey, pseudoHeader, output.subarray(at, macAt)), macAt)
    },
    open: (pseudoHeader, sealed) => {
      const macAt = sealed.length - macLength
      if (macAt < 2 * blockLength || macAt % blockLength !== 0) throw badRecordMac()
      const covered = sealed.subarray(0, macAt)
      writePlaintextLength(pseudoHeader, macAt)
      const mac = primitives.hmac(bulk.mac, macKey, pseudoHeader, covered)
      if (!constantTimeEqual(mac, sealed.subarray(macAt))) throw badRecordMac()
      const decrypted = cipher.decrypt(covered.subarray(0, blockLength), covered.subarray(blockLength))
      const padding = paddingLengthOrZero(decrypted, 0)
      // the peer's own mistake, since the MAC was right; it learns nothing that it did not know
      if (padding.good === 0) throw badRecordMac()
      return decrypted.subarray(0, decrypted.length - padding.length - 1)
    },
    wipe: () => {
      key.wipe()
      macKey.wipe()
    },
  }
}
