/** Keys that WebCrypto holds and nobody can take out, as signers and credentials. */
import { verify as nodeVerify, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import {
  importNonExtractableKeys,
  type Subtle,
  webCryptoCapabilities,
  webCryptoCredential,
  webCryptoPrivateKey,
  webCryptoProvider,
} from '../../src/providers/webcrypto/index.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import { checkKeyMatches } from '../../src/x509/index.js'
import { credentialOf, mutual, pinTo, play } from '../support/endpoints.js'
import { type PkiKind, pki } from '../support/pki.js'
import { settled } from '../support/settled.js'
import { ecTestKey, edwardsTestKey, rsaPssTestKey, rsaTestKey } from './node-keys.js'

const { subtle } = globalThis.crypto
const beside = nobleProvider()
const { ecdsa_secp256r1_sha256, ecdsa_sha224, ed25519 } = SignatureScheme
const { rsa_pkcs1_sha256, rsa_pss_rsae_sha256, rsa_pss_pss_sha384 } = SignatureScheme

/** The same runtime without some algorithms: they are refused as they are where they are unknown. */
function runtimeWithout(...names: readonly string[]): Subtle {
  const refuse = (algorithm: { readonly name: string; readonly namedCurve?: string }): void => {
    const { name, namedCurve = '' } = algorithm
    if (names.includes(name) || names.includes(namedCurve)) throw new DOMException('not supported', 'NotSupportedError')
  }
  const system: Subtle = subtle
  return {
    importKey: async (format, octets, algorithm, extractable, usages) => {
      refuse(algorithm)
      return system.importKey(format, octets, algorithm, extractable, usages)
    },
    generateKey: async (algorithm, extractable, usages) => {
      refuse(algorithm)
      return system.generateKey(algorithm, extractable, usages)
    },
    exportKey: (format, key) => system.exportKey(format, key),
    deriveBits: (algorithm, key, length) => system.deriveBits(algorithm, key, length),
    sign: (algorithm, key, content) => system.sign(algorithm, key, content),
    verify: (algorithm, key, signature, content) => system.verify(algorithm, key, signature, content),
  }
}

const nonExtractable = async (kind: PkiKind, side: 'client' | 'server' = 'client') => {
  const { certificateChain, privateKeyInfo } = pki[side][kind]
  return webCryptoCredential(certificateChain, await importNonExtractableKeys(privateKeyInfo, { beside }))
}

describe('importNonExtractableKeys', () => {
  it.each([
    ['ecdsaP256', 1],
    ['ecdsaP384', 1],
    ['ecdsaP521', 1],
    ['ed25519', 1],
    ['rsa', 7], // PKCS#1 with four hashes, PSS with three
    ['rsaPss', 3],
  ] as const)('%s: keys that sign and that nothing takes out', async (kind, count) => {
    const keys = await importNonExtractableKeys(pki.client[kind].privateKeyInfo, { beside })
    expect(keys).toHaveLength(count)
    for (const key of keys) {
      expect(key.extractable).toBe(false)
      expect(key.usages).toEqual(['sign'])
      for (const format of ['pkcs8', 'jwk', 'raw'] as const) {
        const real = key as CryptoKey // what it is here; our own type names only what is looked at
        await expect(subtle.exportKey(format, real)).rejects.toThrow()
        await expect(subtle.wrapKey(format, real, real, 'AES-GCM')).rejects.toThrow()
      }
    }
  })

  it('refuses what the provider beside refuses, and kinds that the runtime has not', async () => {
    const { privateKeyInfo } = ecTestKey('prime256v1')
    const damaged = privateKeyInfo.slice()
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1 // the public key no longer belongs to the private one
    await expect(importNonExtractableKeys(damaged, { beside })).rejects.toThrow(TypeError)
    await expect(importNonExtractableKeys(new Uint8Array(5), { beside })).rejects.toThrow(TypeError)
    await expect(importNonExtractableKeys(edwardsTestKey('ed448').privateKeyInfo, { beside })).rejects.toThrow(/ed448/)
    const poor = { beside, subtle: runtimeWithout('P-256') }
    await expect(importNonExtractableKeys(privateKeyInfo, poor)).rejects.toThrow(/ecdsa secp256r1/)
  })

  it('leaves what it was given as it was', async () => {
    const { privateKeyInfo } = edwardsTestKey('ed25519')
    const before = privateKeyInfo.slice()
    await importNonExtractableKeys(privateKeyInfo, { beside })
    expect(privateKeyInfo).toEqual(before)
  })
})

describe('webCryptoPrivateKey', () => {
  const content = randomBytes(40)

  it('signs with a pair that was made without being extractable', async () => {
    const pair = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    const spki = new Uint8Array(await subtle.exportKey('spki', pair.publicKey))
    const key = webCryptoPrivateKey(readSubjectPublicKeyInfo(spki), pair.privateKey)
    expect(key).toMatchObject({ keyType: 'ecdsa', curve: 'secp256r1' })
    expect(key.schemes).toContain(ecdsa_secp256r1_sha256)
    expect(key.schemes).not.toContain(ecdsa_sha224)
    const publicKey = { key: Buffer.from(spki), format: 'der', type: 'spki' } as const
    for (let round = 0; round < 30; round++) {
      const signature = await key.sign(ecdsa_secp256r1_sha256, content)
      expect(nodeVerify('sha256', content, publicKey, signature)).toBe(true)
    }
    expect(() => key.sign(ecdsa_sha224, content)).toThrow(TypeError)
    expect(inspect(key, { depth: 9, showHidden: true })).not.toMatch(/[0-9a-f]{20}/)
  })

  it('of RSA offers the schemes of the CryptoKeys that it has', async () => {
    const { own, privateKey } = rsaTestKey(2048)
    const octets = privateKey.export({ format: 'der', type: 'pkcs8' })
    const import256 = (name: string) => subtle.importKey('pkcs8', octets, { name, hash: 'SHA-256' }, false, ['sign'])
    const [pkcs1, pss] = [await import256('RSASSA-PKCS1-v1_5'), await import256('RSA-PSS')]
    expect(webCryptoPrivateKey(own, pss).schemes).toEqual([rsa_pss_rsae_sha256])
    expect(webCryptoPrivateKey(own, [pkcs1, pss]).schemes).toEqual([rsa_pkcs1_sha256, rsa_pss_rsae_sha256])
    expect(() => webCryptoPrivateKey(own, pss).sign(rsa_pkcs1_sha256, content)).toThrow(TypeError)
    expect(webCryptoPrivateKey(own, pkcs1).decryptPreMaster).toBeUndefined()
  })

  it('minds the one hash that an rsa-pss certificate is for', async () => {
    const { own, privateKeyInfo } = rsaPssTestKey('sha384', 48)
    const keys = await importNonExtractableKeys(privateKeyInfo, { beside })
    expect(webCryptoPrivateKey(own, keys).schemes).toEqual([rsa_pss_pss_sha384])
  })

  it('refuses keys that do not sign, or are of another kind, curve, size or exponent', async () => {
    const ec = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    const agreeing = await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits'])
    const p256 = ecTestKey('prime256v1').own
    expect(() => webCryptoPrivateKey(p256, ec.publicKey)).toThrow(/public/)
    expect(() => webCryptoPrivateKey(p256, agreeing.privateKey)).toThrow(/signing/)
    expect(() => webCryptoPrivateKey(p256, [])).toThrow(TypeError)
    expect(() => webCryptoPrivateKey(ecTestKey('secp384r1').own, ec.privateKey)).toThrow(TypeError)
    expect(() => webCryptoPrivateKey(rsaTestKey(2048).own, ec.privateKey)).toThrow(/ECDSA/)
    const keys = await importNonExtractableKeys(rsaTestKey(2048).privateKeyInfo, { beside })
    expect(() => webCryptoPrivateKey(rsaTestKey(3072).own, keys)).toThrow(/modulus/)
    expect(() => webCryptoPrivateKey(rsaTestKey(2048, 3).own, keys)).toThrow(/exponent/)
    expect(() => webCryptoPrivateKey({ ...p256, keyType: 'ed25519' }, ec.privateKey)).toThrow(TypeError)
    expect(() => webCryptoCredential([], ec.privateKey)).toThrow(/certificate/)
  })
})

describe('handshakes with keys that only WebCrypto has', () => {
  const provider = webCryptoProvider({ beside })

  it.each(['ecdsaP256', 'ecdsaP384', 'ecdsaP521', 'ed25519', 'rsa', 'rsaPss'] as const)(
    '%s: for CertificateVerify and for ServerKeyExchange',
    async (kind) => {
      const { client, server } = mutual(kind)
      const [own, other] = [await nonExtractable(kind, 'client'), await nonExtractable(kind, 'server')]
      await checkKeyMatches(own, provider)
      const played = play({ ...client, credentials: [own] }, { ...server, credentials: [other] }, provider)
      await settled(played)
      expect(played.server.connection.state.name).toBe('Connected')
      expect(played.server.connection.summary?.peer.kind).toBe('certificate and signature')
    },
  )

  it('a key for one scheme alone is used under it, and under no other', async () => {
    const { client, server } = mutual('rsa')
    const keys = await importNonExtractableKeys(pki.client.rsa.privateKeyInfo, { beside })
    const only = keys.filter(({ algorithm }) => algorithm.name === 'RSA-PSS' && algorithm.hash?.name === 'SHA-512')
    const credential = webCryptoCredential(pki.client.rsa.certificateChain, only)
    const played = play({ ...client, credentials: [credential] }, server, provider)
    await settled(played)
    expect(played.server.connection.state.name).toBe('Connected')
    // the server accepts no PSS: the client then has nothing to show, and the server insists
    const refusing = { ...server, signatureSchemes: ['rsa_pkcs1_sha256'] } as const
    const lacking = play({ ...client, credentials: [credential] }, refusing, provider)
    await settled(lacking)
    expect(lacking.faultOf('server')?.code).toBe('client_certificate_missing')
  })

  it('a server whose key is not for any scheme of the client falls back on another credential', async () => {
    const { client, server } = mutual('rsa')
    const keys = await importNonExtractableKeys(pki.server.rsa.privateKeyInfo, { beside })
    const sha512 = keys.filter(({ algorithm }) => algorithm.hash?.name === 'SHA-512')
    const useless = webCryptoCredential(pki.server.rsa.certificateChain, sha512)
    const offer = { ...client, signatureSchemes: ['rsa_pkcs1_sha256', 'ecdsa_secp256r1_sha256'] } as const
    const credentials = [useless, credentialOf('server', 'ecdsaP256')]
    const verifier = pinTo('server', 'ecdsaP256')
    const played = play(
      { ...offer, verifier, credentials: [credentialOf('client', 'rsa')] },
      { ...server, credentials },
      provider,
    )
    await settled(played)
    expect(played.faultOf('server')).toBeUndefined()
    expect(played.client.connection.summary?.negotiated.suite.keyExchange).toBe('ECDHE_ECDSA')
  })
})

describe('webCryptoCapabilities', () => {
  it('names what the runtime does, what comes from beside, and what is missing', async () => {
    const all = await webCryptoCapabilities({ beside })
    const from = (answer: string, of?: string) => all.find((one) => one.answer === answer && one.of === of)?.from
    expect(from('generateKeyShare', 'secp256r1')).toBe('native')
    expect(from('generateKeyShare', 'x25519')).toBe('native')
    expect(from('generateKeyShare', 'x448')).toBe('beside')
    expect(from('generateKeyShare', 'ffdhe2048')).toBe('beside')
    expect(from('verifySignature', 'rsa_pkcs1_sha256 with a key of rsa')).toBe('native')
    expect(from('verifySignature', 'rsa_pkcs1_sha224 with a key of rsa')).toBe('beside')
    expect(from('verifySignature', 'ecdsa_secp521r1_sha512 with a key of secp256r1')).toBe('native')
    expect(from('sign with a CryptoKey', 'ed25519 with a key of ed25519')).toBe('native')
    expect(from('sign with a CryptoKey', 'ed448 with a key of ed448')).toBe('missing')
    expect(from('hmac')).toBe('beside')
    expect(new Set(all.map(({ answer, of }) => `${answer} ${of}`)).size).toBe(all.length)
  })

  it('without a provider beside, what is not native is missing; without WebCrypto, all of it', async () => {
    const alone = await webCryptoCapabilities()
    expect(new Set(alone.map((one) => one.from))).toEqual(new Set(['native', 'missing']))
    const nothing = await webCryptoCapabilities({ subtle: undefined })
    expect(new Set(nothing.map((one) => one.from))).toEqual(new Set(['missing']))
  })

  it('sees what a poorer runtime lacks, and the provider asks beside for it', async () => {
    const poor = runtimeWithout('X25519', 'P-521', 'Ed25519', 'RSA-PSS')
    const report = await webCryptoCapabilities({ subtle: poor, beside })
    const lacking = report.filter((one) => one.from === 'beside').map(({ of }) => of ?? '')
    expect(lacking).toEqual(expect.arrayContaining(['x25519', 'secp521r1', 'ed25519 with a key of ed25519']))
    const asked: string[] = []
    const watched = {
      ...beside,
      generateKeyShare: (request: Parameters<typeof beside.generateKeyShare>[0]) => {
        asked.push('group' in request ? request.group : 'dh')
        return beside.generateKeyShare(request)
      },
      verifySignature: (...question: Parameters<typeof beside.verifySignature>) => {
        asked.push(question[0].keyType)
        return beside.verifySignature(...question)
      },
    }
    const provider = webCryptoProvider({ beside: watched, subtle: poor })
    for (const group of ['x25519', 'secp521r1', 'secp256r1'] as const) {
      const [one, other] = [await provider.generateKeyShare({ group }), await beside.generateKeyShare({ group })]
      expect(await one?.agree(other?.publicKey ?? new Uint8Array(0))).toBeDefined()
    }
    const key = edwardsTestKey('ed25519')
    const content = randomBytes(9)
    const signature = await provider.importPrivateKey(key.privateKeyInfo).sign(ed25519, content)
    expect(await provider.verifySignature(key.own, ed25519, content, signature)).toBe(true)
    expect(asked).toEqual(['x25519', 'secp521r1', 'ed25519'])
  })
})

describe('the webcrypto provider', () => {
  it('judges what it was given, whatever becomes of the arrays while it waits', async () => {
    const provider = webCryptoProvider({ beside })
    const key = ecTestKey('prime256v1')
    const content = new Uint8Array(randomBytes(20))
    const signer = provider.importPrivateKey(key.privateKeyInfo)
    const signing = signer.sign(ecdsa_secp256r1_sha256, content)
    const copy = content.slice()
    content.fill(0)
    const signature = Uint8Array.from(await signing)
    expect(nodeVerify('sha256', copy, key.publicKey, signature)).toBe(true)
    const publicKey = { ...key.own, subjectPublicKeyInfo: key.own.subjectPublicKeyInfo.slice() }
    const verifying = provider.verifySignature(publicKey, ecdsa_secp256r1_sha256, copy, signature)
    for (const octets of [publicKey.subjectPublicKeyInfo, copy, signature]) octets.fill(0)
    expect(await verifying).toBe(true)
  })

  it('asks the runtime, and not the provider beside, to sign and verify', async () => {
    const refuse = () => {
      throw new Error('asked')
    }
    const silent = {
      ...beside,
      verifySignature: refuse,
      generateKeyShare: refuse,
      importPrivateKey: (info: Uint8Array) => ({ ...beside.importPrivateKey(info), sign: refuse }),
    }
    const provider = webCryptoProvider({ beside: silent })
    const { client, server } = mutual('ecdsaP256', { client: provider, server: provider })
    const played = play(client, server, provider)
    await settled(played)
    expect(played.server.connection.state.name).toBe('Connected')
  })
})
