/** Keys made by node:crypto, in the forms that the provider and node:crypto each want. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { PublicKey } from '../../src/crypto/key-types.js'
import { readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'

export interface TestKey {
  readonly name: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly privateKeyInfo: Uint8Array
  readonly own: PublicKey
}

function testKey(name: string, pair: { privateKey: KeyObject; publicKey: KeyObject }): TestKey {
  const privateKeyInfo = Uint8Array.from(pair.privateKey.export({ format: 'der', type: 'pkcs8' }))
  const own = readSubjectPublicKeyInfo(Uint8Array.from(pair.publicKey.export({ format: 'der', type: 'spki' })))
  return { name, ...pair, privateKeyInfo, own }
}

const modulusBits = (key: KeyObject): number =>
  BigInt(`0x${Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url').toString('hex')}`).toString(2).length

/** A key of exactly that size; throws where OpenSSL does not make any, as for 2049 bits. */
export function rsaTestKey(modulusLength = 2048, publicExponent = 65537): TestKey {
  for (let attempt = 0; attempt < 20; attempt++) {
    const pair = generateKeyPairSync('rsa', { modulusLength, publicExponent })
    if (modulusBits(pair.publicKey) === modulusLength) return testKey(`rsa ${modulusLength}`, pair)
  }
  throw new Error(`no modulus of ${modulusLength} bits`)
}

/** An `rsa-pss` key, with parameters for one hash (and another for its masks) or without any. */
export function rsaPssTestKey(hashAlgorithm?: string, saltLength = 0, mgf1HashAlgorithm = hashAlgorithm): TestKey {
  const parameters = hashAlgorithm === undefined ? {} : { hashAlgorithm, mgf1HashAlgorithm, saltLength }
  // Node's own types say that saltLength is a string, and Node refuses one that is.
  const options = { modulusLength: 2048, ...parameters } as { modulusLength: number }
  return testKey(`rsa-pss ${hashAlgorithm ?? 'any'}`, generateKeyPairSync('rsa-pss', options))
}

/** `named`: Node's name of the curve. */
export const ecTestKey = (namedCurve: string): TestKey => testKey(namedCurve, generateKeyPairSync('ec', { namedCurve }))

export const edwardsTestKey = (name: 'ed25519' | 'ed448'): TestKey =>
  testKey(name, name === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ed448'))
