import { hmac as nobleHmac } from '@noble/hashes/hmac.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { HashPrimitives } from '../../crypto/primitives.js'

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
