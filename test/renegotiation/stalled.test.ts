/**
 * A renegotiation that does not go on: what is written meanwhile stays with its writer, who is told to wait, and not for
 * ever. The peer here passes over our ClientHello, as the policy `ignore` has it.
 */
import { afterEach, expect, test, vi } from 'vitest'
import { secureDuplex } from '../../src/adapters/node/index.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import { secureStreams } from '../../src/adapters/whatwg/index.js'
import { inMemory } from '../adapters/channels.js'
import { memoryPair, pattern } from '../adapters/support.js'
import { mutual, noble } from '../support/endpoints.js'

type Policy = NonNullable<ClientOptions['renegotiation']>

/** The default of `handshakeTimeout`. */
const TIMEOUT = 10_000
const timedOut = { code: 'handshake_timeout', alert: 'user_canceled' }

afterEach(() => void vi.useRealTimers())

/** From here on no time passes of itself: what a slow machine does is no part of these tests. */
const stopTime = () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })

/** All that can happen without time passing, or as much of it as is needed. */
async function settle(holds: () => boolean = () => false, turns = 50): Promise<void> {
  for (let turn = 0; turn < turns && !holds(); turn++) await new Promise((resolve) => setImmediate(resolve))
}

async function until(holds: () => boolean): Promise<void> {
  await settle(holds, 5_000)
  expect(holds()).toBe(true)
}

function endpoints(renegotiation: Policy) {
  const { client, server } = mutual('ecdsaP256')
  const both = { renegotiation, onPeerClose: 'wait' } as const
  const options: { client: ClientOptions; server: ServerOptions } = {
    client: { ...client, ...both },
    server: { ...server, ...both },
  }
  return { client: clientEndpoint(noble, options.client), server: serverEndpoint(noble, options.server) }
}

async function nodeStreams(renegotiation: Policy) {
  const { client, server } = endpoints(renegotiation)
  const { left, right } = memoryPair()
  const ends = {
    client: secureDuplex(left, client),
    server: secureDuplex(right, server),
  }
  const heard: Buffer[] = []
  ends.server.on('data', (chunk: Buffer) => heard.push(chunk)).on('error', () => {})
  await until(() => ends.client.summary !== undefined && ends.server.summary !== undefined)
  stopTime()
  return { ...ends, heard: () => Buffer.concat(heard), endpoint: client }
}

test('Node: a write waits where its writer can see it, and the time of a handshake ends the wait', async () => {
  const { client, heard, endpoint } = await nodeStreams('ignore')
  const failed = new Promise<Error>((resolve) => client.once('error', resolve))
  const renegotiated = new Promise<Error | null>((resolve) => {
    client.renegotiate({}, resolve)
  })
  expect(endpoint.connection.holdsData).toBe(true)
  const written = new Promise<Error | null | undefined>((resolve) => client.write(pattern(50_000), resolve))
  expect(client.write(pattern(50_000))).toBe(false)
  await settle()
  expect(client.writableLength).toBe(100_000)
  vi.advanceTimersByTime(TIMEOUT - 1)
  expect(client.destroyed).toBe(false)
  vi.advanceTimersByTime(1)
  expect(await failed).toMatchObject(timedOut)
  expect(await renegotiated).toMatchObject(timedOut)
  expect(await written).toMatchObject(timedOut)
  expect(heard()).toHaveLength(0)
})

test('Node: an end waits too, and leaves behind what was written when the renegotiation is over', async () => {
  const { client, server, heard } = await nodeStreams('freely')
  const over = new Promise<Error | null>((resolve) => {
    client.renegotiate({}, resolve)
  })
  const sent = pattern(200_000)
  client.end(sent)
  expect(await over).toBeNull()
  await until(() => server.readableEnded)
  expect(heard().equals(sent)).toBe(true)
  server.destroy()
})

test('Node: no time runs for a client that was only asked, nor once the renegotiation is over', async () => {
  const ignoring = await nodeStreams('ignore')
  ignoring.server.renegotiate()
  const willing = await nodeStreams('freely')
  willing.client.renegotiate()
  await until(() => willing.endpoint.connection.state.name === 'Connected')
  vi.advanceTimersByTime(2 * TIMEOUT)
  for (const { client, heard } of [ignoring, willing]) {
    client.write('still here')
    await until(() => heard().toString() === 'still here')
    client.on('error', () => {}).destroy()
  }
})

async function webStreams(renegotiation: Policy) {
  const { client, server } = endpoints(renegotiation)
  const { near, far } = inMemory()
  const ends = {
    client: secureStreams(near, client),
    server: secureStreams(far, server),
  }
  await Promise.all([ends.client.established, ends.server.established])
  stopTime()
  return { ...ends, endpoint: client, writer: ends.client.writable.getWriter() }
}

test('WHATWG: a write waits where its writer can see it, and the time of a handshake ends the wait', async () => {
  const { client, server, writer, endpoint } = await webStreams('ignore')
  server.closed.catch(() => {})
  const renegotiated = client.renegotiate()
  expect(endpoint.connection.holdsData).toBe(true)
  const writes = [pattern(50_000), pattern(50_000)].map((data) => writer.write(data))
  await settle()
  expect(writer.desiredSize).toBe(65_536 - 100_000)
  vi.advanceTimersByTime(TIMEOUT)
  await expect(renegotiated).rejects.toMatchObject(timedOut)
  for (const write of await Promise.allSettled(writes)) expect(write.status).toBe('rejected')
  await expect(client.closed).rejects.toMatchObject(timedOut)
})

test('WHATWG: renegotiate tells what is known of the peer afterwards, and data crosses in order', async () => {
  const { client, server, writer } = await webStreams('freely')
  const sent = pattern(200_000)
  const written = [writer.write(sent.subarray(0, 70_000))]
  const summary = client.renegotiate()
  written.push(writer.write(sent.subarray(70_000)), writer.close())
  expect((await summary).peer.kind).toBe('certificate and signature')
  const heard: Uint8Array[] = []
  for await (const chunk of server.readable) heard.push(chunk)
  await Promise.all(written)
  expect(Buffer.concat(heard).equals(sent)).toBe(true)
  await server.writable.close()
  await Promise.all([client.closed, server.closed])
})

test('WHATWG: a peer that declines is told of, and one at a time', async () => {
  const { client, server, writer, endpoint } = await webStreams('refuse')
  const declined = client.renegotiate()
  expect(() => client.renegotiate()).toThrow(expect.objectContaining({ code: 'misuse' }))
  await expect(declined).rejects.toThrow(/renegotiate/)
  expect(endpoint.connection.state.name).toBe('Connected')
  await writer.write(Uint8Array.of(7))
  const { value } = await server.readable.getReader().read()
  expect(value).toEqual(Uint8Array.of(7))
  server.closed.catch(() => {})
  await writer.abort()
})
