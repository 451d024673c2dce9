import { describe, expect, test } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { SessionCache } from '../../src/adapters/sessions/client-sessions.js'
import { TicketKeys } from '../../src/adapters/sessions/ticket-keys.js'
import { fromAscii } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import type { KeptSession } from '../../src/crypto/session.js'
import { credentialOf, noble, pinTo } from '../support/endpoints.js'
import { type By, play, resumedBy, resuming, summariesOf } from './ends.js'

const kinds: readonly By[] = ['session id', 'ticket']
const full = [undefined, undefined]

/** What a client was given to resume, taken from a first handshake. */
function keptAfter(client: ClientOptions, server: ServerOptions): KeptSession {
  let kept: KeptSession | undefined
  const played = play({ ...client, sessionTickets: 'on' }, server)
  resumedBy(played)
  for (const { side, output } of played.outputs) if (side === 'client' && output.type === 'session') kept = output.kept
  if (kept === undefined) throw new Error('the client was given no session')
  return kept
}

describe.each(kinds)('what is not resumed by %s', (by) => {
  test('a session under another server name', () => {
    const { client, server } = resuming(by)
    const cache = new SessionCache()
    const session = (serverName: string): ClientOptions => ({ ...client, serverName, sessionCache: cache })
    resumedBy(play(session('localhost'), server))
    expect(resumedBy(play(session('other.example'), server))).toEqual(full)
    expect(resumedBy(play(session('localhost'), server))).toEqual([by, by])
  })

  test('a session of one client by another with its own credentials', () => {
    const { client, server } = resuming(by)
    resumedBy(play(client, server))
    const other = { ...client, credentials: [credentialOf('client', 'rsa')] }
    const played = play(other, { ...server, verifier: pinTo('client', 'rsa') })
    expect(resumedBy(played)).toEqual(full)
    const [certificate] = summariesOf(played).server.peer.identity?.certificateChain ?? []
    expect(certificate).toEqual(credentialOf('client', 'rsa').certificateChain[0])
  })

  test.each(['at once', 'later'])(
    'a session of a shared key that the server has withdrawn, found out %s',
    async (when) => {
      const suite = ['TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256'] as const
      const alice = preSharedKey('alice', fromAscii('the key of alice'))
      const ends = resuming(by)
      const {
        credentials: _,
        verifier: __,
        ...client
      } = { ...ends.client, cipherSuites: suite, preSharedKeys: [alice] }
      let shared = true
      const selectPsk = () => {
        const key = shared ? alice : undefined
        return when === 'later' ? Promise.resolve(key) : key
      }
      const server: ServerOptions = { ...ends.server, cipherSuites: suite, selectPsk }
      const meet = async () => {
        const played = play(client, server)
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
        return played
      }
      resumedBy(await meet())
      expect(resumedBy(await meet())).toEqual([by, by])
      shared = false
      const played = await meet()
      expect(played.server.connection.summary).toBeUndefined()
      expect(played.faultOf('server')?.code).toBe('bad_record_mac')
    },
  )

  test('a session of one shared key by a client that has another', () => {
    const suite = ['TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256'] as const
    const [alice, bob] = ['alice', 'bob'].map((name) => preSharedKey(name, fromAscii(`the key of ${name}`)))
    if (alice === undefined || bob === undefined) throw new Error('two keys were made')
    const ends = resuming(by)
    const { credentials: _, verifier: __, ...client } = { ...ends.client, cipherSuites: suite }
    const server = { ...ends.server, cipherSuites: suite, preSharedKeys: [alice, bob] }
    const as = (options: ClientOptions) => {
      const played = play({ ...client, ...options }, server)
      const { peer, resumed } = summariesOf(played).server
      return [resumed, new TextDecoder().decode(peer.pskIdentity)]
    }
    const chooseBob = () => bob
    expect(as({ preSharedKeys: [alice] })).toEqual([undefined, 'alice'])
    expect(as({ preSharedKeys: [bob] })).toEqual([undefined, 'bob'])
    expect(as({ selectPsk: chooseBob })).toEqual([undefined, 'bob'])
    expect(as({ environment: { selectPsk: () => alice } })).toEqual([undefined, 'alice'])
    expect(as({ selectPsk: chooseBob })).toEqual([by, 'bob'])
    expect(as({ preSharedKeys: [bob, alice] })).toEqual([undefined, 'bob'])
    expect(as({ preSharedKeys: [bob] })).toEqual([by, 'bob'])
    expect(as({ preSharedKeys: [alice] })).toEqual([by, 'alice'])
  })

  test('a session without a client certificate, where one is required', () => {
    const { client, server } = resuming(by)
    resumedBy(play(client, { ...server, clientAuthentication: 'none' }))
    const played = play(client, server)
    expect(resumedBy(played)).toEqual(full)
    expect(summariesOf(played).server.peer.kind).toBe('certificate and signature')
  })

  test('a session whose client certificate the server would refuse by now', () => {
    const { client, server } = resuming(by)
    resumedBy(play(client, server))
    const played = play(client, { ...server, verifier: pinTo('client', 'rsa') })
    expect(played.faultOf('server')?.code).toBe('certificate_not_pinned')
  })

  test('a session whose server certificate the client would refuse by now', () => {
    const { client, server } = resuming(by)
    resumedBy(play(client, server))
    const played = play({ ...client, verifier: pinTo('server', 'rsa') }, server)
    expect(played.faultOf('client')?.code).toBe('certificate_not_pinned')
    expect(played.client.connection.summary).toBeUndefined()
  })

  test('a session whose certificate the verifier of the environment would refuse by now', () => {
    const { client, server } = resuming(by)
    resumedBy(play(client, server))
    const strict = (side: 'client' | 'server') => ({ environment: { verifyCertificate: pinTo(side, 'rsa') } })
    expect(play(client, { ...server, ...strict('client') }).faultOf('server')?.code).toBe('certificate_not_pinned')
    resumedBy(play(client, server))
    expect(play({ ...client, ...strict('server') }, server).faultOf('client')?.code).toBe('certificate_not_pinned')
  })

  test('a session under a suite that the server has switched off', () => {
    const { client, server } = resuming(by)
    const first = summariesOf(play(client, server)).client.negotiated.suite.name
    const others = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'] as const
    const cipherSuites = others.filter((name) => name !== first)
    expect(resumedBy(play(client, { ...server, cipherSuites }))).toEqual(full)
  })

  test('a session that has grown old', () => {
    const { client, server, clock } = resuming(by)
    resumedBy(play(client, server))
    clock.time += 25 * 3_600_000
    expect(resumedBy(play(client, server))).toEqual(full)
  })

  test('a session of which a connection was ended by a fatal alert', () => {
    const { client, server, cache, store } = resuming(by)
    const first = play(client, server)
    expect([cache.size, store.size]).toEqual(by === 'ticket' ? [1, 0] : [1, 1])
    first.client.abort('aborted', 'for this test')
    expect([cache.size, store.size]).toEqual([0, 0])
    expect(resumedBy(play(client, server))).toEqual(full)
  })
})

