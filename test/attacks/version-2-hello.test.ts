/** The ClientHello of SSL 2.0 (RFC 5246 Appendix E.2): taken only where it was asked for, first of all, and well-formed. */
import { describe, expect, test } from 'vitest'
import type { ServerOptions } from '../../src/adapters/options.js'
import { concat } from '../../src/bytes/convert.js'
import { ContentType } from '../../src/registry/content-type.js'
import { type AttackOnServer, attackServer, expectConnected, expectDefeat } from './arena.js'
import type { HostileClient } from './hostile-client.js'
import { replace } from './script.js'

const uint16 = (value: number): readonly number[] => [value >> 8, value & 0xff]

interface Hello {
  readonly version: number
  readonly specs: readonly number[]
  readonly sessionId: Uint8Array
  readonly challenge: Uint8Array
}

/** The message without the length in front, and with it. */
function encodeVersion2({ version, specs, sessionId, challenge }: Hello): { body: Uint8Array; wire: Uint8Array } {
  const bytes = specs.flatMap((spec) => [spec >> 16, ...uint16(spec & 0xffff)])
  const lengths = [bytes.length, sessionId.length, challenge.length].flatMap(uint16)
  const body = Uint8Array.of(1, ...uint16(version), ...lengths, ...bytes, ...sessionId, ...challenge)
  return { body, wire: concat(Uint8Array.from(uint16(0x8000 | body.length)), body) }
}

const RSA_WITH_AES_128_GCM = 0x009c
const SIGNALLING = 0x00ff
/** SSL_CK_RC4_128_WITH_MD5 of SSL 2.0. */
const OLD_SPEC = 0x010080

const usual: AttackOnServer = { suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256', kind: 'rsa' }
const noClient: ServerOptions = { clientAuthentication: 'none', version2Hello: 'accept' }

/** A client that begins with a ClientHello of version 2, edited; its transcript has what was sent without the length. */
function begin(edit: Partial<Hello> = {}, victim = noClient, prefix = new Uint8Array()): HostileClient {
  const challenge = edit.challenge ?? Uint8Array.from({ length: 32 }, (_, at) => at + 1)
  const specs = [OLD_SPEC, RSA_WITH_AES_128_GCM, SIGNALLING]
  const { body, wire } = encodeVersion2({ version: 0x0303, specs, sessionId: new Uint8Array(), ...edit, challenge })
  const script = replace<HostileClient>('client_hello', (it) => {
    it.clientRandom = Uint8Array.from(
      [...new Uint8Array(Math.max(0, 32 - challenge.length)), ...challenge].slice(0, 32),
    )
    it.transcript.push(body)
    it.deliver(concat(prefix, wire))
  })
  return attackServer({ ...usual, victim, script })
}

const malformed = { fault: 'malformed_message', alert: 'decode_error', state: 'ExpectClientHello' } as const

describe('a ClientHello in the form of SSL 2.0', () => {
  test.each([16, 17, 31, 32, 33, 48])('is taken with a challenge of %i bytes, and leads to TLS 1.2', (length) => {
    const challenge = Uint8Array.from({ length }, (_, at) => 0xa0 + at)
    const peer = begin({ challenge })
    expectConnected(peer)
    const negotiated = peer.victim.endpoint.connection.summary?.negotiated
    expect(negotiated?.clientRandom).toEqual(peer.clientRandom)
    expect(negotiated).toMatchObject({ secureRenegotiation: true, extendedMasterSecret: false })
  })

  test('is refused unless it was asked for', () => {
    const peer = begin({}, { clientAuthentication: 'none' })
    expectDefeat(peer, { fault: 'sslv2_record', alert: 'protocol_version', state: 'ExpectClientHello' })
  })

  test('is refused behind anything else', () => {
    const warning = Uint8Array.of(ContentType.alert, 3, 1, 0, 2, 1, 90)
    expectDefeat(begin({}, noClient, warning), { fault: 'bad_record_version', alert: 'protocol_version' })
  })

  test.each([
    ['a challenge too short', { challenge: new Uint8Array(15) }],
    ['a session id', { sessionId: new Uint8Array(16) }],
    ['no specs', { specs: [] }],
    ['specs of SSL 2.0 alone', { specs: [OLD_SPEC] }],
  ])('is malformed with %s', (_, edit) => {
    expectDefeat(begin(edit), malformed)
  })

  /** A good one with another byte at this place, and how it ends. */
  const spoilt = (at: number, value: number) => {
    const { wire } = encodeVersion2({
      ...{ version: 0x0303, specs: [OLD_SPEC, RSA_WITH_AES_128_GCM, SIGNALLING] },
      ...{ sessionId: new Uint8Array(), challenge: new Uint8Array(32) },
    })
    wire[at] = value
    const script = replace<HostileClient>('client_hello', (it) => it.deliver(wire))
    return attackServer({ ...usual, victim: noClient, script })
  }

  test('is malformed with a length that cuts a spec in two', () => {
    expectDefeat(spoilt(6, 8), malformed)
  })

  test('is known by its first bit and its type: without them it is no record at all', () => {
    const noRecord = { fault: 'bad_record_version', alert: 'protocol_version' } as const
    expectDefeat(spoilt(0, 0), noRecord)
    expectDefeat(spoilt(2, 2), noRecord)
  })

  test.each([0x0002, 0x0300, 0x0301, 0x0302])('is refused for version %i', (version) => {
    expectDefeat(begin({ version }), { fault: 'unsupported_version', alert: 'protocol_version' })
  })

  test('is refused with a length that no record has, before it is there', () => {
    const peer = attackServer({
      ...usual,
      victim: noClient,
      script: replace<HostileClient>('client_hello', (it) => it.deliver(Uint8Array.of(0xff, 0xff, 1, 3, 3))),
    })
    expectDefeat(peer, { fault: 'record_overflow', alert: 'record_overflow' })
  })

  test('may come byte by byte', () => {
    const { body, wire } = encodeVersion2({
      version: 0x0303,
      specs: [RSA_WITH_AES_128_GCM],
      sessionId: new Uint8Array(),
      challenge: new Uint8Array(32).fill(7),
    })
    const script = replace<HostileClient>('client_hello', (it) => {
      it.clientRandom = new Uint8Array(32).fill(7)
      it.transcript.push(body)
      for (const byte of wire) it.deliver(Uint8Array.of(byte))
    })
    expectConnected(attackServer({ ...usual, victim: noClient, script }))
  })
})
