/**
 * Behind the message that ends a flight its sender has to wait for ours: more in the same record was made without having
 * seen what it should answer (RFC 5246 §7.3).
 */
import { describe, test } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { ContentType } from '../../src/registry/content-type.js'
import type { HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { attackClient, attackServer, expectBroken, expectConnected, expectDefeat } from './arena.js'

const excess = { fault: 'excess_handshake_data', alert: 'unexpected_message' } as const

/** Appends bytes to a message, outside its own length: they are the beginning of whatever comes next. */
const followedBy = (name: HandshakeTypeName, more: Uint8Array) => ({
  rawEdit: { [name]: (raw: Uint8Array) => concat(raw, more) },
})

/** One byte, half a header, the header of a message too long to be taken, a whole HelloRequest. */
const beginnings = [
  Uint8Array.of(16),
  Uint8Array.of(20, 0),
  Uint8Array.of(20, 0xff, 0xff, 0xff),
  Uint8Array.of(0, 0, 0, 0),
]

describe('more behind the end of a flight', () => {
  test.each(beginnings)('behind ServerHelloDone, to a client: %j', (...bytes) => {
    const peer = attackClient(followedBy('server_hello_done', Uint8Array.from(bytes)))
    expectDefeat(peer, { ...excess, state: 'ExpectCertificateRequest' })
  })

  test.each(beginnings)('behind ClientHello, to a server: %j', (...bytes) => {
    expectDefeat(attackServer(followedBy('client_hello', Uint8Array.from(bytes))), {
      ...excess,
      state: 'ExpectClientHello',
    })
  })

  test.each(beginnings)('behind Finished, to either: %j', (...bytes) => {
    const edit = followedBy('finished', Uint8Array.from(bytes))
    expectDefeat(attackClient(edit), { ...excess, state: 'ExpectServerFinished' })
    expectDefeat(attackServer(edit), { ...excess, state: 'ExpectClientFinished' })
  })

  test('behind a ClientHello on an established connection', () => {
    const peer = attackServer()
    const hello = peer.messages.length > 0 ? peer.transcript[0] : undefined
    peer.record(ContentType.handshake, concat(hello ?? new Uint8Array(), Uint8Array.of(16)))
    expectBroken(peer, excess)
  })

  test('messages that do not end a flight may share records with the next', () => {
    expectConnected(attackClient({ certificateRequest: {}, fragmentLength: 11 }))
  })
})
