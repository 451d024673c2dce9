/** Each provider against each other one, on random inputs. */
import { randomBytes, randomInt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { finiteFieldGroup } from '../../src/crypto/finite-field-groups.js'
import type { KeyType } from '../../src/crypto/key-types.js'
import { type HashName, hashLength } from '../../src/crypto/primitives.js'
import type { CryptoProvider, KeyShareRequest } from '../../src/crypto/provider.js'
import { schemeParameters } from '../../src/crypto/scheme-parameters.js'
import { NamedGroup, type NamedGroupName } from '../../src/registry/named-group.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import { ecTestKey, edwardsTestKey, rsaPssTestKey, rsaTestKey } from './node-keys.js'
import { targets } from './targets.js'

const pairs = targets.flatMap((one) =>
  targets.filter((other) => other !== one).map((other) => ({ one: one.name, other: other.name, a: one, b: other })),
)

const keys = [
  rsaTestKey(2048),
  rsaPssTestKey(),
  ...['prime256v1', 'secp384r1', 'secp521r1'].map(ecTestKey),
  edwardsTestKey('ed25519'),
  edwardsTestKey('ed448'),
]
const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length))
const hashNames = Object.keys(hashLength) as HashName[] // Object.keys forgets that a Record's keys are its type's
const schemesOf = (keyType: KeyType) =>
  Object.values(SignatureScheme).filter((scheme) => schemeParameters(scheme)?.keyType === keyType)

describe.each(pairs)('$one and $other', ({ a: { provider: a }, b: { provider: b } }) => {
  it.each(hashNames)('%s: hash and HMAC are equal', (name) => {
    for (let round = 0; round < 50; round++) {
      const [key, message] = [random(randomInt(200)), random(randomInt(500))]
      expect(a.hash(name, message)).toEqual(b.hash(name, message))
      const hmac = (provider: CryptoProvider) => provider.hmac(name, new Secret(key), message)
      expect(hmac(a)).toEqual(hmac(b))
    }
  })

  it.each([
    ['AES_128_GCM', 16],
    ['AES_256_GCM', 32],
    ['CHACHA20_POLY1305', 32],
    ['AES_128_CCM', 16],
    ['AES_256_CCM_8', 32],
  ] as const)('%s: one opens what the other seals', (name, keyLength) => {
    for (let round = 0; round < 50; round++) {
      const [key, nonce, aad, plaintext] = [random(keyLength), random(12), random(13), random(randomInt(2000))]
      const sealed = a.aead(name, new Secret(key)).seal(nonce, aad, plaintext)
      expect(b.aead(name, new Secret(key)).open(nonce, aad, sealed)).toEqual(plaintext)
    }
  })

  it.each([
    ['AES_128_CBC', 16],
    ['AES_192_CBC', 24],
    ['AES_256_CBC', 32],
  ] as const)('%s: one decrypts what the other encrypts', (name, keyLength) => {
    for (let round = 0; round < 50; round++) {
      const [key, iv, plaintext] = [random(keyLength), random(16), random(16 * randomInt(1, 100))]
      const encrypted = a.blockCipher(name, new Secret(key)).encrypt(iv, plaintext)
      expect(b.blockCipher(name, new Secret(key)).decrypt(iv, encrypted)).toEqual(plaintext)
    }
  })

  const { p } = finiteFieldGroup('modp2048')
  const requests: readonly (readonly [string, KeyShareRequest])[] = [
    ...(Object.keys(NamedGroup) as NamedGroupName[]).map((group) => [group, { group }] as const),
    ['a group by value', { dh: { p, g: Uint8Array.of(2) }, provePrime: true }],
    ['an unknown group', { dh: { p, g: Uint8Array.of(9) }, provePrime: false }],
  ]
  it.each(requests)('agree on a key in %s', async (_, request) => {
    const [ours, theirs] = [await a.generateKeyShare(request), await b.generateKeyShare(request)]
    if (ours === undefined || theirs === undefined) throw new Error('no key share')
    const [one, other] = [await ours.agree(theirs.publicKey), await theirs.agree(ours.publicKey)]
    expect(one?.use(toHex)).toBeDefined()
    expect(one?.use(toHex)).toBe(other?.use(toHex))
  })

  it.each(keys)('one verifies what the other signs with $name', async ({ privateKeyInfo, own }) => {
    const signer = a.importPrivateKey(privateKeyInfo)
    const schemes = schemesOf(own.keyType)
    expect(schemes.length).toBeGreaterThan(0)
    for (const scheme of schemes) {
      const content = random(randomInt(300))
      const signature = Uint8Array.from(await signer.sign(scheme, content))
      expect(await b.verifySignature(own, scheme, content, signature)).toBe(true)
      const at = randomInt(signature.length)
      signature[at] = (signature[at] ?? 0) ^ (1 << randomInt(8))
      expect(await b.verifySignature(own, scheme, content, signature)).toBe(false)
    }
  })

  it('one decrypts the pre-master secret that the other encrypts', async () => {
    const key = rsaTestKey(2048)
    const { preMasterSecret, encrypted } = await a.encryptPreMaster(key.own, 0x0303)
    const decrypted = await b.importPrivateKey(key.privateKeyInfo).decryptPreMaster?.(encrypted, 0x0303)
    expect(decrypted?.use(toHex)).toBe(preMasterSecret.use(toHex))
  })
})
