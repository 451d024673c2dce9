/** Signatures as certificates carry them: Wycheproof and node:crypto against the verifier's own signature path. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DerTag, enterDer, readDer, writeDer } from '../../src/codec/der.js'
import { subjectPublicKey } from '../../src/crypto/subject-public-key-info.js'
import { readAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.js'
import type { AlgorithmIdentifier } from '../../src/x509/certificate-model.js'
import { type KeyPolicy, strongKeys } from '../../src/x509/key-policy.js'
import { run } from '../../src/x509/questions.js'
import { type SignatureVerdict, verifySigned } from '../../src/x509/signature.js'
import { type SubjectKey, subjectKey } from '../../src/x509/subject-key.js'
import { absent, bytes, disagreements, type Vector, vectors } from '../providers/wycheproof.js'
import { provider } from './judging.js'
import { oid, sequence } from './minting.js'

const identifier = (der: Uint8Array): AlgorithmIdentifier =>
  readAlgorithmIdentifier(readDer(enterDer(sequence(der), DerTag.sequence)), 'an algorithm', 'RFC 5280 §4.1.1.2')

const algorithm = (dotted: string, ...parameters: readonly Uint8Array[]): AlgorithmIdentifier =>
  identifier(sequence(oid(dotted), ...parameters))

const NULL = writeDer(DerTag.null)

/** The key of a DER SubjectPublicKeyInfo as that of a certificate. */
function keyOf(subjectPublicKeyInfo: Uint8Array): SubjectKey {
  const publicKeyAlgorithm = identifier(readDer(enterDer(subjectPublicKeyInfo, DerTag.sequence)).whole)
  return subjectKey({
    subjectPublicKeyInfo,
    publicKeyAlgorithm,
    subjectPublicKey: subjectPublicKey(subjectPublicKeyInfo),
  })
}

/** Wycheproof has small keys too; how strong a key must be is not what is asked here. */
const anyStrength: KeyPolicy = {
  ...strongKeys,
  minimumRsaBits: 1024,
  hashes: ['sha1', ...strongKeys.hashes],
  dsa: true,
}

function verdict(
  key: SubjectKey,
  signatureAlgorithm: AlgorithmIdentifier,
  [tbs, signature]: readonly [Uint8Array, Uint8Array],
  policy = anyStrength,
): SignatureVerdict {
  const answer = run(verifySigned({ signatureAlgorithm, tbs, signature }, key, policy), { provider })
  if (answer instanceof Promise) throw new Error('the noble provider answers at once')
  return answer
}

const verifies =
  (signatureAlgorithm: AlgorithmIdentifier) =>
  ({ group, test }: Vector): boolean =>
    verdict(keyOf(bytes(group, 'publicKeyDer')), signatureAlgorithm, [bytes(test, 'msg'), bytes(test, 'sig')]).valid

const rsa = { sha224: 14, sha256: 11, sha384: 12, sha512: 13 } as const
const ecdsa = { sha256: 2, sha384: 3, sha512: 4 } as const
const hashOids = { sha256: 1, sha384: 2, sha512: 3 } as const
const saltOf = { sha256: 32, sha384: 48, sha512: 64 } as const

type PssHash = keyof typeof hashOids

function pss(hash: PssHash, mask: PssHash, salt: number): AlgorithmIdentifier {
  const named = (name: PssHash): Uint8Array => sequence(oid(`2.16.840.1.101.3.4.2.${hashOids[name]}`), NULL)
  const parameters = sequence(
    writeDer(0xa0, named(hash)),
    writeDer(0xa1, sequence(oid('1.2.840.113549.1.1.8'), named(mask))),
    writeDer(0xa2, writeDer(DerTag.integer, Uint8Array.of(salt))),
  )
  return algorithm('1.2.840.113549.1.1.10', parameters)
}

