/** Our client against `openssl s_server`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClientOptions, clientEndpoint } from '../../src/adapters/options.js'
import type { ConnectionSummary } from '../../src/handshake/negotiated.js'
import { credentialOf, kindFor, noble, pinTo } from '../support/endpoints.js'
import { type PkiKind, pkiKinds } from '../support/pki.js'
import { connectTcp, TEST_TIMEOUT } from '../support/tcp.js'
import {
  Configuration,
  closeNotify,
  type OpensslServer,
  opensslAbsent,
  opensslVersion,
  signatureCases,
  startServer,
  trustImpostor,
  trustOurs,
} from './openssl.js'
import { opensslName, opensslSuites } from './openssl-names.js'

const dhFile = (name: string): string => new URL(`../../vectors/dh/${name}.pem`, import.meta.url).pathname

/** The servers by what they are for; each takes one connection after the other. */
const servers = new Map<string, OpensslServer>()
const configuration = new Configuration()

function server(name: string): OpensslServer {
  const found = servers.get(name)
  if (found === undefined) throw new Error(`no server ${name}`)
  found.program.mark()
  return found
}

const demanding = ['-Verify', '5', ...trustOurs]

beforeAll(async () => {
  if (opensslAbsent) return
  const kinds = (kind: PkiKind): [PkiKind] => [kind]
  const started = [
    ...pkiKinds.map((kind) => [kind, startServer(kinds(kind))] as const),
    ['both', startServer(['rsa', 'ecdsaP256'])] as const,
    ['requires', startServer(['rsa', 'ecdsaP256'], demanding)] as const,
    ['requests', startServer(['rsa'], ['-verify', '5', ...trustOurs])] as const,
    ['trusts others', startServer(['rsa'], ['-Verify', '5', ...trustImpostor])] as const,
    ['ffdhe2048', startServer(['rsa'], ['-dhparam', dhFile('ffdhe2048')])] as const,
    ['ffdhe3072', startServer(['rsa'], ['-dhparam', dhFile('ffdhe3072')])] as const,
    ['no EMS', startServer(['rsa'], [], configuration.environment('-ExtendedMasterSecret'))] as const,
  ]
  for (const [name, starting] of started) servers.set(name, await starting)
})

afterAll(async () => {
  await Promise.all([...servers.values()].map(({ program }) => program.stop()))
  configuration.remove()
})

const trusting = (kind: PkiKind): ClientOptions => ({ serverName: 'localhost', verifier: pinTo('server', kind) })

/** Connects, sends data both ways and closes cleanly, the side given first; what OpenSSL said is then in `heard`. */
async function converse(
  { program, port }: OpensslServer,
  options: ClientOptions,
  closesFirst: 'us' | 'openssl' = 'us',
): Promise<ConnectionSummary> {
  const end = await connectTcp(clientEndpoint(noble, options), port)
  const summary = await end.established()
  end.send('a line of ours\n')
  await end.receives('sruo fo enil a\n')
  if (closesFirst === 'us') end.endpoint.close()
  else end.send('CLOSE\n')
  await end.closedByPeer()
  // Where s_server closes first it does not wait for the answer to its close_notify.
  if (closesFirst === 'us') await program.says(closeNotify.read)
  await program.says(closeNotify.written)
  await program.says(/CONNECTION CLOSED/)
  expect(end.fault).toBeUndefined()
  expect(end.endpoint.connection.state.name).toBe('Closed')
  return summary
}

