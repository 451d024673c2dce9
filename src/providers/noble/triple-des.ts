const BLOCK = 8

/** Bit numbers of the standard's tables count from 1 at the most significant end. */
type Permutation = readonly number[]

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step)

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

const rotate = (half: number, by: number): number => (half << by) | (half >>> ((32 - by) & 31))

/** Both halves of a block, which the steps of the cipher change in place. */
type Halves = Int32Array

/** Exchanges those bits of the two words that `mask` marks in the second and, `shift` places higher, in the first. */
function exchange(halves: Halves, from: 0 | 1, shift: number, mask: number): void {
  const [high = 0, low = 0] = from === 0 ? halves : [halves[1], halves[0]]
  const difference = ((high >>> shift) ^ low) & mask
  halves[from] = high ^ (difference << shift)
  halves[1 - from] = low ^ difference
}

/** The initial permutation of the standard's table as five exchanges of ever smaller groups of bits. */
const EXCHANGES = [
  [0, 4, 0x0f0f0f0f],
  [0, 16, 0x0000ffff],
  [1, 2, 0x33333333],
  [1, 8, 0x00ff00ff],
  [0, 1, 0x55555555],
] as const
const EXCHANGES_BACK = EXCHANGES.toReversed()

/** Sixteen rounds. The permutations around them are left to the caller: between the three passes they cancel out. */
function pass(halves: Halves, keys: readonly (readonly number[])[]): void {
  let [left = 0, right = 0] = halves
  for (const subkey of keys) {
    let output = left
    for (let box = 0; box < 8; box++) {
      // each box sees its four bits and one neighbour on either side
      const input = rotate(right, (4 * box + 31) % 32) >>> 26
      output ^= PERMUTED_BOXES[box]?.[input ^ (subkey[box] ?? 0)] ?? 0
    }
    left = right
    right = output
  }
  halves[0] = right
  halves[1] = left
}

type Passes = readonly (readonly (readonly number[])[])[]

function applyTo(block: DataView, at: number, halves: Halves, passes: Passes): void {
  halves[0] = block.getInt32(at)
  halves[1] = block.getInt32(at + 4)
  for (const [from, shift, mask] of EXCHANGES) exchange(halves, from, shift, mask)
  for (const keys of passes) pass(halves, keys)
  for (const [from, shift, mask] of EXCHANGES_BACK) exchange(halves, from, shift, mask)
  block.setInt32(at, halves[0])
  block.setInt32(at + 4, halves[1])
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function chain(target: Uint8Array, at: number, previous: Uint8Array, from: number): void {
  for (let i = 0; i < BLOCK; i++) target[at + i] = (target[at + i] ?? 0) ^ (previous[from + i] ?? 0)
}

/**
 * Triple DES (encrypt, decrypt, encrypt) in CBC mode, as old peers and old key files have it: blocks of 8 bytes repeat
 * after some gigabytes under one key (Sweet32), and look-ups of secret bits in tables take a time that depends on them.
 * `key` is 24 bytes, whose parity bits are not looked at; `iv` is 8 bytes and `input` whole blocks.
 */
export function tripleDesCbc(key: Uint8Array, iv: Uint8Array) {
  if (key.length !== 24) throw new RangeError(`triple DES takes 24 bytes, not ${key.length}`)
  const forwards = [subkeys(key.subarray(0, 8)), subkeys(key.subarray(8, 16)).toReversed(), subkeys(key.subarray(16))]
  const halves = new Int32Array(2)
  return {
    encrypt(input: Uint8Array): Uint8Array {
      const output = Uint8Array.from(input)
      const view = viewOf(output)
      for (let at = 0; at < output.length; at += BLOCK) {
        chain(output, at, at === 0 ? iv : output, Math.max(0, at - BLOCK))
        applyTo(view, at, halves, forwards)
      }
      return output
    },
    decrypt(input: Uint8Array): Uint8Array {
      const backwards = forwards.toReversed().map((keys) => keys.toReversed())
      const output = Uint8Array.from(input)
      const view = viewOf(output)
      for (let at = 0; at < output.length; at += BLOCK) {
        applyTo(view, at, halves, backwards)
        chain(output, at, at === 0 ? iv : input, Math.max(0, at - BLOCK))
      }
      return output
    },
  }
}
