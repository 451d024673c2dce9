/** A sample of the live matrix (`npm run interop`): OpenSSL and GnuTLS in both roles; and that a cell turns red where it should. */
import { describe, expect, test } from 'vitest'
import { nodeProvider } from '../../src/providers/node/index.js'
import { program } from '../support/outside.js'
import { type Case, nameOf } from './matrix/case.js'
import { runPeer } from './matrix/run.js'
import { gnutls } from './peers/gnutls-peer.js'
import { openssl } from './peers/openssl-peer.js'
import type { Peer, Terms } from './peers/peer.js'

const provider = nodeProvider()

/** One AEAD, one CBC suite with RSA key exchange, one with SHA-384, and one of a shared key. */
const suites =
  /^TLS_(ECDHE_RSA_WITH_AES_128_GCM_SHA256|ECDHE_ECDSA_WITH_AES_256_GCM_SHA384|RSA_WITH_AES_128_CBC_SHA|PSK_WITH_AES_128_GCM_SHA256)$/
const sampled = ({ panel, suite }: Case): boolean =>
  panel === 'authentication' || panel === 'variation' || suites.test(suite.name)

describe.each([
  ['openssl', openssl],
  ['gnutls-cli', gnutls],
] as const)('%s', (command, peer) => {
  const absent = program(command, '--version') === undefined

  test.skipIf(absent).each([
    ['server', 40],
    ['client', 40],
  ] as const)('as the %s', { timeout: 120_000 }, async (role, least) => {
    const cells = await runPeer(peer, provider, { roles: [role], wanted: sampled })
    const bad = cells.filter(({ outcome }) => outcome === 'red')
    expect(bad.map(({ of, detail }) => `${nameOf(of)}: ${detail}`)).toEqual([])
    expect(cells.filter(({ outcome }) => outcome === 'green').length).toBeGreaterThanOrEqual(least)
  })
})

describe.skipIf(program('openssl', 'version') === undefined)('a cell is red', () => {
  type Change = (terms: Terms) => Terms
  /** OpenSSL that is told something else than the matrix meant. */
  const misled = (change: Change): Peer => {
    const { server, client } = openssl
    return {
      ...openssl,
      ...(server === undefined ? {} : { server: { ...server, start: (terms) => server.start(change(terms)) } }),
      ...(client === undefined
        ? {}
        : { client: { ...client, start: (terms, port) => client.start(change(terms), port) } }),
    }
  }
  const withoutTickets: Change = (terms) => ({ ...terms, resume: 'none' })
  const withoutClient: Change = ({ clientAuth: _, ...terms }) => terms
  const asAnother: Change = (terms) => ({ ...terms, kind: 'ecdsaP384' })
  const silent: Change = ({ alpn: _, ...terms }) => terms

  test.each<[string, 'server' | 'client', Change, string, RegExp]>([
    ['a server that forgets', 'server', withoutTickets, 'client none, resumed by ticket', /^resumed by nothing$/],
    [
      'a client that does not come back',
      'client',
      withoutTickets,
      'client none, resumed by ticket',
      /^resumed by nothing$/,
    ],
    ['a server that does not ask', 'server', withoutClient, 'server rsa, client rsa', /^we were not authenticated$/],
    ['a server with another certificate', 'server', asAnother, 'server ecdsaP256, client none', /certificate/],
    ['a client with another certificate', 'client', asAnother, 'server ecdsaP256, client ecdsaP256', /certificate/],
    [
      'a server without ALPN',
      'server',
      silent,
      'client none, application protocol',
      /^application protocol undefined$/,
    ],
  ])('for %s', async (_, role, change, name, detail) => {
    const wanted = (one: Case): boolean =>
      nameOf(one).endsWith(name) &&
      one.suite.name.endsWith('AES_128_GCM_SHA256') &&
      one.suite.name.includes('ECDHE') &&
      !one.suite.name.includes('PSK')
    const cells = await runPeer(misled(change), provider, { roles: [role], wanted })
    expect(cells.length).toBeGreaterThan(0)
    for (const cell of cells) {
      expect(cell.outcome).toBe('red')
      expect(cell.detail).toMatch(detail)
      expect(cell.firstTry).toMatch(detail)
    }
  })
})
