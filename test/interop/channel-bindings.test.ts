/** Channel bindings as both ends of a connection with `node:tls` see them: OpenSSL's Finished, exporter and hashes. */
import { X509Certificate } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import * as tls from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { type ClientOptions, clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { DerTag, writeDer } from '../../src/codec/der.js'
import type { TlsConnection } from '../../src/connection/connection.js'
import { bindingHashOf } from '../../src/crypto/certificate-digest.js'
import { credentialOf, noble, pinTo } from '../support/endpoints.js'
import { type PkiKind, pki } from '../support/pki.js'
import { connectTcp, listenOnce, type TcpEnd, TEST_TIMEOUT } from '../support/tcp.js'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** Our client with a server of node's. */
async function withNodeServer(kind: PkiKind, options: ClientOptions = {}): Promise<[TcpEnd, tls.TLSSocket]> {
  const { chainPem: cert, keyPem: key } = pki.server[kind]
  const server = tls.createServer({ cert, key, maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2' })
  const theirs = new Promise<tls.TLSSocket>((resolve) => server.once('secureConnection', resolve))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP, so never a path
  const ours = await connectTcp(clientEndpoint(noble, { verifier: pinTo('server', kind), ...options }), port)
  await ours.established()
  const socket = await theirs
  closing.push(() => {
    socket.destroy()
    server.close()
  })
  return [ours, socket]
}

/** Our server with a client of node's. */
async function withNodeClient(kind: PkiKind): Promise<[TcpEnd, tls.TLSSocket]> {
  const listener = await listenOnce(serverEndpoint(noble, { credentials: [credentialOf('server', kind)] }))
  const socket = tls.connect({
    port: listener.port,
    host: '127.0.0.1',
    ca: pki.ca.certPem,
    servername: 'localhost',
    maxVersion: 'TLSv1.2',
  })
  const secured = new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.once('error', reject)
  })
  const ours = await listener.accepted
  await ours.established()
  await secured
  closing.push(() => {
    socket.destroy()
    listener.close()
  })
  return [ours, socket]
}

const bindings = ({ endpoint: { connection } }: TcpEnd): TlsConnection => connection
const bytes = (buffer: Buffer | undefined): Uint8Array => new Uint8Array(buffer ?? [])

/** RFC 9266 §2, with OpenSSL's exporter. */
const exported = (socket: tls.TLSSocket): Uint8Array =>
  bytes(socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)))

describe('channel bindings with node:tls', { timeout: TEST_TIMEOUT }, () => {
  test('our client', async () => {
    const [ours, socket] = await withNodeServer('ecdsaP256')
    // the client's Finished is the first in a full handshake (RFC 5929 §3.1)
    expect(bindings(ours).channelBinding('tls-unique')).toEqual(bytes(socket.getPeerFinished()))
    expect(bindings(ours).channelBinding('tls-exporter')).toEqual(exported(socket))
    const { fingerprint256 } = new X509Certificate(pki.server.ecdsaP256.certPem)
    expect(Buffer.from(bindings(ours).channelBinding('tls-server-end-point')).toString('hex')).toBe(
      fingerprint256.replaceAll(':', '').toLowerCase(),
    )
  })

  test('our server', async () => {
    const [ours, socket] = await withNodeClient('rsa')
    expect(bindings(ours).channelBinding('tls-unique')).toEqual(bytes(socket.getFinished()))
    expect(bindings(ours).channelBinding('tls-exporter')).toEqual(exported(socket))
    const { raw } = socket.getPeerCertificate()
    const { fingerprint256 } = new X509Certificate(raw)
    expect(Buffer.from(bindings(ours).channelBinding('tls-server-end-point')).toString('hex')).toBe(
      fingerprint256.replaceAll(':', '').toLowerCase(),
    )
  })

  test('tls-exporter is not defined without an extended master secret (RFC 9266 §2)', async () => {
    const [ours] = await withNodeServer('rsa', { extendedMasterSecret: 'off' })
    expect(() => bindings(ours).channelBinding('tls-exporter')).toThrow(
      expect.objectContaining({ code: 'channel_binding_unavailable' }),
    )
    expect(bindings(ours).channelBinding('tls-unique').length).toBe(12)
  })

  test('there is none before the handshake is complete', () => {
    const { connection } = clientEndpoint(noble, {})
    expect(() => connection.channelBinding('tls-unique')).toThrow(expect.objectContaining({ code: 'misuse' }))
  })
})

describe('the hash of tls-server-end-point (RFC 5929 §4.1)', () => {
  const sequence = (...parts: readonly Uint8Array[]) => writeDer(DerTag.sequence, ...parts)
  const oid = (contents: string) => writeDer(DerTag.objectIdentifier, new Uint8Array(Buffer.from(contents, 'hex')))
  const certificate = (...algorithm: readonly Uint8Array[]) => sequence(sequence(), sequence(...algorithm))
  const pss = '2a864886f70d01010a'
  const pssWith = (hash: string) => sequence(writeDer(0xa0, sequence(oid(hash))))

  test.each([
    ['sha1WithRSAEncryption', certificate(oid('2a864886f70d010105')), 'sha256'],
    ['md5WithRSAEncryption', certificate(oid('2a864886f70d010104')), 'sha256'],
    ['sha384WithRSAEncryption', certificate(oid('2a864886f70d01010c')), 'sha384'],
    ['ecdsa-with-SHA512', certificate(oid('2a8648ce3d040304')), 'sha512'],
    ['RSASSA-PSS as it is by default, with SHA-1', certificate(oid(pss), sequence()), 'sha256'],
    ['RSASSA-PSS with SHA-384', certificate(oid(pss), pssWith('608648016503040202')), 'sha384'],
    ['Ed25519, which has none', certificate(oid('2b6570')), undefined],
  ])('%s', (_, der, hash) => expect(bindingHashOf(der)).toBe(hash))
})
