/** The outside truth: node:tls, which is OpenSSL, as the peer in both roles over loopback. */
import tls from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { accept, connect } from '../../src/adapters/node/index.js'
import { mutual, noble, pinTo } from '../support/endpoints.js'
import { type PkiKind, pki } from '../support/pki.js'
import { type Loopback, loopback, pattern, until, witness } from './support.js'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const kinds = ['ecdsaP256', 'rsa', 'ed25519'] as const satisfies readonly PkiKind[]

const theirs = (side: 'client' | 'server', kind: PkiKind): tls.SecureContextOptions => ({
  cert: pki[side][kind].chainPem,
  key: pki[side][kind].keyPem,
  ca: pki.ca.certPem,
  maxVersion: 'TLSv1.2',
})

/** A server of node:tls that demands a client certificate. */
async function theirServer(kind: PkiKind, onSecure: (socket: tls.TLSSocket) => void): Promise<Loopback> {
  const context = tls.createSecureContext(theirs('server', kind))
  const listening = await loopback((socket) => {
    const secure = new tls.TLSSocket(socket, {
      isServer: true,
      secureContext: context,
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
    })
    secure.on('error', () => {})
    secure.on('secure', () => onSecure(secure))
  })
  closers.push(() => listening.close())
  return listening
}

describe.each(kinds)('node:tls as the server, %s', (kind) => {
  test('mutual, data both ways, its close', async () => {
    let seen: tls.TLSSocket | undefined
    const listening = await theirServer(kind, (socket) => {
      seen = socket
      const chunks: Buffer[] = []
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (Buffer.concat(chunks).length === 500_000) socket.end(Buffer.concat(chunks))
      })
    })
    const near = connect(listening.connect(), noble, { ...mutual(kind).client, applicationProtocols: ['http/1.1'] })
    const saw = witness(near)
    const data = pattern(500_000)
    near.write(data)
    expect(await saw.closed).toBeUndefined()
    expect(saw.data().equals(data)).toBe(true)
    expect(saw.events).toEqual(['secureConnect', 'end', 'finish', 'close'])
    expect(near.alpnProtocol).toBe('http/1.1')
    expect(seen?.getPeerCertificate().raw.equals(pki.client[kind].certificate)).toBe(true)
    expect(near.getPeerCertificate().raw?.equals(pki.server[kind].certificate)).toBe(true)
  })
})

describe.each(kinds)('node:tls as the client, %s', (kind) => {
  test('mutual, data both ways, its close', async () => {
    const far: ReturnType<typeof witness>[] = []
    const listening = await loopback((socket) => {
      const stream = accept(socket, noble, mutual(kind).server)
      far.push(witness(stream))
      stream.pipe(stream, { end: false })
    })
    closers.push(() => listening.close())
    const options = { ...theirs('client', kind), servername: 'localhost' }
    const near = tls.connect({ socket: listening.connect(), ...options })
    const chunks: Buffer[] = []
    let ended = false
    near
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        ended = true
      })
    const data = pattern(500_000)
    near.write(data)
    await until(() => Buffer.concat(chunks).length === data.length)
    expect(near.authorized).toBe(true)
    expect(near.getPeerCertificate().raw.equals(pki.server[kind].certificate)).toBe(true)
    near.end()
    expect(await far[0]?.closed).toBeUndefined()
    expect(Buffer.concat(chunks).equals(data)).toBe(true)
    await until(() => ended)
    expect(far[0]?.events).toEqual(['secureConnect', 'end', 'finish', 'close'])
  })
})

test('our end reaches node:tls as an end, and keying material is the same on both sides', async () => {
  let exported: Buffer | undefined
  let theirEnd = false
  const listening = await theirServer('ecdsaP256', (socket) => {
    exported = socket.exportKeyingMaterial(32, 'EXPERIMENTAL pair', Buffer.from('context'))
    socket.resume().on('end', () => {
      theirEnd = true
      socket.end()
    })
  })
  const near = connect(listening.connect(), noble, mutual('ecdsaP256').client)
  const saw = witness(near)
  await until(() => saw.events.includes('secureConnect') && exported !== undefined)
  expect(near.exportKeyingMaterial(32, 'EXPERIMENTAL pair', Buffer.from('context'))).toEqual(exported)
  near.end()
  expect(await saw.closed).toBeUndefined()
  expect(theirEnd).toBe(true)
})

test('node:tls reads our alert when we refuse it, in both roles', async () => {
  const alerts: unknown[] = []
  const context = tls.createSecureContext(theirs('server', 'ecdsaP256'))
  const serving = await loopback((socket) => {
    new tls.TLSSocket(socket, { isServer: true, secureContext: context }).on('error', (error) => alerts.push(error))
  })
  closers.push(() => serving.close())
  const { client, server } = mutual('ecdsaP256')
  const nearSaw = witness(connect(serving.connect(), noble, { ...client, verifier: pinTo('server', 'rsa') }))
  expect(await nearSaw.closed).toMatchObject({ code: 'certificate_not_pinned' })
  await until(() => alerts.length === 1)
  expect(alerts[0]).toMatchObject({ code: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN' })

  const refusing = await loopback((socket) => {
    witness(accept(socket, noble, { ...server, verifier: pinTo('client', 'rsa') }))
  })
  closers.push(() => refusing.close())
  const near = tls.connect({ socket: refusing.connect(), ...theirs('client', 'ecdsaP256'), servername: 'localhost' })
  near.on('error', (error) => alerts.push(error))
  await until(() => alerts.length === 2)
  expect(alerts[1]).toMatchObject({ code: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN' })
})

test('node:tls that goes without closing is a truncation', async () => {
  const listening = await theirServer('ecdsaP256', (socket) => {
    socket.write('half of it', () => setTimeout(() => socket.destroy(), 20))
  })
  const saw = witness(connect(listening.connect(), noble, mutual('ecdsaP256').client))
  expect(await saw.closed).toMatchObject({ code: expect.stringMatching(/^(truncated|ECONNRESET)$/) })
  expect(saw.data().toString()).toBe('half of it')
  expect(saw.events).not.toContain('end')
})
