import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { accept, type ByteChannel, connect, secureStreams, type TlsStreams } from '../../src/adapters/whatwg/index.js'
import { ContentType } from '../../src/registry/content-type.js'
import { mutual, noble, pinTo } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { delayed, hasApplicationData, pattern, pause, recordTypes, until } from './support.js'

const { client, server } = mutual('ecdsaP256')
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

const ports: MessagePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

/** What arrives at a port; `null` says that nothing follows. */
const readFrom = (port: MessagePort): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      ports.push(port)
      port.on('message', (message: Uint8Array | null) => {
        if (message !== null) controller.enqueue(message)
        else controller.close()
      })
    },
    cancel: () => port.close(),
  })

const writeTo = (port: MessagePort): WritableStream<Uint8Array> =>
  new WritableStream({
    write: (chunk) => port.postMessage(chunk),
    close: () => port.postMessage(null),
    abort: () => port.postMessage(null),
  })

type Channels = readonly [ByteChannel, ByteChannel]

function overOnePort(): Channels {
  const { port1, port2 } = new MessageChannel()
  return [
    { readable: readFrom(port1), writable: writeTo(port1) },
    { readable: readFrom(port2), writable: writeTo(port2) },
  ]
}

function overTwoPorts(): Channels {
  const [up, down] = [new MessageChannel(), new MessageChannel()]
  return [
    { readable: readFrom(down.port2), writable: writeTo(up.port1) },
    { readable: readFrom(up.port2), writable: writeTo(down.port1) },
  ]
}

/** Two identity transforms with the backpressure of WHATWG streams, and what each direction carried. */
function inMemory(cut = 65_536) {
  const direction = () => {
    const sent: Uint8Array[] = []
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        sent.push(chunk)
        for (let at = 0; at < chunk.length; at += cut) controller.enqueue(chunk.slice(at, at + cut))
      },
    })
    return { sent, readable, writable }
  }
  const [up, down] = [direction(), direction()]
  return {
    near: { readable: down.readable, writable: up.writable },
    far: { readable: up.readable, writable: down.writable },
    up: up.sent,
    down: down.sent,
  }
}

const overTransforms = (cut: number) => (): Channels => {
  const { near, far } = inMemory(cut)
  return [near, far]
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function readSome(stream: ReadableStream<Uint8Array>, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  const reader = stream.getReader()
  while (Buffer.concat(chunks).length < length) {
    const { value, done } = await reader.read()
    if (done) break
    chunks.push(value)
  }
  reader.releaseLock()
  return Buffer.concat(chunks)
}

async function write(streams: TlsStreams, data: Uint8Array): Promise<void> {
  const writer = streams.writable.getWriter()
  try {
    await writer.write(data)
  } finally {
    writer.releaseLock()
  }
}

async function close(streams: TlsStreams, data: Uint8Array): Promise<void> {
  const writer = streams.writable.getWriter()
  void writer.write(data).catch(() => {})
  await writer.close()
}

/** What a promise was rejected with. */
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'not rejected',
    (reason: unknown) => reason,
  )

describe.each([
  ['a MessagePort', overOnePort],
  ['a MessagePort for each direction', overTwoPorts],
  ['transforms', overTransforms(65_536)],
  ['transforms that deliver single bytes', overTransforms(1)],
])('over %s', (_name, channels) => {
  test.each([
    ['at once', undefined],
    ['a microtask later', () => Promise.resolve()],
    ['a turn later', () => pause(0)],
  ] as const)('mutual handshake, data both ways, clean close; answers come %s', async (_when, wait) => {
    const [near, far] = channels()
    const later = <E extends ReturnType<typeof clientEndpoint>>(endpoint: E) =>
      wait === undefined ? endpoint : delayed(endpoint, wait)
    const one = secureStreams(near, later(clientEndpoint(noble, client)))
    const other = secureStreams(far, later(serverEndpoint(noble, server)))
    await Promise.all([write(one, bytes('up')), write(other, bytes('down'))])
    expect(text(await readSome(one.readable, 4))).toBe('down')
    const [ours, theirs] = await Promise.all([one.established, other.established])
    expect(ours.peer.identity?.certificateChain).toEqual(pki.server.ecdsaP256.certificateChain)
    expect(theirs.peer.identity?.certificateChain).toEqual(pki.client.ecdsaP256.certificateChain)

    const [heard] = await Promise.all([readAll(other.readable), close(one, bytes(' and away'))])
    expect(text(heard)).toBe('up and away')
    expect(await readAll(one.readable)).toEqual(Buffer.alloc(0))
    await Promise.all([one.closed, other.closed])
  })
})

