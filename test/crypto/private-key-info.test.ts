import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex } from '../../src/bytes/convert.js'
import { DerTag, enterDer, readDer, writeDer } from '../../src/codec/der.js'
import {
  readCurvePrivateKey,
  readEcPrivateKey,
  readPrivateKeyInfo,
  readRsaPrivateKey,
  wrapPkcs1PrivateKey,
  wrapSec1PrivateKey,
} from '../../src/crypto/private-key-info.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'

const provider = nobleProvider()
const der = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1'): Uint8Array =>
  Uint8Array.from(key.export({ format: 'der', type }))

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
const ec = ['prime256v1', 'secp384r1', 'secp521r1'].map(
  (namedCurve) => generateKeyPairSync('ec', { namedCurve }).privateKey,
)
const [p256, p384, p521] = ec as [KeyObject, KeyObject, KeyObject]
const ed25519 = generateKeyPairSync('ed25519').privateKey
const all = [rsa, ...ec, ed25519, generateKeyPairSync('ed448').privateKey].map((key) => der(key, 'pkcs8'))

describe('readPrivateKeyInfo', () => {
  it('reads the kinds that node:crypto writes', () => {
    const kinds = all.map((bytes) => readPrivateKeyInfo(bytes)).map(({ keyType, curve }) => [keyType, curve])
    expect(kinds).toEqual([
      ['rsa', undefined],
      ['ecdsa', 'secp256r1'],
      ['ecdsa', 'secp384r1'],
      ['ecdsa', 'secp521r1'],
      ['ed25519', undefined],
      ['ed448', undefined],
    ])
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey
    expect(readPrivateKeyInfo(der(pss, 'pkcs8')).keyType).toBe('rsa-pss')
  })

  it('gives the same numbers as the JWK of node:crypto', () => {
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
    const fields = readRsaPrivateKey(readPrivateKeyInfo(all[0] ?? new Uint8Array()).privateKey)
    const { n, e, d, p, q, dp, dq, qi } = rsa.export({ format: 'jwk' })
    expect(Object.values(fields).map(base64)).toEqual([n, e, d, p, q, dp, dq, qi])
    const scalar = readEcPrivateKey(readPrivateKeyInfo(der(p384, 'pkcs8')).privateKey).privateKey
    expect(base64(scalar)).toBe(p384.export({ format: 'jwk' }).d)
    const seed = readCurvePrivateKey(readPrivateKeyInfo(der(ed25519, 'pkcs8')).privateKey)
    expect(base64(seed)).toBe(ed25519.export({ format: 'jwk' }).d)
  })

  it('refuses every truncation, and a byte appended, with TypeError', () => {
    for (const bytes of all) {
      for (let length = 0; length < bytes.length; length += bytes.length > 400 ? 7 : 1) {
        expect(() => provider.importPrivateKey(bytes.subarray(0, length))).toThrow(TypeError)
      }
      expect(() => provider.importPrivateKey(concat(bytes, Uint8Array.of(0)))).toThrow(TypeError)
    }
  })

  it('tolerates attributes and the public key of version 2, whose example is RFC 8410 §10.3', () => {
    // The second example there has an attribute and the public key, which must be the private key's own.
    const whole =
      '3072020101300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842' +
      'a01f301d060a2a864886f70d01090914310f0c0d437572646c6520436861697273' +
      '81210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1'
    const info = readPrivateKeyInfo(fromHex(whole))
    expect(info.keyType).toBe('ed25519')
    expect(info.publicKey).toHaveLength(32)
    expect(() => provider.importPrivateKey(fromHex(whole))).not.toThrow()
    expect(() => provider.importPrivateKey(fromHex(whole.replace('19bf44', '19bf45')))).toThrow(/belong together/)
    // A public key has no place in version 1.
    expect(() => readPrivateKeyInfo(fromHex(whole.replace('3072020101', '3072020100')))).toThrow(TypeError)
    expect(() => readPrivateKeyInfo(fromHex(whole.replace('3072020101', '3072020102')))).toThrow(TypeError)
  })

  it('refuses algorithms that it does not know', () => {
    const x25519 = generateKeyPairSync('x25519').privateKey
    const k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
    const dsa = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey
    for (const key of [x25519, k1, dsa]) expect(() => readPrivateKeyInfo(der(key, 'pkcs8'))).toThrow(TypeError)
  })

  it('refuses parameters that do not belong to the algorithm', () => {
    const seed = fromHex(`0420${'11'.repeat(32)}`)
    const info = (algorithm: string, key: Uint8Array): Uint8Array =>
      writeDer(DerTag.sequence, fromHex('020100'), fromHex(algorithm), writeDer(DerTag.octetString, key))
    expect(() => provider.importPrivateKey(info('300506032b6570', seed))).not.toThrow()
    expect(() => provider.importPrivateKey(info('300706032b65700500', seed))).toThrow(TypeError)
    const pkcs1 = der(rsa, 'pkcs1')
    expect(() => provider.importPrivateKey(info('300d06092a864886f70d0101010500', pkcs1))).not.toThrow()
    expect(() => provider.importPrivateKey(info('300b06092a864886f70d010101', pkcs1))).toThrow(TypeError)
    expect(() => provider.importPrivateKey(info('300f06092a864886f70d01010105000500', pkcs1))).toThrow(TypeError)
    const sec1 = der(p256, 'sec1')
    expect(() => provider.importPrivateKey(info('301306072a8648ce3d020106082a8648ce3d030107', sec1))).not.toThrow()
    // The AlgorithmIdentifier says P-384 and the key inside P-256.
    expect(() => provider.importPrivateKey(info('301006072a8648ce3d020106052b81040022', sec1))).toThrow(TypeError)
  })

  it('refuses EC keys of zero, of the order, of another length, and beside a foreign public key', () => {
    const make = (scalar: string, tail = ''): Uint8Array =>
      wrapSec1PrivateKey(
        writeDer(
          DerTag.sequence,
          fromHex('020101'),
          writeDer(DerTag.octetString, fromHex(scalar)),
          fromHex(`a00a06082a8648ce3d030107${tail}`),
        ),
      )
    const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
    expect(() => provider.importPrivateKey(make('11'.repeat(32)))).not.toThrow()
    for (const scalar of ['00'.repeat(32), order, 'ff'.repeat(32), '11'.repeat(31), '11'.repeat(33), '']) {
      expect(() => provider.importPrivateKey(make(scalar)), scalar).toThrow(TypeError)
    }
    const point = toHex(readEcPrivateKey(der(p256, 'sec1')).publicKey ?? new Uint8Array())
    expect(() => provider.importPrivateKey(make('11'.repeat(32), `a144034200${point}`))).toThrow(/belong together/)
  })
})

