/** Our endpoints against node:tls: always there, so never skipped. */
import type { AddressInfo } from 'node:net'
import { type ConnectionOptions, connect, createServer, type Server, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { credentialOf, kindFor, noble, pinTo } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { connectTcp, listenOnce, TEST_TIMEOUT } from '../support/tcp.js'
import { opensslName, opensslSuites } from './openssl-names.js'

const LABEL = 'EXPORTER-tls12-interoperation'
const context = new TextEncoder().encode('a context')
const plain = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes)
/** AES128-SHA and RSA key transport are off by default there too. */
const CIPHERS = 'ALL:@SECLEVEL=0'

/** A server with an RSA and an ECDSA certificate that echoes what it is sent. */
class Echo {
  readonly server: Server
  /** The socket of the connection that was made last. */
  last: TLSSocket | undefined
  ended = false

  constructor(requiresClient: boolean) {
    const { rsa, ecdsaP256 } = pki.server
    this.server = createServer({
      key: [rsa.keyPem, ecdsaP256.keyPem],
      cert: [rsa.chainPem, ecdsaP256.chainPem],
      ca: pki.ca.certPem,
      maxVersion: 'TLSv1.2',
      ciphers: CIPHERS,
      dhparam: 'auto',
      requestCert: requiresClient,
      rejectUnauthorized: requiresClient,
    })
    this.server.on('secureConnection', (socket) => {
      this.last = socket
      this.ended = false
      socket.on('data', (data: Buffer) => socket.write(data))
      socket.on('end', () => {
        this.ended = true
      })
      socket.on('error', () => {})
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return (this.server.address() as AddressInfo).port // listening on TCP, so never a path
  }
}

describe(`our client, tls.createServer of Node ${process.version}`, { timeout: TEST_TIMEOUT }, () => {
  const anonymous = new Echo(false)
  const demanding = new Echo(true)
  let ports: { readonly anonymous: number; readonly demanding: number }

  beforeAll(async () => {
    ports = { anonymous: await anonymous.listen(), demanding: await demanding.listen() }
  })
  afterAll(() => {
    anonymous.server.close()
    demanding.server.close()
  })

  describe.each(opensslSuites)('$name', (suite) => {
    const kind = kindFor(suite.keyExchange)
    const options = { serverName: 'localhost', verifier: pinTo('server', kind), cipherSuites: [suite.name] }

    test.each([false, true])('mutual: %s', async (mutual) => {
      const echo = mutual ? demanding : anonymous
      const credentials = mutual ? [credentialOf('client', kind)] : []
      const endpoint = clientEndpoint(noble, { ...options, credentials })
      const end = await connectTcp(endpoint, mutual ? ports.demanding : ports.anonymous)
      const summary = await end.established()
      end.send('there and back')
      await end.receives('there and back')
      const peer = echo.last
      expect(peer?.getCipher().name).toBe(opensslName(suite))
      expect(peer?.authorized).toBe(mutual)
      expect(summary.authenticatedToPeer).toBe(mutual)
      const exported = peer?.exportKeyingMaterial(42, LABEL, Buffer.from(context))
      expect(endpoint.connection.exportKeyingMaterial(LABEL, 42, context)).toEqual(plain(exported ?? Buffer.of()))
      await end.close()
      expect(echo.ended).toBe(true)
      expect(end.fault).toBeUndefined()
    })
  })

  test('refused without a certificate where one is required', async () => {
    const end = await connectTcp(clientEndpoint(noble, { verifier: pinTo('server', 'ecdsaP256') }), ports.demanding)
    expect(await end.failed()).toMatchObject({ code: 'alert_received', alert: 'handshake_failure' })
  })
})

const clientTls = { host: '127.0.0.1', servername: 'localhost', maxVersion: 'TLSv1.2', ciphers: CIPHERS } as const

/** Connects and waits for the handshake; rejects where it fails. */
function secureSocket(options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(options, () => resolve(socket))
    socket.once('error', reject)
  })
}

const nextData = (socket: TLSSocket): Promise<string> =>
  new Promise((resolve) => socket.once('data', (data: Buffer) => resolve(data.toString())))

describe(`our server, tls.connect of Node ${process.version}`, { timeout: TEST_TIMEOUT }, () => {
  describe.each(opensslSuites)('$name', (suite) => {
    const kind = kindFor(suite.keyExchange)

    test.each([false, true])('mutual: %s', async (mutual) => {
      const endpoint = serverEndpoint(noble, {
        credentials: [credentialOf('server', kind)],
        cipherSuites: [suite.name],
        ...(mutual ? { clientAuthentication: 'require', verifier: pinTo('client', kind) } : {}),
      })
      const listener = await listenOnce(endpoint)
      const { chainPem: cert, keyPem: key } = pki.client[kind]
      const credentials = mutual ? { cert, key } : {}
      const socket = await secureSocket({ ...clientTls, port: listener.port, ca: pki.ca.certPem, ...credentials })
      const end = await listener.accepted
      const summary = await end.established()
      expect(socket.authorized).toBe(true)
      expect(socket.getCipher().name).toBe(opensslName(suite))
      expect(summary.peer.kind).toBe(mutual ? 'certificate and signature' : 'none')
      const exported = socket.exportKeyingMaterial(42, LABEL, Buffer.from(context))
      expect(endpoint.connection.exportKeyingMaterial(LABEL, 42, context)).toEqual(plain(exported))
      socket.write('ping')
      await end.receives('ping')
      end.send('pong')
      expect(await nextData(socket)).toBe('pong')
      const ended = new Promise((resolve) => socket.once('end', resolve))
      await end.close()
      await ended
      expect(end.fault).toBeUndefined()
      listener.close()
    })
  })

  test('a client with another authority refuses us', async () => {
    const listener = await listenOnce(serverEndpoint(noble, { credentials: [credentialOf('server', 'rsa')] }))
    const refused = secureSocket({ ...clientTls, port: listener.port, ca: pki.impostor.ca.certPem })
    await expect(refused).rejects.toThrow(/certificate/)
    const end = await listener.accepted
    await end.until('the end', () => end.socketClosed || undefined)
    listener.close()
  })
})
