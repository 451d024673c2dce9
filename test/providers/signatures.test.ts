import { constants, sign as nodeSign, verify as nodeVerify, randomBytes, type SignKeyObjectInput } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex } from '../../src/bytes/convert.js'
import { DerTag, enterDer, readDer, writeDer } from '../../src/codec/der.js'
import { type PrivateKeyInfo, readPrivateKeyInfo } from '../../src/crypto/private-key-info.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import { readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { SignatureScheme, type SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { ecTestKey, edwardsTestKey, rsaPssTestKey, rsaTestKey, type TestKey } from './node-keys.js'
import { targets } from './targets.js'

const octetString = ({ privateKey }: PrivateKeyInfo): Uint8Array => writeDer(DerTag.octetString, privateKey)
const allSchemes = Object.keys(SignatureScheme) as SignatureSchemeName[]
const hashOf = (scheme: string): string => /sha\d+$/.exec(scheme)?.[0] ?? ''
const schemesLike = (pattern: RegExp): SignatureSchemeName[] => allSchemes.filter((name) => pattern.test(name))

/** Each key with the schemes that belong to it; a second key of the kind, to be mistaken for it. */
const keys: readonly { key: TestKey; other: TestKey; fitting: readonly SignatureSchemeName[] }[] = [
  { key: rsaTestKey(2048), other: rsaTestKey(2048), fitting: schemesLike(/^rsa_(pkcs1|pss_rsae)/) },
  // 8k + 1 bits: an encoded PSS message is one octet shorter than the modulus.
  { key: rsaTestKey(1537), other: rsaTestKey(1537), fitting: schemesLike(/^rsa_(pkcs1|pss_rsae)/) },
  { key: rsaTestKey(2047, 3), other: rsaTestKey(2047), fitting: schemesLike(/^rsa_(pkcs1|pss_rsae)/) },
  { key: rsaPssTestKey(), other: rsaPssTestKey(), fitting: schemesLike(/^rsa_pss_pss/) },
  { key: rsaPssTestKey('sha256', 32), other: rsaPssTestKey('sha256'), fitting: ['rsa_pss_pss_sha256'] },
  { key: rsaPssTestKey('sha384', 20), other: rsaPssTestKey('sha384'), fitting: ['rsa_pss_pss_sha384'] },
  { key: ecTestKey('prime256v1'), other: ecTestKey('prime256v1'), fitting: schemesLike(/^ecdsa/) },
  { key: ecTestKey('secp384r1'), other: ecTestKey('secp384r1'), fitting: schemesLike(/^ecdsa/) },
  { key: ecTestKey('secp521r1'), other: ecTestKey('secp521r1'), fitting: schemesLike(/^ecdsa/) },
  { key: edwardsTestKey('ed25519'), other: edwardsTestKey('ed25519'), fitting: ['ed25519'] },
  { key: edwardsTestKey('ed448'), other: edwardsTestKey('ed448'), fitting: ['ed448'] },
]

/** What node:crypto has to be told for a scheme. */
function nodeScheme(
  key: TestKey,
  scheme: SignatureSchemeName,
  part: 'privateKey' | 'publicKey',
): [string | null, SignKeyObjectInput] {
  if (scheme.startsWith('ed')) return [null, { key: key[part] }]
  if (!scheme.includes('pss')) return [hashOf(scheme), { key: key[part] }]
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return [hashOf(scheme), { key: key[part], padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }]
}

