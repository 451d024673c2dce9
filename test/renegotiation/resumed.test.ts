/**
 * Renegotiation of connections whose session was resumed. The triple handshake attack needs all three: two sessions with one
 * master secret, their resumption, and a renegotiation bound to Finished messages that both have in common (RFC 7627 §1).
 */
import { describe, expect, test } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { concat } from '../../src/bytes/convert.js'
import type { ObservedStep } from '../../src/connection/role.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { decodeHandshakeBody, encodeHandshake } from '../../src/messages/handshake.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { pinnedCertificates } from '../../src/x509/index.js'
import { type By, resumedBy, resuming } from '../resumption/ends.js'
import { credentialOf, noble, type Played, play } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { lawless } from './lawless.js'

const kinds: readonly By[] = ['session id', 'ticket']
const sides = ['client', 'server'] as const

const bothConnected = ['Connected', 'Connected']
const states = ({ client, server }: Played): readonly string[] => [
  client.connection.state.name,
  server.connection.state.name,
]

/** A second connection, which resumed the session of the first. */
function resumed(by: By, client: ClientOptions = {}, server: ServerOptions = {}): Played {
  const ends = resuming(by)
  const options = [
    { ...ends.client, renegotiation: 'freely', ...client },
    { ...ends.server, renegotiation: 'freely', ...server },
  ] as const
  const { recordLayer: _client, ...firstClient } = options[0]
  const { recordLayer: _server, ...firstServer } = options[1]
  expect(resumedBy(play(firstClient, firstServer))).toEqual([undefined, undefined])
  const played = play(...options)
  expect(resumedBy(played)).toEqual([by, by])
  return played
}

const count = ({ outputs }: Played, side: string, type: string): number =>
  outputs.filter((one) => one.side === side && one.output.type === type).length

describe.each(kinds)('a session resumed by %s without extended_master_secret', (by) => {
  const unbound = { extendedMasterSecret: 'off', resumeWithoutExtendedMasterSecret: true } as const

  test.each(sides)('triple handshake: a %s does not renegotiate of its own accord', (side) => {
    const played = resumed(by, unbound, unbound)
    expect(() => played[side].renegotiate()).toThrow(expect.objectContaining({ code: 'misuse' }))
    expect(states(played)).toEqual(bothConnected)
  })

  test.each(['once', 'freely', 'ignore'] as const)(
    'triple handshake: a client whose policy is %s declines, and goes on',
    (renegotiation) => {
      const peer = lawless('server')
      const played = resumed(by, { ...unbound, renegotiation }, { ...unbound, recordLayer: peer.recordLayer })
      peer.mode.handshake = true
      played.server.send(Uint8Array.of(0, 0, 0, 0))
      peer.mode.handshake = false
      expect(count(played, 'client', 'established')).toBe(1)
      expect(played.client.connection.state.name).toBe('Connected')
      played.server.send(Uint8Array.of(1))
      expect(played.dataOf('client')).toEqual(Uint8Array.of(1))
    },
  )

  test('triple handshake: a server declines, though the hello is bound to the connection', () => {
    const peer = lawless('client')
    const played = resumed(by, { ...unbound, recordLayer: peer.recordLayer }, unbound)
    peer.mode.handshake = true
    played.client.send(boundHello(played, (hello) => hello))
    peer.mode.handshake = false
    expect(count(played, 'server', 'established')).toBe(1)
    expect(states(played)).toEqual(bothConnected)
  })

  test('triple handshake: where the policy is abort, the wish is the end', () => {
    const peer = lawless('server')
    const abort = { ...unbound, renegotiation: 'abort' } as const
    const played = resumed(by, abort, { ...unbound, recordLayer: peer.recordLayer })
    peer.mode.handshake = true
    played.server.send(Uint8Array.of(0, 0, 0, 0))
    expect(played.faultOf('client')).toMatchObject({ code: 'renegotiation_refused', alert: 'no_renegotiation' })
  })
})

