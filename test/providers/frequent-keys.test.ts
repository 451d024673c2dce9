import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { subjectPublicKey } from '../../src/crypto/subject-public-key-info.js'
import { signEcdsa, verifyEcdsa } from '../../src/providers/noble/elliptic-signatures.js'
import { FREQUENT, verifyWithMultiples } from '../../src/providers/noble/frequent-keys.js'

const openssl = { secp256r1: 'prime256v1', secp384r1: 'secp384r1', secp521r1: 'secp521r1' } as const
const hashes = ['sha1', 'sha256', 'sha384', 'sha512'] as const

describe.each(['secp256r1', 'secp384r1', 'secp521r1'] as const)('a frequent key on %s', (curve) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: openssl[curve] })
  const point = subjectPublicKey(publicKey.export({ format: 'der', type: 'spki' }))
  /** Signed by OpenSSL. */
  const signed = (hash: (typeof hashes)[number]) => {
    const content = randomBytes(40)
    return { digest: createHash(hash).update(content).digest(), signature: sign(hash, content, privateKey) }
  }

  it('has no multiples before it was right often enough, and wrong signatures do not count', {
    timeout: 30_000,
  }, () => {
    const { digest, signature } = signed('sha256')
    const other = signed('sha256').digest
    for (let turn = 1; turn < FREQUENT; turn++) expect(verifyEcdsa(curve, point, digest, signature)).toBe(true)
    for (let turn = 0; turn < 2; turn++) expect(verifyEcdsa(curve, point, other, signature)).toBe(false)
    expect(verifyWithMultiples(curve, point, digest, signature)).toBeUndefined()
    expect(verifyEcdsa(curve, point, digest, signature)).toBe(true)
    expect(verifyWithMultiples(curve, point, digest, signature)).toBe(true)
  })

  it('takes what OpenSSL signed under hashes of every length, and nothing that was changed', () => {
    for (const hash of hashes) {
      const { digest, signature } = signed(hash)
      expect(verifyWithMultiples(curve, point, digest, signature)).toBe(true)
      digest[0] = (digest[0] ?? 0) ^ 1
      expect(verifyWithMultiples(curve, point, digest, signature)).toBe(false)
    }
  })

  it('refuses what is no signature: nonsense, zeros, values from the order up', () => {
    const { digest } = signed('sha256')
    const one = Uint8Array.of(2, 1, 1)
    const zero = Uint8Array.of(2, 1, 0)
    const huge = Uint8Array.of(2, 67, 1, ...new Uint8Array(66).fill(0xff))
    for (const [r, s] of [
      [zero, one],
      [one, zero],
      [huge, one],
      [one, huge],
    ] as const) {
      const body = [...r, ...s]
      const der = Uint8Array.of(0x30, body.length, ...body)
      expect(() => verifyWithMultiples(curve, point, digest, der)).toThrow()
    }
    expect(() => verifyWithMultiples(curve, point, digest, Uint8Array.of(0x30, 0))).toThrow()
    expect(verifyWithMultiples(curve, point, digest, Uint8Array.of(0x30, 6, ...one, ...one))).toBe(false)
  })

  it('is only the key that it is: another key with the same owner has no part in it', () => {
    const scalar = new Uint8Array(curve === 'secp256r1' ? 32 : curve === 'secp384r1' ? 48 : 66)
    scalar[scalar.length - 1] = 7
    const { digest } = signed('sha256')
    const foreign = signEcdsa(curve, scalar, digest, undefined)
    expect(verifyWithMultiples(curve, point, digest, foreign)).toBe(false)
  })
})
