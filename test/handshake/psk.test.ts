/** Pre-shared keys: all suites between our own ends, and what happens where the two do not share one. */
import { describe, expect, test } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { fromAscii, fromHex, toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { preSharedKey, pskPreMasterSecret } from '../../src/crypto/pre-shared-key.js'
import { TlsFault } from '../../src/handshake/fault.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import type { CipherSuiteName } from '../../src/registry/cipher-suite.js'
import { credentialOf, noble, pinTo, play } from '../support/endpoints.js'
import { pskSuites } from '../support/suites.js'

const identity = 'alice@tls12.test'
const key = fromHex('00112233445566778899aabbccddeeff')
const shared = preSharedKey(identity, key)

const client = (suite: CipherSuiteName): ClientOptions => ({
  cipherSuites: [suite],
  serverName: 'localhost',
  preSharedKeys: [shared],
  verifier: pinTo('server', 'rsa'),
})
const server = (suite: CipherSuiteName): ServerOptions => ({
  cipherSuites: [suite],
  preSharedKeys: [preSharedKey('somebody else', fromAscii('another key')), shared],
  credentials: [credentialOf('server', 'rsa')],
})

const codeOf = (make: () => unknown): string | undefined => {
  try {
    make()
    return undefined
  } catch (error) {
    return error instanceof TlsFault ? error.code : `${error}`
  }
}

describe('the pre-master secret', () => {
  const psk = new Secret(Uint8Array.of(0xa, 0xb, 0xc))

  test('of the plain exchange has as many zeros as the key is long (RFC 4279 §2)', () => {
    expect(pskPreMasterSecret(undefined, psk).use(toHex)).toBe('0003' + '000000' + '0003' + '0a0b0c')
  })

  test('begins with what else was exchanged (RFC 4279 §3)', () => {
    const other = new Secret(Uint8Array.of(1, 2))
    expect(pskPreMasterSecret(other, psk).use(toHex)).toBe('0002' + '0102' + '0003' + '0a0b0c')
  })
})

describe.each(pskSuites)('$name', ({ name, keyExchange }) => {
  test('both sides prove that they hold the key, and talk', () => {
    const played = play(client(name), server(name))
    expect([played.faultOf('client'), played.faultOf('server')]).toEqual([undefined, undefined])
    const [ours, theirs] = [played.client.connection.summary, played.server.connection.summary]
    expect(ours?.negotiated.suite.name).toBe(name)
    expect([ours?.peer.kind, theirs?.peer.kind]).toEqual(['pre-shared key', 'pre-shared key'])
    expect(ours?.peer.identity !== undefined).toBe(keyExchange === 'RSA_PSK')
    expect(theirs?.peer.pskIdentity).toEqual(fromAscii(identity))
    played.client.send(fromAscii('question'))
    played.server.send(fromAscii('answer'))
    expect(played.dataOf('server')).toEqual(fromAscii('question'))
    expect(played.dataOf('client')).toEqual(fromAscii('answer'))
  })
})

const node = nodeProvider()
const pairs = {
  'node with itself': { client: node, server: node },
  'noble with node': { client: noble, server: node },
  'node with noble': { client: node, server: noble },
}

describe.each(Object.entries(pairs))('every suite of a shared key, %s', (_title, providers) => {
  test.each(pskSuites)('$name', ({ name }) => {
    const ours = { ...client(name), verifier: pinTo('server', 'rsa', providers.client) }
    const theirs = { ...server(name), credentials: [credentialOf('server', 'rsa', providers.server)] }
    const played = play(ours, theirs, providers)
    expect(played.server.connection.summary?.peer.kind).toBe('pre-shared key')
    played.client.send(fromAscii('question'))
    expect(played.dataOf('server')).toEqual(fromAscii('question'))
  })
})

const ofEachExchange = (['PSK', 'DHE_PSK', 'ECDHE_PSK', 'RSA_PSK'] as const).map((keyExchange) => {
  const suite = pskSuites.find((one) => one.keyExchange === keyExchange)
  if (suite === undefined) throw new Error(`no suite of ${keyExchange}`)
  return suite
})

describe.each(ofEachExchange)('$keyExchange', ({ name }) => {
  test('a client with a wrong key is refused before a byte of data', () => {
    const wrong = { ...client(name), preSharedKeys: [preSharedKey(identity, fromAscii('not the key'))] }
    const { faultOf, server: end } = play(wrong, server(name))
    expect(faultOf('server')?.code).toBe('bad_record_mac')
    expect(end.connection.summary).toBeUndefined()
  })

  test('a name that the server does not know looks to the client like a wrong key', () => {
    const unknown = { ...client(name), preSharedKeys: [preSharedKey('mallory', key)] }
    const wrong = { ...client(name), preSharedKeys: [preSharedKey(identity, fromAscii('not the key'))] }
    const faults = [unknown, wrong].map((options) => play(options, server(name)).faultOf('client'))
    expect(faults[0]).toMatchObject({ code: 'alert_received', alert: 'bad_record_mac' })
    expect(faults[0]?.message).toBe(faults[1]?.message)
    expect(faults[0]?.state).toBe(faults[1]?.state)
  })

  test('or is told so, where the server is configured to', () => {
    const unknown = { ...client(name), preSharedKeys: [preSharedKey('mallory', key)] }
    const { faultOf } = play(unknown, { ...server(name), unknownPskIdentity: 'alert' })
    expect(faultOf('server')?.code).toBe('unknown_psk_identity')
    expect(faultOf('client')).toMatchObject({ code: 'alert_received', alert: 'unknown_psk_identity' })
  })

  test('the hint of the server reaches the selection', () => {
    const hints: (string | undefined)[] = []
    const listening: ClientOptions = {
      ...client(name),
      selectPsk: (request) => {
        hints.push(request.role === 'client' && request.identityHint ? toHex(request.identityHint) : undefined)
        return shared
      },
    }
    play(listening, { ...server(name), pskIdentityHint: fromHex('686921') })
    expect(hints).toEqual(['686921'])
  })

  test('a client that was only given keys uses its first one, whatever the hint', () => {
    const other = preSharedKey('bob', fromAscii('a key for something else'))
    const keys = { preSharedKeys: [shared, other] }
    const played = play({ ...client(name), ...keys }, { ...server(name), ...keys, pskIdentityHint: fromAscii('bob') })
    expect(played.faultOf('client') ?? played.faultOf('server')).toBeUndefined()
    expect(played.server.connection.summary?.peer.pskIdentity).toEqual(fromAscii(identity))
  })

  test('a client that finds no key gives up', () => {
    const { faultOf } = play({ ...client(name), selectPsk: () => undefined }, server(name))
    expect(faultOf('client')?.code).toBe('no_pre_shared_key')
    expect(faultOf('server')).toMatchObject({ code: 'alert_received', alert: 'handshake_failure' })
  })

  test('keys may come later, from somewhere else', async () => {
    const late = async () => shared
    const played = play({ ...client(name), selectPsk: late }, { ...server(name), selectPsk: late })
    for (let turn = 0; turn < 50 && played.server.connection.summary === undefined; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(played.server.connection.summary?.peer.kind).toBe('pre-shared key')
  })
})

describe('a server with both', () => {
  const both = ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256'] as const

  test('without a credential that fits takes a suite without a certificate', () => {
    const { server: end } = play(
      { ...client(both[1]), cipherSuites: both },
      { ...server(both[0]), cipherSuites: both, selectCredential: () => undefined },
    )
    expect(end.connection.summary?.negotiated.suite.name).toBe(both[1])
  })

  test('asks clients of RSA_PSK for a certificate besides, where one is required', () => {
    const name = 'TLS_RSA_PSK_WITH_AES_128_GCM_SHA256'
    const requiring = { ...server(name), clientAuthentication: 'require', verifier: pinTo('client', 'rsa') } as const
    expect(play(client(name), requiring).faultOf('server')?.code).toBe('client_certificate_missing')
    const played = play({ ...client(name), credentials: [credentialOf('client', 'rsa')] }, requiring)
    const peer = played.server.connection.summary?.peer
    expect(peer?.kind).toBe('certificate and signature')
    expect(peer?.pskIdentity).toEqual(fromAscii(identity))
  })
})

describe('options', () => {
  const name = 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256'
  test.each([
    ['no key at all', { ...client(name), preSharedKeys: [] }],
    ['an empty key', { ...client(name), preSharedKeys: [preSharedKey('a', new Uint8Array())] }],
    ['two keys of one name', { ...client(name), preSharedKeys: [shared, shared] }],
    ['a name that does not fit', { ...client(name), preSharedKeys: [preSharedKey('a'.repeat(65_536), key)] }],
  ])('%s is a mistake', (_title, options) => {
    expect(codeOf(() => play(options, server(name)))).toBe('misuse')
  })

  test('a name is a string of characters, sent as UTF-8 (RFC 4279 §5.1)', () => {
    // Émile in Latin letters, and Żółw with its accents: the bytes of UTF-8.
    const named = preSharedKey('Émile Żółw', key)
    const { server: end } = play(
      { ...client(name), preSharedKeys: [named] },
      { ...server(name), preSharedKeys: [{ identity: fromHex('c3896d696c6520c5bbc3b3c58277'), key: new Secret(key) }] },
    )
    expect(end.connection.summary?.peer.pskIdentity?.length).toBe(14)
  })

  test('keys of 64 and names of 128 bytes work (RFC 4279 §5.3)', () => {
    const long = preSharedKey('ä'.repeat(64), new Uint8Array(64).fill(7))
    const { server: end } = play({ ...client(name), preSharedKeys: [long] }, { ...server(name), preSharedKeys: [long] })
    expect(end.connection.summary?.peer.pskIdentity?.length).toBe(128)
  })
})
