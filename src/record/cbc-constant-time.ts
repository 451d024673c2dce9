// What opening a CBC record does with a padding length that must not show in its time. Comparisons of secret numbers are
// arithmetic on sign bits, loops run over public lengths. JavaScript promises none of this: an engine may compile
// arithmetic to branches, and views of secret lengths are made. What is left is far below the hash compressions that
// Lucky 13 measured, and these are equal in number.

import type { HashName, HashPrimitives } from '../crypto/primitives.js'

/** padding_length is one byte, so padding and it are at most 256 bytes. */
const MOST_PADDING = 256

/** All ones where `left < right`, else zero, for numbers whose difference fits 31 bits. */
const maskLess = (left: number, right: number): number => (left - right) >> 31

/** 1 where `value` is zero, else 0, for 31-bit values. */
const isZero = (value: number): number => ((value - 1) & ~value) >>> 31

/**
 * The padding's length where every byte of it is right and a MAC fits before it, else zero, which is what
 * RFC 5246 §6.2.3.2 has an implementation go on with. `good` is 1 or 0. `decrypted` holds more than `macLength` bytes.
 */
export function paddingLengthOrZero(decrypted: Uint8Array, macLength: number): { length: number; good: number } {
  const end = decrypted.length - 1
  const claimed = decrypted[end] ?? 0
  let wrong = maskLess(end - macLength, claimed)
  const looked = Math.min(MOST_PADDING, decrypted.length)
  for (let i = 0; i < looked; i++) {
    wrong |= maskLess(i - 1, claimed) & ((decrypted[end - i] ?? 0) ^ claimed)
  }
  const good = isZero(wrong & 0x1ff)
  return { length: claimed & -good, good }
}

/**
 * 1 where `mac` stands at `at`, else 0. `at` is secret: all bytes where a MAC may end up are looked at, whatever it is.
 */
export function isMacAt(decrypted: Uint8Array, at: number, mac: Uint8Array): number {
  let difference = 0
  const first = Math.max(0, decrypted.length - mac.length - MOST_PADDING)
  for (let i = first; i < decrypted.length; i++) {
    const position = i - at
    const inside = ~maskLess(position, 0) & maskLess(position, mac.length)
    difference |= inside & ((decrypted[i] ?? 0) ^ (mac[position & inside] ?? 0))
  }
  return isZero(difference)
}

/** A padding is never longer, and so never spans more whole blocks. */
const FILLER = new Uint8Array(MOST_PADDING)

/** Input block and the bytes that padding and length field take at least: RFC 6234 §4.1, RFC 6234 §4.2. */
const geometry = (hash: HashName): { blockShift: number; trailer: number } =>
  hash === 'sha384' || hash === 'sha512' ? { blockShift: 7, trailer: 17 } : { blockShift: 6, trailer: 9 }

/**
 * Runs as many compressions of `hash` as a MAC over `longest` bytes would have taken more than the one over `length`
 * did, and one besides, since hashing nothing takes one: together with that MAC the work depends on `longest` alone.
 */
export function equalizeHashing(primitives: HashPrimitives, hash: HashName, length: number, longest: number): void {
  const { blockShift, trailer } = geometry(hash)
  const compressions = (bytes: number): number => (bytes + trailer + (1 << blockShift) - 1) >> blockShift
  const missing = compressions(longest) - compressions(length)
  primitives.hash(hash, FILLER.subarray(0, missing << blockShift))
}
