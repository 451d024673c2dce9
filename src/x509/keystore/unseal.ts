import { Reader } from '../../bytes/reader.js'
import { DerTag } from '../../codec/der.js'
import { damaged, wrongPassword } from './keystore-error.js'
import type { PasswordCipher } from './password-cipher.js'

const INDEFINITE = 0x80

/** The length that the header of a SEQUENCE announces for the whole of it; `undefined` where it is none, 0 where it is left open. */
function announcedLength(reader: Reader): number | undefined {
  if (reader.uint(1) !== DerTag.sequence) return undefined
  const first = reader.uint(1)
  if (first === INDEFINITE) return 0
  const width = first < 0x80 ? 0 : first & 0x7f
  if (width > 4) return undefined
  return (width === 0 ? first : reader.uint(width)) + reader.position
}

/** What the SEQUENCEs that passwords protect begin with: an INTEGER of one octet (versions), or another SEQUENCE. */
function beginsLikeContents(reader: Reader): boolean {
  const tag = reader.uint(1)
  return tag === DerTag.sequence || (tag === DerTag.integer && reader.uint(1) === 1)
}

/**
 * Whether the first decrypted block is that of a SEQUENCE that fills the ciphertext up to its padding: about 20 bits of
 * proof that the password is right. Padding is not looked at, and nothing beyond the first block is.
 */
export function firstBlockFits(block: Uint8Array, ciphertextLength: number): boolean {
  const reader = new Reader(block)
  const announced = announcedLength(reader)
  if (announced === undefined || !beginsLikeContents(reader)) return false
  return announced === 0 || (announced < ciphertextLength && announced >= ciphertextLength - block.length)
}

/** The length of the padding (RFC 8018 §6.1.1), or 0 where it is wrong. */
function paddingLength(plaintext: Uint8Array, blockLength: number): number {
  const length = plaintext[plaintext.length - 1] ?? 0
  const padding = plaintext.subarray(plaintext.length - length)
  return length >= 1 && length <= blockLength && padding.every((octet) => octet === length) ? length : 0
}

/** Padding of three octets comes right by chance once in 2²⁴ wrong passwords, one of a single octet once in 256. */
const TELLING_PADDING = 3

/** Refuses a ciphertext that is no number of whole blocks. */
export function requireWholeBlocks(ciphertext: Uint8Array, blockLength: number): void {
  if (ciphertext.length === 0 || ciphertext.length % blockLength !== 0)
    throw damaged('encrypted contents are cut short')
}

/**
 * Decrypts a SEQUENCE and takes its padding off. Where that fails, what did come right tells a wrong password, which
 * leaves nothing right, from damage, which leaves the beginning or the end. Throws `KeystoreError`.
 */
export function unseal(cipher: PasswordCipher, ciphertext: Uint8Array): Uint8Array {
  const { blockLength } = cipher
  requireWholeBlocks(ciphertext, blockLength)
  const plaintext = cipher.decrypt(ciphertext)
  const padding = paddingLength(plaintext, blockLength)
  const fits = firstBlockFits(plaintext.subarray(0, blockLength), ciphertext.length)
  if (fits && padding > 0) return plaintext.subarray(0, plaintext.length - padding)
  plaintext.fill(0)
  throw fits || padding >= TELLING_PADDING ? damaged('encrypted contents were changed') : wrongPassword()
}
