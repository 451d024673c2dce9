import { expect, test } from 'vitest'
import { SessionCache } from '../../src/adapters/sessions/client-sessions.js'
import { TicketKeys, type TicketKeysOptions } from '../../src/adapters/sessions/ticket-keys.js'
import { credentialOf, noble } from '../support/endpoints.js'
import { play, resumedBy, resuming } from './ends.js'

test.each<[string, Partial<TicketKeysOptions> | { readonly lifetime: number }]>([
  ['a lifetime that is no number', { ticketLifetime: Number.NaN }],
  ['a session that is over at once', { sessionLifetime: 0 }],
  ['a rotation in the past', { rotateAfter: -1 }],
  ['an option that does not exist', { lifetime: 60_000 }],
])('refuses %s', (_, options) => {
  expect(() => new TicketKeys({ provider: noble, ...options })).toThrow(expect.objectContaining({ code: 'misuse' }))
})

test('a lifetime without end is announced as the longest that there is', () => {
  const ends = resuming('ticket')
  const ticketKeys = new TicketKeys({
    ...{ provider: noble, now: ends.clock.now },
    ...{ ticketLifetime: Number.POSITIVE_INFINITY, sessionLifetime: Number.POSITIVE_INFINITY },
  })
  const server = { ...ends.server, ticketKeys }
  const sessionCache = new SessionCache({ now: ends.clock.now, lifetime: Number.POSITIVE_INFINITY })
  const client = { ...ends.client, sessionCache }
  expect(resumedBy(play(client, server))).toEqual([undefined, undefined])
  ends.clock.time += 1_000 * 86_400_000
  expect(resumedBy(play(client, server))).toEqual(['ticket', 'ticket'])
})

test.each([
  [9_000, 'ticket'],
  [13_000, undefined],
  [16_000, undefined],
  [40_000, undefined],
] as const)('a client whose chain has %d bytes is served, and the second time by %s', (bytes, second) => {
  const { client, server } = resuming('ticket')
  const credential = credentialOf('client', 'ecdsaP256')
  const [own = new Uint8Array()] = credential.certificateChain
  const certificateChain = Array.from({ length: Math.ceil(bytes / own.length) }, () => own)
  const patient = { ...client, credentials: [{ ...credential, certificateChain }] }
  expect(resumedBy(play(patient, server))).toEqual([undefined, undefined])
  expect(resumedBy(play(patient, server))).toEqual([second, second])
})

const HOUR = 3_600_000

/** Two processes, and a session that was made just now, so that nothing but the keys decides. */
function processes(options: Partial<TicketKeysOptions> = {}) {
  const { client, server, clock } = resuming('ticket')
  const common = { provider: noble, now: clock.now }
  const one = new TicketKeys({ ...common, rotateAfter: Number.POSITIVE_INFINITY })
  const other = new TicketKeys({ ...common, keys: one.exportKeys(), ...options })
  /** Made with one server's keys, shown to the server with the other's. */
  const crosses = (from: TicketKeys, to: TicketKeys): unknown => {
    const own = { ...client, sessionCache: new SessionCache({ now: clock.now }) }
    resumedBy(play(own, { ...server, ticketKeys: from }))
    return resumedBy(play(own, { ...server, ticketKeys: to }))[1]
  }
  return { one, other, clock, crosses, common }
}

/** How many keys there are: an exported one has 54 bytes. */
const countOf = (keys: TicketKeys): number => keys.exportKeys().length / 54

test('keys that were given never rotate by themselves: what shares them goes on opening each other’s tickets', () => {
  const { one, other, clock, crosses } = processes()
  for (const time of [0, 9 * HOUR, 90 * 24 * HOUR]) {
    clock.time += time
    expect([crosses(one, other), crosses(other, one)]).toEqual(['ticket', 'ticket'])
  }
  expect([countOf(one), countOf(other)]).toEqual([1, 1])
})

test('they do where they were told to', () => {
  const { one, other, clock, crosses } = processes({ rotateAfter: HOUR })
  clock.time += 2 * HOUR
  expect(crosses(other, one)).toBeUndefined()
  expect(crosses(one, other)).toBe('ticket')
})

test('keys that were drawn here rotate by themselves, until others are imported', () => {
  const { one, clock, common } = processes()
  const drawn = new TicketKeys(common)
  const imported = new TicketKeys(common)
  imported.importKeys(one.exportKeys())
  for (let hours = 0; hours < 24; hours += 9) {
    for (const keys of [drawn, imported]) keys.open(new Uint8Array(64))
    clock.time += 9 * HOUR
  }
  expect([countOf(drawn), countOf(imported)]).toEqual([3, 1])
})

test('one process rotates and the others import: tickets of before and after are opened everywhere', () => {
  const { one, other, crosses } = processes()
  one.rotate()
  expect([crosses(one, other), crosses(other, one)]).toEqual([undefined, 'ticket'])
  other.importKeys(one.exportKeys())
  expect([crosses(one, other), crosses(other, one)]).toEqual(['ticket', 'ticket'])
  expect([countOf(one), countOf(other)]).toEqual([2, 2])
})
