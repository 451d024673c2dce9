/**
 * A fatal alert ends the session of its connection (RFC 5246 §7.2.2). Session ids travel in the clear, so an eavesdropper
 * who shows one that was seen must not be able to end the session of its owner.
 */
import { describe, expect, test } from 'vitest'
import { clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import { concat } from '../../src/bytes/convert.js'
import type { FaultCode, TlsFault } from '../../src/handshake/fault.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { play, resumedBy, resuming, summariesOf } from '../resumption/ends.js'
import { relay } from '../resumption/relay.js'
import { noble } from '../support/endpoints.js'

/** Both ends have met once, and the eavesdropper has the hello by which the client would resume. */
function overheard() {
  const ends = resuming('session id')
  resumedBy(play(ends.client, ends.server))
  const client = clientEndpoint(noble, ends.client)
  const sent: Uint8Array[] = []
  client.onOutput = (output) => {
    if (output.type === 'transmit') sent.push(output.bytes)
  }
  client.start()
  return { ...ends, hello: concat(...sent) }
}

/** Sends these bytes to a new connection of the server. */
function say(server: ServerOptions, ...flights: readonly Uint8Array[]) {
  const answer: Uint8Array[] = []
  let fault: TlsFault | undefined
  const victim = serverEndpoint(noble, server)
  victim.onOutput = (output) => {
    if (output.type === 'transmit') answer.push(output.bytes)
    else if (output.type === 'failed') fault = output.fault
  }
  victim.start()
  for (const bytes of flights) victim.receive(bytes)
  return { answer: concat(...answer), fault }
}

const changeCipherSpec = Uint8Array.of(20, 3, 3, 0, 1, 1)
const sealedNonsense = Uint8Array.of(22, 3, 3, 0, 40, ...new Uint8Array(40))
const { extended_master_secret: ems } = ExtensionType

describe('a session id that was overheard, shown by someone else', () => {
  test('is taken up by the server, so that what follows is about that session', () => {
    const { server, hello } = overheard()
    const { answer } = say(server, hello)
    // handshake (ServerHello alone), ChangeCipherSpec, handshake (Finished): the abbreviated flight
    const types: (number | undefined)[] = []
    for (let at = 0; at < answer.length; at += 5 + (((answer[at + 3] ?? 0) << 8) | (answer[at + 4] ?? 0))) {
      types.push(answer[at])
    }
    expect(types).toEqual([22, 20, 22])
  })

  const ways: readonly (readonly [string, (hello: Uint8Array) => readonly Uint8Array[], FaultCode])[] = [
    ['a Finished under other keys', () => [changeCipherSpec, sealedNonsense], 'bad_record_mac'],
    [
      'a Finished in the clear',
      () => [Uint8Array.of(22, 3, 3, 0, 16, 20, 0, 0, 12, ...new Uint8Array(12))],
      'unexpected_message',
    ],
    ['a fatal alert', () => [Uint8Array.of(21, 3, 3, 0, 2, 2, 40)], 'alert_received'],
    ['its hello once more', (hello) => [hello], 'unexpected_message'],
    ['a record of no known type', () => [Uint8Array.of(99, 3, 3, 0, 1, 0)], 'unknown_content_type'],
  ]

  test.each(ways)('cannot end it by %s', (_what, after, code) => {
    const { client, server, store, hello } = overheard()
    expect(say(server, hello, ...after(hello)).fault).toMatchObject({ code })
    expect(store.size).toBe(1)
    expect(resumedBy(play(client, server))).toEqual(['session id', 'session id'])
  })

  test('cannot end it by a hello that must be refused (RFC 7627 §5.3)', () => {
    const { client, server, store } = overheard()
    const withoutBinding = (hello: ClientHello): ClientHello => ({
      ...hello,
      extensions: (hello.extensions ?? []).filter(({ extensionType }) => extensionType !== ems),
    })
    const { faults } = relay(client, server, { client_hello: withoutBinding })
    expect(faults.server?.code).toBe('resumed_extended_master_secret_missing')
    expect(store.size).toBe(1)
  })
})

describe('a session is ended by connections that proved to have it', () => {
  const damaged = Uint8Array.of(23, 3, 3, 0, 32, ...new Uint8Array(32))

  test('one that resumed it ends it as much as the one that made it', () => {
    const { client, server, store } = overheard()
    const again = play(client, server)
    expect(resumedBy(again)).toEqual(['session id', 'session id'])
    again.server.receive(damaged)
    expect(again.faultOf('server')?.code).toBe('bad_record_mac')
    expect(store.size).toBe(0)
  })

  test('a client gives up what it offered to a server that failed over it', () => {
    const { client, server, cache } = overheard()
    const breaks = play(client, { ...server, cipherSuites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'] })
    expect(breaks.faultOf('client')?.code).toBe('alert_received')
    expect(cache.size).toBe(0)
    expect(resumedBy(play(client, server))).toEqual([undefined, undefined])
  })

  test('a client keeps what another connection has put in its place meanwhile', () => {
    const { client, server, store } = overheard()
    const older = play(client, server)
    expect(resumedBy(older)).toEqual(['session id', 'session id'])
    const { sessionId } = summariesOf(older).server.negotiated
    store.delete(sessionId)
    expect(resumedBy(play(client, server))).toEqual([undefined, undefined])
    older.client.receive(damaged)
    expect(older.faultOf('client')?.code).toBe('bad_record_mac')
    expect(resumedBy(play(client, server))).toEqual(['session id', 'session id'])
  })
})
