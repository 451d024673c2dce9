/** No secret is in what gets printed: of any public object, with everything that `inspect` can be asked to show, nor in an error. */
import { createPrivateKey } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../src/bytes/secret.js'
import type { ObservedStep } from '../../src/connection/role.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import { type CipherSuiteName, credentialFromPem } from '../../src/index.js'
import { secureClient, secureServer } from '../../src/node.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { importKey, nodeProvider } from '../../src/providers/node/index.js'
import { importNonExtractableKeys, webCryptoProvider } from '../../src/providers/webcrypto/index.js'
import { standardRecordLayer } from '../../src/record/standard-record-layer.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import { memoryPair, until } from '../adapters/support.js'
import { secretsIn } from '../machine/plain.js'
import { mutual, play } from '../support/endpoints.js'
import { type PkiKind, pki, pkiKinds } from '../support/pki.js'
import { privateKeyParts } from '../support/pki-secrets.js'
import { foundIn, type NamedSecret, prints } from '../support/traces.js'

const keysOf = (...kinds: readonly PkiKind[]): NamedSecret[] =>
  (['client', 'server'] as const).flatMap((side) => kinds.flatMap((kind) => privateKeyParts(side, kind)))

const allKeys = keysOf(...pkiKinds)

/** What any way of printing a value gives away. */
const printed = (value: unknown, secrets: readonly NamedSecret[]): string[] => foundIn(prints(value), secrets)

