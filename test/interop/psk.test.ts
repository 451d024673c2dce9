/** Suites of pre-shared keys against OpenSSL's and GnuTLS's command-line programs, both directions. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { fromAscii, fromHex } from '../../src/bytes/convert.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import type { SuiteParameters } from '../../src/crypto/suite-parameters.js'
import { credentialOf, noble, pinTo } from '../support/endpoints.js'
import { program } from '../support/outside.js'
import { pki } from '../support/pki.js'
import { pskSuites } from '../support/suites.js'
import { connectTcp, listenOnce, TEST_TIMEOUT } from '../support/tcp.js'
import { type OpensslServer, opensslAbsent, opensslVersion, startServer } from './openssl.js'
import { freePort, Program, versionOf } from './program.js'

const identity = 'tls12 test'
const keyHex = '8f14e45fceea167a5a36dedd4bea2543'
const preSharedKeys = [preSharedKey(identity, fromHex(keyHex))]

/** One suite of each exchange and kind of record: what differs between the others is covered with certificates. */
const samples: readonly SuiteParameters[] = (['PSK', 'DHE_PSK', 'ECDHE_PSK', 'RSA_PSK'] as const).flatMap((exchange) =>
  (['AES_128_CBC_SHA', 'AES_256_CBC_SHA384', 'CHACHA20_POLY1305_SHA256', 'AES_256_GCM_SHA384'] as const).flatMap(
    (kind) => pskSuites.filter(({ name }) => name === `TLS_${exchange}_WITH_${kind}`),
  ),
)

/** OpenSSL's names of PSK suites: `RSA-PSK-AES256-GCM-SHA384`. */
const nameInOpenssl = ({ name }: SuiteParameters): string =>
  name
    .replace(/^TLS_/, '')
    .replace('_WITH', '')
    .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20_POLY1305')
    .replace(/AES_(\d+)/, 'AES$1')
    .replaceAll('_', '-')

/** OpenSSL 3.0 has none of the suites of RFC 8442. */
const inOpenssl = samples.filter(({ name }) => name !== 'TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384')

const dhGroup = ['-dhparam', new URL('../../vectors/dh/ffdhe2048.pem', import.meta.url).pathname]
const opensslPsk = ['-psk', keyHex, '-psk_identity', identity]

describe.skipIf(opensslAbsent)(opensslVersion, { timeout: TEST_TIMEOUT }, () => {
  let server: OpensslServer

  beforeAll(async () => {
    if (opensslAbsent) return
    server = await startServer(
      ['rsa'],
      ['-psk', keyHex, '-psk_hint', 'a hint', '-cipher', 'PSK:ALL:@SECLEVEL=0', ...dhGroup],
    )
  })
  afterAll(() => server?.program.stop())

  test.each(inOpenssl)('our client, $name', async (suite) => {
    const options = { cipherSuites: [suite.name], preSharedKeys, verifier: pinTo('server', 'rsa') }
    server.program.mark()
    const end = await connectTcp(clientEndpoint(noble, options), server.port)
    const summary = await end.established()
    expect(summary.negotiated.suite).toBe(suite)
    expect(summary.peer.kind).toBe('pre-shared key')
    end.send('a line of ours\n')
    await end.receives('sruo fo enil a\n')
    await end.close()
    expect(end.fault).toBeUndefined()
    expect(server.program.heard).toContain(`Ciphersuite: ${nameInOpenssl(suite)}\n`)
  })

  test('refuses us with a wrong key', async () => {
    const options = {
      cipherSuites: ['TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256'] as const,
      preSharedKeys: [preSharedKey(identity, fromAscii('a wrong key'))],
    }
    const end = await connectTcp(clientEndpoint(noble, options), server.port)
    expect(await end.failed()).toMatchObject({ code: 'alert_received', alert: 'bad_record_mac' })
  })

  test.each(inOpenssl)('our server, $name', async (suite) => {
    const options = {
      cipherSuites: [suite.name],
      preSharedKeys,
      credentials: [credentialOf('server', 'rsa')],
      pskIdentityHint: fromAscii('a hint of ours'),
    }
    const listener = await listenOnce(serverEndpoint(noble, options))
    const client = new Program('openssl', [
      ...['s_client', '-connect', `127.0.0.1:${listener.port}`, '-tls1_2', '-brief', ...opensslPsk],
      ...['-cipher', `${nameInOpenssl(suite)}:@SECLEVEL=0`, '-CAfile', pki.ca.certPath],
    ])
    try {
      const end = await listener.accepted
      const summary = await end.established()
      expect(summary.peer).toMatchObject({ kind: 'pre-shared key', pskIdentity: fromAscii(identity) })
      end.send('a line of ours\n')
      await client.says(/a line of ours/)
    } finally {
      listener.close()
      await client.stop()
    }
  })
})

