/** The Node stream goes on while its connection is renegotiated, and tells of it once. */
import { expect, test } from 'vitest'
import { secureDuplex } from '../../src/adapters/node/index.js'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { memoryPair, pattern, until } from '../adapters/support.js'
import { mutual, noble } from '../support/endpoints.js'

function pair(renegotiation: 'refuse' | 'freely') {
  const { client, server } = mutual('ecdsaP256')
  const { left, right } = memoryPair()
  const ends = {
    client: secureDuplex(left, clientEndpoint(noble, { ...client, renegotiation, onPeerClose: 'wait' })),
    server: secureDuplex(
      right,
      serverEndpoint(noble, { ...server, clientAuthentication: 'none', renegotiation, onPeerClose: 'wait' }),
    ),
  }
  const seen = { secureConnect: 0 }
  ends.client.on('secureConnect', () => seen.secureConnect++)
  return { ...ends, seen }
}

const open = ({ client, server }: ReturnType<typeof pair>): Promise<void> =>
  until(() => client.summary !== undefined && server.summary !== undefined)

test('bytes written before, during and after arrive whole and in order, and late client authentication is seen', async () => {
  const ends = pair('freely')
  const { client, server, seen } = ends
  const sent = pattern(300_000)
  const heard: Buffer[] = []
  server.on('data', (chunk: Buffer) => heard.push(chunk))
  await open(ends)
  expect(server.authorized).toBe(false)
  client.write(sent.subarray(0, 100_000))
  const result = new Promise<Error | null>((resolve) => {
    server.renegotiate({ requestCert: true }, resolve)
  })
  client.write(sent.subarray(100_000, 200_000))
  expect(await result).toBeNull()
  expect(server.authorized).toBe(true)
  client.end(sent.subarray(200_000))
  await until(() => server.readableEnded)
  expect(Buffer.concat(heard).equals(sent)).toBe(true)
  expect(seen.secureConnect).toBe(1)
})

test('a peer that declines is told of as an error, and the stream goes on', async () => {
  const ends = pair('refuse')
  await open(ends)
  const result = await new Promise<Error | null>((resolve) => {
    ends.client.renegotiate({}, resolve)
  })
  expect(result).toBeInstanceOf(Error)
  const heard: Buffer[] = []
  ends.server.on('data', (chunk: Buffer) => heard.push(chunk))
  ends.client.write('still here')
  await until(() => Buffer.concat(heard).toString() === 'still here')
  for (const end of [ends.client, ends.server]) end.on('error', () => {}).destroy()
})

test('a stream that is destroyed in mid-renegotiation says so', async () => {
  const ends = pair('freely')
  await open(ends)
  ends.client.on('error', () => {})
  ends.server.on('error', () => {})
  const result = new Promise<Error | null>((resolve) => {
    ends.server.renegotiate({}, resolve)
  })
  ends.server.destroy()
  expect(await result).toBeInstanceOf(Error)
})
