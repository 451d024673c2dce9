/** curl as a client of our server, which answers HTTP/1.0: its end of file is our close_notify, and curl checks it. */
import { describe, expect, test } from 'vitest'
import { type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import { credentialOf, noble, pinTo } from '../support/endpoints.js'
import { program } from '../support/outside.js'
import { pki } from '../support/pki.js'
import { listenOnce, type TcpEnd, TEST_TIMEOUT } from '../support/tcp.js'
import { Program, versionOf } from './program.js'

const curl = program('curl', '--version')
const BODY = 'hello, curl\n'.repeat(10_000)
const page = `HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n${BODY}`
const rsa: ServerOptions = { credentials: [credentialOf('server', 'rsa')] }

async function serve<T>(
  options: ServerOptions,
  args: readonly string[],
  meet: (end: TcpEnd, client: Program) => Promise<T>,
): Promise<T> {
  const listener = await listenOnce(serverEndpoint(noble, options))
  const { port } = listener
  const client = new Program('curl', [
    ...['--disable', '--silent', '--show-error', '--noproxy', '*', '--tls-max', '1.2', '--max-time', '15'],
    ...['--resolve', `localhost:${port}:127.0.0.1`, ...args, `https://localhost:${port}/`],
  ])
  try {
    return await meet(await listener.accepted, client)
  } finally {
    listener.close()
    await client.stop()
  }
}

async function answer(end: TcpEnd, client: Program): Promise<void> {
  await end.established()
  await end.receives('\r\n\r\n')
  expect(end.text).toMatch(/^GET \/ HTTP\/1\.1\r\n/)
  end.send(page)
  end.endpoint.close()
  expect(await client.exit()).toBe(0)
  expect(client.output).toBe(BODY)
  expect(end.fault).toBeUndefined()
}

describe.skipIf(curl === undefined)(`our server, ${versionOf(curl, '--version')}`, { timeout: TEST_TIMEOUT }, () => {
  test('a page, server authentication only', () => serve(rsa, ['--cacert', pki.ca.certPath], answer))

  test('a page, mutual', () => {
    const { chainPath, keyPath } = pki.client.ecdsaP256
    const options: ServerOptions = { ...rsa, clientAuthentication: 'require', verifier: pinTo('client', 'ecdsaP256') }
    const args = ['--cacert', pki.ca.certPath, '--cert', chainPath, '--key', keyPath]
    return serve(options, args, async (end, client) => {
      await answer(end, client)
      expect(end.summary?.peer.kind).toBe('certificate and signature')
    })
  })

  test('curl refuses us where it does not know our authority', () =>
    serve(rsa, ['--cacert', pki.impostor.ca.certPath], async (end, client) => {
      expect(await end.failed()).toMatchObject({ code: 'alert_received', alert: 'unknown_ca' })
      expect(await client.exit()).toBe(60)
    }))
})