describe('backpressure', () => {
  test('a reader that waits holds the writer back; 3 MB arrive whole', async () => {
    const { near, far, up } = inMemory()
    const [one, other] = [connect(near, noble, client), accept(far, noble, server)]
    const data = pattern(3_000_000)
    let isWritten = false
    const writing = write(one, data).then(() => {
      isWritten = true
    })
    await other.established
    await pause(100)
    expect(isWritten).toBe(false)
    expect(Buffer.concat(up).length).toBeLessThan(1_000_000)
    expect((await readSome(other.readable, data.length)).equals(data)).toBe(true)
    await writing
    await Promise.all([one.writable.close(), one.closed, other.closed])
  })

  test('3 MB each way at once do not lock up', async () => {
    const [near, far] = overTwoPorts()
    const [one, other] = [connect(near, noble, client), accept(far, noble, server)]
    const data = pattern(3_000_000)
    const [, , up, down] = await Promise.all([
      write(one, data),
      write(other, data),
      readSome(other.readable, data.length),
      readSome(one.readable, data.length),
    ])
    expect(up.equals(data) && down.equals(data)).toBe(true)
    await Promise.all([one.writable.close(), one.closed, other.closed])
  })
})

describe('a peer that is refused gets not one byte of what was written', () => {
  test("the server's certificate is not the pinned one", async () => {
    const { near, far, up, down } = inMemory()
    const one = connect(near, noble, { ...client, verifier: pinTo('server', 'rsa') })
    const other = accept(far, noble, server)
    const refused = expect.objectContaining({ name: 'TlsFault', code: 'certificate_not_pinned' })
    const attempts = [write(one, bytes('secret')), readAll(one.readable), one.established, one.closed]
    expect(await Promise.all(attempts.map(rejection))).toEqual([refused, refused, refused, refused])
    expect(await rejection(other.closed)).toMatchObject({ code: 'alert_received', alert: 'certificate_unknown' })
    expect(recordTypes(up)).toEqual([ContentType.handshake, ContentType.alert])
    expect(hasApplicationData(down)).toBe(false)
  })

  test("the client's certificate is not the pinned one", async () => {
    const { near, far, up, down } = inMemory()
    const one = connect(near, noble, client)
    const other = accept(far, noble, { ...server, verifier: pinTo('client', 'rsa') })
    const attempts = [write(one, bytes('request')), write(other, bytes('greeting')), readAll(other.readable)]
    expect(await Promise.all(attempts.map(rejection))).toMatchObject([
      { code: 'alert_received', alert: 'certificate_unknown' },
      { code: 'certificate_not_pinned' },
      { code: 'certificate_not_pinned' },
    ])
    expect(hasApplicationData(up)).toBe(false)
    expect(hasApplicationData(down)).toBe(false)
  })
})

describe('ends that are not a close', () => {
  async function established() {
    const channels = inMemory()
    // What the far end hears and says can be cut off without the near end knowing.
    const valve = new TransformStream<Uint8Array, Uint8Array>()
    const far = { readable: channels.far.readable, writable: valve.writable }
    const cut = new AbortController()
    const carried = valve.readable
      .pipeTo(channels.far.writable, { signal: cut.signal, preventAbort: true, preventCancel: true })
      .catch(() => {})
    const [one, other] = [connect(channels.near, noble, client), accept(far, noble, server)]
    await Promise.all([one.established, other.established])
    const truncate = async (): Promise<void> => {
      cut.abort()
      await carried
      await channels.far.writable.close()
    }
    return { ...channels, one, other, truncate }
  }

  test('truncation errors both streams and `closed`', async () => {
    const { one, other, truncate } = await established()
    await write(other, bytes('half of it'))
    expect(text(await readSome(one.readable, 10))).toBe('half of it')
    await truncate()
    const truncated = expect.objectContaining({ name: 'TlsFault', code: 'truncated' })
    expect(await rejection(readAll(one.readable))).toEqual(truncated)
    expect(await rejection(write(one, bytes('x')))).toEqual(truncated)
    expect(await rejection(one.closed)).toEqual(truncated)
  })

  test('truncation after our own close errors the readable too', async () => {
    const { one, truncate } = await established()
    await truncate()
    await one.writable.close().catch(() => {})
    expect(await rejection(readAll(one.readable))).toMatchObject({ code: 'truncated' })
  })

  test('aborting the writable ends both directions and tells the peer', async () => {
    const { one, other } = await established()
    const reason = new Error('enough')
    await one.writable.abort(reason)
    expect(await rejection(one.closed)).toMatchObject({ code: 'aborted', cause: reason })
    expect(await rejection(readAll(one.readable))).toMatchObject({ code: 'aborted' })
    expect(await rejection(readAll(other.readable))).toMatchObject({ code: 'alert_received', alert: 'user_canceled' })
  })

  test('cancelling the readable drops what arrives and leaves the writable alone', async () => {
    const { one, other } = await established()
    await one.readable.cancel()
    await write(other, pattern(1_000_000))
    await write(one, bytes('still here'))
    expect(text(await readSome(other.readable, 10))).toBe('still here')
    await one.writable.close()
    await one.closed
    expect((await readAll(other.readable)).length).toBe(0)
    await other.closed
  })

  test('after the peer closed, closing is no error and writing is', async () => {
    const { one, other } = await established()
    await other.writable.close()
    expect((await readAll(one.readable)).length).toBe(0)
    await Promise.all([one.closed, other.closed])
    await one.writable.close()

    const again = await established()
    await again.other.writable.close()
    await again.one.closed
    expect(await rejection(write(again.one, bytes('too late')))).toBeInstanceOf(Error)
  })

  test("the channel's own error is passed on", async () => {
    const failure = new Error('the line went dead')
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    const readable = new ReadableStream<Uint8Array>({
      start(given) {
        controller = given
      },
    })
    const one = connect({ readable, writable: new WritableStream() }, noble, client)
    controller?.error(failure)
    expect(await rejection(one.established)).toBe(failure)
    const deaf = new WritableStream<Uint8Array>({ write: () => Promise.reject(failure) })
    const two = connect({ readable: new ReadableStream(), writable: deaf }, noble, client)
    expect(await rejection(two.closed)).toBe(failure)
  })
})