describe.each(kinds)('the extended master secret and resumption by %s', (by) => {
  const legacy = { extendedMasterSecret: 'off', resumeWithoutExtendedMasterSecret: true } as const

  test('without it nothing is kept, unless asked for', () => {
    const { client, server, cache } = resuming(by)
    const off = { extendedMasterSecret: 'off' } as const
    expect(resumedBy(play({ ...client, ...off }, server))).toEqual(full)
    expect(cache.size).toBe(0)
    expect(resumedBy(play({ ...client, ...legacy }, { ...server, ...legacy }))).toEqual(full)
    expect(resumedBy(play({ ...client, ...legacy }, { ...server, ...legacy }))).toEqual([by, by])
  })

  test('a session without it is not resumed with it', () => {
    const { client, server } = resuming(by)
    resumedBy(play({ ...client, ...legacy }, { ...server, ...legacy }))
    const upgraded = { extendedMasterSecret: 'prefer', resumeWithoutExtendedMasterSecret: true } as const
    const played = play({ ...client, ...upgraded }, { ...server, ...upgraded })
    expect(resumedBy(played)).toEqual(full)
    expect(summariesOf(played).client.negotiated.extendedMasterSecret).toBe(true)
  })

  test('a client does not offer a session with it where it would not send the extension', () => {
    const { client, server } = resuming(by)
    resumedBy(play(client, server))
    expect(resumedBy(play({ ...client, extendedMasterSecret: 'off' }, server))).toEqual(full)
  })
})

