import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { accept, connect, secureDuplex, type TlsDuplex } from '../../src/adapters/node/index.js'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { TlsFault } from '../../src/handshake/fault.js'
import { mutual, noble } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { delayed, type Loopback, loopback, memoryPair, pattern, until, witness } from './support.js'

const { client, server } = mutual('ecdsaP256')
const open: Loopback[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

/** Both ends of a TCP connection over loopback. */
async function overTcp(): Promise<readonly [Duplex, Duplex]> {
  let accepted: Duplex | undefined
  const listening = await loopback((socket) => {
    accepted = socket
  })
  open.push(listening)
  const near = listening.connect()
  await until(() => accepted !== undefined)
  if (accepted === undefined) throw new Error('nothing was accepted')
  return [near, accepted]
}

const overMemory = (cut: number) => async (): Promise<readonly [Duplex, Duplex]> => {
  const { left, right } = memoryPair(cut)
  return [left, right]
}

type Answers = 'at once' | 'a microtask later' | 'a turn later'

const waits: Record<Exclude<Answers, 'at once'>, () => Promise<void>> = {
  'a microtask later': () => Promise.resolve(),
  'a turn later': () => new Promise((resolve) => setImmediate(resolve)),
}

function pairOver([near, far]: readonly [Duplex, Duplex], answers: Answers): readonly [TlsDuplex, TlsDuplex] {
  const [one, other] = [clientEndpoint(noble, client), serverEndpoint(noble, server)]
  if (answers === 'at once') return [secureDuplex(near, one), secureDuplex(far, other)]
  const wait = waits[answers]
  return [secureDuplex(near, delayed(one, wait)), secureDuplex(far, delayed(other, wait))]
}

describe.each([
  ['TCP', overTcp],
  ['a duplex that is no socket', overMemory(65_536)],
  ['a duplex that delivers single bytes', overMemory(1)],
])('over %s', (_name, transports) => {
  test.each<Answers>(['at once', 'a microtask later', 'a turn later'])(
    'both authenticate each other, data flows both ways, a close is clean; answers come %s',
    async (answers) => {
      const [near, far] = pairOver(await transports(), answers)
      const [nearSaw, farSaw] = [witness(near), witness(far)]
      near.write('from the client, before the handshake')
      far.write('from the server, before the handshake')
      await until(() => nearSaw.data().length > 0 && farSaw.data().length > 0)
      expect(farSaw.data().toString()).toBe('from the client, before the handshake')
      expect(nearSaw.data().toString()).toBe('from the server, before the handshake')

      near.end(' and its last words')
      expect(await Promise.all([nearSaw.closed, farSaw.closed])).toEqual([undefined, undefined])
      expect(farSaw.data().toString()).toBe('from the client, before the handshake and its last words')
      expect(nearSaw.events.toSorted()).toEqual(['close', 'end', 'finish', 'secureConnect'])
      expect(farSaw.events).toEqual(['secureConnect', 'end', 'finish', 'close'])
    },
  )
})

test('a stream tells what was negotiated and proved, by the names of node:tls', async () => {
  const { left, right } = memoryPair()
  const near = connect(left, noble, { ...client, applicationProtocols: ['h2', 'http/1.1'] })
  const far = accept(right, noble, { ...server, applicationProtocols: ['http/1.1'] })
  expect([near.encrypted, near.authorized, near.alpnProtocol, near.getProtocol(), near.getCipher()]).toEqual([
    true,
    false,
    null,
    null,
    undefined,
  ])
  const [nearSaw, farSaw] = [witness(near), witness(far)]
  await until(() => nearSaw.events.length > 0 && farSaw.events.length > 0)
  for (const [stream, peer] of [
    [near, pki.server.ecdsaP256],
    [far, pki.client.ecdsaP256],
  ] as const) {
    expect(stream.authorized).toBe(true)
    expect(stream.alpnProtocol).toBe('http/1.1')
    expect(stream.servername).toBe('localhost')
    expect(stream.getProtocol()).toBe('TLSv1.2')
    expect(stream.getCipher()?.standardName).toBe('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256')
    expect(stream.getPeerCertificateChain()).toEqual(peer.certificateChain)
    expect(new Uint8Array(stream.getPeerCertificate().raw ?? [])).toEqual(peer.certificate)
  }
  expect(near.exportKeyingMaterial(32, 'EXPERIMENTAL a')).toEqual(far.exportKeyingMaterial(32, 'EXPERIMENTAL a'))
  expect(near.exportKeyingMaterial(32, 'EXPERIMENTAL a').buffer.byteLength).toBe(32)
  near.end()
  await Promise.all([nearSaw.closed, farSaw.closed])
  expect(near.summary?.negotiated.applicationProtocol).toBe('http/1.1')
})

test('a client that was not asked for a certificate is not authorized', async () => {
  const { left, right } = memoryPair()
  const near = connect(left, noble, client)
  const far = accept(right, noble, { ...server, clientAuthentication: 'none' })
  const farSaw = witness(far)
  witness(near)
  await until(() => farSaw.events.includes('secureConnect'))
  expect([near.authorized, far.authorized, far.getPeerCertificateChain(), far.getPeerCertificate()]).toEqual([
    true,
    false,
    [],
    {},
  ])
  near.destroy()
})

describe('5 MB each way at once', () => {
  test.each([
    ['TCP', overTcp],
    ['memory', overMemory(10_007)],
  ])('arrive whole over %s, and a reader that waits holds the writer back', async (_name, transports) => {
    const [near, far] = pairOver(await transports(), 'at once')
    const [up, down] = [pattern(5_000_000), pattern(5_000_001)]
    const nearSaw = witness(near)
    let isWritten = false
    near.write(up, () => {
      isWritten = true
    })
    far.write(down)
    // The reader of `far` asks for nothing yet: little more than its buffer is read, and the client cannot be done.
    await until(() => far.readableLength >= far.readableHighWaterMark && nearSaw.data().length === down.length)
    expect(nearSaw.data().equals(down)).toBe(true)
    expect(far.readableLength).toBeLessThan(far.readableHighWaterMark + 2 * 65_536)
    expect(isWritten).toBe(false)
    const farSaw = witness(far)
    await until(() => farSaw.data().length === up.length)
    expect(farSaw.data().equals(up)).toBe(true)
    near.end()
    expect(await Promise.all([nearSaw.closed, farSaw.closed])).toEqual([undefined, undefined])
  })
})

test('5 MB and the close_notify behind them reach a peer that only reads', async () => {
  const [near, far] = pairOver(await overTcp(), 'at once')
  const data = pattern(5_000_000)
  const [nearSaw, farSaw] = [witness(near), witness(far)]
  near.end(data)
  expect(await Promise.all([nearSaw.closed, farSaw.closed])).toEqual([undefined, undefined])
  expect(farSaw.data().equals(data)).toBe(true)
})

test('many connections at once do not touch each other', async () => {
  const listening = await loopback((socket) => {
    const stream = accept(socket, noble, server)
    stream.on('error', () => {})
    stream.pipe(stream)
  })
  open.push(listening)
  const echoes = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const stream = connect(listening.connect(), noble, client)
      const saw = witness(stream)
      const message = pattern(1_000 + index)
      stream.write(message)
      await until(() => saw.data().length >= message.length)
      stream.end()
      return (await saw.closed) === undefined && saw.data().equals(message)
    }),
  )
  expect(echoes).toEqual(Array.from({ length: 40 }, () => true))
}, 20_000)

