import { describe, expect, it } from 'vitest'
import { fromBigInt, toBigInt, toHex } from '../../src/bytes/convert.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import type { NamedGroupName } from '../../src/registry/named-group.js'
import { absent, bytes, disagreements, type Vector, vectors } from './wycheproof.js'

/** The shared secret of a vector in hexadecimal, through a provider whose randomness is the vector's private key. */
async function agreed(group: NamedGroupName, seed: (length: number) => Uint8Array, peer: Uint8Array): Promise<string> {
  const share = await nobleProvider({ randomBytes: seed }).generateKeyShare({ group })
  const secret = await share?.agree(peer)
  return secret?.use(toHex) ?? 'refused'
}

/** What each vector's agreement gave; promises are awaited first because `disagreements` asks synchronously. */
async function outcomes(
  cases: readonly Vector[],
  agree: (vector: Vector) => Promise<string>,
): Promise<Map<Vector, string>> {
  const results = new Map<Vector, string>()
  for (const vector of cases) results.set(vector, await agree(vector))
  return results
}

describe.skipIf(absent)('key exchange of Wycheproof (skipped without ../shared/conformance)', () => {
  // Sampled: one in four for P-384 and P-521. The files of other encodings (SubjectPublicKeyInfo) are left out: TLS 1.2
  // sends bare points. The private scalar d enters as the seed d - 1, which the provider's own mapping turns into d.
  for (const [group, stride] of [
    ['secp256r1', 1],
    ['secp384r1', 4],
    ['secp521r1', 4],
  ] as const) {
    it(`ECDH ${group}, one in ${stride}`, async () => {
      const cases = vectors(`ecdh_${group}_ecpoint`, stride)
      const results = await outcomes(cases, ({ test }) => {
        const scalar = toBigInt(bytes(test, 'private'))
        return agreed(group, (length) => fromBigInt(scalar - 1n, length), bytes(test, 'public'))
      })
      const wrong = disagreements(
        cases.filter(({ flags }) => !flags.includes('CompressedPoint')),
        (vector) => results.get(vector) !== 'refused',
      )
      expect(wrong).toEqual([])
      for (const [{ test, flags, title }, result] of results) {
        // Compressed points are valid for the file, and refused here because they are never negotiated.
        if (flags.includes('CompressedPoint')) expect(result, title).toBe('refused')
        else if (result !== 'refused') expect(result, title).toBe(test['shared'])
      }
    })
  }

  for (const [group, stride] of [
    ['x25519', 1],
    ['x448', 2],
  ] as const) {
    it(`${group}, one in ${stride}`, async () => {
      const cases = vectors(group, stride)
      const results = await outcomes(cases, ({ test }) =>
        agreed(group, () => bytes(test, 'private'), bytes(test, 'public')),
      )
      for (const [{ test, result: verdict, title }, result] of results) {
        const zero = /^0+$/.test(String(test['shared']))
        expect(result, title).toBe(zero || verdict === 'invalid' ? 'refused' : test['shared'])
      }
      expect([...results.values()].filter((result) => result === 'refused').length).toBeGreaterThan(0)
    })
  }
})

describe.skipIf(absent)('RSA decryption of Wycheproof (skipped without ../shared/conformance)', () => {
  // Few of these messages have the length of a pre-master secret: all others, valid or not, must come back as 48 random
  // bytes, exactly as bad padding does.
  for (const size of [2048, 3072, 4096]) {
    it(`${size} bits`, async () => {
      const provider = nobleProvider()
      const cases = vectors(`rsa_pkcs1_${size}`, size === 2048 ? 1 : 4)
      for (const { group, test, result, title } of cases) {
        const key = provider.importPrivateKey(bytes(group, 'privateKeyPkcs8'))
        const message = bytes(test, 'msg')
        const version = 256 * (message[0] ?? 3) + (message[1] ?? 3)
        const decrypt = async (): Promise<string | undefined> =>
          (await key.decryptPreMaster?.(bytes(test, 'ct'), version))?.use(toHex)
        const [first, second] = [await decrypt(), await decrypt()]
        expect(first, title).toHaveLength(96)
        if (result === 'valid' && message.length === 48) expect(first, title).toBe(toHex(message))
        else expect(first, title).not.toBe(second)
      }
    })
  }
})