describe('tickets', () => {
  test.each([
    ['name of the key', 0],
    ['nonce', 16],
    ['sealed session', 40],
  ])('with a bit changed in the %s lead to a full handshake', (_part, at) => {
    const { client, server } = resuming('ticket')
    let changed = 0
    const environment: ServerOptions['environment'] = {
      openTicket: ({ ticket }) => {
        changed++
        const forged = ticket.slice()
        forged[at] = (forged[at] ?? 0) ^ 1
        return keys.open(forged)
      },
      sealTicket: ({ session }) => keys.seal(session),
    }
    const keys = new TicketKeys({ provider: noble })
    const forged = { ...server, environment }
    resumedBy(play(client, forged))
    expect(resumedBy(play(client, forged))).toEqual(full)
    expect(changed).toBe(1)
  })

  test('shorter than their own header open to nothing', () => {
    const keys = new TicketKeys({ provider: noble })
    for (let length = 0; length < 60; length++) expect(keys.open(new Uint8Array(length))).toBeUndefined()
  })

  test('of other keys lead to a full handshake, and of shared ones to a resumed one', () => {
    const { client, server } = resuming('ticket')
    resumedBy(play(client, server))
    const strange = new TicketKeys({ provider: noble })
    expect(resumedBy(play({ ...client }, { ...server, ticketKeys: strange }))).toEqual(full)
    const shared = new TicketKeys({ provider: noble, keys: strange.exportKeys() })
    expect(resumedBy(play(client, { ...server, ticketKeys: shared }))).toEqual(['ticket', 'ticket'])
  })

  test('under an older key, or past half of their time, are resumed and renewed', () => {
    const { client, server, ticketKeys, clock } = resuming('ticket')
    resumedBy(play(client, server))
    const renewals = () => {
      const played = play(client, server)
      expect(resumedBy(played)).toEqual(['ticket', 'ticket'])
      return played.outputs.filter(({ side, output }) => side === 'client' && output.type === 'session').length
    }
    expect(renewals()).toBe(0)
    ticketKeys.rotate()
    expect(renewals()).toBe(1)
    expect(renewals()).toBe(0)
    clock.time += 7 * 3_600_000
    expect(renewals()).toBe(1)
  })

  test('do not outlive the session that they hold', () => {
    const { client, server, clock } = resuming('ticket')
    resumedBy(play(client, server))
    for (let hours = 7; hours <= 21; hours += 7) {
      clock.time += 7 * 3_600_000
      expect(resumedBy(play(client, server))).toEqual(['ticket', 'ticket'])
    }
    clock.time += 7 * 3_600_000
    expect(resumedBy(play(client, server))).toEqual(full)
  })

  test('that cannot be sealed are empty, and the client has nothing to show', () => {
    const { client, server, cache } = resuming('ticket')
    const environment: ServerOptions['environment'] = {
      openTicket: () => undefined,
      sealTicket: () => {
        throw new Error('the key is gone')
      },
    }
    expect(resumedBy(play(client, { ...server, environment }))).toEqual(full)
    expect(cache.size).toBe(0)
  })

  test('hide their keys and sessions from whoever prints them', () => {
    const keys = new TicketKeys({ provider: noble })
    expect(`${JSON.stringify(keys)} ${String(keys.exportKeys())}`).not.toMatch(/[0-9a-f]{16}/)
    expect(() => keys.importKeys(new Secret(new Uint8Array(53)))).toThrow(/54 bytes/)
  })
})

describe('whoever only knows the id or the ticket', () => {
  test.each(kinds)('of a session resumed by %s gets no further than Finished', (by) => {
    const { client, server } = resuming(by)
    const { sessionCache: _cache, ...plain } = client
    const { handle, session } = keptAfter(plain, server)
    const stolen: KeptSession = { handle, session: { ...session, masterSecret: new Secret(new Uint8Array(48)) } }
    const played = play({ ...plain, session: stolen }, server)
    expect(played.faultOf('client')?.code).toBe('bad_record_mac') // under keys that it does not have
    expect(played.server.connection.summary).toBeUndefined()
    expect(played.outputs.filter(({ output }) => output.type === 'established')).toEqual([])
  })
})
