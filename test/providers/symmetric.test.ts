import { createCipheriv, createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concat, toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { type HashName, hashLength } from '../../src/crypto/primitives.js'
import type { AeadName } from '../../src/crypto/record-ciphers.js'
import { targets } from './targets.js'

const hashNames = Object.keys(hashLength) as HashName[]
const lengths = [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000]

const aeads: readonly [AeadName, string, number, number?][] = [
  ['AES_128_CCM', 'aes-128-ccm', 16],
  ['AES_256_CCM', 'aes-256-ccm', 32],
  ['AES_128_CCM_8', 'aes-128-ccm', 16, 8],
  ['AES_256_CCM_8', 'aes-256-ccm', 32, 8],
  ['AES_128_GCM', 'aes-128-gcm', 16],
  ['AES_256_GCM', 'aes-256-gcm', 32],
  ['CHACHA20_POLY1305', 'chacha20-poly1305', 32],
]

describe.each(targets)('$name', ({ provider }) => {
  describe('hashes and HMAC', () => {
    it.each(hashNames)('%s equals that of node:crypto, in one part or several', (name) => {
      for (const length of lengths) {
        const message = randomBytes(length)
        const expected = createHash(name).update(message).digest('hex')
        const cut = length >> 1
        expect(toHex(provider.hash(name, message))).toBe(expected)
        expect(toHex(provider.hash(name, message.subarray(0, cut), new Uint8Array(0), message.subarray(cut)))).toBe(
          expected,
        )
        expect(expected).toHaveLength(2 * hashLength[name])
      }
      expect(provider.hash(name)).toEqual(provider.hash(name, new Uint8Array(0)))
    })

    it.each(['sha1', 'sha256', 'sha512'] as const)('PBKDF2 with %s equals that of node:crypto', (name) => {
      const [password, salt] = [randomBytes(11), randomBytes(8)]
      const expected = pbkdf2Sync(password, salt, 100, 75, name).toString('hex')
      const made = provider.pbkdf2?.(name, new Secret(Uint8Array.from(password)), salt, 100, 75)
      expect(made === undefined ? undefined : toHex(made)).toBe(expected)
    })

    // RFC 7914 §12, without the last, which takes a GiB
    it.each([
      [
        '',
        '',
        16,
        1,
        1,
        '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906',
      ],
      [
        'password',
        'NaCl',
        1024,
        8,
        16,
        'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
      ],
      [
        'pleaseletmein',
        'SodiumChloride',
        16_384,
        8,
        1,
        '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
      ],
    ])('scrypt of %j and %j is that of RFC 7914 §12', (password, salt, cost, blockSize, parallelization, expected) => {
      const secret = new Secret(new TextEncoder().encode(password))
      const made = provider.scrypt?.(secret, new TextEncoder().encode(salt), { cost, blockSize, parallelization }, 64)
      expect(made === undefined ? undefined : toHex(made)).toBe(expected)
    })

    it.each(hashNames)('HMAC with %s equals that of node:crypto, for keys of every kind of length', (name) => {
      for (const length of lengths) {
        const [key, message] = [randomBytes(length), randomBytes(77)]
        const expected = createHmac(name, key).update(message).digest('hex')
        const secret = new Secret(Uint8Array.from(key))
        expect(toHex(provider.hmac(name, secret, message))).toBe(expected)
        expect(toHex(provider.hmac(name, secret, message.subarray(0, 10), message.subarray(10)))).toBe(expected)
      }
    })
  })

  describe.each(aeads)('%s', (name, nodeName, keyLength, authTagLength = 16) => {
    /** What node:crypto seals; its types know `setAAD` only for ciphers that are named literally. */
    function nodeSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
      const cipher = createCipheriv(nodeName as 'aes-128-ccm', key, nonce, { authTagLength })
      cipher.setAAD(aad, { plaintextLength: plaintext.length })
      // an empty Buffer may be a null pointer, which OpenSSL's CCM takes for something else
      return concat(cipher.update(plaintext.length === 0 ? '' : plaintext), cipher.final(), cipher.getAuthTag())
    }

    it('seals as node:crypto does, opens what that sealed, one record after the other', () => {
      const key = randomBytes(keyLength)
      const aead = provider.aead(name, new Secret(Uint8Array.from(key)))
      for (const length of [0, 1, 15, 16, 17, 64, 255, 1000, 16384]) {
        const [nonce, aad, plaintext] = [randomBytes(12), randomBytes(13), randomBytes(length)]
        const sealed = nodeSeal(key, nonce, aad, plaintext)
        expect(aead.seal(nonce, aad, plaintext)).toEqual(sealed)
        expect(aead.open(nonce, aad, sealed)).toEqual(Uint8Array.from(plaintext))
        expect(aead.open(nonce, aad, concat(Uint8Array.of(1, 2, 3), sealed).subarray(3))).toEqual(
          Uint8Array.from(plaintext),
        )
      }
    })

    it('opens nothing that was changed or cut', () => {
      const aead = provider.aead(name, new Secret(randomBytes(keyLength)))
      const [nonce, aad] = [randomBytes(12), randomBytes(13)]
      const sealed = aead.seal(nonce, aad, randomBytes(20))
      for (let i = 0; i < sealed.length; i++) {
        const changed = sealed.slice()
        changed[i] = (changed[i] ?? 0) ^ 1
        expect(aead.open(nonce, aad, changed)).toBeUndefined()
        expect(aead.open(nonce, aad, sealed.subarray(0, i))).toBeUndefined()
      }
      expect(aead.open(nonce, randomBytes(13), sealed)).toBeUndefined()
      expect(aead.open(randomBytes(12), aad, sealed)).toBeUndefined()
      expect(aead.open(nonce, aad, sealed)).toBeDefined()
    })

    it('wants a key of its own length, and one that was not wiped', () => {
      for (const length of [0, keyLength - 1, keyLength + 1, 24]) {
        expect(() => provider.aead(name, new Secret(new Uint8Array(length)))).toThrow(RangeError)
      }
      const key = new Secret(randomBytes(keyLength))
      const aead = provider.aead(name, key)
      key.wipe()
      expect(() => aead.seal(randomBytes(12), randomBytes(13), randomBytes(5))).toThrow(/wiped/)
      expect(() => aead.open(randomBytes(12), randomBytes(13), randomBytes(50))).toThrow(/wiped/)
    })
  })

  describe.each([
    ['AES_128_CBC', 'aes-128-cbc', 16, 16],
    ['AES_192_CBC', 'aes-192-cbc', 24, 16],
    ['AES_256_CBC', 'aes-256-cbc', 32, 16],
    ['3DES_EDE_CBC', 'des-ede3-cbc', 24, 8],
  ] as const)('%s', (name, nodeName, keyLength, block) => {
    it('encrypts and decrypts whole blocks as node:crypto does without padding', () => {
      const key = randomBytes(keyLength)
      const cipher = provider.blockCipher(name, new Secret(Uint8Array.from(key)))
      for (const blocks of [1, 2, 3, 100, 1025]) {
        const [iv, input] = [randomBytes(block), randomBytes(block * blocks)]
        const expected = createCipheriv(nodeName, key, iv).setAutoPadding(false).update(input)
        expect(cipher.encrypt(iv, input)).toEqual(Uint8Array.from(expected))
        expect(cipher.decrypt(iv, expected)).toEqual(Uint8Array.from(input))
      }
      expect(() => provider.blockCipher(name, new Secret(new Uint8Array(keyLength + 1)))).toThrow(RangeError)
    })
  })

  describe('randomBytes', () => {
    it('gives the length asked for, and never the same twice', () => {
      expect(provider.randomBytes(32)).toHaveLength(32)
      expect(provider.randomBytes(0)).toHaveLength(0)
      expect(provider.randomBytes(32)).not.toEqual(provider.randomBytes(32))
    })
  })
})
