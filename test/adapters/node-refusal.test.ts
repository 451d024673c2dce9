import { getEventListeners } from 'node:events'
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { accept, connect, secureDuplex } from '../../src/adapters/node/index.js'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { ContentType } from '../../src/registry/content-type.js'
import { mutual, noble, pinTo } from '../support/endpoints.js'
import {
  hasApplicationData,
  type Loopback,
  loopback,
  memoryPair,
  pattern,
  pause,
  recordTypes,
  until,
  witness,
} from './support.js'

const { client, server } = mutual('ecdsaP256')
const open: Loopback[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

/** Settles with what a write's callback was given. */
const written = (stream: Duplex, data: string | Uint8Array): Promise<Error | null | undefined> =>
  new Promise((resolve) => stream.write(data, resolve))

const never = (): Promise<never> => new Promise(() => {})

describe('a peer that is refused gets not one byte of what was written', () => {
  test("the server's certificate is not the pinned one", async () => {
    const { left, right } = memoryPair()
    const near = connect(left, noble, { ...client, verifier: pinTo('server', 'rsa') })
    const far = accept(right, noble, server)
    const [nearSaw, farSaw] = [witness(near), witness(far)]
    const writes = [written(near, 'secret'), written(near, 'more'), written(near, pattern(200_000))]
    near.end()
    expect(await nearSaw.closed).toMatchObject({ name: 'TlsFault', code: 'certificate_not_pinned' })
    for (const failure of await Promise.all(writes)) expect(failure).toMatchObject({ code: 'certificate_not_pinned' })
    expect(await farSaw.closed).toMatchObject({ code: 'alert_received', alert: 'certificate_unknown' })
    expect([nearSaw.events, farSaw.events]).toEqual([
      ['error', 'close'],
      ['error', 'close'],
    ])
    expect(farSaw.data().length).toBe(0)
    expect(recordTypes(left.sent)).toEqual([ContentType.handshake, ContentType.alert])
    expect(hasApplicationData(right.sent)).toBe(false)
    expect([near.authorized, near.summary]).toEqual([false, undefined])
  })

  test("the client's certificate is not the pinned one", async () => {
    const { left, right } = memoryPair()
    const near = connect(left, noble, client)
    const far = accept(right, noble, { ...server, verifier: pinTo('client', 'rsa') })
    const [nearSaw, farSaw] = [witness(near), witness(far)]
    const writes = [written(far, 'greeting'), written(near, 'request')]
    expect(await farSaw.closed).toMatchObject({ code: 'certificate_not_pinned' })
    expect(await nearSaw.closed).toMatchObject({ code: 'alert_received', alert: 'certificate_unknown' })
    expect(await Promise.all(writes)).toMatchObject([{ code: 'certificate_not_pinned' }, { code: 'alert_received' }])
    expect(hasApplicationData(left.sent)).toBe(false)
    expect(hasApplicationData(right.sent)).toBe(false)
    expect(farSaw.data().length).toBe(0)
    expect(nearSaw.events).not.toContain('secureConnect')
  })

  test('no verifier was configured', async () => {
    const { left, right } = memoryPair()
    const { verifier: _unused, ...trusting } = client
    const nearSaw = witness(connect(left, noble, trusting).end('secret'))
    witness(accept(right, noble, server))
    expect(await nearSaw.closed).toMatchObject({ code: 'certificate_no_verifier' })
    expect(hasApplicationData(left.sent)).toBe(false)
  })

  test('over TCP the alert arrives, though our side is done with the connection', async () => {
    let farSaw: ReturnType<typeof witness> | undefined
    const listening = await loopback((socket) => {
      const far = accept(socket, noble, server)
      farSaw = witness(far)
      far.write(pattern(100_000))
    })
    open.push(listening)
    const near = connect(listening.connect(), noble, { ...client, verifier: pinTo('server', 'rsa') })
    const nearSaw = witness(near)
    near.write(pattern(100_000))
    expect(await nearSaw.closed).toMatchObject({ code: 'certificate_not_pinned' })
    expect(await farSaw?.closed).toMatchObject({ code: 'alert_received', alert: 'certificate_unknown' })
  })
})

describe('truncation', () => {
  /** An established pair whose transports the test may cut. */
  async function established() {
    const pair = memoryPair()
    const [near, far] = [connect(pair.left, noble, client), accept(pair.right, noble, server)]
    const [nearSaw, farSaw] = [witness(near), witness(far)]
    await until(() => nearSaw.events.length > 0 && farSaw.events.length > 0)
    return { ...pair, near, far, nearSaw, farSaw }
  }

  test('a transport that ends without close_notify never looks complete', async () => {
    const { right, far, nearSaw } = await established()
    far.write('half of it')
    await until(() => nearSaw.data().length > 0)
    right.end()
    expect(await nearSaw.closed).toMatchObject({ name: 'TlsFault', code: 'truncated', state: 'Connected' })
    expect(nearSaw.events).toEqual(['secureConnect', 'error', 'close'])
  })

  test('nor does it after our own close_notify', async () => {
    const { right, near, far, nearSaw } = await established()
    // The answer to our close_notify is lost on the way.
    far.removeAllListeners('data')
    right.removeAllListeners('data')
    near.end()
    await until(() => near.writableFinished)
    right.end()
    expect(await nearSaw.closed).toMatchObject({ code: 'truncated' })
    expect(nearSaw.events).not.toContain('end')
  })

  test('a transport that is destroyed without a word is one too, in the handshake as well', async () => {
    const { right, nearSaw } = await established()
    right.destroy()
    expect(await nearSaw.closed).toMatchObject({ code: 'truncated' })

    const early = memoryPair()
    const saw = witness(connect(early.left, noble, client))
    early.right.destroy()
    expect(await saw.closed).toMatchObject({ code: 'truncated', state: 'ExpectServerHello' })
  })

  test("the transport's own error is passed on", async () => {
    const { left, near, nearSaw } = await established()
    const write = written(near, pattern(1_000_000))
    const failure = Object.assign(new Error('the line went dead'), { code: 'ECONNRESET' })
    left.destroy(failure)
    expect(await nearSaw.closed).toBe(failure)
    expect(await write).toBe(failure)
  })

  test('destroy is no clean close for the peer, even from within an event', async () => {
    const { near, far, farSaw } = await established()
    near.removeAllListeners('data').on('data', () => near.destroy())
    far.write('x')
    expect(await farSaw.closed).toMatchObject({ code: 'alert_received', alert: 'user_canceled' })
    expect(farSaw.events).not.toContain('end')
  })
})

describe('a handshake is ended at once, whatever it waits for', () => {
  /** An environment that never answers one question, and what became of the question. */
  function silent() {
    const endpoint = clientEndpoint(noble, {
      ...client,
      environment: {
        verifyCertificate: (_request, signal) => {
          asked.signal = signal
          return never()
        },
      },
    })
    const asked: { endpoint: typeof endpoint; signal: AbortSignal | undefined } = { endpoint, signal: undefined }
    return asked
  }

  test('the peer never says a word', async () => {
    const { left } = memoryPair()
    const began = performance.now()
    const near = connect(left, noble, { ...client, handshakeTimeout: 60 })
    const nearSaw = witness(near)
    const write = written(near, 'secret')
    expect(await nearSaw.closed).toMatchObject({ code: 'handshake_timeout', state: 'ExpectServerHello' })
    expect(await write).toMatchObject({ code: 'handshake_timeout' })
    expect(performance.now() - began).toBeGreaterThan(55)
    expect(recordTypes(left.sent)).toEqual([ContentType.handshake, ContentType.alert])
  })

  test('a client never says a word', async () => {
    const saw = witness(accept(memoryPair().left, noble, { ...server, handshakeTimeout: 20 }))
    expect(await saw.closed).toMatchObject({ code: 'handshake_timeout', state: 'ExpectClientHello' })
  })

  test('the environment never answers: time', async () => {
    const { left, right } = memoryPair()
    const asked = silent()
    const nearSaw = witness(secureDuplex(left, asked.endpoint, { handshakeTimeout: 1_000 }))
    const farSaw = witness(accept(right, noble, server))
    expect(await nearSaw.closed).toMatchObject({ code: 'handshake_timeout', state: 'AwaitCertificateVerification' })
    expect(asked.signal?.aborted).toBe(true)
    expect(await farSaw.closed).toMatchObject({ code: 'alert_received', alert: 'user_canceled' })
  })

  test('the environment never answers: AbortSignal', async () => {
    const { left, right } = memoryPair()
    const asked = silent()
    const controller = new AbortController()
    const nearSaw = witness(secureDuplex(left, asked.endpoint, { signal: controller.signal }))
    witness(accept(right, noble, server))
    await until(() => asked.signal !== undefined)
    const reason = new Error('changed my mind')
    controller.abort(reason)
    expect(asked.signal?.aborted).toBe(true)
    expect(await nearSaw.closed).toMatchObject({ code: 'aborted', cause: reason })
  })

  test('destroy and the end of the transport abort the open question too', async () => {
    for (const end of ['destroy', 'transport'] as const) {
      const { left, right } = memoryPair()
      const asked = silent()
      const near = secureDuplex(left, asked.endpoint)
      const nearSaw = witness(near)
      witness(accept(right, noble, server))
      await until(() => asked.signal !== undefined)
      if (end === 'destroy') near.destroy()
      else right.end()
      expect(await nearSaw.closed).toEqual(
        end === 'destroy' ? undefined : expect.objectContaining({ code: 'truncated' }),
      )
      expect(asked.signal?.aborted).toBe(true)
    }
  })

  test('nothing of the limits stays behind, however the handshake ends', async () => {
    const { signal } = new AbortController()
    const failing = connect(memoryPair().left, noble, { ...client, signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    failing.destroy()
    const { left, right } = memoryPair()
    const saw = witness(connect(left, noble, { ...client, signal }))
    witness(accept(right, noble, server))
    await until(() => saw.events.length > 0)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('a signal that was aborted before lets nothing out', async () => {
    const { left } = memoryPair()
    const saw = witness(connect(left, noble, { ...client, signal: AbortSignal.abort() }))
    expect(await saw.closed).toMatchObject({ code: 'aborted' })
    await until(() => left.destroyed || left.writableFinished)
    expect(left.sent).toEqual([])
  })

  test('neither limit has any effect on an established connection', async () => {
    const { left, right } = memoryPair()
    const controller = new AbortController()
    const near = connect(left, noble, { ...client, handshakeTimeout: 1_000, signal: controller.signal })
    const far = accept(right, noble, server)
    const [nearSaw, farSaw] = [witness(near), witness(far)]
    await until(() => nearSaw.events.length > 0)
    controller.abort()
    await pause(1_050)
    near.end('still here')
    expect(await farSaw.closed).toBeUndefined()
    expect(farSaw.data().toString()).toBe('still here')
  })
})

describe('a hostile peer', () => {
  test.each([
    ['plain HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['noise', pattern(5_000)],
    ['a record over the limit', Buffer.from('1603037fff', 'hex')],
    ['application data before the handshake', Buffer.from('17030300056869686968', 'hex')],
  ])('%s ends both roles with one fatal alert', async (_name, bytes) => {
    for (const stream of [
      (transport: Duplex) => secureDuplex(transport, serverEndpoint(noble, server)),
      (transport: Duplex) => secureDuplex(transport, clientEndpoint(noble, client)),
    ]) {
      const { left, right } = memoryPair()
      const saw = witness(stream(left))
      right.resume().write(bytes)
      expect(await saw.closed).toMatchObject({ name: 'TlsFault', origin: 'peer' })
      await until(() => left.writableFinished)
      expect(recordTypes(left.sent).filter((type) => type !== ContentType.handshake)).toEqual([ContentType.alert])
      expect(saw.data().length).toBe(0)
    }
  })

  test('one that stays is left after two seconds, and no listener stays behind', async () => {
    const { left, right } = memoryPair()
    const before = left.listenerCount('data')
    const saw = witness(connect(left, noble, client))
    right.resume().write('garbage in place of a record')
    expect(await saw.closed).toMatchObject({ origin: 'peer' })
    expect(left.destroyed).toBe(false)
    await until(() => left.destroyed)
    expect(left.listenerCount('timeout') + before).toBe(0)
  })

  test('a transport that delivers text is an error of its own', async () => {
    const { left, right } = memoryPair()
    left.setEncoding('utf8')
    const saw = witness(connect(left, noble, client))
    right.write('text')
    expect(await saw.closed).toBeInstanceOf(TypeError)
  })

  test('one that provokes answers and never reads is no longer listened to until it reads', async () => {
    const { left, right } = memoryPair()
    const endpoint = clientEndpoint(noble, client)
    const far = serverEndpoint(noble, server)
    far.onOutput = (output) => output.type === 'transmit' && right.write(output.bytes)
    right.on('data', (bytes) => far.receive(bytes))
    far.start()
    const saw = witness(secureDuplex(left, endpoint))
    await until(() => saw.events.length > 0)
    right.pause()
    far.send(pattern(10))
    await until(() => saw.data().length === 10)
    expect(left.isPaused()).toBe(false)
    endpoint.send(pattern(3_000_000)) // past the stream, as the connection's own answers go
    far.send(pattern(10))
    await pause(20)
    expect(left.isPaused()).toBe(true)
    expect(saw.data().length).toBe(10)
    right.resume()
    await until(() => saw.data().length === 20)
  })

  test('a queue behind an open question holds the transport back', async () => {
    const { left, right } = memoryPair()
    const endpoint = serverEndpoint(noble, {
      ...server,
      inputHighWaterMark: 1_000,
      environment: { selectCredential: () => never() },
    })
    const stream = secureDuplex(left, endpoint)
    const saw = witness(stream)
    const hello = memoryPair()
    witness(connect(hello.left, noble, client))
    right.write(Buffer.concat(hello.left.sent))
    // Records that must wait: handshake messages behind a hello that has no answer yet.
    const waiting = Buffer.from(`1603030400${'00'.repeat(1_023)}`, 'hex')
    for (let count = 0; count < 400; count++) right.write(waiting)
    await until(() => endpoint.connection.state.name === 'AwaitCredential')
    await pause(50)
    expect(endpoint.connection.wantsInput).toBe(false)
    expect(left.isPaused()).toBe(true)
    expect(right.writableLength).toBeGreaterThan(200_000)
    stream.destroy()
    expect(await saw.closed).toBeUndefined()
  })
})
