/** Extensions against OpenSSL's and GnuTLS's programs: lengths of records, raw public keys, and hellos out of the ordinary. */
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import type { Credential } from '../../src/crypto/key-types.js'
import type { ConnectionSummary } from '../../src/handshake/negotiated.js'
import { pinnedCertificates } from '../../src/x509/pinned.js'
import { credentialOf, noble, pinTo } from '../support/endpoints.js'
import { program } from '../support/outside.js'
import { pki } from '../support/pki.js'
import { connectTcp, listenOnce, type TcpEnd, TEST_TIMEOUT } from '../support/tcp.js'
import { answering } from './gnutls.js'
import { opensslAbsent, opensslVersion, startClient, startServer } from './openssl.js'
import { freePort, Program, versionOf } from './program.js'

const serv = program('gnutls-serv', '--version')
const cli = program('gnutls-cli', '--version')

/** For files that the programs read. */
const folder = mkdtempSync(join(tmpdir(), 'tls12-extensions-'))
afterAll(() => rmSync(folder, { recursive: true }))

const long = 'y'.repeat(3000)

/** One line to a server that sends it back, turned around by OpenSSL, and a clean close. */
async function converse(
  port: number,
  options: ClientOptions,
  back: (line: string) => string,
): Promise<ConnectionSummary> {
  const end = await connectTcp(clientEndpoint(noble, { serverName: 'localhost', ...options }), port)
  const summary = await end.established()
  const line = `${long}z`
  end.send(`${line}\n`)
  await end.receives(back(line))
  await end.close()
  expect(end.fault).toBeUndefined()
  return summary
}

const reversed = (line: string): string => [...line].reverse().join('')
const same = (line: string): string => line

/** Runs a client program against our server; `meet` sees both. */
async function serve(
  options: ServerOptions,
  start: (port: number) => Program,
  meet: (end: TcpEnd, client: Program) => Promise<void>,
): Promise<void> {
  const listener = await listenOnce(serverEndpoint(noble, { credentials: [credentialOf('server', 'rsa')], ...options }))
  const client = start(listener.port)
  try {
    const gone = client.exit().then(() => Promise.reject(new Error(`it never came: ${client.describe()}`)))
    await meet(await Promise.race([listener.accepted, gone]), client)
  } finally {
    listener.close()
    await client.stop()
  }
}

describe.skipIf(opensslAbsent)(`extensions with ${opensslVersion}`, { timeout: TEST_TIMEOUT }, () => {
  const verifier = pinTo('server', 'rsa')

  test('our client asks for short records', async () => {
    const { program: server, port } = await startServer(['rsa'])
    try {
      const options = { verifier, maxFragmentLength: 512 } as const
      const { negotiated } = await converse(port, options, reversed)
      expect(negotiated.recordLimits).toEqual({ client: 512, server: 512 })
    } finally {
      await server.stop()
    }
  })

  test('our client offers reserved values, padding and extensions of its own, in another order', async () => {
    const { program: server, port } = await startServer(['rsa'])
    try {
      const options: ClientOptions = {
        ...{ verifier, grease: true, padClientHelloTo: 1500 },
        arrangeClientHello: (hello) => ({
          ...hello,
          extensions: [
            ...(hello.extensions ?? []).toReversed(),
            { extensionType: 0xff77, extensionData: new Uint8Array(9) },
          ],
        }),
      }
      const { negotiated } = await converse(port, options, reversed)
      expect(negotiated.extraExtensions).toEqual([])
    } finally {
      await server.stop()
    }
  })

  test('our server is asked for short records', () =>
    serve(
      {},
      (port) => startClient(port, { args: ['-maxfraglen', '1024'] }),
      async (end, client) => {
        const { negotiated } = await end.established()
        expect(negotiated.recordLimits).toEqual({ client: 1024, server: 1024 })
        end.send(`${long}\n`)
        await client.says(/y{3000}/)
      },
    ))

  test('our server sends timestamps to a client that asks', () => {
    // version, log, time, extensions, hash and signature algorithm, a signature of two bytes that nobody will believe
    const sct = Uint8Array.from([0, ...new Uint8Array(32).fill(7), ...new Uint8Array(8), 0, 0, 4, 3, 0, 2, 0x30, 0])
    const signedCertificateTimestamps = Uint8Array.from([0, sct.length + 2, 0, sct.length, ...sct])
    const noLogs = join(folder, 'logs.cnf')
    writeFileSync(noLogs, 'enabled_logs =\n')
    const args = ['s_client', '-tls1_2', '-ct', '-ctlogfile', noLogs, '-CAfile', pki.ca.certPath]
    return serve(
      { credentials: [{ ...credentialOf('server', 'rsa'), signedCertificateTimestamps }] },
      (port) => new Program('openssl', [...args, '-connect', `127.0.0.1:${port}`], { CTLOG_FILE: noLogs }),
      async (end, client) => {
        await end.established()
        await client.says(/SCTs present \(1\)/)
      },
    )
  })
})

