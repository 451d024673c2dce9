import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Secret } from '../../bytes/secret.js'
import type { Aead, AeadName, BlockCipherName, RecordCiphers } from '../../crypto/record-ciphers.js'
import { plain } from './bytes.js'

const TAG_LENGTH = 16
const OPTIONS = { authTagLength: TAG_LENGTH }

const aeads: Readonly<Record<AeadName, { readonly keyLength: number; readonly algorithm: string }>> = {
  AES_128_GCM: { keyLength: 16, algorithm: 'aes-128-gcm' },
  AES_256_GCM: { keyLength: 32, algorithm: 'aes-256-gcm' },
  CHACHA20_POLY1305: { keyLength: 32, algorithm: 'chacha20-poly1305' },
}

const blockCiphers: Readonly<Record<BlockCipherName, { readonly keyLength: number; readonly algorithm: string }>> = {
  AES_128_CBC: { keyLength: 16, algorithm: 'aes-128-cbc' },
  AES_192_CBC: { keyLength: 24, algorithm: 'aes-192-cbc' },
  AES_256_CBC: { keyLength: 32, algorithm: 'aes-256-cbc' },
}

function checkKey(name: string, key: Secret, length: number): void {
  if (key.length !== length) throw new RangeError(`${name} takes a key of ${length} bytes, not ${key.length}`)
}

// The key is lent to each cipher and kept nowhere else, so that wiping the secret ends its use; a KeyObject kept beside
// it would save nothing (10.5 µs a record of 16 KiB against 9.9).
function aead(algorithm: string, key: Secret): Aead {
  // Node's types name each AEAD separately; all three are used alike.
  const name = algorithm as 'aes-128-gcm'
  return {
    seal: (nonce, additionalData, plaintext) => {
      const cipher = key.use((bytes) => createCipheriv(name, bytes, nonce, OPTIONS))
      cipher.setAAD(additionalData, { plaintextLength: plaintext.length })
      const encrypted = cipher.update(plaintext)
      cipher.final() // neither mode holds anything back: there is only the tag to come
      const sealed = new Uint8Array(encrypted.length + TAG_LENGTH)
      sealed.set(encrypted)
      sealed.set(cipher.getAuthTag(), encrypted.length)
      return sealed
    },
    open: (nonce, additionalData, ciphertext) => {
      const length = ciphertext.length - TAG_LENGTH
      const decipher = key.use((bytes) => createDecipheriv(name, bytes, nonce, OPTIONS))
      if (length < 0) return undefined
      decipher.setAuthTag(ciphertext.subarray(length))
      decipher.setAAD(additionalData, { plaintextLength: length })
      const opened = decipher.update(ciphertext.subarray(0, length))
      try {
        decipher.final()
      } catch {
        opened.fill(0) // decrypted before it was authenticated: nobody may see it
        return undefined
      }
      return plain(opened)
    },
  }
}

export const recordCiphers: RecordCiphers = {
  aead(name, key) {
    const { keyLength, algorithm } = aeads[name]
    checkKey(name, key, keyLength)
    return aead(algorithm, key)
  },
  blockCipher(name, key) {
    const { keyLength, algorithm } = blockCiphers[name]
    checkKey(name, key, keyLength)
    return {
      encrypt: (iv, input) =>
        plain(
          key
            .use((bytes) => createCipheriv(algorithm, bytes, iv))
            .setAutoPadding(false)
            .update(input),
        ),
      decrypt: (iv, input) =>
        plain(
          key
            .use((bytes) => createDecipheriv(algorithm, bytes, iv))
            .setAutoPadding(false)
            .update(input),
        ),
    }
  },
}
