import { describe, expect, test } from 'vitest'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { attackClient, attackServer, expectBroken, expectConnected, expectDefeat } from '../attacks/arena.js'
import { exchange, hex, type Side, withExtension } from './wire.js'

const fragmentLength = ExtensionType.max_fragment_length
const sizeLimit = ExtensionType.record_size_limit

const only = { cipherSuites: ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'] } as const
/** What ChaCha20-Poly1305 adds to a record besides its header: a tag (RFC 7905 §2). */
const TAG = 16
const HEADER = 5

const CHANGE_CIPHER_SPEC = 20
const say = 'x'.repeat(5000)

/** The longest plaintext of a side's records, from its ChangeCipherSpec on or before it. */
function longest(records: Readonly<Record<Side, readonly Uint8Array[]>>, side: Side, sealed: boolean): number {
  const change = records[side].findIndex(([type]) => type === CHANGE_CIPHER_SPEC)
  const chosen = sealed ? records[side].slice(change + 1) : records[side].slice(0, change)
  return Math.max(...chosen.map(({ length }) => length)) - HEADER - (sealed ? TAG : 0)
}

const refusedBy = (expecting: 'ExpectServerHello' | 'ExpectClientHello') =>
  ({ fault: 'bad_extension', alert: 'illegal_parameter', state: expecting }) as const

describe('max_fragment_length (RFC 6066 §4)', () => {
  test.each([
    [512, '01'],
    [1024, '02'],
    [2048, '03'],
    [4096, '04'],
  ] as const)('%i bytes: asked for, answered alike, and kept by both sides', (maxFragmentLength, code) => {
    const met = exchange({ ...only, maxFragmentLength, recordSizeLimit: false }, {}, { kind: 'rsa', say })
    expect(met.faults).toEqual({ client: undefined, server: undefined })
    expect(met.offered(fragmentLength)).toEqual(hex(code))
    expect(met.answered(fragmentLength)).toEqual(hex(code))
    expect(met.received).toEqual({ client: say, server: say })
    for (const side of ['client', 'server'] as const) {
      expect(longest(met.records, side, true)).toBe(maxFragmentLength)
      // messages of the handshake are cut as well, before there are keys
      expect(longest(met.records, side, false)).toBeLessThanOrEqual(maxFragmentLength)
    }
    expect(met.summaries.client?.negotiated.recordLimits).toEqual({
      client: maxFragmentLength,
      server: maxFragmentLength,
    })
  })

  test('an answer that is not the length asked for is refused', () => {
    for (const data of ['02', '00', '05', 'ff']) {
      const edit = { server_hello: withExtension(fragmentLength, data) }
      expectDefeat(attackClient({ victim: { maxFragmentLength: 512 }, edit }), refusedBy('ExpectServerHello'))
    }
  })

  test('a length that is none of the four is refused', () => {
    for (const data of ['00', '05', 'ff']) {
      const edit = { client_hello: withExtension(fragmentLength, data) }
      expectDefeat(attackServer({ edit }), refusedBy('ExpectClientHello'))
    }
  })

  test('the other side must keep to it, also before there are keys', () => {
    // The hostile peers put each message into one record, and a chain of two certificates is longer than 512 bytes.
    const peer = attackClient({
      victim: { maxFragmentLength: 512, recordSizeLimit: false },
      edit: { server_hello: withExtension(fragmentLength, '01') },
    })
    expectDefeat(peer, { fault: 'record_overflow', alert: 'record_overflow' })
  })
})

describe('record_size_limit (RFC 8449)', () => {
  test('each side says what it takes, and each keeps to what the other takes', () => {
    const met = exchange({ ...only, recordSizeLimit: 64 }, { recordSizeLimit: 1000 }, { kind: 'rsa', say })
    expect(met.faults).toEqual({ client: undefined, server: undefined })
    expect(met.offered(sizeLimit)).toEqual(hex('0040'))
    expect(met.answered(sizeLimit)).toEqual(hex('03e8'))
    expect(met.received).toEqual({ client: say, server: say })
    expect(longest(met.records, 'client', true)).toBe(1000)
    expect(longest(met.records, 'server', true)).toBe(64)
    // nor are messages longer before there are keys, for GnuTLS's sake, though RFC 8449 §4 would allow it
    expect(Math.max(...met.records.server.slice(1, 10).map(({ length }) => length - HEADER))).toBe(64)
    expect(met.summaries.server?.negotiated.recordLimits).toEqual({ client: 1000, server: 64 })
  })

  test('is said by default, though nothing is limited (RFC 8449 §4)', () => {
    const met = exchange()
    expect(met.offered(sizeLimit)).toEqual(hex('4000'))
    expect(met.answered(sizeLimit)).toEqual(hex('4000'))
  })

  test.each([
    ['client', { recordSizeLimit: false }, {}],
    ['server', {}, { recordSizeLimit: false }],
  ] as const)('where the %s does not know it nothing is limited', (_, client, server) => {
    const met = exchange({ ...only, ...client }, server, { kind: 'rsa', say })
    expect(met.answered(sizeLimit)).toBeUndefined()
    expect(met.summaries.client?.negotiated.recordLimits).toEqual({ client: 16384, server: 16384 })
    expect(longest(met.records, 'server', true)).toBe(say.length)
  })

  test('a limit below 64 is refused, from either side', () => {
    expectDefeat(
      attackClient({ edit: { server_hello: withExtension(sizeLimit, '003f') } }),
      refusedBy('ExpectServerHello'),
    )
    expectDefeat(
      attackServer({ edit: { client_hello: withExtension(sizeLimit, '003f') } }),
      refusedBy('ExpectClientHello'),
    )
    expectConnected(attackClient({ edit: { server_hello: withExtension(sizeLimit, '0040') } }))
  })

  test('a limit above that of TLS 1.2 is for other versions, and means 2^14 (RFC 8449 §4)', () => {
    const peer = attackServer({ edit: { client_hello: withExtension(sizeLimit, '4001') } })
    expectConnected(peer)
    expect(peer.victim.endpoint.connection.summary?.negotiated.recordLimits.server).toBe(16384)
  })

  test('a record above the limit that was said ends the connection', () => {
    const peer = attackClient({
      victim: { recordSizeLimit: 100 },
      edit: { server_hello: withExtension(sizeLimit, '4000') },
    })
    peer.applicationData(new Uint8Array(100).fill(0x61))
    expect(peer.victim.delivered).toEqual(['a'.repeat(100)])
    peer.applicationData(new Uint8Array(101))
    expectBroken(peer, { fault: 'plaintext_overflow', alert: 'record_overflow' }, ['a'.repeat(100)])
  })
})

describe('both extensions at once (RFC 8449 §5)', () => {
  test('a server that knows record_size_limit ignores the other', () => {
    const met = exchange({ ...only, maxFragmentLength: 512, recordSizeLimit: 700 }, {}, { kind: 'rsa', say })
    expect(met.answered(fragmentLength)).toBeUndefined()
    expect(met.answered(sizeLimit)).toEqual(hex('4000'))
    expect(longest(met.records, 'server', true)).toBe(700)
  })

  test('a server that does not know record_size_limit answers the other', () => {
    const met = exchange(
      { ...only, maxFragmentLength: 512, recordSizeLimit: 700 },
      { recordSizeLimit: false },
      { kind: 'rsa', say },
    )
    expect(met.answered(fragmentLength)).toEqual(hex('01'))
    expect(met.answered(sizeLimit)).toBeUndefined()
    expect(longest(met.records, 'server', true)).toBe(512)
  })

  test('a client that is answered both refuses', () => {
    const edit = {
      server_hello: <
        H extends { readonly extensions?: readonly { extensionType: number; extensionData: Uint8Array }[] },
      >(
        hello: H,
      ) => withExtension(fragmentLength, '01')(withExtension(sizeLimit, '0200')(hello)),
    }
    expectDefeat(attackClient({ victim: { maxFragmentLength: 512 }, edit }), refusedBy('ExpectServerHello'))
  })
})

describe('limits of our own', () => {
  test('maxSendFragment cuts what this side sends, below what the peer takes', () => {
    const met = exchange({ ...only, maxSendFragment: 300 }, { recordSizeLimit: 1000 }, { kind: 'rsa', say })
    expect(longest(met.records, 'client', true)).toBe(300)
    expect(longest(met.records, 'server', true)).toBe(say.length)
    expect(() => exchange({ maxSendFragment: 0 })).toThrow(expect.objectContaining({ code: 'misuse' }))
  })

  test('trafficLimits says how much nothing a peer may send', () => {
    const peer = attackClient({ victim: { trafficLimits: { emptyRecords: 1 } } })
    peer.applicationData(new Uint8Array())
    expect(peer.victim.fault).toBeUndefined()
    peer.applicationData(new Uint8Array())
    expectBroken(peer, { fault: 'too_many_empty_records', alert: 'unexpected_message' })
  })
})
