import { describe, expect, test } from 'vitest'
import { clientEndpoint } from '../../src/adapters/options.js'
import { decode } from '../../src/codec/codec.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { SignatureSchemeList } from '../../src/messages/extensions/signature-algorithms.js'
import { NamedGroupList } from '../../src/messages/extensions/supported-groups.js'
import { encodeHandshake } from '../../src/messages/handshake.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { attackClient, attackServer, expectConnected, expectDefeat } from '../attacks/arena.js'
import { noble } from '../support/endpoints.js'
import { exchange, hex, withExtension } from './wire.js'

/** The sixteen values of RFC 8701 §2, written out. */
const reserved = [
  ...[0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a],
  ...[0x8a8a, 0x9a9a, 0xaaaa, 0xbaba, 0xcaca, 0xdada, 0xeaea, 0xfafa],
]
const isReserved = (value: number): boolean => reserved.includes(value)
const typesOf = ({ extensions = [] }: ClientHello): number[] => extensions.map(({ extensionType }) => extensionType)

describe('GREASE (RFC 8701)', () => {
  test('offers reserved values where asked to, and our own server passes over them', () => {
    const met = exchange({ grease: true })
    expect(met.faults).toEqual({ client: undefined, server: undefined })
    expect(isReserved(met.clientHello.cipherSuites[0] ?? 0)).toBe(true)
    const groups = decode(NamedGroupList, met.offered(ExtensionType.supported_groups) ?? hex(''))
    const schemes = decode(SignatureSchemeList, met.offered(ExtensionType.signature_algorithms) ?? hex(''))
    expect([groups.filter(isReserved).length, schemes.filter(isReserved).length]).toEqual([1, 1])
    const types = typesOf(met.clientHello)
    expect(types.filter(isReserved)).toEqual([types[0], types.at(-1)])
    expect(types[0]).not.toBe(types.at(-1))
  })

  test('has none by default', () => {
    const { clientHello } = exchange()
    expect([...clientHello.cipherSuites, ...typesOf(clientHello)].filter(isReserved)).toEqual([])
  })

  test('comes from the hello random alone: the same for the same, all sixteen for many', () => {
    const helloFor = (random: Uint8Array): ClientHello | undefined => {
      let sent: ClientHello | undefined
      const { connection } = clientEndpoint(noble, {
        grease: true,
        arrangeClientHello: (hello) => {
          sent = hello
          return hello
        },
      })
      const unused = { sessionId: new Uint8Array(32), substitutePreMaster: { length: 46 } as never }
      connection.start({ entropy: { random, ...unused } })
      return sent
    }
    const random = Uint8Array.from({ length: 32 }, (_, i) => 7 * i)
    expect(helloFor(random)).toEqual(helloFor(random))
    const suites = Array.from({ length: 16 }, (_, i) => helloFor(new Uint8Array(32).fill(i))?.cipherSuites[0])
    expect(suites).toEqual(reserved)
  })

  test.each([
    ['suite', { cipherSuite: 0x1a1a }, 'suite_not_offered', 'illegal_parameter'],
    [
      'extension',
      { extensions: [{ extensionType: 0x1a1a, extensionData: hex('') }] },
      'extension_not_offered',
      'unsupported_extension',
    ],
  ] as const)('a server that chooses a reserved %s is refused', (_, choice, fault, alert) => {
    // 0x01 in each byte that a value is made of
    const arrangeClientHello = (hello: ClientHello): ClientHello => ({
      ...hello,
      cipherSuites: [0x1a1a, ...hello.cipherSuites],
      extensions: [...(hello.extensions ?? []), { extensionType: 0x1a1a, extensionData: hex('') }],
    })
    const peer = attackClient({
      victim: { arrangeClientHello },
      edit: { server_hello: (hello) => ({ ...hello, ...choice }) },
    })
    expectDefeat(peer, { fault, alert, state: 'ExpectServerHello' })
  })
})

describe('padding (RFC 7685)', () => {
  test.each([400, 512, 1024])('brings ClientHello to %i bytes with zeros', (length) => {
    const met = exchange({ padClientHelloTo: length })
    expect(encodeHandshake('client_hello', met.clientHello).length).toBe(length)
    expect(typesOf(met.clientHello).at(-1)).toBe(ExtensionType.padding)
    expect(met.offered(ExtensionType.padding)?.every((byte) => byte === 0)).toBe(true)
    expect(met.answered(ExtensionType.padding)).toBeUndefined()
    expect(met.faults.client).toBeUndefined()
  })

  test('stays away where the message is long enough, and overshoots a gap that is smaller than its header', () => {
    const bare = encodeHandshake('client_hello', exchange().clientHello).length
    expect(exchange({ padClientHelloTo: bare }).offered(ExtensionType.padding)).toBeUndefined()
    const met = exchange({ padClientHelloTo: bare + 1 })
    expect(met.offered(ExtensionType.padding)).toEqual(hex(''))
  })

  test('a server that sends it back is refused', () => {
    const peer = attackClient({
      victim: { padClientHelloTo: 1000 },
      edit: { server_hello: withExtension(ExtensionType.padding, '') },
    })
    expectDefeat(peer, { fault: 'extension_not_offered', alert: 'unsupported_extension', state: 'ExpectServerHello' })
  })

  test('a server takes padding of any length, and does not answer it', () => {
    for (const data of ['', '00', '00'.repeat(3000)]) {
      expectConnected(attackServer({ edit: { client_hello: withExtension(ExtensionType.padding, data) } }))
    }
  })
})

