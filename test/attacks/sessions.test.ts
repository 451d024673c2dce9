/** Attacks on sessions: what an attacker shows, forges, splices or carries over to another name or identity. */
import { describe, expect, test } from 'vitest'
import { joinInMemory } from '../../src/adapters/in-memory.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import type { ClientHelloReviewer } from '../../src/adapters/review-option.js'
import { TicketKeys } from '../../src/adapters/sessions/ticket-keys.js'
import { concat } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { copySession, type KeptSession } from '../../src/crypto/session.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { pinnedCertificates } from '../../src/x509/index.js'
import { type By, play, resumedBy, resuming, summariesOf } from '../resumption/ends.js'
import { mutual, noble, pinTo } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { impostorOf } from './arena.js'

const kinds: readonly By[] = ['session id', 'ticket']
const full = [undefined, undefined]

/** What a client without a cache was given to resume, with a secret that nobody wipes. */
function keptAfter(client: ClientOptions, server: ServerOptions): KeptSession {
  let kept: KeptSession | undefined
  const { sessionCache: _none, ...plain } = client
  const spy: ClientOptions = { sessionTickets: 'on', ...plain }
  joinInMemory(clientEndpoint(noble, spy), serverEndpoint(noble, server), (side, output) => {
    if (side === 'client' && output.type === 'session') {
      kept = { ...output.kept, session: copySession(output.kept.session) }
    }
  })
  if (kept === undefined) throw new Error('the client was given no session')
  return kept
}

const ticketOf = ({ handle }: KeptSession): Uint8Array => {
  if (handle.by !== 'ticket') throw new Error('no ticket')
  return handle.ticket
}

const withTicket = (kept: KeptSession, ticket: Uint8Array): KeptSession => ({
  ...kept,
  handle: { by: 'ticket', ticket, lifetimeHint: 0 },
})

describe('triple handshake with resumption', () => {
  const unbound = { extendedMasterSecret: 'off', resumeWithoutExtendedMasterSecret: true } as const

  /**
   * The attacker is a client of the real server, and a server that the victim trusts: it hands its own ticket on to the
   * victim, whose next hello goes to the real server. `sameSecret` is what key synchronization achieves without RFC 7627.
   */
  function splice(binding: Pick<ClientOptions, 'extendedMasterSecret'>, sameSecret: boolean) {
    const { client, server } = resuming('ticket')
    const realServer: ServerOptions = { ...server, ...binding, clientAuthentication: 'none' }
    const attackers = keptAfter({ ...client, ...binding }, realServer)
    const attackerServer: ServerOptions = {
      ...{ ...binding, credentials: [impostorOf('server', 'ecdsaP256')] },
      environment: {
        openTicket: () => undefined,
        sealTicket: () => ({ ticket: ticketOf(attackers), ticketLifetimeHint: 3_600 }),
      },
    }
    const verifier = pinnedCertificates([pki.impostor.server.ecdsaP256.certificate], noble)
    const { sessionCache: _none, ...plain } = client
    const victim: ClientOptions = { ...plain, ...binding, verifier }
    const kept = keptAfter(victim, attackerServer)
    const { masterSecret } = copySession(attackers.session)
    const session = sameSecret ? { ...kept, session: { ...kept.session, masterSecret } } : kept
    return { victim: { ...victim, session }, realServer }
  }

  test('triple handshake: bound to their handshakes, the two connections have nothing to resume together', () => {
    const { victim, realServer } = splice({}, false)
    const played = play(victim, realServer)
    expect(played.faultOf('client')).toMatchObject({ code: 'bad_record_mac', alert: 'bad_record_mac' })
    expect(played.faultOf('server')).toMatchObject({ code: 'alert_received', alert: 'bad_record_mac' })
    expect(played.outputs.filter(({ output }) => output.type === 'established')).toEqual([])
  })

  test('triple handshake: without the binding they do resume, each end with another peer in mind', () => {
    const { victim, realServer } = splice(unbound, true)
    expect(resumedBy(play(victim, realServer))).toEqual(['ticket', 'ticket'])
  })

  test.each(['client', 'server'] as const)(
    'triple handshake: so a %s resumes no session without it, unless told to',
    (careful) => {
      const { victim, realServer } = splice(unbound, true)
      const policy = { resumeWithoutExtendedMasterSecret: false }
      const played = play(
        // the impostor's certificate is still all that the victim trusts: it comes to see the real one
        { ...victim, ...(careful === 'client' ? policy : {}) },
        { ...realServer, ...(careful === 'server' ? policy : {}) },
      )
      expect(played.faultOf('client')?.code).toBe('certificate_not_pinned')
    },
  )
})

