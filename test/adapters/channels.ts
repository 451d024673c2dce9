/** Channels of WHATWG streams for adapter tests, and what is done with such streams. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { ByteChannel, TlsStreams } from '../../src/adapters/whatwg/index.js'

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
export const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

const ports: MessagePort[] = []

/** Closes every port that a test opened: an open one keeps the process alive. */
export function closePorts(): void {
  for (const port of ports.splice(0)) port.close()
}

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

export type Channels = readonly [ByteChannel, ByteChannel]

export function overOnePort(): Channels {
  const { port1, port2 } = new MessageChannel()
  return [
    { readable: readFrom(port1), writable: writeTo(port1) },
    { readable: readFrom(port2), writable: writeTo(port2) },
  ]
}

export function overTwoPorts(): Channels {
  const [up, down] = [new MessageChannel(), new MessageChannel()]
  return [
    { readable: readFrom(down.port2), writable: writeTo(up.port1) },
    { readable: readFrom(up.port2), writable: writeTo(down.port1) },
  ]
}

/** Two identity transforms with the backpressure of WHATWG streams, and what each direction carried. */
export function inMemory(cut = 65_536) {
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

export const overTransforms = (cut: number) => (): Channels => {
  const { near, far } = inMemory(cut)
  return [near, far]
}

export async function readAll(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function readSome(stream: ReadableStream<Uint8Array>, length: number): Promise<Buffer> {
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

export async function write(streams: TlsStreams, data: Uint8Array): Promise<void> {
  const writer = streams.writable.getWriter()
  try {
    await writer.write(data)
  } finally {
    writer.releaseLock()
  }
}

export async function writeAndClose(streams: TlsStreams, data: Uint8Array): Promise<void> {
  const writer = streams.writable.getWriter()
  void writer.write(data).catch(() => {})
  await writer.close()
}

/** What a promise was rejected with. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'not rejected',
    (reason: unknown) => reason,
  )