describe.skipIf(absent)('Wycheproof (skipped without ../shared/conformance)', () => {
  it.each([
    [2048, 'sha224'],
    [2048, 'sha256'],
    [2048, 'sha384'],
    [2048, 'sha512'],
    [3072, 'sha256'],
    [3072, 'sha384'],
    [3072, 'sha512'],
    [4096, 'sha256'],
    [4096, 'sha512'],
  ] as const)('RSA PKCS#1 %i %s', (size, hash) => {
    const cases = vectors(`rsa_signature_${size}_${hash}`)
    expect(disagreements(cases, verifies(algorithm(`1.2.840.113549.1.1.${rsa[hash]}`, NULL)))).toEqual([])
  })

  it.each([
    ['secp256r1', 'sha256'],
    ['secp256r1', 'sha512'],
    ['secp384r1', 'sha256'],
    ['secp384r1', 'sha384'],
    ['secp384r1', 'sha512'],
    ['secp521r1', 'sha512'],
  ] as const)('ECDSA %s %s, every third', (curve, hash) => {
    const cases = vectors(`ecdsa_${curve}_${hash}`, 3)
    expect(disagreements(cases, verifies(algorithm(`1.2.840.10045.4.3.${ecdsa[hash]}`)))).toEqual([])
  })

  it.each([
    ['ed25519', '1.3.101.112'],
    ['ed448', '1.3.101.113'],
  ])('%s', (name, dotted) => {
    expect(disagreements(vectors(name), verifies(algorithm(dotted)))).toEqual([])
  })

  it.each([
    ['2048_sha256_mgf1_32', 'sha256'],
    ['2048_sha384_mgf1_48', 'sha384'],
    ['4096_sha512_mgf1_64', 'sha512'],
    ['2048_sha256_mgf1_32_params', 'sha256'],
    ['3072_sha256_mgf1_32_params', 'sha256'],
    ['4096_sha512_mgf1_64_params', 'sha512'],
  ] as const)('RSA PSS %s', (file, hash) => {
    expect(disagreements(vectors(`rsa_pss_${file}`), verifies(pss(hash, hash, saltOf[hash])))).toEqual([])
  })

  it.each([
    ['2048_sha256_mgf1_0', 'sha256', 0],
    ['4096_sha512_mgf1_32', 'sha512', 32],
  ] as const)('RSA PSS %s: a salt of another length than the hash is not supported', (file, hash, salt) => {
    expect(vectors(`rsa_pss_${file}`).filter(verifies(pss(hash, hash, salt)))).toEqual([])
  })
})

const content = new TextEncoder().encode('what is signed')

describe('DSA', () => {
  const { publicKey, privateKey } = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
  const key = keyOf(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })))
  const dsa = { sha1: '1.2.840.10040.4.3', sha256: '2.16.840.1.101.3.4.3.2' } as const
  const signed = (hash: 'sha1' | 'sha256'): Uint8Array => new Uint8Array(sign(hash, content, privateKey))

  it.each(['sha1', 'sha256'] as const)(
    'signatures of node:crypto with %s, a hash longer than the order too',
    (hash) => {
      for (let i = 0; i < 5; i++) {
        const signature = signed(hash)
        expect(verdict(key, algorithm(dsa[hash]), [content, signature])).toEqual({ valid: true })
        const other = Uint8Array.from(content, (octet, at) => (at === i ? octet ^ 1 : octet))
        expect(verdict(key, algorithm(dsa[hash]), [other, signature]).valid).toBe(false)
        const damaged = Uint8Array.from(signature, (octet, at) => (at === signature.length - 1 - i ? octet ^ 1 : octet))
        expect(verdict(key, algorithm(dsa[hash]), [content, damaged]).valid).toBe(false)
      }
    },
  )

  it('is off unless a policy allows it', () => {
    expect(verdict(key, algorithm(dsa.sha256), [content, signed('sha256')], strongKeys)).toMatchObject({
      reason: 'unsupported_certificate',
      why: 'uses dsa-with-SHA256, which is not accepted',
    })
  })

  it('refuses r and s out of range', () => {
    const zero = writeDer(DerTag.integer, Uint8Array.of(0))
    const one = writeDer(DerTag.integer, Uint8Array.of(1))
    for (const pair of [
      [zero, one],
      [one, zero],
      [zero, zero],
    ] as const) {
      expect(verdict(key, algorithm(dsa.sha256), [content, sequence(...pair)]).valid).toBe(false)
    }
  })
})

describe('what an algorithm is for', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = keyOf(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })))
  const signature = new Uint8Array(sign('sha256', content, privateKey))

  it('an algorithm of another kind of key is refused', () => {
    const rsaWithSha256 = algorithm('1.2.840.113549.1.1.11', NULL)
    expect(verdict(key, rsaWithSha256, [content, signature])).toEqual({ valid: true })
    expect(verdict(key, algorithm('1.2.840.10045.4.3.2'), [content, signature])).toMatchObject({
      reason: 'bad_certificate',
      why: 'is of ecdsa-with-SHA256, which is not for the key of its issuer',
    })
  })

  it.each([
    ['MD5', algorithm('1.2.840.113549.1.1.4', NULL)],
    ['SHA-1', algorithm('1.2.840.113549.1.1.5', NULL)],
    ['an unknown algorithm', algorithm('1.2.3.4')],
    ['PSS without parameters', algorithm('1.2.840.113549.1.1.10')],
    ['PSS with two hashes', pss('sha256', 'sha512', 32)],
  ])('%s is not accepted', (_what, unfit) => {
    expect(verdict(key, unfit, [content, signature], strongKeys)).toMatchObject({ reason: 'unsupported_certificate' })
  })
})