describe.each(targets)('$name', ({ provider }) => {
  describe.each(keys)('signatures with $key.name', ({ key, other, fitting }) => {
    const own = provider.importPrivateKey(key.privateKeyInfo)

    it.each(fitting)('%s: node:crypto verifies ours, we verify its, changes are refused', async (name) => {
      const scheme = SignatureScheme[name]
      for (const length of [0, 1, 200]) {
        const content = randomBytes(length)
        const ours = await own.sign(scheme, content)
        const [hash, nodeKey] = nodeScheme(key, name, 'publicKey')
        expect(nodeVerify(hash, content, nodeKey, ours)).toBe(true)
        const theirs = nodeSign(hash, content, nodeScheme(key, name, 'privateKey')[1])
        const verify = provider.verifySignature
        expect(await verify(key.own, scheme, content, theirs)).toBe(true)
        expect(await verify(key.own, scheme, concat(content, Uint8Array.of(0)), theirs)).toBe(false)
        expect(await verify(other.own, scheme, content, theirs)).toBe(false)
        for (const at of [0, theirs.length >> 1, theirs.length - 1]) {
          const changed = Uint8Array.from(theirs)
          changed[at] = (changed[at] ?? 0) ^ 0x10
          expect(await verify(key.own, scheme, content, changed)).toBe(false)
        }
        expect(await verify(key.own, scheme, content, theirs.subarray(1))).toBe(false)
        expect(await verify(key.own, scheme, content, concat(theirs, Uint8Array.of(0)))).toBe(false)
        expect(await verify(key.own, scheme, content, concat(Uint8Array.of(0), theirs))).toBe(false)
        expect(await verify(key.own, scheme, content, new Uint8Array(0))).toBe(false)
        expect(await verify(key.own, scheme, content, new Uint8Array(theirs.length))).toBe(false)
      }
    })

    it('neither signs nor verifies under a scheme of another kind of key', async () => {
      const content = randomBytes(20)
      const signature = await own.sign(SignatureScheme[fitting[0] ?? 'ed25519'], content)
      const unfitting = [
        ...allSchemes.filter((name) => !fitting.includes(name)).map((name) => SignatureScheme[name]),
        0x0101,
      ]
      for (const scheme of unfitting) {
        expect(() => own.sign(scheme, content)).toThrow(TypeError)
        expect(await provider.verifySignature(key.own, scheme, content, signature)).toBe(false)
      }
    })

    it('says its kind and prints nothing secret', () => {
      expect({ keyType: own.keyType, curve: own.curve }).toEqual({ keyType: key.own.keyType, curve: key.own.curve })
      expect('decryptPreMaster' in own).toBe(key.own.keyType === 'rsa')
      const printed = inspect(own, { depth: 20, showHidden: true }) + JSON.stringify(own)
      expect(printed).not.toMatch(/\d{20}|[0-9a-f]{20}|(\d+,\s*){8}/i)
    })

    it('refuses a PublicKey whose kind is not what its bytes say', async () => {
      const content = randomBytes(20)
      const signature = await own.sign(SignatureScheme[fitting[0] ?? 'ed25519'], content)
      for (const keyType of ['rsa', 'rsa-pss', 'ecdsa', 'ed25519', 'ed448'] as const) {
        const claimed = { ...key.own, keyType }
        for (const name of allSchemes) {
          const accepted = await provider.verifySignature(claimed, SignatureScheme[name], content, signature)
          expect(accepted).toBe(keyType === key.own.keyType && name === fitting[0])
        }
      }
    })

    it('refuses keys whose bytes are damaged, and forgets what it parsed when an array changes', async () => {
      const scheme = SignatureScheme[fitting[0] ?? 'ed25519']
      const content = randomBytes(20)
      const signature = await own.sign(scheme, content)
      const octets = key.own.subjectPublicKeyInfo.slice()
      const publicKey = readSubjectPublicKeyInfo(octets)
      expect(await provider.verifySignature(publicKey, scheme, content, signature)).toBe(true)
      expect(await provider.verifySignature(publicKey, scheme, content, signature)).toBe(true)
      octets[octets.length - 12] = (octets[octets.length - 12] ?? 0) ^ 1
      expect(await provider.verifySignature(publicKey, scheme, content, signature)).toBe(false)
      const whole = key.own.subjectPublicKeyInfo
      for (const bad of [
        whole.subarray(1),
        whole.subarray(0, -1),
        concat(whole, Uint8Array.of(0)),
        new Uint8Array(0),
      ]) {
        const broken = { ...key.own, subjectPublicKeyInfo: bad }
        expect(await provider.verifySignature(broken, scheme, content, signature)).toBe(false)
      }
    })
  })

  describe('RSA-PSS keys with parameters that no scheme of TLS fits', () => {
    it.each([
      ['SHA-1', rsaPssTestKey('sha1')],
      ['SHA-224', rsaPssTestKey('sha224')],
      ['two hashes', rsaPssTestKey('sha256', 32, 'sha384')],
      ['a salt longer than the hash', rsaPssTestKey('sha256', 33)],
    ])('%s: neither imported nor verified with', async (_, key) => {
      expect(() => provider.importPrivateKey(key.privateKeyInfo)).toThrow(TypeError)
      const content = randomBytes(10)
      const padding = constants.RSA_PKCS1_PSS_PADDING
      const hash = key.privateKey.asymmetricKeyDetails?.hashAlgorithm
      const signature = nodeSign(hash, content, { key: key.privateKey, padding })
      for (const name of schemesLike(/pss/)) {
        expect(await provider.verifySignature(key.own, SignatureScheme[name], content, signature)).toBe(false)
      }
    })
  })

  describe('RSA-PSS keys for one hash', () => {
    it('are not believed under another, though the arithmetic fits', async () => {
      const key = rsaPssTestKey('sha256', 32)
      const content = randomBytes(10)
      // The same numbers in a PrivateKeyInfo without parameters sign under any hash.
      const free = concat(
        fromHex('020100300b06092a864886f70d01010a'),
        octetString(readPrivateKeyInfo(key.privateKeyInfo)),
      )
      const signer = provider.importPrivateKey(writeDer(DerTag.sequence, free))
      for (const name of schemesLike(/pss_pss/)) {
        const signature = await signer.sign(SignatureScheme[name], content)
        const verified = await provider.verifySignature(key.own, SignatureScheme[name], content, signature)
        expect(verified).toBe(name === 'rsa_pss_pss_sha256')
      }
    })
  })

  describe('ECDSA', () => {
    it('accepts both S of a signature, as every other implementation does', async () => {
      const key = ecTestKey('prime256v1')
      const content = randomBytes(32)
      const high = (der: Uint8Array): boolean => {
        const start = 4 + (der[3] ?? 0)
        return (der[start + 1] ?? 0) === 33 || (der[start + 2] ?? 0) >= 0x7f
      }
      const signatures = Array.from({ length: 24 }, () => nodeSign('sha256', content, key.privateKey))
      expect(signatures.some(high)).toBe(true)
      for (const signature of signatures) {
        expect(
          await provider.verifySignature(key.own, SignatureScheme.ecdsa_secp256r1_sha256, content, signature),
        ).toBe(true)
      }
    })

    // A compressed key says the same point, but was never offered (RFC 8422 §5.1.2); OpenSSL would take it.
    it.each(['prime256v1', 'secp384r1', 'secp521r1'])(
      'refuses a compressed or invalid public key on %s',
      async (curve) => {
        const key = ecTestKey(curve)
        const content = randomBytes(32)
        const signature = nodeSign('sha256', content, key.privateKey)
        const spki = key.own.subjectPublicKeyInfo
        const coordinate = { prime256v1: 32, secp384r1: 48, secp521r1: 66 }[curve] ?? 0
        const algorithm = readDer(enterDer(spki, DerTag.sequence), DerTag.sequence).whole
        const point = spki.subarray(-2 * coordinate - 1)
        const withPoint = (octets: Uint8Array) =>
          readSubjectPublicKeyInfo(
            writeDer(DerTag.sequence, algorithm, writeDer(DerTag.bitString, Uint8Array.of(0), octets)),
          )
        const verify = (octets: Uint8Array) =>
          provider.verifySignature(withPoint(octets), SignatureScheme.ecdsa_secp256r1_sha256, content, signature)
        expect(await verify(point)).toBe(true)
        const x = point.subarray(1, 1 + coordinate)
        const parity = (point.at(-1) ?? 0) & 1
        expect(await verify(concat(Uint8Array.of(2 + parity), x))).toBe(false)
        expect(await verify(concat(Uint8Array.of(6 + parity), point.subarray(1)))).toBe(false)
        const offCurve = point.slice()
        offCurve[offCurve.length - 1] = (offCurve.at(-1) ?? 0) ^ 1
        expect(await verify(offCurve)).toBe(false)
        expect(await verify(Uint8Array.of(0))).toBe(false)
        expect(await verify(new Uint8Array(point.length).fill(4, 0, 1))).toBe(false)
      },
    )
  })

  describe('Edwards curves', () => {
    // With the neutral element as key, R = S·B and any S verify every message in a lax verifier: the signature of all
    // zeros with R = neutral is the simplest. RFC 8032 verification by noble refuses keys of small order.
    it('refuses a key of small order', async () => {
      const neutral = concat(Uint8Array.of(1), new Uint8Array(31))
      const spki = concat(fromHex('302a300506032b6570032100'), neutral)
      const signature = concat(neutral, new Uint8Array(32))
      const key = readSubjectPublicKeyInfo(spki)
      expect(await provider.verifySignature(key, SignatureScheme.ed25519, Uint8Array.of(1, 2, 3), signature)).toBe(
        false,
      )
    })

    // RFC 8032 §7.1 TEST 2 and RFC 8032 §7.4, the one-octet message.
    it.each([
      [
        'ed25519',
        '302e020100300506032b657004220420' + '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
        '72',
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      ],
      [
        'ed448',
        '3047020100300506032b6571043b0439' +
          'c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463afbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e',
        '03',
        '26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348ab21aa4adafd1d234441cf807c03a00',
      ],
    ] as const)('gives the signature that RFC 8032 prints for %s', async (name, privateKeyInfo, content, signature) => {
      const key = provider.importPrivateKey(fromHex(privateKeyInfo))
      expect(toHex(await key.sign(SignatureScheme[name], fromHex(content)))).toBe(signature)
    })
  })
})

describe('the noble provider', () => {
  it('hedges its nonces, unless told to be deterministic', async () => {
    const noble = nobleProvider()
    const key = ecTestKey('prime256v1')
    const content = randomBytes(32)
    const sign = async (from: CryptoProvider): Promise<string> =>
      toHex(await from.importPrivateKey(key.privateKeyInfo).sign(SignatureScheme.ecdsa_secp256r1_sha256, content))
    expect(await sign(noble)).not.toBe(await sign(noble))
    const deterministic = nobleProvider({ deterministicSignatures: true })
    expect(await sign(deterministic)).toBe(await sign(deterministic))
  })
})
