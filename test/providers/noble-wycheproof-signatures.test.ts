import { describe, expect, it } from 'vitest'
import { hashLength } from '../../src/crypto/primitives.js'
import { readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { SignatureScheme, type SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { absent, bytes, disagreements, type Vector, vectors } from './wycheproof.js'

const provider = nobleProvider()

/** SHA-256 → sha256 */
const hashName = (value: unknown): string => String(value).toLowerCase().replace('-', '')

function verifies({ group, test }: Vector, name: string): boolean {
  const scheme = SignatureScheme[name as SignatureSchemeName]
  const key = readSubjectPublicKeyInfo(bytes(group, 'publicKeyDer'))
  return provider.verifySignature(key, scheme, bytes(test, 'msg'), bytes(test, 'sig')) === true
}

describe.skipIf(absent)('signatures of Wycheproof (skipped without ../shared/conformance)', () => {
  for (const size of [2048, 3072, 4096]) {
    for (const hash of ['sha224', 'sha256', 'sha384', 'sha512']) {
      if (hash === 'sha224' && size !== 2048) continue // no such file
      // Acceptable here are only DigestInfos without the NULL: one encoding is made and compared, so they are refused.
      it(`RSA PKCS#1 ${size} ${hash}`, () => {
        const cases = vectors(`rsa_signature_${size}_${hash}`)
        expect(disagreements(cases, (vector) => verifies(vector, `rsa_pkcs1_${hash}`))).toEqual([])
        const acceptable = cases.filter(({ result }) => result === 'acceptable')
        expect(acceptable.filter(({ flags }) => !flags.includes('MissingNull'))).toEqual([])
      })
    }
  }

  const pssFiles = [
    ...['2048_sha256_mgf1_32', '2048_sha384_mgf1_48', '3072_sha256_mgf1_32', '4096_sha256_mgf1_32'],
    ...['4096_sha384_mgf1_48', '4096_sha512_mgf1_64', '2048_sha256_mgf1_32_params', '3072_sha256_mgf1_32_params'],
    ...['4096_sha512_mgf1_64_params', 'misc', 'misc_params'],
    // Salts of other lengths and SHA-1, which no scheme of TLS has: everything in these must be refused.
    ...['2048_sha256_mgf1_0', '4096_sha512_mgf1_32', '2048_sha1_mgf1_20'],
    ...['2048_sha256_mgf1_0_params', '4096_sha512_mgf1_32_params', '2048_sha1_mgf1_20_params'],
  ]
  for (const file of pssFiles) {
    it(`RSA PSS ${file}`, () => {
      const kind = file.endsWith('params') ? 'pss' : 'rsae'
      const inTls = ({ group }: Vector): boolean => {
        const hash = hashName(group['sha'])
        const known = hash === 'sha256' || hash === 'sha384' || hash === 'sha512'
        return known && group['mgfSha'] === group['sha'] && group['sLen'] === hashLength[hash]
      }
      const verifiesPss = (vector: Vector): boolean =>
        ['sha256', 'sha384', 'sha512'].some((hash) => verifies(vector, `rsa_pss_${kind}_${hash}`))
      const cases = vectors(`rsa_pss_${file}`)
      const [fitting, others] = [cases.filter(inTls), cases.filter((vector) => !inTls(vector))]
      if (fitting.length > 0) expect(disagreements(fitting, verifiesPss)).toEqual([])
      // Among these is one signature whose salt was lengthened to the hash's, which is just what TLS wants.
      const asTlsWants = others.filter(
        ({ test }) => file.includes('sha256_mgf1_0') && test['comment'] === 's_len changed to 32',
      )
      expect(others.filter(verifiesPss)).toEqual(asTlsWants)
    })
  }

  const ecdsaSchemes: Record<string, SignatureSchemeName> = {
    sha256: 'ecdsa_secp256r1_sha256',
    sha384: 'ecdsa_secp384r1_sha384',
    sha512: 'ecdsa_secp521r1_sha512',
  }
  // Sampled: every third vector of P-384, every fourth of P-521, where a verification takes 5 and 10 ms.
  const ecdsaFiles = [
    ['secp256r1', 'sha256', 1],
    ['secp256r1', 'sha512', 1],
    ['secp384r1', 'sha256', 3],
    ['secp384r1', 'sha384', 3],
    ['secp384r1', 'sha512', 3],
    ['secp521r1', 'sha512', 4],
  ] as const
  for (const [curve, hash, stride] of ecdsaFiles) {
    it(`ECDSA ${curve} ${hash}, one in ${stride}`, () => {
      const cases = vectors(`ecdsa_${curve}_${hash}`, stride)
      expect(disagreements(cases, (vector) => verifies(vector, ecdsaSchemes[hash] ?? ''))).toEqual([])
    })
  }

  for (const curve of ['ed25519', 'ed448']) {
    it(curve, () => {
      expect(disagreements(vectors(curve), (vector) => verifies(vector, curve))).toEqual([])
    })
  }

  it('RSA PKCS#1 signing gives the very octets', () => {
    let seen = 0
    // Sampled: every third vector of the keys from 3072 bits on.
    for (const [size, stride] of [
      [1024, 1],
      [1536, 1],
      [2048, 1],
      [3072, 3],
      [4096, 3],
    ] as const) {
      for (const { group, test, title } of vectors(`rsa_pkcs1_${size}_sig_gen`, stride)) {
        const scheme = SignatureScheme[`rsa_pkcs1_${hashName(group['sha'])}` as SignatureSchemeName]
        if (scheme === undefined) continue // SHA-512/224, SHA-3 and others that TLS 1.2 has no scheme for
        const key = provider.importPrivateKey(bytes(group, 'privateKeyPkcs8'))
        expect(key.sign(scheme, bytes(test, 'msg')), title).toEqual(bytes(test, 'sig'))
        seen++
      }
    }
    expect(seen).toBeGreaterThan(30)
  })
})