const runs: readonly (readonly [PkiKind, CipherSuiteName])[] = [
  ['rsa', 'TLS_RSA_WITH_AES_128_CBC_SHA256'],
  ['rsa', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'],
  ['ecdsaP256', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'],
]
const providers: Readonly<Record<string, CryptoProvider>> = { noble: nobleProvider(), node: nodeProvider() }

/** Copies every secret of every step, while it is there. */
function watcher() {
  const known = new Set<Secret>()
  const secrets: NamedSecret[] = []
  const observe = (step: ObservedStep): void => {
    for (const secret of secretsIn(step)) {
      if (known.has(secret) || secret.wiped || secret.length < 12) continue
      known.add(secret)
      secrets.push({ name: `${step.event.type} in ${step.before.name}`, bytes: secret.use((bytes) => bytes.slice()) })
    }
  }
  return { observe, secrets }
}

test('the search finds what is printed', () => {
  const bytes = crypto.getRandomValues(new Uint8Array(48))
  bytes[0] = 7
  const secrets = [{ name: 'it', bytes }]
  const hidden = Object.defineProperty({}, 'hidden', { value: bytes, enumerable: false })
  const values = [
    bytes,
    Buffer.from(bytes),
    { deep: { deeper: [[[[[[bytes]]]]]] } },
    hidden,
    new Map([['key', { bytes }]]),
  ]
  for (const value of values) expect(printed(value, secrets)).toEqual(['it'])
  const hex = Buffer.from(bytes).toString('hex')
  expect(printed(new Error(`key ${hex}`), secrets)).toEqual(['it'])
  expect(printed(new Error('why', { cause: { number: BigInt(`0x${hex}`) } }), secrets)).toEqual(['it'])
  expect(printed(new Secret(bytes), secrets)).toEqual([])
})

describe.each(Object.entries(providers))('%s', (_name, provider) => {
  test.each(runs)('endpoints, connections, states and summaries with %s, %s', (kind, suite) => {
    const { observe, secrets } = watcher()
    const { client, server } = mutual(kind, { client: provider, server: provider })
    const common = { cipherSuites: [suite], observe } as const
    const played = play({ ...client, ...common }, { ...server, ...common }, provider)
    expect(played.client.connection.state.name).toBe('Connected')
    expect(secrets.length).toBeGreaterThanOrEqual(8)
    const all = [...secrets, ...keysOf(kind)]
    const inside = [played.client, played.server].map(({ connection: { state, summary } }) => ({ state, summary }))
    expect(printed([played, inside], all)).toEqual([])
    played.client.abort('aborted', 'enough')
    expect(printed(played.outputs, all)).toEqual([])
  })

  test('providers, keys, credentials and key shares', async () => {
    const credentials = pkiKinds.map((kind) => ({
      certificateChain: pki.server[kind].certificateChain,
      key: provider.importPrivateKey(pki.server[kind].privateKeyInfo),
    }))
    await credentials[0]?.key.sign(SignatureScheme.rsa_pkcs1_sha256, new Uint8Array(3))
    expect(printed([provider, credentials], allKeys)).toEqual([])
    for (const group of ['x25519', 'secp256r1', 'x448', 'ffdhe2048'] as const) {
      const [one, other] = [await provider.generateKeyShare({ group }), await provider.generateKeyShare({ group })]
      const agreed = await one?.agree(other?.publicKey ?? new Uint8Array())
      const bytes = agreed?.use((it) => it.slice()) ?? new Uint8Array()
      expect(bytes.length).toBeGreaterThan(30)
      expect(printed([one, other, agreed], [{ name: group, bytes }])).toEqual([])
    }
  })
})

test('the private half of a key share of noble', async () => {
  const drawn: NamedSecret[] = []
  const randomBytes = (length: number): Uint8Array => {
    const bytes = crypto.getRandomValues(new Uint8Array(length))
    drawn.push({ name: `${length} bytes`, bytes: bytes.slice() })
    return bytes
  }
  const provider = nobleProvider({ randomBytes })
  for (const group of ['x25519', 'secp256r1', 'secp521r1', 'x448', 'ffdhe2048'] as const) {
    const share = await provider.generateKeyShare({ group })
    expect(printed([share, provider], drawn)).toEqual([])
  }
  expect(drawn.length).toBeGreaterThanOrEqual(5)
})

test('keys in OpenSSL and in WebCrypto', async () => {
  const { keyPem, privateKeyInfo } = pki.server.ecdsaP256
  const beside = nodeProvider()
  const handles = await importNonExtractableKeys(privateKeyInfo, { beside })
  const values = [importKey(createPrivateKey(keyPem)), webCryptoProvider({ beside }), handles]
  expect(printed(values, allKeys)).toEqual([])
})

describe('streams', () => {
  const { left, right } = memoryPair()
  const { observe, secrets } = watcher()
  const { client, server } = mutual('ecdsaP256')
  const streams = [secureClient(left, { ...client, observe }), secureServer(right, { ...server, observe })]
  beforeAll(async () => {
    for (const stream of streams) stream.on('error', () => {}).resume()
    await until(() => streams.every(({ summary }) => summary !== undefined))
  })
  afterAll(() => {
    for (const stream of streams) stream.destroy()
  })

  test('of Node, with all that hangs on them', () => {
    expect(secrets.length).toBeGreaterThan(10)
    expect(printed(streams, [...secrets, ...keysOf('ecdsaP256')])).toEqual([])
  })
})

test('record layers with keys', () => {
  const { observe, secrets } = watcher()
  const crypto = nobleProvider()
  const { client, server } = mutual('ecdsaP256')
  const recordLayer = standardRecordLayer({ crypto, role: 'client' })
  const played = play({ ...client, recordLayer, observe }, server)
  expect(played.client.connection.state.name).toBe('Connected')
  expect(printed(recordLayer, [...secrets, ...keysOf('ecdsaP256')])).toEqual([])
})

describe('errors', () => {
  /** Six bytes in a row are enough to be found in an error: it is short, so nothing is there by chance. */
  const told = (error: unknown, secrets: readonly NamedSecret[] = allKeys): string[] =>
    foundIn(prints(error), secrets, 6)

  async function errorOf(attempt: () => unknown): Promise<unknown> {
    try {
      await attempt()
      return undefined
    } catch (error) {
      return error
    }
  }

  test.each(Object.entries(providers))(
    '%s: of a private key with a wrong byte, or cut short',
    async (_name, provider) => {
      let errors = 0
      for (const kind of pkiKinds) {
        const { privateKeyInfo } = pki.server[kind]
        const own = privateKeyParts('server', kind)
        for (let at = 0; at < privateKeyInfo.length; at += privateKeyInfo.length > 300 ? 97 : 7) {
          const wrong = privateKeyInfo.with(at, (privateKeyInfo[at] ?? 0) ^ 0x21)
          for (const damaged of [wrong, privateKeyInfo.subarray(0, at)]) {
            const error = await errorOf(() => provider.importPrivateKey(damaged))
            if (error === undefined) continue
            errors++
            expect(told(error, own)).toEqual([])
          }
        }
      }
      expect(errors).toBeGreaterThan(100)
    },
  )

  test('of a PEM text with a wrong character, a line too few, or a foreign certificate', async () => {
    const { chainPem, keyPem } = pki.server.rsa
    const lines = keyPem.split('\n')
    const texts = [5, 9, 20].flatMap((line) => [
      lines.with(line, `${lines[line]?.slice(0, 30)}!${lines[line]?.slice(31)}`),
      lines.with(line, `${lines[line]?.slice(0, 31)}=${lines[line]?.slice(32)}`),
      lines.toSpliced(line, 1),
      lines.slice(0, line),
    ])
    const foreign = await errorOf(() => credentialFromPem(pki.client.rsa.chainPem, keyPem))
    const errors = [
      foreign,
      ...(await Promise.all(texts.map((text) => errorOf(() => credentialFromPem(chainPem, text.join('\n')))))),
    ]
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error)
      expect(told(error, keysOf('rsa'))).toEqual([])
      expect(
        prints(error).filter((text) => lines.some((line) => line.length > 60 && text.includes(line.slice(0, 12)))),
      ).toEqual([])
    }
  })

  test('of connections whose records, Finished or needs go wrong', () => {
    const { observe, secrets } = watcher()
    const { client, server } = mutual('ecdsaP256')
    const failing = { ...server, observe, environment: { verifySignature: () => false } }
    const refused = { ...server, observe, environment: { agreeKey: () => Promise.reject(new Error('no')) } }
    const faults = [failing, refused].map((options) => play({ ...client, observe }, options).outputs)
    const good = play({ ...client, observe }, { ...server, observe })
    good.server.receive(Uint8Array.of(23, 3, 3, 0, 32, ...new Uint8Array(32).fill(7)))
    expect(good.faultOf('server')?.code).toBe('bad_record_mac')
    expect(secrets.length).toBeGreaterThan(10)
    for (const outputs of [...faults, good.outputs])
      expect(told(outputs, [...secrets, ...keysOf('ecdsaP256')])).toEqual([])
  })

  test('of a secret that was wiped', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(48))
    const secret = new Secret(bytes.slice())
    secret.wipe()
    const error = await errorOf(() => secret.use((it) => it))
    expect(told([error, secret], [{ name: 'it', bytes }])).toEqual([])
    expect(String(error)).toContain('after it was wiped')
  })
})