describe('arrangeClientHello', () => {
  test('may say by the signalling suite that renegotiation is secure, as many clients do (RFC 5746 §3.4)', () => {
    const { TLS_EMPTY_RENEGOTIATION_INFO_SCSV: signal } = CipherSuite
    const met = exchange({
      arrangeClientHello: (hello) => ({
        ...hello,
        cipherSuites: [...hello.cipherSuites, signal],
        extensions: (hello.extensions ?? []).filter(
          ({ extensionType }) => extensionType !== ExtensionType.renegotiation_info,
        ),
      }),
    })
    expect(met.faults).toEqual({ client: undefined, server: undefined })
    expect(met.answered(ExtensionType.renegotiation_info)).toEqual(hex('00'))
  })

  const EXTRA = 0xff77

  test('orders extensions, and adds its own; the answer to these reaches the application', () => {
    const reviewClientHello = () => ({ extraExtensions: [{ extensionType: EXTRA, extensionData: hex('0102') }] })
    const met = exchange(
      {
        arrangeClientHello: (hello) => ({
          ...hello,
          extensions: [...(hello.extensions ?? []).toReversed(), { extensionType: EXTRA, extensionData: hex('ab') }],
        }),
      },
      { reviewClientHello },
    )
    expect(met.faults).toEqual({ client: undefined, server: undefined })
    expect(typesOf(met.clientHello).slice(0, -1)).toEqual(typesOf(exchange().clientHello).toReversed())
    expect(met.offered(EXTRA)).toEqual(hex('ab'))
    expect(met.summaries.client?.negotiated.extraExtensions).toEqual([
      { extensionType: EXTRA, extensionData: hex('0102') },
    ])
  })

  test('a server answers an extra extension only where it was offered', () => {
    const reviewClientHello = () => ({ extraExtensions: [{ extensionType: EXTRA, extensionData: hex('') }] })
    expect(exchange({}, { reviewClientHello }).answered(EXTRA)).toBeUndefined()
  })

  test('may leave out what the configuration offers', () => {
    const without =
      (type: number) =>
      (hello: ClientHello): ClientHello => ({
        ...hello,
        extensions: (hello.extensions ?? []).filter(({ extensionType }) => extensionType !== type),
      })
    const met = exchange({ arrangeClientHello: without(ExtensionType.extended_master_secret) })
    expect(met.summaries.client?.negotiated.extendedMasterSecret).toBe(false)
  })

  test.each([
    ['the version', (hello: ClientHello) => ({ ...hello, clientVersion: 0x0301 })],
    ['the random', (hello: ClientHello) => ({ ...hello, random: new Uint8Array(32) })],
    ['the session id', (hello: ClientHello) => ({ ...hello, sessionId: Uint8Array.of(1) })],
    ['null compression', (hello: ClientHello) => ({ ...hello, compressionMethods: [1] })],
    ['a suite', (hello: ClientHello) => ({ ...hello, cipherSuites: [CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA] })],
    [
      'twice',
      (hello: ClientHello) => ({ ...hello, extensions: [...(hello.extensions ?? []), ...(hello.extensions ?? [])] }),
    ],
    ['extension 10', withExtension(ExtensionType.supported_groups, '0002001d')],
    ['an extension with options of its own', withExtension(ExtensionType.max_fragment_length, '01')],
  ])('must not change %s: nothing is sent', (_, arrangeClientHello) => {
    const { connection } = clientEndpoint(noble, { arrangeClientHello })
    connection.start()
    expect(connection.poll()).toMatchObject({ type: 'failed', fault: { code: 'misuse', origin: 'misuse' } })
    expect(connection.poll()).toBeUndefined()
  })
})

describe('a server of TLS 1.3', () => {
  test('HelloRetryRequest is told by its random (RFC 8446 §4.1.3)', () => {
    // SHA-256 of "HelloRetryRequest", as the section prints it
    const random = hex('CF21AD74E59A6111BE1D8C021E65B891 C2A211167ABB8C5E079E09E2C8A8339C')
    const peer = attackClient({ edit: { server_hello: (hello) => ({ ...hello, random }) } })
    expectDefeat(peer, { fault: 'unsupported_version', alert: 'protocol_version', state: 'ExpectServerHello' })
    expect(peer.victim.fault?.message).toContain('HelloRetryRequest')
  })

  test('what of TLS 1.3 a client offers besides is passed over', () => {
    const modern = [
      [ExtensionType.supported_versions, '0403040303'],
      [ExtensionType.key_share, '0000'],
      [ExtensionType.psk_key_exchange_modes, '0101'],
      [ExtensionType.signature_algorithms_cert, '00020804'],
      [ExtensionType.cookie, '000101'],
      [ExtensionType.early_data, ''],
    ] as const
    for (const [type, data] of modern) {
      const peer = attackServer({ edit: { client_hello: withExtension(type, data) } })
      expectConnected(peer)
    }
  })
})
