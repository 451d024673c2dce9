import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../src/bytes/convert.js'
import { Secret } from '../../../src/bytes/secret.js'
import type { HashName } from '../../../src/crypto/primitives.js'
import { nobleProvider } from '../../../src/providers/noble/index.js'
import { pbkdf2, pkcs12Derivation } from '../../../src/x509/keystore/key-derivation.js'
import { bmpPassword } from '../../../src/x509/keystore/password.js'
import { rc2Decryption } from '../../../src/x509/keystore/rc2.js'
import { WorkBudget } from '../../../src/x509/keystore/work-budget.js'
import { nodeCiphers } from '../../support/node-ciphers.js'
import { textOf } from './support.js'

const noble = nobleProvider()
const plain = (bytes: Uint8Array): string => toHex(new Uint8Array(bytes))

describe('rc2Decryption', () => {
  // the test vectors that were published with the cipher
  it.each([
    ['0000000000000000', 63, '0000000000000000', 'ebb773f993278eff'],
    ['ffffffffffffffff', 64, 'ffffffffffffffff', '278b27e42e2f0d49'],
    ['3000000000000000', 64, '1000000000000001', '30649edf9be7d2c2'],
    ['88', 64, '0000000000000000', '61a8a244adacccf0'],
    ['88bca90e90875a', 64, '0000000000000000', '6ccf4308974c267f'],
    ['88bca90e90875a7f0f79c384627bafb2', 64, '0000000000000000', '1a807d272bbe5db1'],
    ['88bca90e90875a7f0f79c384627bafb2', 128, '0000000000000000', '2269552ab0f85ca6'],
    ['88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e', 129, '0000000000000000', '5b78d3a43dfff1f1'],
  ])('key %s, %i effective bits', (key, bits, plaintext, ciphertext) => {
    expect(plain(rc2Decryption(fromHex(key), bits)(fromHex(ciphertext)))).toBe(plaintext)
  })

  it('refuses keys that it cannot expand', () => {
    expect(() => rc2Decryption(new Uint8Array(0), 40)).toThrow(RangeError)
    expect(() => rc2Decryption(new Uint8Array(129), 40)).toThrow(RangeError)
  })
})

interface DerivationVector {
  readonly digest: string
  readonly password: string
  readonly salt: string
  readonly iterations: number
  readonly id: 1 | 2 | 3
  readonly key: string
}

describe('pkcs12Derivation', () => {
  const vectors = JSON.parse(textOf('pkcs12-derivation.json')) as readonly DerivationVector[]

  it.each(vectors)(
    'derives what OpenSSL derives: $digest, id $id',
    ({ digest, password, salt, iterations, id, key }) => {
      // the names differ in case alone, and an unknown one would make the derivation throw
      const parameters = { hash: digest.toLowerCase() as HashName, salt: fromHex(salt), iterations }
      const budget = new WorkBudget(0)
      const derived = pkcs12Derivation(parameters, bmpPassword(password), id, key.length / 2, noble, budget)
      expect(derived.use(plain)).toBe(key)
    },
  )
})

describe.each([
  ['by HMAC alone', nodeCiphers],
  ["by noble's own", noble],
])('pbkdf2 %s', (_how, primitives) => {
  it.each(['sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const)('derives what OpenSSL derives: %s', (hash) => {
    for (const [length, iterations] of [
      [16, 1],
      [24, 2],
      [100, 77],
    ] as const) {
      const [password, salt] = [randomBytes(length), new Uint8Array(randomBytes(length))]
      const secret = new Secret(new Uint8Array(password))
      const derived = pbkdf2({ hash, salt, iterations }, secret, length, primitives, new WorkBudget(0))
      expect(derived.use(plain)).toBe(pbkdf2Sync(password, salt, iterations, length, hash).toString('hex'))
    }
  })
})

describe('AES-CBC of the noble provider', () => {
  it.each([
    ['AES_128_CBC', 16],
    ['AES_192_CBC', 24],
    ['AES_256_CBC', 32],
  ] as const)('%s agrees with OpenSSL both ways', (name, length) => {
    const [key, iv, input] = [randomBytes(length), new Uint8Array(randomBytes(16)), new Uint8Array(randomBytes(64))]
    const ours = noble.blockCipher(name, new Secret(new Uint8Array(key)))
    const cipher = createCipheriv(`aes-${8 * length}-cbc`, key, iv).setAutoPadding(false)
    const expected = plain(cipher.update(input))
    expect(plain(ours.encrypt(iv, input))).toBe(expected)
    expect(plain(ours.decrypt(iv, fromHex(expected)))).toBe(plain(input))
    expect(() => noble.blockCipher(name, new Secret(new Uint8Array(length + 1)))).toThrow(RangeError)
  })
})