describe.each(kinds)('session reuse by %s', (by) => {
  const other = 'other.example'

  test('session reuse across names: a client that shows its session under another name, or none', () => {
    const { client, server } = resuming(by)
    const { sessionCache: _cache, serverName: _name, ...plain } = client
    const kept = keptAfter(client, server)
    for (const serverName of [other, undefined]) {
      const name = serverName === undefined ? {} : { serverName }
      const bent: KeptSession = { ...kept, session: { ...copySession(kept.session), serverName } }
      const played = play({ ...plain, ...name, session: bent }, server)
      expect(resumedBy(played)).toEqual(full)
      expect(summariesOf(played).server.negotiated.serverName).toBe(serverName)
    }
    expect(resumedBy(play({ ...plain, serverName: 'localhost', session: kept }, server))).toEqual([by, by])
  })

  test('session reuse across names: a client does not offer what it has for another name', () => {
    const { client, server } = resuming(by)
    const session = keptAfter(client, server)
    const { sessionCache: _cache, ...plain } = client
    let shown: unknown
    const reviewClientHello: ClientHelloReviewer = ({ sessionId, extensions }) => {
      const tickets = extensions.filter(({ extensionType }) => extensionType === ExtensionType.session_ticket)
      shown = { sessionId, tickets: tickets.filter(({ extensionData }) => extensionData.length > 0) }
      return undefined
    }
    expect(resumedBy(play({ ...plain, serverName: other, session }, { ...server, reviewClientHello }))).toEqual(full)
    expect(shown).toEqual({ sessionId: new Uint8Array(0), tickets: [] })
  })

  test('session reuse across identities: a server that shares the sessions but does not know this client', () => {
    const { client, server } = resuming(by)
    resumedBy(play(client, server))
    // the same keys and store: only whom it accepts differs
    const played = play(client, { ...server, verifier: pinTo('client', 'rsa') })
    expect(played.faultOf('server')?.code).toBe('certificate_not_pinned')
    expect(played.outputs.filter(({ output }) => output.type === 'established')).toEqual([])
  })

  test('session reuse across identities: a client that proved nothing is nobody, whatever it says later', () => {
    const { client, server } = resuming(by)
    const { credentials: _none, ...anonymous } = client
    const kept = keptAfter(anonymous, { ...server, clientAuthentication: 'request' })
    const { sessionCache: _cache, ...plain } = anonymous
    const unasked = play({ ...plain, session: kept }, { ...server, clientAuthentication: 'none' })
    expect(resumedBy(unasked)).toEqual([by, by])
    expect(summariesOf(unasked).server.peer).toMatchObject({ kind: 'none', identity: undefined })
    const claimed: KeptSession = { ...kept, session: { ...copySession(kept.session), authenticatedToPeer: true } }
    const played = play({ ...plain, session: claimed }, server)
    expect(played.faultOf('server')?.code).toBe('client_certificate_missing')
  })

  test('session reuse across identities: a session with an impostor is not offered to the real server', () => {
    const { client, server } = resuming(by)
    const verifier = pinnedCertificates([pki.impostor.server.ecdsaP256.certificate], noble)
    const impostor = { ...server, credentials: [impostorOf('server', 'ecdsaP256')] }
    const session = keptAfter({ ...client, verifier }, impostor)
    const { sessionCache: _cache, ...plain } = client
    const played = play({ ...plain, session }, impostor)
    expect(played.faultOf('client')?.code).toBe('certificate_not_pinned')
    expect(resumedBy(play({ ...plain, session }, mutual('ecdsaP256').server))).toEqual(full)
  })

  test('resumption after a fatal alert: what damaged a record has ended the session of both ends', () => {
    const { client, server, cache, store } = resuming(by)
    const first = play(client, server)
    resumedBy(first)
    first.client.receive(Uint8Array.of(23, 3, 3, 0, 32, ...new Uint8Array(32)))
    expect([first.faultOf('client')?.code, first.faultOf('server')?.code]).toEqual(['bad_record_mac', 'alert_received'])
    expect([cache.size, store.size]).toEqual([0, 0])
    expect(resumedBy(play(client, server))).toEqual(full)
  })

  test('resumption after a fatal alert: a transport that was cut has ended no session', () => {
    const { client, server } = resuming(by)
    const first = play(client, server)
    first.client.endOfTransport()
    first.server.endOfTransport()
    expect(first.faultOf('client')?.code).toBe('truncated')
    expect(resumedBy(play(client, server))).toEqual([by, by])
  })
})

