/** Renegotiation with GnuTLS, in both roles: begun by its client, and by ours. */
import { describe, expect, test } from 'vitest'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { credentialOf, noble, pinTo } from '../support/endpoints.js'
import { program } from '../support/outside.js'
import { pki } from '../support/pki.js'
import { connectTcp, listenOnce, type TcpEnd, TEST_TIMEOUT } from '../support/tcp.js'
import { answering } from './gnutls.js'
import { freePort, Program, versionOf } from './program.js'

const serv = program('gnutls-serv', '--version')
const cli = program('gnutls-cli', '--version')
const priority = ['--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2']

const reaches = (end: TcpEnd, count: number): Promise<true> =>
  end.until(`handshake ${count}`, () => {
    if (end.fault !== undefined) throw end.fault
    const { state } = end.endpoint.connection
    return (state.name === 'Connected' && 1 + state.renegotiations === count) || undefined
  })

describe.skipIf(cli === undefined)(`our server, ${versionOf(cli, '--version')}`, { timeout: TEST_TIMEOUT }, () => {
  const asked = async (renegotiation: 'freely' | 'refuse', meet: (end: TcpEnd, client: Program) => Promise<void>) => {
    const credentials = [credentialOf('server', 'ecdsaP256')]
    const listener = await listenOnce(serverEndpoint(noble, { credentials, renegotiation }))
    const client = new Program('gnutls-cli', [
      ...['--rehandshake', '--port', `${listener.port}`, '--x509cafile', pki.ca.certPath, ...priority],
      ...['--verify-hostname', 'localhost', '--sni-hostname', 'localhost', '127.0.0.1'],
    ])
    try {
      await meet(await listener.accepted, client)
    } finally {
      listener.close()
      await client.stop()
    }
  }

  test('its client renegotiates at once, and data passes', () =>
    asked('freely', async (end, client) => {
      await reaches(end, 2)
      client.write('a line of theirs\n')
      await end.receives('a line of theirs\n')
      end.send('a line of ours\n')
      await client.says(/a line of ours/)
      expect(end.fault).toBeUndefined()
    }))

  test('its client is told that we do not, and is sent away when it does not cease to ask', () =>
    asked('refuse', async (end, client) => {
      await end.established()
      await client.exit()
      expect(client.output).toMatch(/No renegotiation is allowed/)
      expect(end.fault).toMatchObject({ code: 'too_many_warnings' })
    }))
})

describe.skipIf(serv === undefined)(`our client, ${versionOf(serv, '--version')}`, { timeout: TEST_TIMEOUT }, () => {
  test('asks its server, again and again', async () => {
    const port = await freePort()
    const { chainPath, keyPath } = pki.server.ecdsaP256
    const server = new Program('gnutls-serv', [
      ...['--port', `${port}`, '--echo', '--disable-client-cert', ...priority],
      ...['--x509certfile', chainPath, '--x509keyfile', keyPath],
    ])
    try {
      await answering(server, port)
      const end = await connectTcp(
        clientEndpoint(noble, { serverName: 'localhost', verifier: pinTo('server', 'ecdsaP256') }),
        port,
      )
      await end.established()
      for (const count of [2, 3]) {
        end.endpoint.renegotiate()
        await reaches(end, count)
        end.send(`line ${count}\n`)
        await end.receives(`line ${count}\n`)
      }
      expect(end.fault).toBeUndefined()
      end.endpoint.close()
    } finally {
      await server.stop()
    }
  })
})
