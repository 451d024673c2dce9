/** Messages and records that are too long are refused from their headers, before a byte of them is kept. */
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { ContentType } from '../../src/registry/content-type.js'
import { HandshakeType, type HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { attackClient, attackServer, expectBroken, expectDefeat, hostileClient, hostileServer } from './arena.js'
import type { Hostile } from './hostile.js'
import { insertBefore, replace } from './script.js'

const tooLong = { fault: 'message_too_long', alert: 'illegal_parameter' } as const

const header = (name: HandshakeTypeName, length: number): Uint8Array =>
  Uint8Array.of(HandshakeType[name], length >> 16, (length >> 8) & 0xff, length & 0xff)

/** The four bytes of a header, and nothing behind it. */
const announce = (name: HandshakeTypeName, length: number) => (it: Hostile) =>
  it.record(ContentType.handshake, header(name, length))

describe('oversized messages', () => {
  test.each([
    ['server_hello', 0x4001],
    ['certificate', 0x10001],
    ['certificate', 0xffffff],
    ['server_key_exchange', 0x4001],
    ['certificate_request', 0xffffff],
    ['server_hello_done', 0xffffff],
    ['finished', 0x4001],
  ] as const)('oversized: a server announces a %s of %i bytes', (name, length) => {
    const script = replace<Hostile>(name, announce(name, length))
    expectDefeat(attackClient({ certificateRequest: {}, script }), tooLong)
  })

  test.each([
    ['client_hello', 0x4001],
    ['certificate', 0x10001],
    ['client_key_exchange', 0xffffff],
    ['certificate_verify', 0x4001],
    ['finished', 0xffffff],
  ] as const)('oversized: a client announces a %s of %i bytes', (name, length) => {
    expectDefeat(attackServer({ script: replace<Hostile>(name, announce(name, length)) }), tooLong)
  })

  test('oversized: the limit itself is only announced, and then waited for', () => {
    const peer = hostileServer()
    peer.start()
    peer.message('server_hello', peer.serverHello())
    announce('certificate', 0x10000)(peer)
    expect(peer.victim.state).toBe('ExpectCertificate')
    expect(peer.victim.fault).toBeUndefined()
  })

  test('oversized: an endless Certificate in fragments ends at the limit', () => {
    const peer = hostileServer()
    peer.start()
    peer.message('server_hello', peer.serverHello())
    announce('certificate', 0x10000)(peer)
    let fragments = 0
    for (; fragments < 100 && peer.victim.fault === undefined; fragments++) {
      peer.record(ContentType.handshake, new Uint8Array(4096))
    }
    expect(fragments).toBe(16)
    expectDefeat(peer, { fault: 'malformed_message', alert: 'decode_error', state: 'ExpectCertificate' })
  })

  test('oversized: a message that is announced byte by byte', () => {
    const peer = hostileClient()
    peer.start()
    for (const byte of header('client_hello', 0x4001)) peer.record(ContentType.handshake, Uint8Array.of(byte))
    expectDefeat(peer, tooLong)
  })

  test('oversized: limits that policy sets', () => {
    const messageLimits = { certificate: 100, message: 2000 }
    const state = 'ExpectCertificate'
    expectDefeat(attackClient({ victim: { messageLimits } }), { ...tooLong, state })
  })

  test('oversized: on an established connection', () => {
    const peer = attackClient()
    announce('hello_request', 0x4001)(peer)
    expectBroken(peer, tooLong)
  })
})

const overflow = { fault: 'record_overflow', alert: 'record_overflow' } as const
const expanded = { fault: 'plaintext_overflow', alert: 'record_overflow' } as const
const LARGEST = 2 ** 14

/** A record's header alone. */
const recordHeader = (type: number, length: number): Uint8Array => Uint8Array.of(type, 3, 3, length >> 8, length & 0xff)

describe('records over the limit', () => {
  test.each([LARGEST + 1, LARGEST + 2048, 0xffff])('a record over the limit: %i bytes in the clear', (length) => {
    const script = insertBefore<Hostile>('certificate', (it) => it.deliver(recordHeader(ContentType.handshake, length)))
    expectDefeat(attackClient({ script }), overflow)
    expectDefeat(attackServer({ script }), overflow)
  })

  test.each([LARGEST + 2049, 0xffff])('a record over the limit: %i bytes of ciphertext, from the header', (length) => {
    const early = insertBefore<Hostile>('finished', (it) => it.deliver(recordHeader(ContentType.handshake, length)))
    expectDefeat(attackClient({ script: early }), overflow)
    expectDefeat(attackServer({ script: early }), overflow)
    const peer = attackClient()
    peer.deliver(recordHeader(ContentType.application_data, length))
    expectBroken(peer, overflow)
    const client = attackServer()
    client.deliver(recordHeader(ContentType.application_data, length))
    expectBroken(client, overflow)
  })

  test.each([
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  ] as const)('a record over the limit: a plaintext of 2^14 + 1 bytes, well protected under %s', (suite) => {
    const peer = attackClient({ suite })
    peer.applicationData(new Uint8Array(LARGEST))
    expect(peer.victim.delivered[0]).toHaveLength(LARGEST)
    peer.applicationData(new Uint8Array(LARGEST + 1))
    expectBroken(peer, expanded, ['\0'.repeat(LARGEST)])
    const client = attackServer({ suite })
    client.applicationData(new Uint8Array(LARGEST + 1))
    expectBroken(client, expanded)
  })

  test('a record over the limit is never sent', () => {
    for (const peer of [attackClient(), attackServer()]) {
      peer.victim.endpoint.send(new Uint8Array(3 * LARGEST + 5))
      peer.read()
      const sent = peer.overheard.slice(1)
      expect(sent.map(({ length }) => length)).toEqual([LARGEST, LARGEST, LARGEST, 5])
      expect(concat(...sent)).toEqual(new Uint8Array(3 * LARGEST + 5))
    }
  })
})
