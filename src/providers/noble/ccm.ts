import { cbc, ctr } from '@noble/ciphers/aes.js'
import { constantTimeEqual } from '../../bytes/equal.js'

/*
 * CCM (RFC 3610 §2) as cipher suites use it (RFC 6655 §3): nonces of 12 bytes, which leave 3 to the length of the message
 * and to the block counter. Both halves come from noble: the authentication is the last block of CBC under an IV of
 * zeros, the encryption is counter mode from block zero on, which is the one that masks the tag.
 */

const BLOCK = 16
const NONCE_LENGTH = 12
const LENGTH_OCTETS = BLOCK - 1 - NONCE_LENGTH
const ZEROS = new Uint8Array(BLOCK)

/** Above this, lengths of additional data are written differently (RFC 3610 §2.2); a record has 13 bytes of them. */
const MOST_ADDITIONAL_DATA = 0xfeff
const MOST_MESSAGE = 2 ** (8 * LENGTH_OCTETS) - 1

const wholeBlocks = (length: number): number => Math.ceil(length / BLOCK) * BLOCK

/** B_0 (RFC 3610 §2.2), the additional data with their length before them, the message: each in whole blocks. */
function authenticated(nonce: Uint8Array, data: Uint8Array, message: Uint8Array, tagLength: number): Uint8Array {
  const dataBlocks = data.length === 0 ? 0 : wholeBlocks(2 + data.length)
  const input = new Uint8Array(BLOCK + dataBlocks + wholeBlocks(message.length))
  input[0] = (data.length > 0 ? 0x40 : 0) | (((tagLength - 2) / 2) << 3) | (LENGTH_OCTETS - 1)
  input.set(nonce, 1)
  for (let i = 0; i < LENGTH_OCTETS; i++) input[BLOCK - 1 - i] = message.length >>> (8 * i)
  if (data.length > 0) input.set([data.length >> 8, data.length], BLOCK)
  input.set(data, BLOCK + (data.length > 0 ? 2 : 0))
  input.set(message, BLOCK + dataBlocks)
  return input
}

/** AES-CCM for one message. The methods of the result are for one use each, as noble's are. */
export function ccm(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, tagLength: 8 | 16) {
  if (nonce.length !== NONCE_LENGTH) throw new RangeError(`a nonce of ${NONCE_LENGTH} bytes is needed`)
  if (data.length > MOST_ADDITIONAL_DATA)
    throw new RangeError(`at most ${MOST_ADDITIONAL_DATA} bytes of additional data`)
  const authenticate = (message: Uint8Array): Uint8Array => {
    const input = authenticated(nonce, data, message, tagLength)
    const tag = cbc(key, ZEROS, { disablePadding: true }).encrypt(input).subarray(-BLOCK)
    input.fill(0)
    return tag
  }
  /** Masks a first block, which stands for the tag, and what follows it: the counter begins at zero. */
  const mask = (tagAndText: Uint8Array): Uint8Array => {
    const first = new Uint8Array(BLOCK)
    first[0] = LENGTH_OCTETS - 1
    first.set(nonce, 1)
    return ctr(key, first).encrypt(tagAndText)
  }
  return {
    encrypt(plaintext: Uint8Array): Uint8Array {
      if (plaintext.length > MOST_MESSAGE) throw new RangeError(`at most ${MOST_MESSAGE} bytes of plaintext`)
      const input = new Uint8Array(BLOCK + plaintext.length)
      input.set(authenticate(plaintext))
      input.set(plaintext, BLOCK)
      const masked = mask(input)
      const sealed = new Uint8Array(plaintext.length + tagLength)
      sealed.set(masked.subarray(BLOCK))
      sealed.set(masked.subarray(0, tagLength), plaintext.length)
      return sealed
    },
    /** `undefined` where the tag does not match. `sealed` is not shorter than a tag. */
    decrypt(sealed: Uint8Array): Uint8Array | undefined {
      const length = sealed.length - tagLength
      const input = new Uint8Array(BLOCK + length)
      input.set(sealed.subarray(length))
      input.set(sealed.subarray(0, length), BLOCK)
      const opened = mask(input)
      const plaintext = opened.subarray(BLOCK)
      const tag = authenticate(plaintext).subarray(0, tagLength)
      if (constantTimeEqual(tag, opened.subarray(0, tagLength))) return plaintext.slice()
      opened.fill(0) // decrypted before it was authenticated: nobody may see it
      return undefined
    },
  }
}
