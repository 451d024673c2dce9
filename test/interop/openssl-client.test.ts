/** Our server against `openssl s_client`. */
import { afterAll, describe, expect, test } from 'vitest'
import { type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import type { ConnectionSummary } from '../../src/handshake/negotiated.js'
import { credentialOf, kindFor, noble, pinTo } from '../support/endpoints.js'
import type { PkiKind } from '../support/pki.js'
import { listenOnce, type TcpEnd, TEST_TIMEOUT } from '../support/tcp.js'
import {
  Configuration,
  closeNotify,
  opensslAbsent,
  opensslGroups,
  opensslVersion,
  signatureCases,
  startClient,
  trustImpostor,
} from './openssl.js'
import { opensslName, opensslSuites } from './openssl-names.js'
import type { Program } from './program.js'

const configuration = new Configuration()

afterAll(() => configuration.remove())

type ClientArguments = Parameters<typeof startClient>[1] & { readonly environment?: NodeJS.ProcessEnv }

/** Serves one s_client with `options`; both ends are gone when `meet` is done, whatever happens. */
async function serve<T>(
  options: ServerOptions,
  { environment, ...client }: ClientArguments,
  meet: (end: TcpEnd, client: Program) => Promise<T>,
): Promise<T> {
  const listener = await listenOnce(serverEndpoint(noble, options))
  const program = startClient(listener.port, client, environment)
  try {
    const gone = program.exit().then(() => Promise.reject(new Error(`it never came: ${program.describe()}`)))
    return await meet(await Promise.race([listener.accepted, gone]), program)
  } finally {
    listener.close()
    await program.stop()
  }
}

/** Data both ways and a clean close, the side given first. */
const converse =
  (closesFirst: 'us' | 'openssl' = 'us') =>
  async (end: TcpEnd, client: Program): Promise<{ summary: ConnectionSummary; said: string }> => {
    const summary = await end.established()
    client.write('a line of theirs\n')
    await end.receives('a line of theirs\n')
    end.send('a line of ours\n')
    await client.says(/a line of ours\n/)
    if (closesFirst === 'us') end.endpoint.close()
    else client.endInput()
    await end.closedByPeer()
    expect(await client.exit()).toBe(0)
    expect(client.output).toMatch(closeNotify.written)
    // Where s_client closes first it does not wait for the answer to its close_notify.
    if (closesFirst === 'us') expect(client.output).toMatch(closeNotify.read)
    expect(client.output).toContain('Verification: OK')
    expect(end.fault).toBeUndefined()
    expect(end.endpoint.connection.state.name).toBe('Closed')
    return { summary, said: client.output }
  }

const withKey = (kind: PkiKind): ServerOptions => ({ credentials: [credentialOf('server', kind)] })
const demanding = (kind: PkiKind): ServerOptions => ({
  clientAuthentication: 'require',
  verifier: pinTo('client', kind),
})
const oneSuite = { cipherSuites: ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'] } as const

describe.skipIf(opensslAbsent)(`our server, s_client of ${opensslVersion}`, { timeout: TEST_TIMEOUT }, () => {
  describe.each(opensslSuites)('$name', (suite) => {
    const kind = kindFor(suite.keyExchange)
    const options = { ...withKey(kind), cipherSuites: [suite.name] }
    // A list of one: s_client offers what it is told to, and reports what it was answered.
    const args = ['-cipher', `${opensslName(suite)}:@SECLEVEL=1`]

    test('server authentication only', async () => {
      const { summary, said } = await serve({ ...options, encryptThenMac: true }, { args }, converse('openssl'))
      expect(summary.negotiated.suite).toBe(suite)
      expect(summary.negotiated.encryptThenMac).toBe(suite.bulk.type === 'block')
      expect(summary.peer.kind).toBe('none')
      expect(said).toContain(`Ciphersuite: ${opensslName(suite)}\n`)
    })

    test('mutual', async () => {
      const macUnderEncryption = { encryptThenMac: false }
      const server = { ...options, ...macUnderEncryption, ...demanding(kind) }
      const { summary, said } = await serve(server, { kind, args }, converse())
      expect(summary.peer.kind).toBe('certificate and signature')
      expect(said).toContain(`Ciphersuite: ${opensslName(suite)}\n`)
    })
  })

  test.each(['x25519', 'x448', 'secp256r1', 'secp384r1', 'secp521r1'] as const)('group %s', async (group) => {
    const { name, reported } = opensslGroups[group]
    const args = ['-groups', name]
    const { said } = await serve({ ...withKey('rsa'), ...oneSuite }, { args }, converse())
    expect(said).toContain(`Server Temp Key: ${reported}\n`)
  })

  test.each(['ffdhe2048', 'ffdhe3072', 'ffdhe4096'] as const)('group %s', async (group) => {
    // s_client of this version names no finite-field groups in TLS 1.2, so it is our own list that decides.
    const cipherSuites = ['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'] as const
    const { said } = await serve({ ...withKey('rsa'), cipherSuites, groups: [group] }, {}, converse())
    expect(said).toContain(`Server Temp Key: DH, ${group.replace('ffdhe', '')} bits\n`)
  })

  test.each(signatureCases)('server signature $scheme by $kind', async ({ scheme, kind, reported }) => {
    const { said } = await serve({ ...withKey(kind), signatureSchemes: [scheme] }, {}, converse())
    expect(said).toMatch(reported)
  })

  test.each(signatureCases)('client signature $scheme by $kind', async ({ scheme, kind }) => {
    // Our server accepts this scheme and the one that it signs under itself.
    const signatureSchemes = [scheme, 'rsa_pkcs1_sha256'] as const
    const options = { ...withKey('rsa'), ...oneSuite, ...demanding(kind), signatureSchemes }
    const { summary } = await serve(options, { kind }, converse())
    expect(summary.peer.kind).toBe('certificate and signature')
  })

  describe('extended master secret', () => {
    const withoutEms = () => configuration.environment('-ExtendedMasterSecret')

    test.each([
      ['speaks', 'require', true],
      ['speaks', 'off', false],
      ['does not speak', 'prefer', false],
    ] as const)('the client %s it, ours is %s: %s', async (client, extendedMasterSecret, expected) => {
      const environment = client === 'speaks' ? {} : withoutEms()
      const { summary } = await serve({ ...withKey('rsa'), extendedMasterSecret }, { environment }, converse())
      expect(summary.negotiated.extendedMasterSecret).toBe(expected)
    })

    test('refused where we require it and the client does not speak it', () =>
      serve(
        { ...withKey('rsa'), extendedMasterSecret: 'require' },
        { environment: withoutEms() },
        async (end, client) => {
          expect((await end.failed()).code).toBe('extended_master_secret_missing')
          await client.says(/alert read:fatal:handshake failure/)
          expect(await client.exit()).toBe(1)
        },
      ))
  })

  test('a client without a certificate is let in on request', async () => {
    const options = { ...withKey('rsa'), ...demanding('rsa'), clientAuthentication: 'request' } as const
    const { summary } = await serve(options, {}, converse())
    expect(summary.peer.kind).toBe('none')
  })

  test('a client without a certificate is refused where one is required', () =>
    serve({ ...withKey('rsa'), ...demanding('rsa') }, {}, async (end, client) => {
      expect(await end.failed()).toMatchObject({ code: 'client_certificate_missing', alert: 'handshake_failure' })
      await client.says(/alert read:fatal:handshake failure/)
      expect(await client.exit()).toBe(1)
    }))

  test("a client's certificate that is not pinned is refused, and the client is told", () =>
    serve({ ...withKey('rsa'), ...demanding('ed25519') }, { kind: 'rsa' }, async (end, client) => {
      expect((await end.failed()).code).toBe('certificate_not_pinned')
      await client.says(/alert read:fatal:certificate unknown/)
      expect(await client.exit()).toBe(1)
    }))

  test('a client that does not know our authority refuses us', () =>
    serve(withKey('rsa'), { trust: trustImpostor }, async (end, client) => {
      expect(await end.failed()).toMatchObject({ code: 'alert_received', alert: 'unknown_ca' })
      expect(end.summary).toBeUndefined()
      expect(await client.exit()).toBe(1)
    }))

  test('a client of another name refuses us', () =>
    serve(withKey('rsa'), { args: ['-verify_hostname', 'other.example'] }, async (end) => {
      expect(await end.failed()).toMatchObject({ code: 'alert_received', alert: 'bad_certificate' })
    }))

  test('without a suite in common we refuse', () =>
    serve({ ...withKey('rsa'), ...oneSuite }, { args: ['-cipher', 'AES128-SHA'] }, async (end, client) => {
      expect((await end.failed()).code).toBe('no_shared_suite')
      await client.says(/alert read:fatal:handshake failure/)
    }))

  test('server name and application protocol', async () => {
    const options = { ...withKey('rsa'), applicationProtocols: ['h2', 'http/1.1'] }
    const { summary } = await serve(options, { args: ['-alpn', 'http/1.1,h2'] }, converse())
    expect(summary.negotiated).toMatchObject({ serverName: 'localhost', applicationProtocol: 'h2' })
  })

  test('a client of TLS 1.1 at best gets protocol_version', () =>
    serve(withKey('rsa'), { version: '-tls1_1', args: ['-cipher', 'ALL:@SECLEVEL=0'] }, async (end, client) => {
      expect(await end.failed()).toMatchObject({ code: 'unsupported_version', alert: 'protocol_version' })
      await client.says(/alert read:fatal:protocol version/)
    }))
})
