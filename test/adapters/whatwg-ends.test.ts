import { describe, expect, test } from 'vitest'
import { clientEndpoint } from '../../src/adapters/options.js'
import { accept, type ByteChannel, connect, secureStreams } from '../../src/adapters/whatwg/index.js'
import { ContentType } from '../../src/registry/content-type.js'
import { mutual, noble } from '../support/endpoints.js'
import { bytes, inMemory, readAll, readSome, rejection, text, write } from './channels.js'
import { hasApplicationData, pattern, pause, recordTypes, until } from './support.js'

/** Both ends answer a close_notify at once, as RFC 5246 §7.2.1 has it; that they may also wait is tested in half-open.test.ts. */
const atOnce = { onPeerClose: 'close' } as const
const both = mutual('ecdsaP256')
const client = { ...both.client, ...atOnce }
const server = { ...both.server, ...atOnce }

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
    /** From here on the near end hears nothing more. */
    const silence = async (): Promise<void> => {
      cut.abort()
      await carried
    }
    const truncate = async (): Promise<void> => {
      await silence()
      await channels.far.writable.close()
    }
    return { ...channels, one, other, silence, truncate }
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
    const { one, far, silence } = await established()
    await silence()
    await one.writable.close()
    await far.writable.close()
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

  test('who has cancelled and closed need not wait for an answer, in whatever order', async () => {
    for (const order of ['cancel first', 'close first'] as const) {
      const { one, silence } = await established()
      await silence()
      if (order === 'cancel first') await one.readable.cancel()
      await one.writable.close()
      if (order === 'close first') await one.readable.cancel()
      await one.closed
    }
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
      const limits = { handshakeTimeout: how === 'time' ? 1_000 : 10_000, signal: controller.signal }
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
