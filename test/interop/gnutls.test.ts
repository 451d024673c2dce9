/** Our endpoints against GnuTLS's command-line programs: every suite, both directions, server-only and mutual. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import type { Credential } from '../../src/crypto/key-types.js'
import type { SuiteParameters } from '../../src/crypto/suite-parameters.js'
import type { ConnectionSummary } from '../../src/handshake/negotiated.js'
import { credentialOf, kindFor, noble, pinTo } from '../support/endpoints.js'
import { program } from '../support/outside.js'
import { type PkiKind, type PkiSet, pki } from '../support/pki.js'
import { certificateSuites } from '../support/suites.js'
import { connectTcp, listenOnce, type TcpEnd, TEST_TIMEOUT } from '../support/tcp.js'
import { answering } from './gnutls.js'
import { freePort, Program, versionOf } from './program.js'

const serv = program('gnutls-serv', '--version')
const cli = program('gnutls-cli', '--version')

/** GnuTLS's names of the parts of a suite. */
const gnutlsName = ({ keyExchange, bulk }: SuiteParameters) => ({
  keyExchange: keyExchange.replace('_', '-'),
  cipher: bulk.cipher.replaceAll('_', '-').replace('-EDE', ''),
  mac: bulk.type === 'aead' ? 'AEAD' : bulk.mac.toUpperCase(),
})

const ecdheRsa = 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256' as const

const impostor = (): Credential => {
  const { certificateChain, privateKeyInfo } = pki.impostor.client.rsa
  return { certificateChain, key: noble.importPrivateKey(privateKeyInfo) }
}

const files = (side: 'client' | 'server', kind: PkiKind): string[] => {
  const { chainPath, keyPath } = pki[side][kind]
  return ['--x509certfile', chainPath, '--x509keyfile', keyPath]
}

/** What has left its defaults. */
const everyCipher = '+AES-128-CCM:+AES-256-CCM:+AES-128-CCM-8:+AES-256-CCM-8:+3DES-CBC:+SHA1:+SHA256:+SHA384'

const serverAuthentication = ['--disable-client-cert']
const mutual = ['--require-client-cert', '--verify-client-cert', '--x509cafile', pki.ca.certPath]

/** An echo server. What gnutls-serv prints stays in its buffer while it runs, so readiness is a port that answers. */
async function startServer(kind: PkiKind, authentication: readonly string[]): Promise<GnutlsServer> {
  const port = await freePort()
  const server = new Program('gnutls-serv', [
    ...['--port', `${port}`, '--echo', ...authentication, ...files('server', kind)],
    ...['--priority', `NORMAL:-VERS-ALL:+VERS-TLS1.2:+RSA:+DHE-RSA:${everyCipher}`],
  ])
  await answering(server, port)
  return { program: server, port }
}

interface GnutlsServer {
  readonly program: Program
  readonly port: number
}

/** Data both ways and a clean close. */
async function converse({ port }: GnutlsServer, options: ClientOptions): Promise<ConnectionSummary> {
  const end = await connectTcp(clientEndpoint(noble, { serverName: 'localhost', ...options }), port)
  const summary = await end.established()
  end.send('a line of ours\n')
  await end.receives('a line of ours\n')
  await end.close()
  expect(end.fault).toBeUndefined()
  return summary
}

describe.skipIf(serv === undefined)(`our client, ${versionOf(serv, '--version')}`, { timeout: TEST_TIMEOUT }, () => {
  const servers = new Map<string, GnutlsServer>()
  const server = (name: string): GnutlsServer => {
    const found = servers.get(name)
    if (found === undefined) throw new Error(`no server ${name}`)
    return found
  }

  beforeAll(async () => {
    const started = [
      ['rsa', startServer('rsa', serverAuthentication)],
      ['ecdsaP256', startServer('ecdsaP256', serverAuthentication)],
      ['mutual rsa', startServer('rsa', mutual)],
      ['mutual ecdsaP256', startServer('ecdsaP256', mutual)],
      ['mutual ed25519', startServer('ed25519', mutual)],
    ] as const
    for (const [name, starting] of started) servers.set(name, await starting)
  }, TEST_TIMEOUT)
  afterAll(async () => {
    await Promise.all([...servers.values()].map((one) => one.program.stop()))
  })

  describe.each(certificateSuites)('$name', (suite) => {
    const kind = kindFor(suite.keyExchange)
    const options = { verifier: pinTo('server', kind), cipherSuites: [suite.name] }

    test('server authentication only', async () => {
      const summary = await converse(server(kind), { ...options, encryptThenMac: true })
      expect(summary.negotiated.suite).toBe(suite)
      expect(summary.negotiated.encryptThenMac).toBe(suite.bulk.type === 'block')
    })

    test('mutual', async () => {
      const summary = await converse(server(`mutual ${kind}`), {
        ...options,
        encryptThenMac: false,
        credentials: [credentialOf('client', kind)],
      })
      expect(summary.authenticatedToPeer).toBe(true)
    })
  })

  // One group on offer, so it is the one that was used.
  test.each(['x25519', 'x448', 'secp256r1', 'secp384r1', 'secp521r1'] as const)('group %s', async (group) => {
    await converse(server('rsa'), {
      verifier: pinTo('server', 'rsa'),
      cipherSuites: ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'],
      groups: [group],
    })
  })

  test.each(['ffdhe2048', 'ffdhe3072', 'ffdhe4096'] as const)('group %s', async (group) => {
    await converse(server('rsa'), {
      verifier: pinTo('server', 'rsa'),
      cipherSuites: ['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'],
      groups: [group],
    })
  })

  test('Ed25519 on both sides', async () => {
    const credentials = [credentialOf('client', 'ed25519')]
    const summary = await converse(server('mutual ed25519'), { verifier: pinTo('server', 'ed25519'), credentials })
    expect(summary.peer.kind).toBe('certificate and signature')
    expect(summary.authenticatedToPeer).toBe(true)
  })

  test.each([
    // gnutls-serv answers its own client so too
    ['no certificate', [], { code: 'alert_received', alert: 'decode_error' }],
    // its alert access_denied may be lost with the connection that it resets
    [
      'the certificate of an authority that it does not know',
      [impostor()],
      { code: expect.stringMatching(/^(truncated|alert_received)$/) },
    ],
  ])('it refuses us with %s', async (_title, credentials, expected) => {
    const options = { verifier: pinTo('server', 'rsa'), credentials, cipherSuites: [ecdheRsa] }
    const end = await connectTcp(clientEndpoint(noble, options), server('mutual rsa').port)
    await end.until('the end', () => end.socketClosed || undefined)
    expect(end.fault).toMatchObject(expected)
    expect(end.summary).toBeUndefined()
  })
})

