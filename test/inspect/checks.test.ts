/**
 * What an observer checks: each check comes out right in a captured handshake, and wrong once that handshake is changed at
 * the place which the check is about, and then nothing else does.
 */
import { describe, expect, it } from 'vitest'
import { concat, fromAscii, fromHex } from '../../src/bytes/convert.js'
import { encode } from '../../src/codec/codec.js'
import type { CapturedHandshake } from '../../src/inspect/capture/captured-handshake.js'
import type { CheckedThing } from '../../src/inspect/capture/check.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { ProtocolNameList } from '../../src/messages/extensions/application-layer-protocol-negotiation.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import type { HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { captured, recorded } from './handshakes.js'
import {
  type Change,
  changed,
  empty,
  first,
  flip,
  flipLast,
  last,
  observe,
  of,
  twice,
  withExtension,
} from './observing.js'

const serverOnly = first(recorded, 'ecdhe-rsa-aes128gcm-server-only')
const mutual = first(recorded, 'ecdhe-ecdsa-aes128gcm-mutual')
const dhe = first(recorded, 'dhe-rsa-aes128gcm-server-only')
const rsa = first(recorded, 'rsa-aes128gcm-server-only')
const withTicket = first(recorded, 'session-ticket')
const stapled = first(captured, 'openssl-gnutls-stapled-ocsp')
const byId = last(captured, 'rustls-mbed-tls-resumed-by-session-id')

const DOWNGRADE = concat(fromAscii('DOWNGRD'), Uint8Array.of(1))
const marked = (hello: ServerHello): ServerHello => ({
  ...hello,
  random: concat(hello.random.subarray(0, 24), DOWNGRADE),
})
const speaking13 = (hello: ClientHello): ClientHello =>
  withExtension(hello, ExtensionType.supported_versions, fromHex('0403040303'))

/** RFC 8449 §5 has a server answer one of the two alone. */
const limitedTwice = <T extends ClientHello | ServerHello>(hello: T): T =>
  withExtension(
    withExtension(hello, ExtensionType.max_fragment_length, fromHex('01')),
    ExtensionType.record_size_limit,
    fromHex('0200'),
  )

/** Bytes of a ServerKeyExchange over a curve: type, curve, length, point. */
const POINT = 4
const noId = { sessionId: empty }

type Case = readonly [CheckedThing, string, CapturedHandshake, Change, (readonly CheckedThing[])?]

const cases: readonly Case[] = [
  ['offer', 'an extension twice', serverOnly, { client_hello: twice }],
  [
    'offer',
    'no null compression',
    serverOnly,
    { client_hello: (hello) => ({ ...hello, compressionMethods: [1] }) },
    ['choices'],
  ],
  [
    'offer',
    'compressed points only',
    serverOnly,
    { client_hello: (hello) => withExtension(hello, ExtensionType.ec_point_formats, fromHex('0101')) },
  ],
  [
    'choices',
    'another suite',
    rsa,
    { client_hello: (hello) => ({ ...hello, cipherSuites: [CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV] }) },
  ],
  ['extensions', 'one twice', serverOnly, { server_hello: twice }],
  [
    'extensions',
    'one that was not offered',
    rsa,
    { server_hello: (hello) => withExtension(hello, 0x000f, fromHex('01')) },
  ],
  [
    'extensions',
    'a protocol that was not offered',
    first(recorded, 'rsa-aes128gcm-server-only'),
    {
      client_hello: (hello) =>
        withExtension(
          hello,
          ExtensionType.application_layer_protocol_negotiation,
          encode(ProtocolNameList, [fromAscii('a')]),
        ),
      server_hello: (hello) =>
        withExtension(
          hello,
          ExtensionType.application_layer_protocol_negotiation,
          encode(ProtocolNameList, [fromAscii('b')]),
        ),
    },
  ],
  [
    'extensions',
    'data in extended_master_secret',
    rsa,
    { server_hello: (hello) => withExtension(hello, ExtensionType.extended_master_secret, fromHex('00')) },
  ],
  [
    'extensions',
    'record_size_limit beside max_fragment_length',
    rsa,
    { client_hello: limitedTwice, server_hello: limitedTwice },
  ],
  [
    'encrypt_then_mac',
    'for a suite that has no MAC to move',
    rsa,
    {
      client_hello: (hello) => withExtension(hello, ExtensionType.encrypt_then_mac, empty),
      server_hello: (hello) => withExtension(hello, ExtensionType.encrypt_then_mac, empty),
    },
  ],
  ['downgrade', 'the mark', rsa, { client_hello: speaking13, server_hello: marked }],
  [
    'downgrade',
    'a fallback',
    rsa,
    {
      client_hello: (hello) => ({ ...hello, cipherSuites: [...hello.cipherSuites, CipherSuite.TLS_FALLBACK_SCSV] }),
      server_hello: marked,
    },
  ],
  [
    'renegotiation_info',
    'not empty in a first handshake',
    rsa,
    { server_hello: (hello) => withExtension(hello, ExtensionType.renegotiation_info, fromHex('0101')) },
  ],
  [
    'certificate key',
    'of another family than the suite',
    first(recorded, 'rsa-aes128gcm-server-only'),
    { certificate: () => ({ certificateList: certificateIn(mutual) }) },
  ],
  [
    'certificate key',
    'of a kind that was not asked for',
    mutual,
    { certificate_request: (request) => ({ ...request, certificateTypes: [1] }) },
    ['signature'],
  ],
  [
    'certificate status',
    'not announced',
    stapled,
    {
      server_hello: (hello) => ({
        ...hello,
        extensions: (hello.extensions ?? []).filter(
          ({ extensionType }) => extensionType !== ExtensionType.status_request,
        ),
      }),
    },
  ],
  [
    'group',
    'one that the client does not accept',
    serverOnly,
    { client_hello: (hello) => withExtension(hello, ExtensionType.supported_groups, fromHex('00020018')) },
  ],
  [
    'public value',
    'a point of another form',
    first(recorded, 'ecdhe-ecdsa-aes128gcm-server-only'),
    { client_key_exchange: ({ body }) => ({ body: flip(body, 1) }) },
  ],
  [
    'public value',
    'zero',
    dhe,
    { client_key_exchange: ({ body }) => ({ body: body.map((byte, i) => (i < 2 ? byte : 0)) }) },
  ],
  ['signature', 'over another share', serverOnly, { server_key_exchange: ({ body }) => ({ body: flip(body, POINT) }) }],
  ['signature', 'another one', serverOnly, { server_key_exchange: ({ body }) => ({ body: flipLast(body) }) }],
  [
    'signature',
    "the client's proof",
    mutual,
    { certificate_verify: (signed) => ({ ...signed, signature: flipLast(signed.signature) }) },
  ],
  [
    'signature',
    'a scheme that was not asked for',
    mutual,
    { certificate_verify: (signed) => ({ ...signed, algorithm: 0x0201 }) },
  ],
  [
    // The signature itself stays valid: it does not cover this list.
    'signature',
    'a scheme that the client did not offer',
    serverOnly,
    { client_hello: (hello) => withExtension(hello, ExtensionType.signature_algorithms, fromHex('00020203')) },
  ],
  [
    'session id',
    'given back in a full handshake',
    rsa,
    {
      client_hello: (hello) => ({ ...hello, sessionId: fromHex('0102') }),
      server_hello: (hello) => ({ ...hello, sessionId: fromHex('0102') }),
    },
  ],
  ['session id', 'not given back by an abbreviated one', byId, { server_hello: (hello) => ({ ...hello, ...noId }) }],
  [
    'ticket',
    'not announced',
    withTicket,
    {
      server_hello: (hello) => ({
        ...hello,
        extensions: (hello.extensions ?? []).filter(
          ({ extensionType }) => extensionType !== ExtensionType.session_ticket,
        ),
      }),
    },
    ['signature'],
  ],
]

describe('each check', () => {
  it.each(cases.map((one) => [`${one[0]}: ${one[1]}`, one] as const))(
    '%s',
    (_title, [what, , handshake, change, besides = []]) => {
      expect(of(observe(handshake).checks, 'wrong')).toEqual([])
      const { checks } = observe(changed(handshake, change))
      expect(of(checks, 'wrong').filter((one) => !besides.includes(one))).toEqual([what])
    },
  )
})

function certificateIn({ items }: CapturedHandshake): readonly Uint8Array[] {
  for (const item of items)
    if (item.type === 'message' && item.name === 'certificate')
      return decodeHandshakeBody('certificate', item.raw).certificateList
  return []
}

const isMessage = (item: CapturedHandshake['items'][number], name: HandshakeTypeName): boolean =>
  item.type === 'message' && item.name === name

describe('form and order', () => {
  it('a byte too many is no message', () => {
    const items = serverOnly.items.map((item) =>
      item.type === 'message' && item.name === 'server_hello_done' ? { ...item, raw: fromHex('0e00000100') } : item,
    )
    expect(of(observe({ ...serverOnly, items }).checks, 'wrong')).toEqual(['form'])
  })

  it('data of an extension that is none is said', () => {
    const change: Change = {
      client_hello: (hello) => withExtension(hello, ExtensionType.ec_point_formats, fromHex('0500')),
    }
    expect(of(observe(changed(serverOnly, change)).checks, 'wrong')).toEqual(['form'])
  })

  it('a message that was not asked for is out of order', () => {
    const items = mutual.items.filter((item) => !isMessage(item, 'certificate_request'))
    expect(of(observe({ ...mutual, items }).checks, 'wrong')).toContain('order')
  })

  it.each([
    ['server_key_exchange', serverOnly],
    ['certificate_verify', mutual],
    ['certificate', serverOnly],
    ['certificate', rsa],
    ['server_hello_done', serverOnly],
  ] as const)('%s cannot be left out', (name, handshake) => {
    const items = handshake.items.filter((item) => !isMessage(item, name))
    expect(of(observe({ ...handshake, items }).checks, 'wrong')).toContain('order')
  })

  it('keys do not change before the key exchange', () => {
    const items = serverOnly.items.filter((item) => !isMessage(item, 'client_key_exchange'))
    expect(of(observe({ ...serverOnly, items }).checks, 'wrong')).toEqual(['order'])
  })
})
