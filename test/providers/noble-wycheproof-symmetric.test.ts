import { describe, expect, it } from 'vitest'
import { concat, toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { hashLength } from '../../src/crypto/primitives.js'
import type { AeadName } from '../../src/crypto/record-ciphers.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { absent, bytes, disagreements, vectors } from './wycheproof.js'

const provider = nobleProvider()

describe.skipIf(absent)('symmetric primitives of Wycheproof (skipped without ../shared/conformance)', () => {
  const files: readonly [AeadName, string, number][] = [
    ['AES_128_GCM', 'aes_gcm', 128],
    ['AES_256_GCM', 'aes_gcm', 256],
    ['CHACHA20_POLY1305', 'chacha20_poly1305', 256],
  ]
  for (const [name, file, keySize] of files) {
    // TLS nonces have 12 bytes and tags 16: groups of other sizes do not occur.
    it(`${name} with nonces of 96 bits`, () => {
      const cases = vectors(file).filter(
        ({ group }) => group['keySize'] === keySize && group['ivSize'] === 96 && group['tagSize'] === 128,
      )
      const opened = disagreements(cases, ({ test }) => {
        const aead = provider.aead(name, new Secret(bytes(test, 'key')))
        const sealed = concat(bytes(test, 'ct'), bytes(test, 'tag'))
        const plaintext = aead.open(bytes(test, 'iv'), bytes(test, 'aad'), sealed)
        return plaintext !== undefined && toHex(plaintext) === test['msg']
      })
      const sealed = disagreements(cases, ({ test }) => {
        const aead = provider.aead(name, new Secret(bytes(test, 'key')))
        const result = aead.seal(bytes(test, 'iv'), bytes(test, 'aad'), bytes(test, 'msg'))
        return toHex(result) === `${test['ct']}${test['tag']}`
      })
      expect({ opened, sealed }).toEqual({ opened: [], sealed: [] })
      expect(cases.length).toBeGreaterThan(50)
    })
  }

  // The file pads as PKCS#7 does and TLS does otherwise: only its valid vectors say something about CBC itself.
  it('AES_128_CBC, the valid ones', () => {
    const cases = vectors('aes_cbc_pkcs5').filter(({ group, result }) => group['keySize'] === 128 && result === 'valid')
    for (const { test, title } of cases) {
      const cipher = provider.blockCipher('AES_128_CBC', new Secret(bytes(test, 'key')))
      const message = bytes(test, 'msg')
      const pad = 16 - (message.length % 16)
      const padded = concat(message, new Uint8Array(pad).fill(pad))
      expect(toHex(cipher.encrypt(bytes(test, 'iv'), padded)), title).toBe(test['ct'])
      expect(cipher.decrypt(bytes(test, 'iv'), bytes(test, 'ct')), title).toEqual(padded)
    }
    expect(cases.length).toBeGreaterThan(10)
  })

  for (const name of ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const) {
    it(`HMAC ${name}`, () => {
      const disagreeing = disagreements(vectors(`hmac_${name}`), ({ group, test }) => {
        const tag = provider.hmac(name, new Secret(bytes(test, 'key')), bytes(test, 'msg'))
        expect(tag).toHaveLength(hashLength[name])
        return toHex(tag.subarray(0, Number(group['tagSize']) / 8)) === test['tag']
      })
      expect(disagreeing).toEqual([])
    })
  }
})