const serv = program('gnutls-serv', '--version')
const cli = program('gnutls-cli', '--version')
const priority =
  'NORMAL:-VERS-ALL:+VERS-TLS1.2:+PSK:+DHE-PSK:+ECDHE-PSK:+RSA-PSK:+AES-128-CCM:+AES-128-CCM-8:+SHA256:+SHA384'

describe.skipIf(serv === undefined || cli === undefined)(versionOf(cli, '--version'), { timeout: TEST_TIMEOUT }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls12-psk-'))
  const passwords = join(folder, 'passwords')
  writeFileSync(passwords, `tls12:${keyHex}\n`)
  afterAll(() => rmSync(folder, { recursive: true }))
  const keys = [preSharedKey('tls12', fromHex(keyHex))]
  // one suite that GnuTLS has for each exchange
  const some = samples.filter(({ name }) => name.endsWith('CHACHA20_POLY1305_SHA256'))

  test.each(some)('our client, $name', async (suite) => {
    const port = await freePort()
    const { certPath, keyPath } = pki.server.rsa
    const server = new Program('gnutls-serv', [
      ...['--port', `${port}`, '--echo', '--disable-client-cert', '--pskpasswd', passwords],
      ...['--x509certfile', certPath, '--x509keyfile', keyPath, '--priority', priority],
    ])
    try {
      const options = { cipherSuites: [suite.name], preSharedKeys: keys, verifier: pinTo('server', 'rsa') }
      const end = await connectWhenReady(() => connectTcp(clientEndpoint(noble, options), port))
      const summary = await end.established()
      expect(summary.negotiated.suite).toBe(suite)
      end.send('a line of ours\n')
      await end.receives('a line of ours\n')
      await end.close()
      expect(end.fault).toBeUndefined()
    } finally {
      await server.stop()
    }
  })

  test.each(some)('our server, $name', async (suite) => {
    const options = {
      cipherSuites: [suite.name],
      preSharedKeys: keys,
      credentials: [credentialOf('server', 'rsa')],
    }
    const listener = await listenOnce(serverEndpoint(noble, options))
    const client = new Program('gnutls-cli', [
      ...['--port', `${listener.port}`, '--insecure', '--pskusername', 'tls12', '--pskkey', keyHex],
      ...['--priority', priority, '127.0.0.1'],
    ])
    try {
      const end = await listener.accepted
      const summary = await end.established()
      expect(summary.peer).toMatchObject({ kind: 'pre-shared key', pskIdentity: fromAscii('tls12') })
      // gnutls-cli 3.7.9 is done with the handshake, and crashes when it prints an ephemeral one of this kind
      if (suite.keyExchange.includes('DHE')) return
      end.send('a line of ours\n')
      await client.says(/a line of ours/)
    } finally {
      listener.close()
      await client.stop()
    }
  })
})

/** gnutls-serv says nothing while it runs, so its readiness is a connection that succeeds. */
async function connectWhenReady<T>(connect: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await connect()
    } catch (error) {
      if (attempt > 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
