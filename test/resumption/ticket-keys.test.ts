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
