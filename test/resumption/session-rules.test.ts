/** What the hellos of an abbreviated handshake must say, and must not (RFC 5077 §3.2, RFC 6066 §1.1, RFC 7627 §5.3). */
import { describe, expect, test } from 'vitest'
import { type ClientOptions, clientEndpoint, type ServerOptions } from '../../src/adapters/options.js'
import { SessionCache } from '../../src/adapters/sessions/client-sessions.js'
import { TicketKeys } from '../../src/adapters/sessions/ticket-keys.js'
import { encode } from '../../src/codec/codec.js'
import type { ConnectionOutput } from '../../src/connection/connection.js'
import { copySession, type KeptSession } from '../../src/crypto/session.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { type Extension, findExtension } from '../../src/messages/extensions/extension.js'
import { ServerNameList } from '../../src/messages/extensions/server-name.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { HandshakeType } from '../../src/registry/handshake-type.js'
import { attackClient, attackServer, expectDefeat } from '../attacks/arena.js'
import type { HostileServer } from '../attacks/hostile-server.js'
import { insertBefore } from '../attacks/script.js'
import { hex, withExtension } from '../extensions/wire.js'
import { noble } from '../support/endpoints.js'
import { type By, play, resumedBy, resuming, summariesOf } from './ends.js'
import { relay } from './relay.js'

const kinds: readonly By[] = ['session id', 'ticket']
const { extended_master_secret: ems, server_name: serverName, session_ticket: ticketType } = ExtensionType
const legacy = { extendedMasterSecret: 'off', resumeWithoutExtendedMasterSecret: true } as const

const without =
  (unwanted: number) =>
  <H extends { readonly extensions?: readonly Extension[] }>(hello: H): H => ({
    ...hello,
    extensions: (hello.extensions ?? []).filter(({ extensionType }) => extensionType !== unwanted),
  })

const has = (hello: { readonly extensions?: readonly Extension[] } | undefined, type: number): boolean =>
  findExtension(hello?.extensions, type) !== undefined

/** A client and a server that have met, by the options under which they meet again. */
function met(by: By, client: ClientOptions = {}, server: ServerOptions = {}) {
  const ends = resuming(by)
  const again = { client: { ...ends.client, ...client }, server: { ...ends.server, ...server } }
  resumedBy(play(again.client, again.server))
  return { ...ends, ...again }
}

