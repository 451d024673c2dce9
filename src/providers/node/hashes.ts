import { createHash, createHmac, hash as hashAtOnce, pbkdf2Sync, scryptSync } from 'node:crypto'
import type { Secret } from '../../bytes/secret.js'
import type { HashName, HashPrimitives, ScryptCost } from '../../crypto/primitives.js'
import { plain } from './bytes.js'

export const hash: HashPrimitives['hash'] = (name, ...parts) => {
  const [only] = parts
  // half the time of a hash object, and most hashes have one part
  if (only !== undefined && parts.length === 1) return plain(hashAtOnce(name, only, 'buffer'))
  const state = createHash(name)
  for (const part of parts) state.update(part)
  return plain(state.digest())
}

export const hmac: HashPrimitives['hmac'] = (name, key, ...parts) => {
  const state = key.use((bytes) => createHmac(name, bytes))
  for (const part of parts) state.update(part)
  return plain(state.digest())
}

export const pbkdf2 = (name: HashName, password: Secret, salt: Uint8Array, iterations: number, length: number) =>
  password.use((bytes) => plain(pbkdf2Sync(bytes, salt, iterations, length, name)))

export const scrypt = (
  password: Secret,
  salt: Uint8Array,
  { cost: N, blockSize: r, parallelization: p }: ScryptCost,
  length: number,
): Uint8Array =>
  // OpenSSL's own cap is below what a keystore may ask for; whoever calls has capped the memory
  password.use((bytes) => plain(scryptSync(bytes, salt, length, { N, r, p, maxmem: 256 * r * (N + p) })))
