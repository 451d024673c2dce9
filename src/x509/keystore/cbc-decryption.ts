/** Decrypts one block under a key that is already expanded. */
export type BlockDecryption = (block: Uint8Array) => Uint8Array

/** CBC decryption without unpadding, for block ciphers that no provider has. `input` is whole blocks of the length of `iv`. */
export function decryptCbc(decryptBlock: BlockDecryption, iv: Uint8Array, input: Uint8Array): Uint8Array {
  const output = new Uint8Array(input.length)
  let previous = iv
  for (let at = 0; at < input.length; at += iv.length) {
    const block = input.subarray(at, at + iv.length)
    const plain = decryptBlock(block)
    for (let i = 0; i < iv.length; i++) output[at + i] = (plain[i] ?? 0) ^ (previous[i] ?? 0)
    previous = block
  }
  return output
}
