import { constants, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concat, fromBigInt, toBigInt, toHex } from '../../src/bytes/convert.js'
import { unpadPreMaster } from '../../src/crypto/pre-master-unpadding.js'
import { readRsaPublicKey } from '../../src/crypto/rsa-key.js'
import { subjectPublicKey } from '../../src/crypto/subject-public-key-info.js'
import { ProtocolVersion } from '../../src/registry/protocol-version.js'
import { ecTestKey, rsaPssTestKey, rsaTestKey } from './node-keys.js'
import { targets } from './targets.js'

const VERSION = ProtocolVersion.TLSv1_2
const LENGTH = 256
const fallback = Uint8Array.from(randomBytes(48))

/** 00 02 padding 00 message, in `LENGTH` octets. */
const padded = (message: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(0, 2), new Uint8Array(LENGTH - 3 - message.length).fill(0xa5), Uint8Array.of(0), message)

const good = concat(Uint8Array.of(3, 3), Uint8Array.from(randomBytes(46)))

/** Every way in which a decrypted block can be wrong, by name. */
const badBlocks: Record<string, Uint8Array> = {
  'first octet': padded(good).with(0, 1),
  'first octet, high bit': padded(good).with(0, 0x80),
  'block type 1': padded(good).with(1, 1),
  'block type 0': padded(good).with(1, 0),
  'block type 3': padded(good).with(1, 3),
  'zero at the start of the padding': padded(good).with(2, 0),
  'zero among the first eight': padded(good).with(9, 0),
  'zero in the middle of the padding': padded(good).with(100, 0),
  'zero at the end of the padding': padded(good).with(LENGTH - 50, 0),
  'no zero after the padding': padded(good).with(LENGTH - 49, 0xff),
  'message of 47': padded(good.subarray(1)),
  'message of 49': padded(concat(good, Uint8Array.of(1))),
  'message of 0': padded(new Uint8Array(0)),
  'message that fills the block': padded(concat(new Uint8Array(LENGTH - 11 - 48).fill(1), good)),
  'no zero at all': padded(good.map((octet) => octet | 1)).with(LENGTH - 49, 1),
  'version 3.2': padded(good.with(1, 2)),
  'version 3.1': padded(good.with(1, 1)),
  'version 2.3': padded(good.with(0, 2)),
  'version with one bit wrong': padded(good.with(1, 0x83)),
  'all zeros': new Uint8Array(LENGTH),
  'all ones': new Uint8Array(LENGTH).fill(0xff),
}

describe('unpadPreMaster', () => {
  it('gives the 48 octets of a good block', () => {
    expect(unpadPreMaster(padded(good), VERSION, fallback, 1)).toEqual(good)
    const older = good.with(1, 1)
    expect(unpadPreMaster(padded(older), ProtocolVersion.TLSv1_0, fallback, 1)).toEqual(older)
  })

  it('gives the fallback where the block was not accepted', () => {
    expect(unpadPreMaster(padded(good), VERSION, fallback, 0)).toEqual(fallback)
  })

  it.each(Object.entries(badBlocks))('gives the fallback for: %s', (_, block) => {
    expect(block).toHaveLength(LENGTH)
    expect(unpadPreMaster(block, VERSION, fallback, 1)).toEqual(fallback)
  })

  it('minds every single octet of the padding, and none of the secret', () => {
    for (let at = 0; at < LENGTH - 46; at++) {
      const block = padded(good)
      const wrong = at === 0 || at === 1 || at >= LENGTH - 49 ? (block[at] ?? 0) ^ 0x40 : 0
      expect(unpadPreMaster(block.with(at, wrong), VERSION, fallback, 1), `octet ${at}`).toEqual(fallback)
    }
    for (let at = 2; at < 48; at++) {
      const secret = good.with(at, 0)
      expect(unpadPreMaster(padded(secret), VERSION, fallback, 1)).toEqual(secret)
    }
  })

  it('reads every octet whatever the others hold', () => {
    const readings = [padded(good), ...Object.values(badBlocks)].map((block) => {
      const seen = new Map<string, number>()
      const watched = new Proxy(block, {
        get: (target, name) => {
          seen.set(String(name), (seen.get(String(name)) ?? 0) + 1)
          return Reflect.get(target, name, target)
        },
      })
      unpadPreMaster(watched, VERSION, fallback, 1)
      return [...seen].map(([name, count]) => `${name} ${count}`).join()
    })
    expect(new Set(readings).size).toBe(1)
    expect(readings[0]).toContain('255 ')
  })
})