describe('a handshake is ended at once, whatever it waits for', () => {
  const silent = (): ByteChannel => inMemory().near

  test('the peer never says a word', async () => {
    const { near, up } = inMemory()
    const one = connect(near, noble, { ...client, handshakeTimeout: 30 })
    const writer = one.writable.getWriter()
    const attempts = [one.established, writer.write(bytes('secret')), writer.close(), readAll(one.readable)]
    const late = expect.objectContaining({ code: 'handshake_timeout' })
    expect(await Promise.all(attempts.map(rejection))).toEqual([late, late, late, late])
    await pause(5)
    expect(hasApplicationData(up)).toBe(false)
  })

  test('the environment never answers', async () => {
    for (const how of ['time', 'signal', 'abort'] as const) {
      const { near, far } = inMemory()
      let asked: AbortSignal | undefined
      const verifyCertificate = (_request: unknown, signal: AbortSignal): Promise<never> => {
        asked = signal
        return new Promise(() => {})
      }
      const controller = new AbortController()
      const limits = { handshakeTimeout: how === 'time' ? 200 : 10_000, signal: controller.signal }
      const one = connect(near, noble, { ...client, environment: { verifyCertificate }, ...limits })
      const other = accept(far, noble, server)
      await until(() => asked !== undefined)
      if (how === 'signal') controller.abort()
      if (how === 'abort') void one.writable.abort()
      expect(await rejection(one.established)).toMatchObject({
        code: how === 'time' ? 'handshake_timeout' : 'aborted',
        state: 'AwaitCertificateVerification',
      })
      expect(asked?.aborted).toBe(true)
      expect(await rejection(other.closed)).toMatchObject({ code: 'alert_received', alert: 'user_canceled' })
    }
  })

  test('a signal that was aborted before lets nothing out', async () => {
    const { near, up } = inMemory()
    const one = connect(near, noble, { ...client, signal: AbortSignal.abort() })
    expect(await rejection(one.closed)).toMatchObject({ code: 'aborted' })
    expect(up).toEqual([])
  })

  test('a channel that is in use, and an endpoint that was, are refused at once', () => {
    const channel = silent()
    const reader = channel.readable.getReader()
    expect(() => connect(channel, noble, client)).toThrow(TypeError)
    reader.releaseLock()
    const endpoint = clientEndpoint(noble, client)
    secureStreams(silent(), endpoint)
    expect(() => secureStreams(channel, endpoint)).toThrow(expect.objectContaining({ code: 'misuse' }))
  })
})

test('garbage from the peer is answered with one fatal alert', async () => {
  for (const role of ['client', 'server'] as const) {
    const { near, far, up } = inMemory()
    const streams = role === 'client' ? connect(near, noble, client) : accept(near, noble, server)
    void far.readable.pipeTo(new WritableStream())
    const writer = far.writable.getWriter()
    void writer.write(bytes('GET / HTTP/1.1\r\n\r\n')).catch(() => {})
    expect(await rejection(streams.closed)).toMatchObject({ name: 'TlsFault', origin: 'peer' })
    await until(() => recordTypes(up).includes(ContentType.alert))
    expect(recordTypes(up).filter((type) => type === ContentType.alert)).toHaveLength(1)
  }
})
