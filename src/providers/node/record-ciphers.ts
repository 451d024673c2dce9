import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Secret } from '../../bytes/secret.js'
import {
  type Aead,
  type AeadName,
  aeadLengths,
  type BlockCipherName,
  blockCipherLengths,
  checkKeyLength,
  type RecordCiphers,
} from '../../crypto/record-ciphers.js'
import { plain } from './bytes.js'

const aeads: Readonly<Record<AeadName, string>> = {
  AES_128_GCM: 'aes-128-gcm',
  AES_256_GCM: 'aes-256-gcm',
  CHACHA20_POLY1305: 'chacha20-poly1305',
  AES_128_CCM: 'aes-128-ccm',
  AES_256_CCM: 'aes-256-ccm',
  AES_128_CCM_8: 'aes-128-ccm',
  AES_256_CCM_8: 'aes-256-ccm',
}

const blockCiphers: Readonly<Record<BlockCipherName, string>> = {
  AES_128_CBC: 'aes-128-cbc',
  AES_192_CBC: 'aes-192-cbc',
  AES_256_CBC: 'aes-256-cbc',
  '3DES_EDE_CBC': 'des-ede3-cbc',
}

/** Bytes of length zero without memory are a null pointer, which OpenSSL's CCM takes for something else than no message. */
const EMPTY = new Uint8Array(1).subarray(1)
const notNull = (bytes: Uint8Array): Uint8Array => (bytes.length === 0 ? EMPTY : bytes)

// The key is lent to each cipher and kept nowhere else, so that wiping the secret ends its use; a KeyObject kept beside
// it would save nothing (10.5 µs a record of 16 KiB against 9.9).
function aead(algorithm: string, key: Secret, tagLength: number): Aead {
  // Node's types name each AEAD separately; all are used alike, as CCM must be: one update after the lengths are told.
  const name = algorithm as 'aes-128-ccm'
  const options = { authTagLength: tagLength }
  const sealInto: NonNullable<Aead['sealInto']> = (nonce, additionalData, plaintext, output, at) => {
    const cipher = key.use((bytes) => createCipheriv(name, bytes, nonce, options))
    cipher.setAAD(additionalData, { plaintextLength: plaintext.length })
    output.set(cipher.update(notNull(plaintext)), at)
    cipher.final() // no mode holds anything back: there is only the tag to come
    output.set(cipher.getAuthTag(), at + plaintext.length)
  }
  return {
    sealInto,
    seal: (nonce, additionalData, plaintext) => {
      const sealed = new Uint8Array(plaintext.length + tagLength)
      sealInto(nonce, additionalData, plaintext, sealed, 0)
      return sealed
    },
    open: (nonce, additionalData, ciphertext) => {
      const length = ciphertext.length - tagLength
      const decipher = key.use((bytes) => createDecipheriv(name, bytes, nonce, options))
      if (length < 0) return undefined
      decipher.setAuthTag(ciphertext.subarray(length))
      decipher.setAAD(additionalData, { plaintextLength: length })
      const opened = decipher.update(notNull(ciphertext.subarray(0, length)))
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
    const lengths = aeadLengths[name]
    checkKeyLength(name, key, lengths.key)
    return aead(aeads[name], key, lengths.tag)
  },
  blockCipher(name, key) {
    checkKeyLength(name, key, blockCipherLengths[name].key)
    const algorithm = blockCiphers[name]
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
