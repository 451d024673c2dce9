import { cbc, gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { Secret } from '../../bytes/secret.js'
import type { AeadName, BlockCipherName, RecordCiphers } from '../../crypto/record-ciphers.js'

interface Sealer {
  encrypt(plaintext: Uint8Array): Uint8Array
  decrypt(ciphertext: Uint8Array): Uint8Array
}

type AeadConstructor = (key: Uint8Array, nonce: Uint8Array, additionalData: Uint8Array) => Sealer

const TAG_LENGTH = 16

const aeads: Readonly<Record<AeadName, { readonly keyLength: number; readonly make: AeadConstructor }>> = {
  AES_128_GCM: { keyLength: 16, make: (key, nonce, data) => gcm(key, nonce, data) },
  AES_256_GCM: { keyLength: 32, make: (key, nonce, data) => gcm(key, nonce, data) },
  CHACHA20_POLY1305: { keyLength: 32, make: (key, nonce, data) => chacha20poly1305(key, nonce, data) },
}

const blockCipherKeyLength: Readonly<Record<BlockCipherName, number>> = {
  AES_128_CBC: 16,
  AES_192_CBC: 24,
  AES_256_CBC: 32,
}

function checkKey(name: string, key: Secret, length: number): void {
  if (key.length !== length) throw new RangeError(`${name} takes a key of ${length} bytes, not ${key.length}`)
}

// noble's ciphers are made for one message each and refuse a second one, so each record makes its own.
export const recordCiphers: RecordCiphers = {
  aead(name, key) {
    const { keyLength, make } = aeads[name]
    checkKey(name, key, keyLength)
    return {
      seal: (nonce, additionalData, plaintext) =>
        key.use((bytes) => make(bytes, nonce, additionalData).encrypt(plaintext)),
      open: (nonce, additionalData, ciphertext) =>
        key.use((bytes) => {
          const cipher = make(bytes, nonce, additionalData)
          if (ciphertext.length < TAG_LENGTH) return undefined
          try {
            return cipher.decrypt(ciphertext)
          } catch {
            return undefined
          }
        }),
    }
  },
  blockCipher(name, key) {
    checkKey(name, key, blockCipherKeyLength[name])
    const make = (bytes: Uint8Array, iv: Uint8Array): Sealer => cbc(bytes, iv, { disablePadding: true })
    return {
      encrypt: (iv, input) => key.use((bytes) => make(bytes, iv).encrypt(input)),
      decrypt: (iv, input) => key.use((bytes) => make(bytes, iv).decrypt(input)),
    }
  },
}
