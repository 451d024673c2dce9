import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes, verify } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex } from '../../src/bytes/convert.js'
import { isCanonical, isSmallOrder } from '../../src/crypto/edwards-small-order.js'
import { readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { importKey, nodeProvider } from '../../src/providers/node/index.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import { ecTestKey, edwardsTestKey, rsaPssTestKey, rsaTestKey } from './node-keys.js'

const provider = nodeProvider()

describe('keys that live in OpenSSL', () => {
  it.each([
    [rsaTestKey(2048), SignatureScheme.rsa_pss_rsae_sha256],
    [rsaPssTestKey('sha384', 20), SignatureScheme.rsa_pss_pss_sha384],
    [ecTestKey('prime256v1'), SignatureScheme.ecdsa_sha1],
    [ecTestKey('secp521r1'), SignatureScheme.ecdsa_secp256r1_sha256],
    [edwardsTestKey('ed25519'), SignatureScheme.ed25519],
    [edwardsTestKey('ed448'), SignatureScheme.ed448],
  ])('$name signs, and shows nothing', async (key, scheme) => {
    const own = importKey(key.privateKey)
    expect({ keyType: own.keyType, curve: own.curve }).toEqual({ keyType: key.own.keyType, curve: key.own.curve })
    const content = randomBytes(50)
    const signature = await own.sign(scheme, content)
    expect(await provider.verifySignature(key.own, scheme, content, signature)).toBe(true)
    expect(() => own.sign(0x0101, content)).toThrow(TypeError)
    expect('decryptPreMaster' in own).toBe(key.own.keyType === 'rsa')
    expect(inspect(own, { depth: 20, showHidden: true }) + JSON.stringify(own)).not.toMatch(/\d{20}|[0-9a-f]{20}/i)
  })

  it('decrypts with an RSA key', async () => {
    const key = rsaTestKey(2048)
    const { preMasterSecret, encrypted } = await provider.encryptPreMaster(key.own, 0x0303)
    const decrypted = await importKey(key.privateKey).decryptPreMaster?.(encrypted, 0x0303)
    expect(decrypted?.use(toHex)).toBe(preMasterSecret.use(toHex))
  })

  const privateOf = (pair: { privateKey: KeyObject }): KeyObject => pair.privateKey
  it.each([
    ['a secret key', createSecretKey(randomBytes(32))],
    ['a public key', ecTestKey('prime256v1').publicKey],
    ['a curve of no TLS certificate', privateOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }))],
    ['a key for agreement', privateOf(generateKeyPairSync('x25519'))],
    ['an RSA key that is too short', privateOf(generateKeyPairSync('rsa', { modulusLength: 1000 }))],
    ['a PSS key for SHA-1', rsaPssTestKey('sha1').privateKey],
  ])('refuses %s', (_, key) => {
    expect(() => importKey(key)).toThrow(TypeError)
  })
})

describe('the cache of public keys', () => {
  it('stays bounded, and right, while more keys pass than it holds', async () => {
    const content = randomBytes(20)
    const keys = Array.from({ length: 600 }, () => edwardsTestKey('ed25519'))
    for (const round of [1, 2]) {
      for (const key of keys) {
        const signature = await importKey(key.privateKey).sign(SignatureScheme.ed25519, content)
        const accepted = await provider.verifySignature(key.own, SignatureScheme.ed25519, content, signature)
        expect(accepted, `round ${round}`).toBe(true)
        expect(verify(null, content, key.publicKey, signature)).toBe(true)
      }
    }
  })
})

describe('Edwards keys that OpenSSL takes and nobody should', () => {
  const ones = (last: string): Uint8Array => fromHex(`${'ff'.repeat(30)}${last}`)
  // The eight points of order 1 to 8 of Ed25519 by their y, and y plus the prime where that fits.
  const small25519 = [
    fromHex(`01${'00'.repeat(31)}`),
    fromHex(`00${'00'.repeat(31)}`),
    concat(fromHex('ec'), ones('7f')),
    fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
    fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
    concat(fromHex('ed'), ones('7f')),
    concat(fromHex('ee'), ones('7f')),
  ]

  it('knows the points of small order, with either sign', () => {
    for (const point of small25519) {
      expect(isSmallOrder('ed25519', point), toHex(point)).toBe(true)
      expect(isSmallOrder('ed25519', point.with(31, (point[31] ?? 0) ^ 0x80)), toHex(point)).toBe(true)
    }
    expect(small25519.map((point) => isCanonical('ed25519', point))).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ])
    const minus448 = fromHex(`fe${'ff'.repeat(27)}fe${'ff'.repeat(27)}00`)
    for (const point of [fromHex(`01${'00'.repeat(56)}`), new Uint8Array(57), minus448]) {
      expect(isSmallOrder('ed448', point), toHex(point)).toBe(true)
      expect(isCanonical('ed448', point)).toBe(true)
    }
    for (const name of ['ed25519', 'ed448'] as const) {
      const point = edwardsTestKey(name).own.subjectPublicKeyInfo.subarray(12)
      expect(isSmallOrder(name, point)).toBe(false)
      expect(isCanonical(name, point)).toBe(true)
    }
  })

  it('refuses them all', async () => {
    for (const point of small25519) {
      const key = readSubjectPublicKeyInfo(concat(fromHex('302a300506032b6570032100'), point))
      // For the neutral element R = neutral and S = 0 verify every message.
      const signature = concat(fromHex(`01${'00'.repeat(31)}`), new Uint8Array(32))
      expect(await provider.verifySignature(key, SignatureScheme.ed25519, randomBytes(5), signature)).toBe(false)
    }
  })
})
