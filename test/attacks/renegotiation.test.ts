/**
 * Renegotiation is declined, and the connection goes on (RFC 5746 §4.4, RFC 5246 §7.2.2); whoever does nothing but ask
 * for it, warn, or send records with nothing in them is sent away.
 */
import { describe, expect, test } from 'vitest'
import { encodeHandshake } from '../../src/messages/handshake.js'
import { AlertDescription } from '../../src/registry/alert-description.js'
import { ContentType } from '../../src/registry/content-type.js'
import { attackClient, attackServer, expectBroken, expectConnected, expectDefeat } from './arena.js'
import type { Hostile } from './hostile.js'
import type { HostileServer } from './hostile-server.js'
import { insertBefore } from './script.js'
import { bytes, GREETING, text } from './victim.js'

const WARNING = 1
const helloRequest = (it: Hostile): void => it.raw(Uint8Array.of(0, 0, 0, 0))
const empty = new Uint8Array()

/** An established connection of a victim in each role, and how its peer asks for a new handshake. */
const established = [
  ['client', () => ({ peer: attackClient() as Hostile, ask: helloRequest })],
  [
    'server',
    () => {
      const peer = attackServer()
      const again = encodeHandshake('client_hello', peer.clientHello())
      return { peer: peer as Hostile, ask: (it: Hostile): void => it.raw(again) }
    },
  ],
] as const

const tooMany = { fault: 'too_many_warnings', alert: 'unexpected_message' } as const

describe.each(established)('renegotiation, asked of a %s', (_, make) => {
  test('renegotiation is declined with no_renegotiation, and the connection goes on', () => {
    const { peer, ask } = make()
    ask(peer)
    expect(peer.alerts).toEqual([{ level: WARNING, description: AlertDescription.no_renegotiation }])
    expect(peer.victim.state).toBe('Connected')
    peer.applicationData(bytes('still here'))
    peer.victim.endpoint.send(bytes('so am I'))
    peer.read()
    expect(peer.victim.delivered).toEqual(['still here'])
    expect(peer.overheard.map(text)).toEqual([GREETING, 'so am I'])
    expect(peer.messages.filter(({ name }) => name === 'finished')).toHaveLength(1)
  })

  test('renegotiation begun all the same: the next message of a handshake ends the connection', () => {
    const { peer, ask } = make()
    ask(peer)
    peer.message('certificate', { certificateList: [] })
    expectBroken(peer, { fault: 'unexpected_message', alert: 'unexpected_message' })
  })

  test('renegotiation: a flood of wishes ends the connection after a few', () => {
    const { peer, ask } = make()
    for (let i = 0; i < 4; i++) ask(peer)
    expect(peer.victim.state).toBe('Connected')
    ask(peer)
    expectBroken(peer, tooMany)
  })

  test('renegotiation: a flood of wishes in one record', () => {
    const { peer } = make()
    const wish = peer.role === 'server' ? Uint8Array.of(0, 0, 0, 0) : encodeHandshake('client_hello', minimalHello)
    peer.record(ContentType.handshake, Uint8Array.from(Array.from({ length: 100 }, () => [...wish]).flat()))
    // A ClientHello ends its flight, so that what shares its record comes too early.
    const excess = { fault: 'excess_handshake_data', alert: 'unexpected_message' } as const
    expectBroken(peer, peer.role === 'server' ? tooMany : excess)
    expect(peer.alerts.length).toBeLessThan(10)
  })

  test('renegotiation: wishes between data are declined each time', () => {
    const { peer, ask } = make()
    for (let i = 0; i < 20; i++) {
      ask(peer)
      peer.applicationData(bytes('x'))
    }
    expect(peer.victim.state).toBe('Connected')
    expect(peer.victim.delivered).toHaveLength(20)
  })

  test('floods: warnings between wishes and empty records buy nothing', () => {
    const { peer, ask } = make()
    for (let i = 0; i < 20 && peer.victim.state === 'Connected'; i++) {
      ask(peer)
      peer.alert(WARNING, AlertDescription.user_canceled)
      peer.applicationData(empty)
    }
    expectBroken(peer, tooMany)
  })

  test('floods: warnings', () => {
    const { peer } = make()
    for (let i = 0; i < 4; i++) peer.alert(WARNING, AlertDescription.user_canceled)
    expect(peer.victim.state).toBe('Connected')
    peer.alert(WARNING, AlertDescription.user_canceled)
    expectBroken(peer, tooMany)
  })

  test('floods: warnings and empty records in turns', () => {
    const { peer } = make()
    for (let i = 0; i < 20 && peer.victim.state === 'Connected'; i++) {
      peer.alert(WARNING, AlertDescription.user_canceled)
      peer.applicationData(empty)
    }
    expectBroken(peer, tooMany)
  })

  test('floods: empty records', () => {
    const { peer } = make()
    for (let i = 0; i < 32; i++) peer.applicationData(empty)
    expect(peer.victim.state).toBe('Connected')
    peer.applicationData(empty)
    expectBroken(peer, { fault: 'too_many_empty_records', alert: 'unexpected_message' })
  })

  test('floods: after our own close_notify wishes are bounded too', () => {
    const { peer, ask } = make()
    peer.victim.endpoint.close()
    peer.read()
    for (let i = 0; i < 20; i++) ask(peer)
    expect(peer.victim.fault?.code).toBe('too_many_warnings')
    expect(peer.victim.state).toBe('Failed')
  })
})

const minimalHello = {
  clientVersion: 0x0303,
  random: new Uint8Array(32),
  sessionId: empty,
  cipherSuites: [0xc02b],
  compressionMethods: [0],
}

describe('floods in mid-handshake', () => {
  test('renegotiation: a flood of HelloRequests', () => {
    const few = insertBefore<HostileServer>('certificate', (it) => {
      for (let i = 0; i < 4; i++) helloRequest(it)
    })
    expect(attackClient({ script: few }).victim.established).toBe(true)
    const many = insertBefore<HostileServer>('certificate', (it) => {
      for (let i = 0; i < 1000; i++) helloRequest(it)
    })
    expectDefeat(attackClient({ script: many }), { ...tooMany, state: 'ExpectCertificate' })
  })

  test.each(['server_hello', 'certificate', 'server_hello_done', 'change_cipher_spec'])(
    'renegotiation: a HelloRequest before %s is passed over, or the end where that is asked for (RFC 5246 §7.4.1.1)',
    (name) => {
      const script = insertBefore<HostileServer>(name, helloRequest)
      expectConnected(attackClient({ script }))
      const defeat = { fault: 'unexpected_message', alert: 'unexpected_message' } as const
      expectDefeat(attackClient({ script, victim: { strayHelloRequest: 'refuse' } }), defeat)
    },
  )

  test('floods: warnings', () => {
    const script = insertBefore<Hostile>('change_cipher_spec', (it) => {
      for (let i = 0; i < 5; i++) it.alert(WARNING, AlertDescription.user_canceled)
    })
    expectDefeat(attackClient({ script }), tooMany)
    expectDefeat(attackServer({ script }), tooMany)
  })

  test('a server that is sent a HelloRequest', () => {
    const script = insertBefore<Hostile>('client_key_exchange', helloRequest)
    expectDefeat(attackServer({ script }), { fault: 'unexpected_message', alert: 'unexpected_message' })
  })
})
