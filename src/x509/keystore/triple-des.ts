import type { BlockDecryption } from './cbc-decryption.js'

/** Bit numbers of the standard's tables count from 1 at the most significant end. */
type Permutation = readonly number[]

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step)

/** Rows of eight, each counting down by eight from these starts. */
const INITIAL: Permutation = [58, 60, 62, 64, 57, 59, 61, 63].flatMap((start) => range(start, start - 56, -8))
const FINAL: Permutation = range(1, 64, 1).map((bit) => INITIAL.indexOf(bit) + 1)
const ROUND: Permutation = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
]
/** The parity bits, every eighth, appear in neither half. */
const KEY_HALVES: readonly [Permutation, Permutation] = [
  [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36],
  [63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4],
]
const SUBKEY: Permutation = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30,
  40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
]
const ROTATIONS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]

/** The eight S-boxes: four rows of sixteen hexadecimal digits each. */
const BOXES = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
].map((rows) => [...rows.replaceAll(' ', '')].map((digit) => Number.parseInt(digit, 16)))

/** What each S-box adds to the round's output for each six-bit input, moved to where the round permutation puts it. */
const PERMUTED_BOXES = BOXES.map((box, index) =>
  Int32Array.from({ length: 64 }, (_, input) => {
    const row = ((input >> 4) & 2) | (input & 1)
    const output = (box[16 * row + ((input >> 1) & 15)] ?? 0) << (28 - 4 * index)
    return ROUND.reduce((word, bit, at) => word | (((output >>> (32 - bit)) & 1) << (31 - at)), 0)
  }),
)

const toBits = (bytes: Uint8Array): number[] =>
  [...bytes].flatMap((byte) => range(0, 7, 1).map((i) => (byte >> (7 - i)) & 1))
const permute = (bits: readonly number[], permutation: Permutation): number[] =>
  permutation.map((bit) => bits[bit - 1] ?? 0)
const toNumber = (bits: readonly number[]): number => bits.reduce((value, bit) => (value << 1) | bit, 0)

/** Sixteen subkeys, each as the eight six-bit numbers that meet the eight S-boxes. */
function subkeys(key: Uint8Array): readonly (readonly number[])[] {
  const bits = toBits(key)
  let [left, right] = [permute(bits, KEY_HALVES[0]), permute(bits, KEY_HALVES[1])]
  return ROTATIONS.map((rotation) => {
    left = [...left.slice(rotation), ...left.slice(0, rotation)]
    right = [...right.slice(rotation), ...right.slice(0, rotation)]
    const chosen = permute([...left, ...right], SUBKEY)
    return range(0, 42, 6).map((at) => toNumber(chosen.slice(at, at + 6)))
  })
}

function roundFunction(half: number, subkey: readonly number[]): number {
  let output = 0
  for (let box = 0; box < 8; box++) {
    const rotation = (4 * box + 31) % 32 // each box sees its four bits and one neighbour on either side
    const input = ((half << rotation) | (half >>> (32 - rotation))) >>> 26
    output |= PERMUTED_BOXES[box]?.[input ^ (subkey[box] ?? 0)] ?? 0
  }
  return output
}

/** Sixteen rounds. Outer permutations are left to the caller: between the three passes of triple DES they cancel out. */
function pass(left: number, right: number, keys: readonly (readonly number[])[]): [number, number] {
  for (const subkey of keys) [left, right] = [right, left ^ roundFunction(right, subkey)]
  return [right, left]
}

/**
 * Triple DES decryption (EDE) of one 8-byte block, for keystores only: its blocks are too short for anything that goes on.
 * `key` is 16 bytes (the first third used twice) or 24; parity bits are not looked at.
 */
export function tripleDesDecryption(key: Uint8Array): BlockDecryption {
  if (key.length !== 16 && key.length !== 24) throw new RangeError(`triple DES takes 16 or 24 bytes, not ${key.length}`)
  const first = subkeys(key.subarray(0, 8))
  const second = subkeys(key.subarray(8, 16))
  const third = key.length === 24 ? subkeys(key.subarray(16)) : first
  const passes = [third.toReversed(), second, first.toReversed()]
  return (block) => {
    const bits = permute(toBits(block), INITIAL)
    let halves: [number, number] = [toNumber(bits.slice(0, 32)), toNumber(bits.slice(32))]
    for (const keys of passes) halves = pass(...halves, keys)
    const output = halves.flatMap((half) => range(0, 31, 1).map((i) => (half >>> (31 - i)) & 1))
    const permuted = permute(output, FINAL)
    return Uint8Array.from({ length: 8 }, (_, i) => toNumber(permuted.slice(8 * i, 8 * i + 8)))
  }
}
