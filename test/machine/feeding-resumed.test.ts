/** Resumption at every pace of the environment, however the bytes are cut; the client talks the moment that it may. */
import { describe, expect, test } from 'vitest'
import { Endpoint } from '../../src/adapters/endpoint.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import { SessionCache } from '../../src/adapters/sessions/client-sessions.js'
import { MemorySessionStore } from '../../src/adapters/sessions/session-store.js'
import { TicketKeys } from '../../src/adapters/sessions/ticket-keys.js'
import { mutual, noble } from '../support/endpoints.js'
import { type Pace, paced } from '../support/fake-environment.js'
import { type Feeding, feedings, Reframer } from './reframe.js'

type By = 'session id' | 'ticket'
type Side = 'client' | 'server'

const paces: readonly Pace[] = ['synchronous', 'microtask', 'immediate', 'mixed']
const HELLO = Uint8Array.of(1, 2, 3)

/** What one side had from the other, and how it got there. */
interface Met {
  readonly resumed: readonly unknown[]
  readonly proofs: readonly unknown[]
  readonly data: Readonly<Record<Side, number[]>>
}

/** Both ends with a slow environment each; whoever is established says hello at once, and that must arrive. */
async function meet(options: Pair, pace: Pace, feeding: Feeding): Promise<Met> {
  const slow = ({ connection, environment, sessions }: Endpoint, seed: number): Endpoint =>
    new Endpoint(connection, paced(environment, pace, seed), sessions)
  const ends = {
    client: slow(clientEndpoint(noble, options.client), 33),
    server: slow(serverEndpoint(noble, options.server), 34),
  }
  const data: Met['data'] = { client: [], server: [] }
  const faults: unknown[] = []
  const wire: (() => void)[] = []
  const attach = (side: Side, other: Side, seed: number): void => {
    const reframer = new Reframer(feeding, seed)
    ends[side].onOutput = (output) => {
      if (output.type === 'established') ends[side].send(HELLO)
      else if (output.type === 'application_data') data[side].push(...output.data)
      else if (output.type === 'failed') faults.push(output.fault)
      else if (output.type === 'transmit') {
        for (const bytes of reframer.push(output.bytes)) wire.push(() => ends[other].receive(bytes))
      }
    }
  }
  attach('client', 'server', 31)
  attach('server', 'client', 32)
  ends.server.start()
  ends.client.start()
  for (let turns = 0; turns < 2_000 && data.client.length + data.server.length < 2 * HELLO.length; turns++) {
    for (let next = wire.shift(); next !== undefined; next = wire.shift()) next()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const summaries = [ends.client.connection.summary, ends.server.connection.summary]
  expect(faults).toEqual([])
  return { resumed: summaries.map((one) => one?.resumed), proofs: summaries.map((one) => one?.peer.kind), data }
}

interface Pair {
  readonly client: ClientOptions
  readonly server: ServerOptions
}

function pair(by: By, authentication: 'none' | 'require'): Pair & { readonly ticketKeys: TicketKeys } {
  const { client, server } = mutual('ecdsaP256')
  const ticketKeys = new TicketKeys({ provider: noble })
  const kept = by === 'ticket' ? { ticketKeys } : { sessionStore: new MemorySessionStore() }
  return {
    client: { ...client, sessionCache: new SessionCache() },
    server: { ...server, clientAuthentication: authentication, ...kept },
    ticketKeys,
  }
}

const cases = (['session id', 'ticket'] as const).flatMap((by) =>
  (['none', 'require'] as const).flatMap((authentication) => paces.map((pace) => ({ by, authentication, pace }))),
)

describe('resumption, at every pace and however the bytes are cut', () => {
  test.each(cases)('by $by, client authentication: $authentication, answers: $pace', async (one) => {
    const options = pair(one.by, one.authentication)
    const said = { client: [...HELLO], server: [...HELLO] }
    const full = await meet(options, one.pace, 'messages')
    expect([full.resumed, full.data]).toEqual([[undefined, undefined], said])
    for (const feeding of feedings) {
      // a ticket under an older key is sealed again before ServerHello, with what the client sent waiting
      if (feeding !== 'messages') options.ticketKeys.rotate()
      const { resumed, proofs, data } = await meet(options, one.pace, feeding)
      expect(resumed).toEqual([one.by, one.by])
      expect(proofs).toEqual(['resumed session', one.authentication === 'none' ? 'none' : 'resumed session'])
      expect(data).toEqual(said)
    }
  })
})
