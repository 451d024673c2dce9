import { cbc, gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import {
  type AeadName,
  aeadLengths,
  type BlockCipherName,
  blockCipherLengths,
  checkKeyLength,
  type RecordCiphers,
} from '../../crypto/record-ciphers.js'
import { ccm } from './ccm.js'
import { tripleDesCbc } from './triple-des.js'

interface Sealer {
  encrypt(plaintext: Uint8Array): Uint8Array
  /** Throws, or returns `undefined`, where the tag does not match. */
  decrypt(ciphertext: Uint8Array): Uint8Array | undefined
}

type AeadConstructor = (key: Uint8Array, nonce: Uint8Array, additionalData: Uint8Array) => Sealer

const ccmWithTag =
  (tagLength: 8 | 16): AeadConstructor =>
  (key, nonce, data) =>
    ccm(key, nonce, data, tagLength)

const aeads: Readonly<Record<AeadName, AeadConstructor>> = {
  AES_128_GCM: gcm,
  AES_256_GCM: gcm,
  CHACHA20_POLY1305: chacha20poly1305,
  AES_128_CCM: ccmWithTag(16),
  AES_256_CCM: ccmWithTag(16),
  AES_128_CCM_8: ccmWithTag(8),
  AES_256_CCM_8: ccmWithTag(8),
}

type CbcConstructor = (
  key: Uint8Array,
  iv: Uint8Array,
) => Record<'encrypt' | 'decrypt', (input: Uint8Array) => Uint8Array>

const aesCbc: CbcConstructor = (key, iv) => cbc(key, iv, { disablePadding: true })

const blockCiphers: Readonly<Record<BlockCipherName, CbcConstructor>> = {
  AES_128_CBC: aesCbc,
  AES_192_CBC: aesCbc,
  AES_256_CBC: aesCbc,
  '3DES_EDE_CBC': tripleDesCbc,
}

// noble's ciphers are made for one message each and refuse a second one, so each record makes its own.
export const recordCiphers: RecordCiphers = {
  aead(name, key) {
    const lengths = aeadLengths[name]
    checkKeyLength(name, key, lengths.key)
    const make = aeads[name]
    return {
      seal: (nonce, additionalData, plaintext) =>
        key.use((bytes) => make(bytes, nonce, additionalData).encrypt(plaintext)),
      open: (nonce, additionalData, ciphertext) =>
        key.use((bytes) => {
          const cipher = make(bytes, nonce, additionalData)
          if (ciphertext.length < lengths.tag) return undefined
          try {
            return cipher.decrypt(ciphertext)
          } catch {
            return undefined
          }
        }),
    }
  },
  blockCipher(name, key) {
    checkKeyLength(name, key, blockCipherLengths[name].key)
    const make = blockCiphers[name]
    return {
      encrypt: (iv, input) => key.use((bytes) => make(bytes, iv).encrypt(input)),
      decrypt: (iv, input) => key.use((bytes) => make(bytes, iv).decrypt(input)),
    }
  },
}
