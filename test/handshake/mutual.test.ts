import { describe, expect, test } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import type { ConnectionSummary } from '../../src/handshake/negotiated.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { webCryptoProvider } from '../../src/providers/webcrypto/index.js'
import { NamedGroup, type NamedGroupName } from '../../src/registry/named-group.js'
import { kindFor, mutual, noble, type Played, type Providers, play } from '../support/endpoints.js'
import { pkiKinds } from '../support/pki.js'
import { settled } from '../support/settled.js'
import { certificateSuites } from '../support/suites.js'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

/** Data both ways over a connection that has just been established, the same exported key, and a clean close. */
function useAndClose(played: Played): ConnectionSummary | undefined {
  expect(played.faultOf('client') ?? played.faultOf('server')).toBeUndefined()
  expect(played.client.connection.state.name).toBe('Connected')
  expect(played.server.connection.state.name).toBe('Connected')
  expect(played.server.connection.summary?.peer.kind).toBe('certificate and signature')

  played.client.send(bytes('ping'))
  played.server.send(bytes('pong'))
  expect(text(played.dataOf('server'))).toBe('ping')
  expect(text(played.dataOf('client'))).toBe('pong')
  const context = bytes('context')
  expect(played.client.connection.exportKeyingMaterial('EXPERIMENTAL test', 32, context)).toEqual(
    played.server.connection.exportKeyingMaterial('EXPERIMENTAL test', 32, context),
  )

  const { summary } = played.client.connection
  played.client.close()
  expect(played.client.connection.state.name).toBe('Closed')
  expect(played.server.connection.state.name).toBe('Closed')
  expect(played.outputs.filter(({ output }) => output.type === 'peerClosed').map(({ side }) => side)).toEqual([
    'server',
    'client',
  ])
  return summary
}

const node = nodeProvider()
const webcrypto = webCryptoProvider({ beside: noble })

/** Providers of client and server, and whether both answer at once. */
const ends: readonly (Providers & { readonly name: string; readonly when: 'synchronously' | 'asynchronously' })[] = [
  { name: 'noble', when: 'synchronously', client: noble, server: noble },
  { name: 'node', when: 'synchronously', client: node, server: node },
  { name: 'noble and node', when: 'synchronously', client: noble, server: node },
  { name: 'node and noble', when: 'synchronously', client: node, server: noble },
  { name: 'webcrypto', when: 'asynchronously', client: webcrypto, server: webcrypto },
  { name: 'webcrypto and node', when: 'asynchronously', client: webcrypto, server: node },
  { name: 'noble and webcrypto', when: 'asynchronously', client: noble, server: webcrypto },
]

describe.each(ends)('mutual handshakes in memory and $when, client and server with $name', ({ when, ...providers }) => {
  /** Where all answers come at once, everything has happened when `play` returns; else it takes a wait. */
  async function playOut(client: ClientOptions, server: ServerOptions): Promise<Played> {
    const played = play(client, server, providers)
    if (when === 'asynchronously') await settled(played)
    else expect(played.server.connection.state.name).toBe('Connected')
    return played
  }

  test.each(certificateSuites)('$name', async (suite) => {
    const { client, server } = mutual(kindFor(suite.keyExchange), providers)
    const only = { cipherSuites: [suite.name] }
    for (const encryptThenMac of suite.bulk.type === 'block' ? [true, false] : [true]) {
      const options = { ...only, encryptThenMac }
      const summary = useAndClose(await playOut({ ...client, ...options }, { ...server, ...options }))
      expect(summary?.negotiated.suite).toBe(suite)
      expect(summary?.negotiated.encryptThenMac).toBe(suite.bulk.type === 'block' && encryptThenMac)
    }
  })

  // the largest groups of RFC 7919 take seconds on BigInt, and the smallest goes the same way
  const groups = (Object.keys(NamedGroup) as NamedGroupName[]).filter((name) => !/^ffdhe[3468]/.test(name))
  test.each(groups)('group %s', async (group) => {
    const { client, server } = mutual('rsa', providers)
    const cipherSuite = group.startsWith('ffdhe')
      ? 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'
      : 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
    const only = { cipherSuites: [cipherSuite], groups: [group] } as const
    useAndClose(await playOut({ ...client, ...only }, { ...server, ...only }))
  })

  test.each(pkiKinds)('keys of the kind %s', async (kind) => {
    const { client, server } = mutual(kind, providers)
    useAndClose(await playOut(client, server))
  })
})
