import type { Secret } from '../bytes/secret.js'

export type AeadName =
  | 'AES_128_GCM'
  | 'AES_256_GCM'
  | 'CHACHA20_POLY1305'
  | 'AES_128_CCM'
  | 'AES_256_CCM'
  | 'AES_128_CCM_8'
  | 'AES_256_CCM_8'

/** All but AES-192, which is for keystores, are in cipher suites too. */
export type BlockCipherName = 'AES_128_CBC' | 'AES_192_CBC' | 'AES_256_CBC' | '3DES_EDE_CBC'

/** Lengths in bytes of the key and of the tag that ends what is sealed (RFC 5116 §5, RFC 6655 §6, RFC 8439 §2.8). */
export const aeadLengths: Readonly<Record<AeadName, { readonly key: 16 | 32; readonly tag: 8 | 16 }>> = {
  AES_128_GCM: { key: 16, tag: 16 },
  AES_256_GCM: { key: 32, tag: 16 },
  CHACHA20_POLY1305: { key: 32, tag: 16 },
  AES_128_CCM: { key: 16, tag: 16 },
  AES_256_CCM: { key: 32, tag: 16 },
  AES_128_CCM_8: { key: 16, tag: 8 },
  AES_256_CCM_8: { key: 32, tag: 8 },
}

/** Lengths in bytes of the key and of a block, which is the length of the IV too (RFC 5246 Appendix C). */
export const blockCipherLengths: Readonly<
  Record<BlockCipherName, { readonly key: 16 | 24 | 32; readonly block: 8 | 16 }>
> = {
  AES_128_CBC: { key: 16, block: 16 },
  AES_192_CBC: { key: 24, block: 16 },
  AES_256_CBC: { key: 32, block: 16 },
  '3DES_EDE_CBC': { key: 24, block: 8 },
}

/** An AEAD keyed for one direction of one connection (RFC 5116 §2). Nonces are 12 bytes; the tag ends the ciphertext. */
export interface Aead {
  seal(nonce: Uint8Array, additionalData: Uint8Array, plaintext: Uint8Array): Uint8Array
  /** Optional: the same, written to `output` from `at` on, which saves the record layer a copy of each record. */
  sealInto?(nonce: Uint8Array, additionalData: Uint8Array, plaintext: Uint8Array, output: Uint8Array, at: number): void
  /** The plaintext, or `undefined` where the tag does not match. Never throws for what a peer sent. */
  open(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined
}

/** CBC without padding, keyed for one direction: `input` is a positive multiple of the block length. */
export interface BlockCipher {
  encrypt(iv: Uint8Array, input: Uint8Array): Uint8Array
  decrypt(iv: Uint8Array, input: Uint8Array): Uint8Array
}

/** Makes keyed record ciphers. Synchronous: a record is sealed and opened as it passes. */
export interface RecordCiphers {
  /** Throws `RangeError` for a key of another length than the cipher's. */
  aead(name: AeadName, key: Secret): Aead
  /** Throws `RangeError` for a key of another length than the cipher's. */
  blockCipher(name: BlockCipherName, key: Secret): BlockCipher
}

/** Throws `RangeError` unless a key has the length that its cipher takes. */
export function checkKeyLength(name: AeadName | BlockCipherName, key: Secret, length: number): void {
  if (key.length !== length) throw new RangeError(`${name} takes a key of ${length} bytes, not ${key.length}`)
}
