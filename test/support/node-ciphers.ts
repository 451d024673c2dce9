/** The primitives of the record layer and the key schedule over node:crypto: an implementation that is not ours. */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import type { HashPrimitives } from '../../src/crypto/primitives.js'
import type { Aead, AeadName, BlockCipher, BlockCipherName, RecordCiphers } from '../../src/crypto/record-ciphers.js'

export type RecordPrimitives = RecordCiphers & HashPrimitives & { randomBytes(length: number): Uint8Array }

const plain = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** node:crypto's types know each AEAD by a name of its own; all are used alike. */
const nodeName = {
  AES_128_GCM: 'aes-128-gcm',
  AES_256_GCM: 'aes-256-gcm',
  CHACHA20_POLY1305: 'chacha20-poly1305',
  AES_128_CCM: 'aes-128-ccm',
  AES_256_CCM: 'aes-256-ccm',
  AES_128_CCM_8: 'aes-128-ccm',
  AES_256_CCM_8: 'aes-256-ccm',
} as const satisfies Record<AeadName, string>

function aead(name: AeadName, key: Uint8Array): Aead {
  const tagLength = name.endsWith('CCM_8') ? 8 : 16
  const options = { authTagLength: tagLength }
  // the overloads split the modes by literal name; their shape is the same
  const algorithm = nodeName[name] as 'aes-128-ccm'
  return {
    seal: (nonce, additionalData, plaintext) => {
      const cipher = createCipheriv(algorithm, key, nonce, options)
      cipher.setAAD(additionalData, { plaintextLength: plaintext.length })
      return plain(cipher.update(plaintext), cipher.final(), cipher.getAuthTag())
    },
    open: (nonce, additionalData, ciphertext) => {
      const end = ciphertext.length - tagLength
      const decipher = createDecipheriv(algorithm, key, nonce, options)
      decipher.setAuthTag(ciphertext.subarray(end))
      decipher.setAAD(additionalData, { plaintextLength: end })
      const opened = decipher.update(ciphertext.subarray(0, end))
      try {
        decipher.final()
      } catch {
        return undefined
      }
      return plain(opened)
    },
  }
}

function blockCipher(cipher: BlockCipherName, key: Uint8Array): BlockCipher {
  const name = cipher === '3DES_EDE_CBC' ? 'des-ede3-cbc' : `aes-${8 * key.length}-cbc`
  return {
    encrypt: (iv, input) => plain(createCipheriv(name, key, iv).setAutoPadding(false).update(input)),
    decrypt: (iv, input) => plain(createDecipheriv(name, key, iv).setAutoPadding(false).update(input)),
  }
}

export const nodeCiphers: RecordPrimitives = {
  aead: (name, key) =>
    aead(
      name,
      key.use((bytes) => bytes.slice()),
    ),
  blockCipher: (name, key) =>
    blockCipher(
      name,
      key.use((bytes) => bytes.slice()),
    ),
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
  hash: (name, ...parts) => plain(createHash(name).update(Buffer.concat(parts)).digest()),
  hmac: (name, key, ...parts) =>
    plain(key.use((bytes) => createHmac(name, bytes).update(Buffer.concat(parts)).digest())),
}