const spkiOf = (side: 'client' | 'server'): Uint8Array =>
  new Uint8Array(createPublicKey(pki[side].ecdsaP256.keyPem).export({ type: 'spki', format: 'der' }))

const rawOf = (side: 'client' | 'server'): Credential => ({
  ...{ certificateType: 'RawPublicKey', certificateChain: [spkiOf(side)] },
  key: credentialOf(side, 'ecdsaP256').key,
})

const pinKey = (side: 'client' | 'server') =>
  pinnedCertificates([{ spkiSha256: noble.hash('sha256', spkiOf(side)) }], noble)

function rawFiles(side: 'client' | 'server'): string[] {
  const path = join(folder, `${side}.pub.pem`)
  writeFileSync(path, createPublicKey(pki[side].ecdsaP256.keyPem).export({ type: 'spki', format: 'pem' }))
  return ['--rawpkkeyfile', pki[side].ecdsaP256.keyPath, '--rawpkfile', path]
}

const rawKeys = 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-CTYPE-ALL:+CTYPE-RAWPK'

describe.skipIf(serv === undefined)(
  `extensions with ${versionOf(serv, '--version')}`,
  { timeout: TEST_TIMEOUT },
  () => {
    const running: Program[] = []
    const ports = { limited: 0, raw: 0 }

    async function start(args: readonly string[]): Promise<number> {
      const port = await freePort()
      const server = new Program('gnutls-serv', ['--port', `${port}`, '--echo', ...args])
      running.push(server)
      await answering(server, port)
      return port
    }

    beforeAll(async () => {
      const { chainPath, keyPath } = pki.server.rsa
      const x509 = ['--x509certfile', chainPath, '--x509keyfile', keyPath, '--disable-client-cert']
      ports.limited = await start([...x509, '--recordsize', '1024', '--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2'])
      ports.raw = await start([...rawFiles('server'), '--require-client-cert', '--priority', rawKeys])
    }, TEST_TIMEOUT)
    afterAll(async () => {
      await Promise.all(running.map((one) => one.stop()))
    })

    test('our client and record_size_limit', async () => {
      const options = { verifier: pinTo('server', 'rsa'), recordSizeLimit: 600 }
      const { negotiated } = await converse(ports.limited, options, same)
      expect(negotiated.recordLimits).toEqual({ client: 1024, server: 600 })
    })

    test('our client and raw public keys on both sides', async () => {
      const { peer, authenticatedToPeer } = await converse(
        ports.raw,
        {
          ...{ serverCertificateTypes: ['RawPublicKey'], clientCertificateTypes: ['RawPublicKey'] },
          ...{ verifier: pinKey('server'), credentials: [rawOf('client')] },
        },
        same,
      )
      expect(peer.identity?.certificateChain).toEqual([spkiOf('server')])
      expect(authenticatedToPeer).toBe(true)
    })

    const startCli = (port: number, args: readonly string[]): Program =>
      new Program('gnutls-cli', [
        '--port',
        `${port}`,
        ...args,
        '--no-ca-verification',
        '--sni-hostname',
        'localhost',
        '127.0.0.1',
      ])

    test.skipIf(cli === undefined)('our server and record_size_limit', () =>
      serve(
        { recordSizeLimit: 700 },
        (port) => startCli(port, ['--recordsize', '900', '--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2']),
        async (end, client) => {
          const { negotiated } = await end.established()
          expect(negotiated.recordLimits).toEqual({ client: 700, server: 900 })
          end.send(`${long}\n`)
          await client.says(/y{3000}/)
          client.write('a line of theirs\n')
          await end.receives('a line of theirs')
        },
      ),
    )

    test.skipIf(cli === undefined)('our server and raw public keys on both sides', () =>
      serve(
        {
          ...{ serverCertificateTypes: ['RawPublicKey'], clientCertificateTypes: ['RawPublicKey'] },
          ...{ credentials: [rawOf('server')], clientAuthentication: 'require', verifier: pinKey('client') },
        },
        (port) => startCli(port, [...rawFiles('client'), '--priority', rawKeys]),
        async (end, client) => {
          const { peer, negotiated } = await end.established()
          expect(peer.identity?.certificateChain).toEqual([spkiOf('client')])
          expect(negotiated.serverCertificateType).toBe('RawPublicKey')
          end.send('a line of ours\n')
          await client.says(/a line of ours/)
        },
      ),
    )

    test.skipIf(cli === undefined)('a name that no certificate has is unrecognized_name', () =>
      serve(
        { unrecognizedName: 'refuse', reviewClientHello: () => undefined },
        (port) =>
          new Program('gnutls-cli', [
            ...['--port', `${port}`, '--no-ca-verification', '--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2'],
            ...['--sni-hostname', 'elsewhere.example', '127.0.0.1'],
          ]),
        async (end, client) => {
          expect((await end.failed()).code).toBe('unrecognized_name')
          await client.says(/name sent was not recognized/)
        },
      ),
    )
  },
)
