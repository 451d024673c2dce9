/** Any single answer replaced, while the rest stays: of a provider, of an environment, of a key. */
import { describe, expect, test } from 'vitest'
import type { Environment } from '../../src/crypto/environment.js'
import type { PrivateKey } from '../../src/crypto/key-types.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { importNonExtractableKeys, webCryptoPrivateKey } from '../../src/providers/webcrypto/index.js'
import { credentialOf, mutual, noble, type Played, play } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { settled } from '../support/settled.js'
import { targets } from './targets.js'

const answers = [
  'hash',
  'hmac',
  'aead',
  'blockCipher',
  'randomBytes',
  'generateKeyShare',
  'verifySignature',
  'encryptPreMaster',
  'importPrivateKey',
] as const satisfies readonly (keyof CryptoProvider)[]

/** `base` with one answer from `other`, and how often that was asked for. */
function replacing(base: CryptoProvider, answer: (typeof answers)[number], other: CryptoProvider) {
  const count = { asked: 0 }
  const method = other[answer] as (...question: unknown[]) => unknown // no type fits the methods of a union of names
  const counting = (...question: unknown[]): unknown => {
    count.asked++
    return method.apply(other, question)
  }
  return { provider: { ...base, [answer]: counting }, count }
}

/** Key transport for what only it asks for, block ciphers likewise. */
const suiteFor = (answer: string) =>
  answer === 'encryptPreMaster' || answer === 'blockCipher'
    ? 'TLS_RSA_WITH_AES_128_CBC_SHA'
    : 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'

function expectGood(played: Played): void {
  expect(played.faultOf('client') ?? played.faultOf('server')).toBeUndefined()
  expect(played.server.connection.summary?.peer.kind).toBe('certificate and signature')
  played.client.send(Uint8Array.of(1, 2))
  played.server.send(Uint8Array.of(3))
  expect([played.dataOf('server'), played.dataOf('client')]).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3)])
}

const pairs = targets.flatMap((base) => targets.filter((other) => other !== base).map((other) => ({ base, other })))

describe.each(pairs)('a mutual handshake with $base.name, but', ({ base, other }) => {
  test.each(answers)(`%s from ${other.name}`, async (answer) => {
    const { provider, count } = replacing(base.provider, answer, other.provider)
    const { client, server } = mutual('rsa', { client: provider, server: provider })
    const only = { cipherSuites: [suiteFor(answer)] } as const
    const played = play({ ...client, ...only }, { ...server, ...only }, provider)
    await settled(played)
    expectGood(played)
    expect(count.asked).toBeGreaterThan(0)
  })
})

describe('one answer of an environment', () => {
  const { certificateChain, privateKeyInfo } = pki.client.ecdsaP256

  test('`sign` by WebCrypto alone, everything else by noble', async () => {
    const keys = await importNonExtractableKeys(privateKeyInfo, { beside: noble })
    const [certificate = new Uint8Array(0)] = certificateChain
    const held = webCryptoPrivateKey(readSubjectPublicKeyInfo(certificatePublicKeyInfo(certificate)), keys)
    const { client, server } = mutual('ecdsaP256')
    /** Knows what kind of key it stands for, and nothing of the key. */
    const stub: PrivateKey = {
      ...{ keyType: 'ecdsa', curve: 'secp256r1' },
      sign: () => {
        throw new Error('nobody should ask')
      },
    }
    const asked: unknown[] = []
    const environment: Partial<Environment> = {
      sign: ({ key, scheme, content }, signal) => {
        asked.push(key)
        return held.sign(scheme, content, signal)
      },
    }
    const played = play({ ...client, credentials: [{ certificateChain, key: stub }], environment }, server)
    await settled(played)
    expectGood(played)
    expect(asked).toEqual([stub])
  })

  test("a key of one provider in another's credential", async () => {
    for (const { provider } of targets) {
      const { client, server } = mutual('ecdsaP256')
      const played = play(
        { ...client, credentials: [credentialOf('client', 'ecdsaP256', provider)] },
        { ...server, credentials: [credentialOf('server', 'ecdsaP256', provider)] },
      )
      await settled(played)
      expectGood(played)
    }
  })
})