describe.skipIf(opensslAbsent)(`our client, s_server of ${opensslVersion}`, { timeout: TEST_TIMEOUT }, () => {
  describe.each(opensslSuites)('$name', (suite) => {
    const kind = kindFor(suite.keyExchange)
    const options = { ...trusting(kind), cipherSuites: [suite.name] }

    test('server authentication only', async () => {
      const peer = server('both')
      const { negotiated, peer: proof } = await converse(peer, { ...options, encryptThenMac: true })
      expect(negotiated.suite).toBe(suite)
      expect(negotiated.encryptThenMac).toBe(suite.bulk.type === 'block')
      expect(proof.kind).toBe(
        suite.keyExchange === 'RSA' ? 'certificate and key transport' : 'certificate and signature',
      )
      expect(peer.program.heard).toContain(`Ciphersuite: ${opensslName(suite)}\n`)
      expect(peer.program.heard).toContain('No peer certificate')
    })

    test('mutual', async () => {
      const peer = server('requires')
      const credentials = [credentialOf('client', kind)]
      const summary = await converse(peer, { ...options, credentials, encryptThenMac: false }, 'openssl')
      expect(summary.authenticatedToPeer).toBe(true)
      expect(peer.program.heard).toContain(`Ciphersuite: ${opensslName(suite)}\n`)
      expect(peer.program.heard).toMatch(/Peer certificate: CN = tls12 test client/)
      expect(peer.program.heard).toContain('Verification: OK')
    })
  })

  test.each(['x25519', 'x448', 'secp256r1', 'secp384r1', 'secp521r1'] as const)('group %s', async (group) => {
    const cipherSuites = ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'] as const
    const peer = server('both')
    await converse(peer, { ...trusting('rsa'), cipherSuites, groups: [group] })
    expect(peer.program.heard).toContain(`Supported groups: ${group}\n`)
  })

  test.each(signatureCases)('server signature $scheme by $kind', async ({ scheme, kind }) => {
    // One scheme on offer: had the server signed under another, our client would have refused it.
    const summary = await converse(server(kind), { ...trusting(kind), signatureSchemes: [scheme] })
    expect(summary.peer.kind).toBe('certificate and signature')
  })

  test.each(signatureCases)('client signature $scheme by $kind', async ({ scheme, kind, reported }) => {
    const peer = server('requires')
    await converse(peer, {
      ...trusting('rsa'),
      cipherSuites: ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'],
      signatureSchemes: [scheme, 'rsa_pkcs1_sha256'],
      credentials: [credentialOf('client', kind)],
    })
    expect(peer.program.heard).toMatch(reported)
    expect(peer.program.heard).toContain('Verification: OK')
  })

  describe('finite-field Diffie-Hellman', () => {
    const cipherSuites = ['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'] as const

    // Without parameters s_server takes a group of RFC 3526 by the strength of its certificate's key.
    test.each([
      ["OpenSSL's own group", 'rsa'],
      ['ffdhe2048', 'ffdhe2048'],
      ['ffdhe3072', 'ffdhe3072'],
    ])('%s', async (_title, name) => {
      const { negotiated } = await converse(server(name), { ...trusting('rsa'), cipherSuites })
      expect(negotiated.suite.keyExchange).toBe('DHE_RSA')
    })
  })

  describe('extended master secret', () => {
    test.each([
      ['rsa', 'require', true],
      ['rsa', 'off', false],
      ['no EMS', 'prefer', false],
    ] as const)('server %s, ours %s: %s', async (name, extendedMasterSecret, expected) => {
      const { negotiated } = await converse(server(name), { ...trusting('rsa'), extendedMasterSecret })
      expect(negotiated.extendedMasterSecret).toBe(expected)
    })

    test('refused where we require it and the server does not speak it', async () => {
      const peer = server('no EMS')
      const end = await connectTcp(
        clientEndpoint(noble, { ...trusting('rsa'), extendedMasterSecret: 'require' }),
        peer.port,
      )
      expect((await end.failed()).code).toBe('extended_master_secret_missing')
      await peer.program.says(/alert read:fatal:handshake failure/)
    })
  })

  test('a server that requests a certificate goes on without one', async () => {
    const peer = server('requests')
    const summary = await converse(peer, trusting('rsa'))
    expect(summary.authenticatedToPeer).toBe(false)
    expect(peer.program.heard).toContain('No peer certificate')
  })

  test('a server that requests a certificate is shown ours', async () => {
    const peer = server('requests')
    const summary = await converse(peer, { ...trusting('rsa'), credentials: [credentialOf('client', 'ed25519')] })
    expect(summary.authenticatedToPeer).toBe(true)
    expect(peer.program.heard).toContain('Peer certificate: CN = tls12 test client Ed25519')
  })

  test('a server that requires a certificate refuses us without one', async () => {
    const cipherSuites = ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'] as const
    const end = await connectTcp(clientEndpoint(noble, { ...trusting('rsa'), cipherSuites }), server('requires').port)
    expect(await end.failed()).toMatchObject({ code: 'alert_received', alert: 'handshake_failure' })
  })

  test('a server that does not know our authority refuses us', async () => {
    const credentials = [credentialOf('client', 'rsa')]
    const end = await connectTcp(
      clientEndpoint(noble, { ...trusting('rsa'), credentials }),
      server('trusts others').port,
    )
    expect(await end.failed()).toMatchObject({ code: 'alert_received', alert: 'unknown_ca' })
    expect(end.summary).toBeUndefined()
  })

  test("a server's certificate that is not pinned is refused, and the server is told", async () => {
    const peer = server('rsa')
    const end = await connectTcp(clientEndpoint(noble, { verifier: pinTo('server', 'ecdsaP256') }), peer.port)
    expect(await end.failed()).toMatchObject({ code: 'certificate_not_pinned', origin: 'peer' })
    await peer.program.says(/alert read:fatal:certificate unknown/)
    expect(peer.program.heard).not.toContain('CONNECTION ESTABLISHED')
  })

  test('without a suite in common the server refuses us', async () => {
    const cipherSuites = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] as const
    const end = await connectTcp(clientEndpoint(noble, { ...trusting('rsa'), cipherSuites }), server('rsa').port)
    expect(await end.failed()).toMatchObject({ code: 'alert_received', alert: 'handshake_failure' })
  })

  test('a megabyte comes back whole', async () => {
    const peer = server('rsa')
    const end = await connectTcp(clientEndpoint(noble, trusting('rsa')), peer.port)
    await end.established()
    const line = `${'0123456789'.repeat(1_000)}\n`
    for (let count = 0; count < 100; count++) end.send(line)
    const back = `${'9876543210'.repeat(1_000)}\n`
    await end.until('all of it', () => end.text.length === 100 * back.length || undefined)
    expect(end.text).toBe(back.repeat(100))
    await end.close()
  })
})
