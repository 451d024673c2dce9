import { publicEqual } from '../bytes/equal.js'

const ENTRIES = 256
/** What is larger is not kept, so that peers cannot fill memory: at most 4 MiB of encodings are. */
const LARGEST = 16_384

/** Remembers what was made of the last 256 encodings. */
export interface ByteCache<T> {
  get(der: Uint8Array): T | undefined
  /** Keeps `value` if it is small enough, and returns it. */
  put(value: T): T
}

const TAIL = 32

/**
 * FNV-1a in 32 bits over the end, where the signature is, and the length: a hash of all octets took five times as long as
 * comparing them does. A peer can make collisions: they cost an entry its place and nothing else, since the octets are compared.
 */
function fingerprint(bytes: Uint8Array): number {
  let hash = 0x811c9dc5 ^ bytes.length
  for (let i = Math.max(0, bytes.length - TAIL); i < bytes.length; i++)
    hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193)
  return hash
}

/** Makes an empty cache. The least recently used entry goes first. */
export function createByteCache<T extends { readonly der: Uint8Array }>(): ByteCache<T> {
  const entries = new Map<number, T>()
  const keep = (key: number, value: T): void => {
    entries.delete(key)
    entries.set(key, value)
    if (entries.size <= ENTRIES) return
    for (const oldest of entries.keys()) {
      entries.delete(oldest)
      return
    }
  }
  return {
    get(der) {
      if (der.length > LARGEST) return undefined
      const key = fingerprint(der)
      const found = entries.get(key)
      if (found === undefined || !publicEqual(found.der, der)) return undefined
      keep(key, found)
      return found
    },
    put(value) {
      if (value.der.length <= LARGEST) keep(fingerprint(value.der), value)
      return value
    },
  }
}