describe.each(targets)('RSA encryption of pre-master secrets with $name', ({ provider }) => {
  const key = rsaTestKey(2048)
  const own = provider.importPrivateKey(key.privateKeyInfo)
  const { n, e } = readRsaPublicKey(subjectPublicKey(key.own.subjectPublicKeyInfo))

  const decrypt = async (encrypted: Uint8Array, version: number = VERSION): Promise<string | undefined> =>
    (await own.decryptPreMaster?.(encrypted, version))?.use(toHex)

  /** Raw RSA of a block, so that a test can put anything there. */
  function encryptBlock(block: Uint8Array): Uint8Array {
    let [result, base] = [1n, toBigInt(block)]
    for (let exponent = e; exponent > 0n; exponent >>= 1n, base = (base * base) % n) {
      if (exponent & 1n) result = (result * base) % n
    }
    return fromBigInt(result, LENGTH)
  }

  it('decrypts what node:crypto encrypts', async () => {
    const padding = constants.RSA_PKCS1_PADDING
    for (let round = 0; round < 5; round++) {
      const preMaster = concat(Uint8Array.of(3, 3), randomBytes(46))
      const encrypted = publicEncrypt({ key: key.publicKey, padding }, preMaster)
      expect(await decrypt(encrypted)).toBe(toHex(preMaster))
    }
  })

  it('encrypts what node:crypto decrypts, with a secret and padding of its own each time', async () => {
    const seen = new Set<string>()
    for (let round = 0; round < 5; round++) {
      const { preMasterSecret, encrypted } = await provider.encryptPreMaster(key.own, VERSION)
      const block = privateDecrypt({ key: key.privateKey, padding: constants.RSA_NO_PADDING }, encrypted)
      expect([...block.subarray(0, 2)]).toEqual([0, 2])
      expect(block.indexOf(0, 2)).toBe(LENGTH - 49)
      expect([...block.subarray(-48, -46)]).toEqual([3, 3])
      expect(block.subarray(-48).toString('hex')).toBe(preMasterSecret.use(toHex))
      seen.add(preMasterSecret.use(toHex)).add(toHex(encrypted))
    }
    expect(seen.size).toBe(10)
  })

  it('works whatever length the modulus has', async () => {
    for (const bits of [1024, 1025, 2047, 3072]) {
      const odd = rsaTestKey(bits)
      const { preMasterSecret, encrypted } = await provider.encryptPreMaster(odd.own, VERSION)
      const decrypted = await provider.importPrivateKey(odd.privateKeyInfo).decryptPreMaster?.(encrypted, VERSION)
      expect(decrypted?.use(toHex)).toBe(preMasterSecret.use(toHex))
    }
  })

  // Bleichenbacher: each of these must look exactly like the others, and like a good one.
  it.each(Object.entries(badBlocks).filter(([, block]) => block[0] === 0))(
    'gives 48 octets that differ each time for: %s',
    async (_, block) => {
      const encrypted = encryptBlock(block)
      const [first, second] = [await decrypt(encrypted), await decrypt(encrypted)]
      expect(first).toHaveLength(96)
      expect(second).toHaveLength(96)
      expect(first).not.toBe(second)
    },
  )

  it('treats ciphertexts of a wrong length or not below the modulus in the same way', async () => {
    const encrypted = encryptBlock(padded(good))
    expect(await decrypt(encrypted)).toBe(toHex(good))
    const wrong = [
      encrypted.subarray(1),
      encrypted.subarray(0, -1),
      concat(encrypted, Uint8Array.of(0)),
      concat(Uint8Array.of(0), encrypted),
      new Uint8Array(0),
      new Uint8Array(LENGTH),
      new Uint8Array(LENGTH).fill(0xff),
      new Uint8Array(65535).fill(0xff),
      fromBigInt(n, LENGTH),
      fromBigInt(n - 1n, LENGTH),
    ]
    for (const ciphertext of wrong) {
      const [first, second] = [await decrypt(ciphertext), await decrypt(ciphertext)]
      expect(first).toHaveLength(96)
      expect(first).not.toBe(toHex(good))
      expect(first).not.toBe(second)
    }
    expect(await decrypt(encrypted, ProtocolVersion.TLSv1_1)).not.toBe(toHex(good))
  })

  it('does not take a ciphertext for what it is modulo the modulus', async () => {
    const roomy = rsaTestKey(1025) // 129 octets have room for a ciphertext plus the modulus
    const { preMasterSecret, encrypted } = await provider.encryptPreMaster(roomy.own, VERSION)
    const modulus = readRsaPublicKey(subjectPublicKey(roomy.own.subjectPublicKeyInfo)).n
    const larger = fromBigInt(toBigInt(encrypted) + modulus, 129)
    const decrypted = await provider.importPrivateKey(roomy.privateKeyInfo).decryptPreMaster?.(larger, VERSION)
    expect(decrypted?.length).toBe(48)
    expect(decrypted?.use(toHex)).not.toBe(preMasterSecret.use(toHex))
  })

  it('is for rsa keys only', () => {
    for (const other of [ecTestKey('prime256v1'), rsaPssTestKey()]) {
      expect(() => provider.encryptPreMaster(other.own, VERSION)).toThrow(TypeError)
      expect(provider.importPrivateKey(other.privateKeyInfo).decryptPreMaster).toBeUndefined()
    }
  })
})
