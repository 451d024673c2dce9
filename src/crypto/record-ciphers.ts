import type { Secret } from '../bytes/secret.js'

export type AeadName = 'AES_128_GCM' | 'AES_256_GCM' | 'CHACHA20_POLY1305'
/** Cipher suites of this library use the first alone; the longer keys are for keystores. */
export type BlockCipherName = 'AES_128_CBC' | 'AES_192_CBC' | 'AES_256_CBC'

/** An AEAD keyed for one direction of one connection (RFC 5116 §2). Its tag is the last 16 bytes of the ciphertext. */
export interface Aead {
  seal(nonce: Uint8Array, additionalData: Uint8Array, plaintext: Uint8Array): Uint8Array
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
  aead(name: AeadName, key: Secret): Aead
  blockCipher(name: BlockCipherName, key: Secret): BlockCipher
}
