/** Application data while a renegotiation runs: what flows, what waits, and what is lost. */
import { expect, test } from 'vitest'
import type { Endpoint } from '../../src/adapters/endpoint.js'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { mutual, noble } from '../support/endpoints.js'

/** An end whose bytes stay on the wire until they are carried. */
class End {
  readonly endpoint: Endpoint
  wire: Uint8Array[] = []
  readonly heard: string[] = []

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint
    endpoint.onOutput = (output) => {
      if (output.type === 'transmit') this.wire.push(output.bytes)
      else this.heard.push(output.type === 'application_data' ? new TextDecoder().decode(output.data) : output.type)
    }
  }

  get state(): string {
    return this.endpoint.connection.state.name
  }

  say(text: string): void {
    this.endpoint.send(new TextEncoder().encode(text))
  }

  carryTo(other: End): void {
    for (const bytes of this.wire.splice(0)) other.endpoint.receive(bytes)
  }
}

function connected() {
  const { client, server } = mutual('ecdsaP256')
  const ends = {
    client: new End(clientEndpoint(noble, { ...client, renegotiation: 'freely' })),
    server: new End(serverEndpoint(noble, { ...server, renegotiation: 'freely' })),
  }
  ends.server.endpoint.start()
  ends.client.endpoint.start()
  settle(ends.client, ends.server)
  expect([ends.client.state, ends.server.state]).toEqual(['Connected', 'Connected'])
  return ends
}

function settle(one: End, other: End): void {
  while (one.wire.length + other.wire.length > 0) {
    one.carryTo(other)
    other.carryTo(one)
  }
}

test('what a client says behind its hello waits, and goes out first when the handshake is over', () => {
  const { client, server } = connected()
  client.endpoint.renegotiate()
  client.wire = [] // held back for now: the server does not hear of it yet
  expect(client.endpoint.connection.holdsData).toBe(true)
  client.say('later')
  expect(client.wire).toEqual([])
  server.say('from before')
  server.carryTo(client)
  expect(client.heard).toEqual(['established', 'from before'])
})

test('data crosses a renegotiation in order, on both sides', () => {
  const { client, server } = connected()
  client.say('one')
  client.endpoint.renegotiate()
  client.say('two')
  server.say('a')
  client.carryTo(server)
  server.say('b')
  settle(server, client)
  expect(server.heard).toEqual(['established', 'one', 'established', 'two'])
  expect(client.heard).toEqual(['established', 'a', 'established', 'b'])
})

test('a server that has only asked goes on talking, and so does the client that did not hear it yet', () => {
  const { client, server } = connected()
  server.endpoint.renegotiate()
  expect(server.endpoint.connection.holdsData).toBe(false)
  server.say('a')
  client.say('one')
  settle(client, server)
  expect(server.heard).toEqual(['established', 'one', 'established'])
  expect(client.heard).toEqual(['established', 'a', 'established'])
})

test('closing in mid-renegotiation sends what waits under the old keys, then close_notify', () => {
  const { client, server } = connected()
  client.endpoint.renegotiate()
  client.say('last words')
  client.endpoint.close()
  expect(client.state).toBe('Closed')
  client.carryTo(server)
  expect(server.heard).toEqual(['established', 'last words', 'peerClosed'])
  expect(server.state).toBe('Closed')
})

test('a second renegotiation while one runs is misuse, and so is one before the first handshake', () => {
  const { client } = connected()
  client.endpoint.renegotiate()
  expect(() => client.endpoint.renegotiate()).toThrow(expect.objectContaining({ code: 'misuse' }))
  const fresh = clientEndpoint(noble, mutual('ecdsaP256').client)
  expect(() => fresh.renegotiate()).toThrow(expect.objectContaining({ code: 'misuse' }))
  expect(() => client.endpoint.connection.exportKeyingMaterial('EXPERIMENTAL', 8)).toThrow(
    expect.objectContaining({ code: 'misuse' }),
  )
})