describe.each(kinds)('the hellos of a handshake that resumes by %s', (by) => {
  test('say that the session has an extended master secret', () => {
    const { client, server } = met(by)
    const { clientHello, serverHello, flight } = relay(client, server)
    expect([has(clientHello, ems), has(serverHello, ems)]).toEqual([true, true])
    expect(serverHello?.sessionId).toEqual(clientHello.sessionId)
    expect(flight).not.toContain(HandshakeType.certificate)
  })

  test('a server refuses a session with an extended master secret in a hello without the extension', () => {
    const { client, server } = met(by)
    const { faults } = relay(client, server, { client_hello: without(ems) })
    expect(faults.server).toMatchObject({ code: 'resumed_extended_master_secret_missing', alert: 'handshake_failure' })
  })

  test('a client refuses a server that resumes such a session and does not say so', () => {
    const { client, server } = met(by)
    const { faults } = relay(client, server, { server_hello: without(ems) })
    expect(faults.client).toMatchObject({ code: 'resumed_extended_master_secret_missing', alert: 'handshake_failure' })
  })

  test('a client refuses a server that resumes a session without it, and says that it has it', () => {
    const ends = resuming(by)
    resumedBy(play({ ...ends.client, ...legacy }, { ...ends.server, ...legacy }))
    const { faults, serverHello, clientHello } = relay(
      { ...ends.client, extendedMasterSecret: 'prefer', resumeWithoutExtendedMasterSecret: true },
      { ...ends.server, ...legacy },
      { client_hello: without(ems), server_hello: withExtension(ems, '') },
    )
    expect(serverHello?.sessionId).toEqual(clientHello.sessionId)
    expect(faults.client).toMatchObject({
      code: 'resumed_extended_master_secret_unexpected',
      alert: 'handshake_failure',
    })
  })

  test('a session is not resumed under another server name, by a server that is asked to', () => {
    const { client, server } = met(by)
    const other = [{ nameType: 0, name: new TextEncoder().encode('other.example') }]
    const data = Buffer.from(encode(ServerNameList, other)).toString('hex')
    const { clientHello, serverHello, flight } = relay(client, server, {
      client_hello: withExtension(serverName, data),
    })
    expect(clientHello.sessionId.length).toBeGreaterThan(0)
    expect(serverHello?.sessionId).not.toEqual(clientHello.sessionId)
    expect(has(serverHello, serverName)).toBe(true)
    expect(flight).toContain(HandshakeType.certificate)
  })

  test('a resumed handshake answers none of the extensions of RFC 6066, and keeps the length of fragments', () => {
    const limited = { maxFragmentLength: 512, recordSizeLimit: false, requestCertificateStatus: true } as const
    const { client, server } = met(by, limited)
    const { clientHello, serverHello } = relay(client, server)
    expect(serverHello?.sessionId).toEqual(clientHello.sessionId)
    const types = [serverName, ExtensionType.max_fragment_length, ExtensionType.status_request]
    expect(types.map((type) => has(clientHello, type))).toEqual([true, true, true])
    expect(types.map((type) => has(serverHello, type))).toEqual([false, false, false])
    const second = met(by, limited)
    const played = play(second.client, second.server)
    expect(resumedBy(played)).toEqual([by, by])
    for (const side of [summariesOf(played).client, summariesOf(played).server]) {
      expect(side.negotiated.recordLimits).toEqual({ client: 512, server: 512 })
    }
  })

  test('a session with short fragments is not offered where others, or none, are asked for', () => {
    const { client, server } = met(by, { maxFragmentLength: 512, recordSizeLimit: false })
    for (const maxFragmentLength of [1024, undefined] as const) {
      const { maxFragmentLength: _, ...rest } = client
      const options = maxFragmentLength === undefined ? rest : { ...rest, maxFragmentLength }
      expect(relay(options, server).flight).toContain(HandshakeType.certificate)
    }
  })

  test('without an extended master secret there is no renegotiation afterwards, and no tls-unique', () => {
    const ends = met(by, legacy, { ...legacy, renegotiation: 'freely' })
    const client: ClientOptions = { ...ends.client, renegotiation: 'freely' }
    const played = play(client, ends.server)
    expect(resumedBy(played)).toEqual([by, by])
    for (const end of [played.client, played.server]) {
      expect(() => end.renegotiate()).toThrow(expect.objectContaining({ code: 'misuse' }))
      expect(() => end.connection.channelBinding('tls-unique')).toThrow(
        expect.objectContaining({ code: 'channel_binding_unavailable' }),
      )
      expect(() => end.connection.exportKeyingMaterial('EXPERIMENTAL', 16)).toThrow(
        expect.objectContaining({ code: 'keying_material_unavailable' }),
      )
    }
  })
})

