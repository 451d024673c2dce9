import type { Secret } from '../bytes/secret.js'

/** Hash functions by the names of RFC 5246 §7.4.1.4.1. */
export type HashName = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

/** The synchronous primitives under the key schedule and the transcript. */
export interface HashPrimitives {
  /** The hash of the concatenation of `parts`. */
  hash(name: HashName, ...parts: readonly Uint8Array[]): Uint8Array
  /** HMAC (RFC 2104) of the concatenation of `parts`. */
  hmac(name: HashName, key: Secret, ...parts: readonly Uint8Array[]): Uint8Array
  /**
   * PBKDF2 with HMAC (RFC 8018 §5.2): `length` bytes. Optional: without it the same comes of `hmac`, which hashes the
   * password anew in each of many thousand iterations and takes three times as long.
   */
  pbkdf2?(name: HashName, password: Secret, salt: Uint8Array, iterations: number, length: number): Uint8Array
  /** scrypt (RFC 7914 §6): `length` bytes. Optional: private keys that are encrypted under it are unsupported otherwise. */
  scrypt?(password: Secret, salt: Uint8Array, cost: ScryptCost, length: number): Uint8Array
}

/** What scrypt costs (RFC 7914 §2): 128 · blockSize · cost bytes, and time in proportion, `parallelization` times. */
export interface ScryptCost {
  /** A power of two. */
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
}

/** Octets of a hash's output. */
export const hashLength: Readonly<Record<HashName, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
}