describe('wrapping keys of older files', () => {
  it('makes the PKCS#8 that node:crypto makes', () => {
    expect(wrapPkcs1PrivateKey(der(rsa, 'pkcs1'))).toEqual(der(rsa, 'pkcs8'))
  })

  it('makes usable keys of SEC 1 files', async () => {
    for (const [key, curve] of [
      [p256, 'secp256r1'],
      [p384, 'secp384r1'],
      [p521, 'secp521r1'],
    ] as const) {
      const own = provider.importPrivateKey(wrapSec1PrivateKey(der(key, 'sec1')))
      expect(own.curve).toBe(curve)
      expect(await own.sign(SignatureScheme.ecdsa_secp256r1_sha256, Uint8Array.of(1))).toBeDefined()
    }
  })

  it('refuses what is not one: other forms, no curve, more than two primes', () => {
    expect(() => wrapPkcs1PrivateKey(der(rsa, 'pkcs8'))).toThrow(TypeError)
    expect(() => wrapPkcs1PrivateKey(der(p256, 'sec1'))).toThrow(TypeError)
    expect(() => wrapSec1PrivateKey(der(rsa, 'pkcs1'))).toThrow(TypeError)
    expect(() => wrapSec1PrivateKey(der(p256, 'pkcs8'))).toThrow(TypeError)
    const withoutCurve = writeDer(DerTag.sequence, fromHex('020101'), writeDer(DerTag.octetString, new Uint8Array(32)))
    expect(() => wrapSec1PrivateKey(withoutCurve)).toThrow(/curve/)
    const inner = enterDer(der(rsa, 'pkcs1'), DerTag.sequence)
    readDer(inner)
    const rest = inner.take(inner.remaining)
    expect(() => wrapPkcs1PrivateKey(writeDer(DerTag.sequence, fromHex('020101'), rest))).toThrow(TypeError)
    expect(() => wrapPkcs1PrivateKey(writeDer(DerTag.sequence, fromHex('020100'), rest, fromHex('3000')))).toThrow(
      TypeError,
    )
  })
})