const info = (data: Uint8Array) => ({
  extensionType: ExtensionType.renegotiation_info,
  extensionData: concat(Uint8Array.of(data.length), data),
})

/** A ClientHello that is bound to this connection as RFC 5746 §3.5 has it. */
function boundHello({ client }: Played, edit: (hello: ClientHello) => ClientHello): Uint8Array {
  const { state } = client.connection
  if (state.name !== 'Connected') throw new Error('the client is not connected')
  return encodeHandshake(
    'client_hello',
    edit({
      clientVersion: 0x0303,
      random: noble.randomBytes(32),
      sessionId: new Uint8Array(),
      cipherSuites: [state.summary.negotiated.suite.cipherSuite],
      compressionMethods: [0],
      extensions: [
        info(state.ownVerifyData),
        { extensionType: ExtensionType.supported_groups, extensionData: Uint8Array.of(0, 4, 0, 29, 0, 23) },
        { extensionType: ExtensionType.signature_algorithms, extensionData: Uint8Array.of(0, 2, 4, 3) },
        {
          extensionType: ExtensionType.server_name,
          extensionData: Uint8Array.of(0, 12, 0, 0, 9, ...new TextEncoder().encode('localhost')),
        },
        ...(state.summary.negotiated.extendedMasterSecret
          ? [{ extensionType: ExtensionType.extended_master_secret, extensionData: new Uint8Array() }]
          : []),
      ],
    }),
  )
}