describe('ticket forgery', () => {
  const NAME = 16

  function sealed() {
    const { client, server, ticketKeys, clock } = resuming('ticket')
    const kept = keptAfter(client, server)
    const { sessionCache: _cache, ...plain } = client
    const show = (ticket: Uint8Array) =>
      play({ ...plain, session: withTicket({ ...kept, session: copySession(kept.session) }, ticket) }, server)
    return { kept, ticket: ticketOf(kept), ticketKeys, clock, show, client, server }
  }

  test('ticket forgery: the ticket as it was given is taken', () => {
    const { ticket, show, ticketKeys } = sealed()
    expect(ticketKeys.open(ticket)).toBeDefined()
    expect(resumedBy(show(ticket))).toEqual(['ticket', 'ticket'])
  })

  test('ticket forgery: every bit counts, and so does every byte of length', () => {
    const { ticket, ticketKeys } = sealed()
    for (let at = 0; at < ticket.length; at++) {
      const forged = ticket.slice()
      forged[at] = (forged[at] ?? 0) ^ (1 << (at % 8))
      expect(ticketKeys.open(forged)).toBeUndefined()
      expect(ticketKeys.open(ticket.subarray(0, at))).toBeUndefined()
    }
    expect(ticketKeys.open(concat(ticket, Uint8Array.of(0)))).toBeUndefined()
  })

  test('ticket forgery: whoever knows the name of the key has still to know the key', () => {
    const { ticket, kept, ticketKeys, clock, show } = sealed()
    const strange = new TicketKeys({ provider: noble })
    const exported = strange.exportKeys().use((bytes) => bytes.slice())
    exported.set(ticket.subarray(0, NAME))
    const forger = new TicketKeys({ provider: noble, keys: new Secret(exported), now: clock.now })
    const forged = forger.seal(kept.session)?.ticket ?? new Uint8Array()
    expect(forger.open(forged)).toBeDefined()
    expect(forged.subarray(0, NAME)).toEqual(ticket.subarray(0, NAME))
    expect(ticketKeys.open(forged)).toBeUndefined()
    expect(resumedBy(show(forged))).toEqual(full)
  })

  test('ticket forgery: parts of two good tickets make no third', () => {
    const { ticket, ticketKeys, client, server, show } = sealed()
    const second = ticketOf(keptAfter(client, server))
    const spliced = concat(ticket.subarray(0, 40), second.subarray(40))
    expect([ticketKeys.open(second) !== undefined, ticketKeys.open(spliced)]).toEqual([true, undefined])
    expect(resumedBy(show(spliced))).toEqual(full)
  })

  test('ticket forgery: a ticket that was renamed to another good key is not opened by it', () => {
    const { ticket, ticketKeys } = sealed()
    ticketKeys.rotate()
    const latest = ticketKeys.exportKeys().use((bytes) => bytes.slice(0, NAME))
    expect(ticketKeys.open(ticket)).toBeDefined()
    expect(ticketKeys.open(concat(latest, ticket.subarray(NAME)))).toBeUndefined()
  })

  test('ticket forgery: the ticket of another client is worth nothing without its master secret', () => {
    const { ticket, kept, client, server } = sealed()
    const { sessionCache: _cache, ...plain } = client
    const guess: KeptSession = withTicket(
      { ...kept, session: { ...kept.session, masterSecret: new Secret(new Uint8Array(48).fill(7)) } },
      ticket,
    )
    const played = play({ ...plain, session: guess }, server)
    expect(played.faultOf('client')?.code).toBe('bad_record_mac')
    expect(played.server.connection.summary).toBeUndefined()
  })
})
