/** The keystores of vectors/keystore, made by OpenSSL, GnuTLS and Java, or composed (vectors/make-keystores.ts). */
import { pbkdf2Sync, scryptSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { KeystoreError, type KeystorePrimitives } from '../../../src/x509/index.js'
import { nodeCiphers } from '../../support/node-ciphers.js'

export const PASSWORD = 'correct horse'
export const UNICODE_PASSWORD = 'Пароль €\u{1f600}'

const folder = fileURLToPath(new URL('../../../vectors/keystore/', import.meta.url))

export const keystoreNames: readonly string[] = readdirSync(folder)
export const textOf = (name: string): string => readFileSync(folder + name, 'utf8')
export const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(folder + name))

/** node:crypto, whose key derivation is fast enough for hundreds of files. */
export const fast: KeystorePrimitives = {
  ...nodeCiphers,
  pbkdf2: (hash, password, salt, iterations, length) =>
    new Uint8Array(password.use((bytes) => pbkdf2Sync(bytes, salt, iterations, length, hash))),
  scrypt: (password, salt, { cost: N, blockSize: r, parallelization: p }, length) =>
    new Uint8Array(password.use((bytes) => scryptSync(bytes, salt, length, { N, r, p, maxmem: 2 ** 30 }))),
}

/** The error that `f` throws, after making sure that it shows neither password. */
export function refusal(f: () => unknown): KeystoreError {
  try {
    f()
  } catch (error) {
    if (!(error instanceof KeystoreError)) throw error
    const shown = `${error.message} ${JSON.stringify(error)} ${String(error.cause)}`
    for (const password of [PASSWORD, UNICODE_PASSWORD]) expect(shown).not.toContain(password)
    return error
  }
  throw new Error('nothing was thrown')
}

/** The reason of the `KeystoreError` that `f` throws, or `undefined` where it throws nothing; anything else is thrown on. */
export function reasonOf(f: () => unknown): KeystoreError['reason'] | undefined {
  try {
    f()
    return undefined
  } catch (error) {
    if (error instanceof KeystoreError) return error.reason
    throw error
  }
}

/** `bytes` with one bit changed. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}
