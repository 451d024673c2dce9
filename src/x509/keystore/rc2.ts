import { fromHex } from '../../bytes/convert.js'
import type { BlockDecryption } from './cbc-decryption.js'

/** A permutation of the octets, made of digits of pi: the one table of RC2. */
const PI_TABLE = fromHex(`
  d978f9c419ddb5ed28e9fd794aa0d89d c67e37832b76538e624c6488448bfba2 179a59f587b34f1361456d8d09817d32
  bd8f40eb86b77b0bf09521225c6b4e82 54d66593ce60b21c7356c014a78cf1dc 1275ca1f3bbee4d1423dd430a33cb626
  6fbf0eda4669075727f21d9bbc944303 f811c7f690ef3ee706c3d52fc8661ed7 08e8eade8052eef784aa72ac354d6a2a
  961ad2715a1549744b9fd05e0418a4ec c2e0416e0f51cbcc2491af50a1f47039 997c3a8523b8b47afc02365b25559731
  2d5dfa98e38a92ae05df2910676cbac9 d300e6cfe19ea82c6316013f58e289a9 0d38341bab33ffb0bb480c5fb9b1cd2e
  c5f3db47e5a59c770aa62068fe7fc1ad`)

const pi = (index: number): number => PI_TABLE[index & 0xff] ?? 0

/** Expands a key of 1 to 128 bytes to 64 words; only `effectiveBits` of it matter afterwards, 40 where exports were crippled. */
function expandKey(key: Uint8Array, effectiveBits: number): Uint16Array {
  const expanded = new Uint8Array(128)
  const at = (index: number): number => expanded[index] ?? 0
  expanded.set(key)
  for (let i = key.length; i < 128; i++) expanded[i] = pi(at(i - 1) + at(i - key.length))
  const effectiveBytes = Math.ceil(effectiveBits / 8)
  const mask = 0xff >> (8 * effectiveBytes - effectiveBits)
  expanded[128 - effectiveBytes] = pi(at(128 - effectiveBytes) & mask)
  for (let i = 127 - effectiveBytes; i >= 0; i--) expanded[i] = pi(at(i + 1) ^ at(i + effectiveBytes))
  const words = Uint16Array.from({ length: 64 }, (_, i) => at(2 * i) | (at(2 * i + 1) << 8))
  expanded.fill(0)
  return words
}

const ROTATIONS = [1, 2, 3, 5]

/** Undoes one mixing round: words in reverse order, each taking back its rotation and then its sum. */
function unmix(words: Uint16Array, key: Uint16Array, round: number): void {
  for (let i = 3; i >= 0; i--) {
    const rotation = ROTATIONS[i] ?? 0
    const word = words[i] ?? 0
    const [one, two, three] = [words[(i + 3) & 3] ?? 0, words[(i + 2) & 3] ?? 0, words[(i + 1) & 3] ?? 0]
    const rotated = (word >> rotation) | (word << (16 - rotation))
    words[i] = rotated - (key[4 * round + i] ?? 0) - (one & two) - (~one & three)
  }
}

function unmash(words: Uint16Array, key: Uint16Array): void {
  for (let i = 3; i >= 0; i--) words[i] = (words[i] ?? 0) - (key[(words[(i + 3) & 3] ?? 0) & 63] ?? 0)
}

/** After these mixing rounds the cipher mashes, so that decryption, which runs backwards, unmashes before them. */
const MASHED_AFTER = [10, 4]

/**
 * RC2 decryption of one 8-byte block, for keystores of the last century: 40-bit RC2 is broken by trying all keys.
 * `key` is 1 to 128 bytes, of whose expansion `effectiveBits` count.
 */
export function rc2Decryption(key: Uint8Array, effectiveBits: number): BlockDecryption {
  if (key.length < 1 || key.length > 128) throw new RangeError(`RC2 takes a key of 1 to 128 bytes, not ${key.length}`)
  const expanded = expandKey(key, effectiveBits)
  return (block) => {
    const words = Uint16Array.from({ length: 4 }, (_, i) => (block[2 * i] ?? 0) | ((block[2 * i + 1] ?? 0) << 8))
    for (let round = 15; round >= 0; round--) {
      if (MASHED_AFTER.includes(round)) unmash(words, expanded)
      unmix(words, expanded, round)
    }
    return Uint8Array.from({ length: 8 }, (_, i) => (words[i >> 1] ?? 0) >> (8 * (i & 1)))
  }
}