describe('tickets (RFC 5077)', () => {
  const offered = (client: ClientOptions): Uint8Array | undefined =>
    findExtension(relay(client, resuming('ticket').server).clientHello.extensions, ticketType)

  test('a client that takes tickets says so with nothing in the extension, and another does not say it', () => {
    const { client } = resuming('ticket')
    expect(offered(client)).toEqual(hex(''))
    expect(offered({ ...client, sessionTickets: 'off' })).toBeUndefined()
    const { sessionCache: _, ...without } = client
    expect(offered(without)).toBeUndefined()
  })

  test('a server promises a ticket where it will give one to a client that takes it', () => {
    const { client, server } = resuming('ticket')
    const { ticketKeys: _, ...keyless } = server
    expect(has(relay(client, server).serverHello, ticketType)).toBe(true)
    expect(has(relay({ ...client, sessionTickets: 'off' }, server).serverHello, ticketType)).toBe(false)
    expect(has(relay(client, keyless).serverHello, ticketType)).toBe(false)
    // and it comes, behind the Finished of the client
    const types = (edit: Parameters<typeof attackServer>[0]) =>
      attackServer({ victim: { ticketKeys: new TicketKeys({ provider: noble }) }, ...edit }).messages.map(
        ({ name }) => name,
      )
    const asking = { edit: { client_hello: withExtension(ticketType, '') } }
    expect(types(asking).slice(-2)).toEqual(['new_session_ticket', 'finished'])
    expect(types({})).not.toContain('new_session_ticket')
  })

  test('a server gives no ticket to a client whose Finished is wrong', () => {
    const peer = attackServer({
      victim: { ticketKeys: new TicketKeys({ provider: noble }) },
      edit: { client_hello: withExtension(ticketType, '') },
      verifyData: (honest) => honest.map((byte) => byte ^ 1),
    })
    expectDefeat(peer, { fault: 'bad_finished', alert: 'decrypt_error' })
    expect(peer.messages.map(({ name }) => name)).not.toContain('new_session_ticket')
  })

  const giving = insertBefore<HostileServer>('change_cipher_spec', (it) =>
    it.message('new_session_ticket', { ticketLifetimeHint: 60, ticket: hex('aa') }),
  )
  const promised = { server_hello: withExtension(ticketType, '') }

  test('a client keeps none of a server whose Finished is wrong, and any of another', () => {
    const sessionCache = new SessionCache()
    const wrong = attackClient({
      victim: { sessionCache },
      edit: promised,
      script: giving,
      verifyData: (honest) => honest.map((byte) => byte ^ 1),
    })
    expectDefeat(wrong, { fault: 'bad_finished', alert: 'decrypt_error' })
    expect(sessionCache.size).toBe(0)
    expect(attackClient({ victim: { sessionCache }, edit: promised, script: giving }).victim.fault).toBeUndefined()
    expect(sessionCache.size).toBe(1)
    // one byte is no ticket of ours: a client shows what it was given, whatever that looks like
    expect(findExtension(attackClient({ victim: { sessionCache } }).clientHello?.extensions, ticketType)).toEqual(
      hex('aa'),
    )
  })

  test('a promised ticket must come', () => {
    const peer = attackClient({ victim: { sessionCache: new SessionCache() }, edit: promised })
    expectDefeat(peer, { fault: 'unexpected_message', alert: 'unexpected_message', state: 'ExpectNewSessionTicket' })
  })

  test('the id beside a ticket is given back whatever it is, and means nothing', () => {
    const { client, server } = met('ticket')
    const made = hex('0102030405')
    const { serverHello, flight } = relay(client, server, { client_hello: (hello) => ({ ...hello, sessionId: made }) })
    expect(serverHello?.sessionId).toEqual(made)
    expect(flight).not.toContain(HandshakeType.certificate)
  })

  test('beside a ticket that opens to nothing, the id of a session that is kept does not resume it', () => {
    const known = met('session id')
    const strange = new TicketKeys({ provider: noble })
    const server = { ...known.server, ticketKeys: strange }
    expect(relay(known.client, server).flight).not.toContain(HandshakeType.certificate)
    const beside = relay(known.client, server, { client_hello: withExtension(ticketType, '00'.repeat(100)) })
    expect(beside.clientHello.sessionId.length).toBeGreaterThan(0)
    expect(beside.flight).toContain(HandshakeType.certificate)
  })

  /** Remembers every session that it is given. */
  class Remembering extends SessionCache {
    readonly all: KeptSession[] = []

    override set(key: string, kept: KeptSession): void {
      this.all.push({ ...kept, session: copySession(kept.session) })
      super.set(key, kept)
    }
  }

  test('a ticket that was renewed still serves: the new one may never have arrived', () => {
    const { client, server, ticketKeys } = resuming('ticket')
    const { sessionCache: _, ...plain } = client
    const first = new Remembering()
    resumedBy(play({ ...plain, sessionCache: first }, server))
    const [session = expect.fail('no ticket was given')] = first.all
    ticketKeys.rotate()
    const second = new Remembering()
    expect(resumedBy(play({ ...plain, sessionCache: second, session }, server))).toEqual(['ticket', 'ticket'])
    expect(second.all).toHaveLength(1)
    expect(second.all[0]?.handle).not.toEqual(session.handle)
    expect(resumedBy(play({ ...plain, session }, server))).toEqual(['ticket', 'ticket'])
  })

  test('tickets of one session have nothing in common, and show nothing of it', () => {
    const { client, server } = resuming('ticket')
    const cache = new Remembering()
    resumedBy(play({ ...client, sessionCache: cache }, server))
    const [{ session } = expect.fail('no ticket was given')] = cache.all
    const keys = new TicketKeys({ provider: noble })
    const made = { ...session, establishedAt: Date.now() }
    const [one, other] = [keys.seal(made)?.ticket ?? hex(''), keys.seal(made)?.ticket ?? hex('')]
    expect(one.length).toBeGreaterThan(48)
    // the name of the key comes first
    expect(one.slice(16)).not.toEqual(other.slice(16))
    const text = Buffer.from(one).toString('hex')
    const secret = session.masterSecret.use((bytes) => Buffer.from(bytes).toString('hex'))
    expect(secret.length).toBe(96)
    for (let at = 0; at < secret.length; at += 16) expect(text).not.toContain(secret.slice(at, at + 16))
    expect(text).not.toContain(Buffer.from('localhost').toString('hex'))
  })
})

