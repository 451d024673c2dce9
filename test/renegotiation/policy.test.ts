/** What a peer gets that asks for another handshake, in both roles and under every policy (RFC 5746, RFC 5246 §7.4.1.1). */
import { describe, expect, test } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { mutual, type Played, play } from '../support/endpoints.js'

type Policy = NonNullable<ClientOptions['renegotiation']>
type Side = 'client' | 'server'

const other = (side: Side): Side => (side === 'client' ? 'server' : 'client')

/** An established connection of which `side` has this policy. */
function connected(side: Side, renegotiation: Policy): Played {
  const { client, server } = mutual('ecdsaP256')
  const options: { client: ClientOptions; server: ServerOptions } = { client, server }
  const played = play(
    side === 'client' ? { ...options.client, renegotiation } : options.client,
    side === 'server' ? { ...options.server, renegotiation } : options.server,
  )
  expect(played.outputs.map(({ output }) => output.type)).toEqual(['established', 'established'])
  return played
}

const count = ({ outputs }: Played, side: Side, type: string): number =>
  outputs.filter((one) => one.side === side && one.output.type === type).length

const established = (played: Played): readonly number[] => [
  count(played, 'client', 'established'),
  count(played, 'server', 'established'),
]

/** Both sides can still tell each other something. */
function expectAlive(played: Played): void {
  const before = [played.dataOf('client').length, played.dataOf('server').length]
  played.client.send(Uint8Array.of(1))
  played.server.send(Uint8Array.of(2))
  expect([played.dataOf('client').length, played.dataOf('server').length]).toEqual(before.map((length) => length + 1))
  expect([played.client.connection.state.name, played.server.connection.state.name]).toEqual(['Connected', 'Connected'])
}

describe.each(['client', 'server'] as const)('a %s whose peer asks for a renegotiation', (side) => {
  const ask = (played: Played): void => played[other(side)].renegotiate()

  test('refuse: declines, tells the peer, and goes on, however often', () => {
    const played = connected(side, 'refuse')
    for (let i = 1; i <= 3; i++) {
      ask(played)
      expect(count(played, other(side), 'renegotiationDeclined')).toBe(i)
      expectAlive(played)
    }
    expect(established(played)).toEqual([1, 1])
  })

  test('abort: ends the connection with no_renegotiation', () => {
    const played = connected(side, 'abort')
    ask(played)
    expect(played.faultOf(side)).toMatchObject({ code: 'renegotiation_refused', alert: 'no_renegotiation' })
    expect(played.faultOf(other(side))).toMatchObject({ code: 'alert_received', alert: 'no_renegotiation' })
  })

  test('once: follows the first wish and aborts at the second', () => {
    const played = connected(side, 'once')
    ask(played)
    expect(established(played)).toEqual([2, 2])
    expectAlive(played)
    ask(played)
    expect(played.faultOf(side)).toMatchObject({ code: 'renegotiation_refused', alert: 'no_renegotiation' })
  })

  test('freely: follows every wish', () => {
    const played = connected(side, 'freely')
    for (let i = 2; i <= 5; i++) {
      ask(played)
      expect(established(played)).toEqual([i, i])
      expectAlive(played)
    }
  })

  test('ignore: says nothing, and data goes on in both directions', () => {
    const played = connected(side, 'ignore')
    ask(played)
    expect(played.outputs).toHaveLength(2)
    expect(played[side].connection.state.name).toBe('Connected')
    played[side].send(Uint8Array.of(7))
    expect([...played.dataOf(other(side))]).toEqual([7])
  })

  test('whatever the policy, its own wish is its own', () => {
    const { client, server } = mutual('ecdsaP256')
    const played = play(
      { ...client, renegotiation: side === 'client' ? 'abort' : 'freely' },
      { ...server, renegotiation: side === 'server' ? 'abort' : 'freely' },
    )
    played[side].renegotiate()
    expect(established(played)).toEqual([2, 2])
    expectAlive(played)
  })
})