test('writes after the peer closed and was answered at once fail with EPIPE, and only when the reader has had everything', async () => {
  const { left, right } = memoryPair()
  const near = connect(left, noble, { ...client, onPeerClose: 'close' })
  const far = accept(right, noble, server)
  const nearSaw = witness(near)
  near.pause()
  far.on('error', () => {})
  far.end('the whole answer')
  await until(() => far.writableFinished)
  const failed = new Promise<Error | null | undefined>((resolve) => near.write('too late', resolve))
  await until(() => near.readableLength > 0)
  near.resume()
  expect(await failed).toMatchObject({ code: 'EPIPE' })
  await nearSaw.closed
  expect(nearSaw.data().toString()).toBe('the whole answer')
  expect(nearSaw.events).toContain('end')
})

test('options and endpoints that make no sense throw at once and leave the transport alone', () => {
  const { left } = memoryPair()
  const endpoint = clientEndpoint(noble, client)
  for (const handshakeTimeout of [0, -1, Number.NaN, 2 ** 31]) {
    expect(() => secureDuplex(left, endpoint, { handshakeTimeout })).toThrow(TlsFault)
  }
  expect(left.eventNames().filter((name) => name === 'data' || name === 'timeout')).toEqual([])
  expect(left.sent).toEqual([])
  secureDuplex(left, endpoint).on('error', () => {})
  expect(() => secureDuplex(memoryPair().left, endpoint)).toThrow(expect.objectContaining({ code: 'misuse' }))
})