describe.each(kinds)('an arrangement of the hello that asks for a session by %s', (by) => {
  const leavingOut = (wanted: ClientOptions['arrangeClientHello'], ends: ReturnType<typeof met>) => {
    const client = clientEndpoint(noble, {
      ...ends.client,
      ...(wanted === undefined ? {} : { arrangeClientHello: wanted }),
    })
    const outputs: ConnectionOutput[] = []
    client.onOutput = (output) => outputs.push(output)
    client.start()
    return outputs
  }

  test('may not take the extended master secret of the session away: nothing is sent, and the session stays', () => {
    const ends = met(by)
    expect(leavingOut(without(ems), ends)).toEqual([
      { type: 'failed', fault: expect.objectContaining({ code: 'misuse', origin: 'misuse', alert: null }) },
    ])
    expect(resumedBy(play(ends.client, ends.server))).toEqual([by, by])
  })

  test('nor the suite of the session (RFC 5246 §7.4.1.2)', () => {
    const ends = met(by)
    const { cipherSuite } = summariesOf(play(ends.client, ends.server)).client.negotiated.suite
    const withoutSuite = (hello: ClientHello): ClientHello => ({
      ...hello,
      cipherSuites: hello.cipherSuites.filter((one) => one !== cipherSuite),
    })
    const outputs = leavingOut(withoutSuite, ends)
    expect(outputs.map(({ type }) => type)).toEqual(['failed'])
    expect(outputs).toMatchObject([{ fault: { code: 'misuse', message: expect.stringContaining('offer no session') } }])
  })

  test('may take both away where no session is offered, and the order of both is its own', () => {
    const { client, server } = resuming(by)
    const { sessionCache: _cache, ...plain } = client
    expect(resumedBy(play({ ...plain, arrangeClientHello: without(ems) }, server))).toEqual([undefined, undefined])
    const ends = met(by)
    const arrangeClientHello: ClientOptions['arrangeClientHello'] = (hello) => ({
      ...hello,
      cipherSuites: hello.cipherSuites.toReversed(),
      extensions: (hello.extensions ?? []).toReversed(),
    })
    expect(resumedBy(play({ ...ends.client, arrangeClientHello }, ends.server))).toEqual([by, by])
  })
})