describe.each(kinds)('a session resumed by %s with extended_master_secret', (by) => {
  test.each(sides)('is renegotiated by a %s: in full, with new proofs and new keys', (side) => {
    const played = resumed(by)
    const material = () =>
      [played.client, played.server].map(({ connection }) => connection.exportKeyingMaterial('EXPERIMENTAL', 16))
    const [before] = material()
    played[side].renegotiate()
    expect(states(played)).toEqual(bothConnected)
    expect(resumedBy(played)).toEqual([undefined, undefined])
    for (const one of sides) {
      expect(count(played, one, 'established')).toBe(2)
      expect(played[one].connection.summary?.peer.kind).toBe('certificate and signature')
    }
    const [client, server] = material()
    expect(client).toEqual(server)
    expect(client).not.toEqual(before)
    played.client.send(Uint8Array.of(1))
    played.server.send(Uint8Array.of(2))
    expect([played.dataOf('server'), played.dataOf('client')]).toEqual([Uint8Array.of(1), Uint8Array.of(2)])
  })

  test.each(sides)('holds a %s to the certificate of the session', (side) => {
    const other = side === 'client' ? 'server' : 'client'
    const both = [pki[side].ecdsaP256.certificate, pki[side].rsa.certificate]
    // Shown once, in the full handshake of the first connection.
    let shown = 0
    const changing = { selectCredential: () => credentialOf(side, shown++ === 0 ? 'ecdsaP256' : 'rsa') }
    const judging = { verifier: pinnedCertificates(both, noble) }
    const played = side === 'client' ? resumed(by, changing, judging) : resumed(by, judging, changing)
    expect(shown).toBe(1)
    played.client.renegotiate()
    expect(played.faultOf(other)).toMatchObject({ code: 'peer_certificate_changed', alert: 'handshake_failure' })
  })

  test('holds a client to having been authenticated', () => {
    let shown = 0
    const once = () => (shown++ === 0 ? credentialOf('client', 'ecdsaP256') : undefined)
    const played = resumed(by, { selectCredential: once }, { clientAuthentication: 'request' })
    expect(played.server.connection.summary?.peer.identity).toBeDefined()
    played.client.renegotiate()
    expect(played.faultOf('server')).toMatchObject({ code: 'client_certificate_missing' })
  })

  test('a renegotiation offers no session, and makes none', () => {
    const hellos: ClientHello[] = []
    const observe = ({ actions }: ObservedStep): void => {
      for (const one of actions) {
        if (one.type !== 'sendHandshake' || one.name !== 'client_hello') continue
        hellos.push(decodeHandshakeBody('client_hello', one.raw))
      }
    }
    const played = resumed(by, { observe })
    played.client.renegotiate()
    expect(states(played)).toEqual(bothConnected)
    const offers = hellos.map(({ sessionId, extensions = [] }) => [
      sessionId.length > 0,
      extensions.some(({ extensionType }) => extensionType === ExtensionType.session_ticket),
    ])
    // The hello of the first connection, of the second one, and of its renegotiation.
    expect(offers.map(([id]) => id)).toEqual([false, true, false])
    expect(offers.at(-1)).toEqual([false, false])
    expect([count(played, 'client', 'session'), count(played, 'server', 'session')]).toEqual([0, 0])
  })

  test('a server passes over the session that a renegotiation shows, and asks for full proof', () => {
    const did: string[] = []
    const observe = ({ before, actions }: ObservedStep): void => {
      if (before.name !== 'Connected' && before.name !== 'Renegotiating') return
      for (const one of actions) {
        if (one.type === 'need') did.push(one.need.type)
        if (one.type === 'sendHandshake') did.push(one.name)
      }
    }
    const peer = lawless('client')
    const { cache, ...ends } = resuming(by)
    const key = 'the ends have one server'
    const client = { ...ends.client, sessionKey: key }
    play(client, ends.server)
    const ticket: Uint8Array[] = []
    const catching = ({ event }: ObservedStep): void => {
      if (event.type === 'start' && event.session?.handle.by === 'ticket') ticket.push(event.session.handle.ticket)
      if (event.type === 'start' && event.session?.handle.by === 'session id')
        ticket.push(event.session.handle.sessionId)
    }
    const played = play(
      { ...client, recordLayer: peer.recordLayer, observe: catching },
      { ...ends.server, renegotiation: 'freely', observe },
    )
    expect(resumedBy(played)).toEqual([by, by])
    expect(cache.size).toBe(1)
    const [shown = new Uint8Array()] = ticket
    expect(shown.length).toBeGreaterThan(0)
    peer.mode.handshake = true
    played.client.send(
      boundHello(played, (hello) => ({
        ...hello,
        sessionId: by === 'session id' ? shown : new Uint8Array(32).fill(7),
        extensions: [
          ...(hello.extensions ?? []),
          { extensionType: ExtensionType.session_ticket, extensionData: by === 'ticket' ? shown : new Uint8Array() },
        ],
      })),
    )
    // Neither looked for nor opened: a full handshake, in which the client is asked who it is.
    const flight = ['server_hello', 'certificate', 'server_key_exchange', 'certificate_request', 'server_hello_done']
    expect(did).toEqual(['selectCredential', 'generateKeyShare', 'sign', ...flight])
  })
})

describe('TLS_FALLBACK_SCSV', () => {
  const suitesOf = (client: ClientOptions, server: ServerOptions): readonly (readonly number[])[] => {
    const offers: (readonly number[])[] = []
    const observe = ({ event }: ObservedStep): void => {
      if (event.type === 'client_hello') offers.push(decodeHandshakeBody('client_hello', event.raw).cipherSuites)
    }
    for (let round = 0; round < 2; round++) play(client, { ...server, observe })
    return offers
  }

  test.each(kinds)('comes last where asked for, but not where a session is offered by %s (RFC 7507 §4)', (by) => {
    const { client, server } = resuming(by)
    const [full, abbreviated, ...more] = suitesOf({ ...client, fallback: true }, server)
    expect(full?.at(-1)).toBe(CipherSuite.TLS_FALLBACK_SCSV)
    expect(abbreviated).toEqual(full?.slice(0, -1))
    expect(more).toEqual([])
  })

  test('is left out otherwise', () => {
    const { client, server } = resuming('ticket')
    const [full] = suitesOf(client, server)
    expect(full).not.toContain(CipherSuite.TLS_FALLBACK_SCSV)
  })
})
