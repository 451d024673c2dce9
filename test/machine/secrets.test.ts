import { describe, expect, test } from 'vitest'
import type { Secret } from '../../src/bytes/secret.js'
import type { ObservedStep } from '../../src/connection/role.js'
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'
import { Bench, type End, type Side } from './bench.js'
import { leaks, secretsIn } from './plain.js'

const keyExchanges: readonly KeyExchange[] = ['RSA', 'DHE_RSA', 'ECDHE_RSA', 'ECDHE_ECDSA']
const sides: readonly Side[] = ['client', 'server']

/** Every secret that a side ever had in its hands, and how it got there. */
function secretsOf({ steps }: End): ReadonlyMap<Secret, string> {
  const found = new Map<Secret, string>()
  const note = (part: object, what: string): void => {
    for (const secret of secretsIn(part)) if (!found.has(secret)) found.set(secret, what)
  }
  for (const { before, event, after, actions } of steps) {
    note(event, `${event.type} in ${before.name}`)
    note(after, `state ${after.name}`)
    for (const action of actions) note(action, `${action.type} in ${after.name}`)
  }
  return found
}

const connectionKeys = ({ steps }: End): ReadonlySet<Secret> =>
  secretsIn(
    steps.flatMap(({ actions }) =>
      actions.filter(({ type }) => type === 'installReadKeys' || type === 'installWriteKeys'),
    ),
  )

const masterSecret = ({ connection: { state } }: End): Secret | undefined =>
  'masterSecret' in state ? state.masterSecret : undefined

const notWiped = (end: End): readonly string[] =>
  [...secretsOf(end)].filter(([secret]) => !secret.wiped).map(([, what]) => what)

describe.each(keyExchanges)('secrets of a handshake with %s', (keyExchange) => {
  test.each(sides)(
    'once the %s is connected, the master secret and the keys in use are left, and nothing else',
    (side) => {
      const end = new Bench({ keyExchange }).start().settle()[side]
      expect(end.state).toBe('Connected')
      const master = masterSecret(end)
      const keys = connectionKeys(end)
      expect(keys.size).toBe(4) // a key and an IV for each direction
      const secrets = [...secretsOf(end)]
      const kept = secrets.filter(([secret]) => secret === master || keys.has(secret))
      const gone = secrets.filter(([secret]) => secret !== master && !keys.has(secret))
      expect(kept.map(([secret]) => secret.wiped)).toEqual(kept.map(() => false))
      expect(gone.filter(([secret]) => !secret.wiped).map(([, what]) => what)).toEqual([])
      // among them the pre-master secret, and what would have stood in for it
      expect(gone.length).toBeGreaterThanOrEqual(2)
    },
  )

  test('once it is closed, nothing is left', () => {
    const bench = new Bench({ keyExchange }).start().settle()
    bench.client.connection.close()
    bench.settle()
    expect([bench.client.state, bench.server.state]).toEqual(['Closed', 'Closed'])
    expect([notWiped(bench.client), notWiped(bench.server)]).toEqual([[], []])
  })

  test.each([
    ['time is up', (end: End) => end.connection.abort('handshake_timeout', 'too slow')],
    ['the transport ends', (end: End) => end.connection.endOfTransport()],
    ['our side closes, twice if need be', (end: End) => [end.connection.close(), end.connection.close()]],
  ] as const)('whenever %s, nothing is left', (_how, finish) => {
    let moves = 0
    for (let more = true; more; moves++) {
      const bench = new Bench({ keyExchange }).start()
      for (let at = 0; at < moves && more; at++) more = bench.move()
      for (const side of sides) {
        finish(bench[side])
        while (bench[side].connection.poll() !== undefined);
        expect(bench[side].connection.ended, `${side} after ${moves} moves`).toBe(true)
        expect(notWiped(bench[side]), `${side} after ${moves} moves`).toEqual([])
      }
    }
    expect(moves).toBeGreaterThan(15)
  })
})

describe('what an observer sees', () => {
  test.each(keyExchanges)('holds no secret that is printable, with %s', (keyExchange) => {
    const found: string[] = []
    let secrets = 0
    const observe = (step: ObservedStep): void => {
      const inside = secretsIn(step)
      secrets += inside.size
      found.push(...leaks(step, inside))
    }
    const bench = new Bench({ keyExchange, client: { observe }, server: { observe } }).start().settle()
    expect([bench.client.state, bench.server.state]).toEqual(['Connected', 'Connected'])
    expect(found).toEqual([])
    expect(secrets).toBeGreaterThan(20)
  })
})
