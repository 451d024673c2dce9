import { hmac as nobleHmac } from '@noble/hashes/hmac.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { pbkdf2 as noblePbkdf2 } from '@noble/hashes/pbkdf2.js'
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { Secret } from '../../bytes/secret.js'
import type { HashName, HashPrimitives, ScryptCost } from '../../crypto/primitives.js'

const hashes = { md5, sha1, sha224, sha256, sha384, sha512 }

export const hash: HashPrimitives['hash'] = (name, ...parts) => {
  const state = hashes[name].create()
  for (const part of parts) state.update(part)
  return state.digest()
}

export const hmac: HashPrimitives['hmac'] = (name, key, ...parts) =>
  key.use((bytes) => {
    const state = nobleHmac.create(hashes[name], bytes)
    for (const part of parts) state.update(part)
    return state.digest()
  })

export const pbkdf2 = (name: HashName, password: Secret, salt: Uint8Array, iterations: number, length: number) =>
  password.use((bytes) => noblePbkdf2(hashes[name], bytes, salt, { c: iterations, dkLen: length }))

export const scrypt = (
  password: Secret,
  salt: Uint8Array,
  { cost: N, blockSize: r, parallelization: p }: ScryptCost,
  dkLen: number,
): Uint8Array =>
  // its own cap is below what a keystore may ask for; whoever calls has capped the memory
  password.use((bytes) => nobleScrypt(bytes, salt, { N, r, p, dkLen, maxmem: memoryOf(N, r, p) }))

/** Twice what RFC 7914 §2 needs, for what an implementation has beside it. */
const memoryOf = (N: number, r: number, p: number): number => 256 * r * (N + p)
