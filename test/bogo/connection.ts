import { connect, type Socket } from 'node:net'
import { Endpoint } from '../../src/adapters/endpoint.js'
import { endpointFor } from './configure.js'
import { Conversation } from './conversation.js'
import type { Settings } from './flags.js'
import { delayed, Observations } from './observations.js'
import { onlyPreferred } from './sessions.js'
import type { Shared } from './shared-state.js'

/** The test's number, by which the runner knows whose connection this is. */
function shimId(settings: Settings): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(settings.text('-shim-id') ?? '0'))
  return bytes
}

function dial(settings: Settings): Promise<Socket> {
  const socket = connect({
    port: settings.number('-port') ?? 0,
    host: settings.has('-ipv6') ? '::1' : '127.0.0.1',
    noDelay: true,
    allowHalfOpen: true,
  })
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })
}

/** Ends our direction and reads the other to its end: closing at once would reset what is still on its way. */
function drain(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.removeAllListeners('data')
    socket.once('close', () => resolve())
    socket.resume()
    socket.end()
    if (socket.destroyed || socket.readableEnded) socket.destroy()
    socket.once('end', () => socket.destroy())
  })
}

/** Feeds what arrives: whole, or byte by byte. */
function feed(endpoint: Endpoint, conversation: Conversation, bytes: Uint8Array, asynchronous: boolean): void {
  const step = asynchronous ? 1 : bytes.length
  for (let at = 0; at < bytes.length; at += step) {
    endpoint.receive(bytes.subarray(at, at + step))
    conversation.onRead()
  }
}

/** Runs one connection of a test. Returns what went wrong, in the runner's words, or `undefined`. */
export async function runConnection(
  settings: Settings,
  shared: Shared,
  isResumption: boolean,
): Promise<string | undefined> {
  const observations = new Observations()
  if (isResumption && !settings.has('-server') && shared.session === undefined) return 'no session to offer'
  const plain = endpointFor({ settings, shared, isResumption, observations })
  const watched = onlyPreferred(observations.watch(plain.environment), observations)
  const asynchronous = settings.has('-async')
  const endpoint = new Endpoint(plain.connection, asynchronous ? delayed(watched) : watched, plain.sessions)
  const socket = await dial(settings)
  socket.write(shimId(settings))
  const failure = await new Promise<string | undefined>((resolve) => {
    const conversation = new Conversation({ settings, shared, isResumption, observations, endpoint, socket, resolve })
    observations.onMessage = (name) => conversation.onMessage(name)
    endpoint.onOutput = (output) => conversation.onOutput(output)
    socket.on('data', (bytes) => feed(endpoint, conversation, bytes, asynchronous))
    socket.once('end', () => conversation.onTransportEnd())
    socket.on('error', () => conversation.onTransportEnd())
    endpoint.start()
  })
  await drain(socket)
  return failure
}