const priority = (suite: SuiteParameters): string => {
  const { keyExchange, cipher, mac } = gnutlsName(suite)
  return `NONE:+VERS-TLS1.2:+COMP-NULL:+CTYPE-X509:+SIGN-ALL:+GROUP-ALL:+${keyExchange}:+${cipher}:+${mac}`
}

async function serve<T>(
  options: ServerOptions,
  client: { readonly kind?: PkiKind; readonly priority?: string; readonly authorities?: PkiSet },
  meet: (end: TcpEnd, client: Program) => Promise<T>,
): Promise<T> {
  const listener = await listenOnce(serverEndpoint(noble, options))
  const running = new Program('gnutls-cli', [
    ...['--port', `${listener.port}`, '--x509cafile', (client.authorities ?? pki).ca.certPath],
    ...(client.kind === undefined ? [] : files('client', client.kind)),
    ...['--priority', client.priority ?? 'NORMAL:-VERS-ALL:+VERS-TLS1.2'],
    ...['--verify-hostname', 'localhost', '--sni-hostname', 'localhost', '127.0.0.1'],
  ])
  try {
    const gone = running.exit().then(() => Promise.reject(new Error(`it never came: ${running.describe()}`)))
    return await meet(await Promise.race([listener.accepted, gone]), running)
  } finally {
    listener.close()
    await running.stop()
  }
}

describe.skipIf(cli === undefined)(`our server, ${versionOf(cli, '--version')}`, { timeout: TEST_TIMEOUT }, () => {
  describe.each(certificateSuites)('$name', (suite) => {
    const kind = kindFor(suite.keyExchange)
    const options = { credentials: [credentialOf('server', kind)], cipherSuites: [suite.name] }

    test.each([false, true])('mutual: %s', (mutual) => {
      const server: ServerOptions = mutual
        ? { ...options, clientAuthentication: 'require', verifier: pinTo('client', kind), encryptThenMac: false }
        : { ...options, encryptThenMac: true }
      return serve(server, { priority: priority(suite), ...(mutual ? { kind } : {}) }, async (end, client) => {
        const summary = await end.established()
        expect(summary.peer.kind).toBe(mutual ? 'certificate and signature' : 'none')
        expect(summary.negotiated.encryptThenMac).toBe(!mutual && suite.bulk.type === 'block')
        client.write('a line of theirs\n')
        await end.receives('a line of theirs\n')
        end.send('a line of ours\n')
        await client.says(/a line of ours/)
        if (mutual) {
          client.endInput()
          await end.closedByPeer()
        } else {
          // gnutls-cli does not answer a close_notify: it ends.
          end.endpoint.close()
          await client.says(/Peer has closed the GnuTLS connection/)
        }
        expect(await client.exit()).toBe(0)
        expect(client.output).toContain('- Status: The certificate is trusted.')
        expect(client.output).toContain(`-(${gnutlsName(suite).cipher})`)
        expect(end.fault).toBeUndefined()
      })
    })
  })

  test('a client with another authority refuses us', () =>
    serve({ credentials: [credentialOf('server', 'rsa')] }, { authorities: pki.impostor }, async (end, client) => {
      await end.until('the end', () => end.fault ?? (end.peerClosed || undefined))
      expect(await client.exit()).toBe(1)
      expect(client.output).toContain('The certificate is NOT trusted')
    }))

  test('a client without a certificate is refused where one is required', () =>
    serve(
      {
        credentials: [credentialOf('server', 'rsa')],
        clientAuthentication: 'require',
        verifier: pinTo('client', 'rsa'),
      },
      {},
      async (end, client) => {
        expect((await end.failed()).code).toBe('client_certificate_missing')
        expect(await client.exit()).toBe(1)
        expect(client.output).toContain('Handshake failed')
      },
    ))
})
