import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromAscii, fromHex, toHex } from '../../src/bytes/convert.js'
import { MalformedError } from '../../src/bytes/reader.js'
import { type Codec, decode, encode } from '../../src/codec/codec.js'
import { dissectWith, leavesOf, type Span } from '../../src/codec/dissect.js'
import { dissect, formatDissection } from '../../src/messages/dissect.js'
import {
  decodeHandshakeBody,
  encodeHandshake,
  frameHandshake,
  HANDSHAKE_HEADER_LENGTH,
  messageCodecs,
} from '../../src/messages/handshake.js'
import { encodeServerKeyExchange } from '../../src/messages/server-key-exchange.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { HandshakeType, type HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { extensionData, messages, structs } from './samples.js'

const names = Object.keys(HandshakeType) as HandshakeTypeName[]

/** Every byte lies in one leaf, leaves are in order, and children tile their parents. */
function expectTiled(span: Span, length: number): void {
  let at = 0
  for (const leaf of leavesOf(span)) {
    expect(leaf.start).toBe(at)
    expect(leaf.end).toBeGreaterThanOrEqual(leaf.start)
    at = leaf.end
  }
  expect(at).toBe(length)
  const visit = (part: Span): void => {
    if (part.children.length === 0) return
    expect([part.children[0]?.start, part.children.at(-1)?.end]).toEqual([part.start, part.end])
    part.children.forEach(visit)
  }
  visit(span)
}

/** All spans in the tree whose path of labels ends in `path`. */
function find(span: Span, ...path: string[]): Span[] {
  const [first, ...rest] = path
  const below = span.children.flatMap((child) => find(child, ...path))
  if (span.label !== first) return below
  return rest.length === 0 ? [span, ...below] : [...span.children.flatMap((child) => find(child, ...rest)), ...below]
}

const hello = (extensions: { extensionType: number; extensionData: Uint8Array }[]): Uint8Array =>
  encodeHandshake('client_hello', {
    clientVersion: 0x0303,
    random: new Uint8Array(32),
    sessionId: new Uint8Array(0),
    cipherSuites: [0xc02f, 0x1a1a, 0xfefe],
    compressionMethods: [0],
    extensions,
  })

describe.each(names)('dissection of %s', (name) => {
  const arbitrary: fc.Arbitrary<object> = messages[name]

  it('covers every byte once and reads what decoding reads', () => {
    fc.assert(
      fc.property(arbitrary, (message) => {
        // the arbitrary of a name yields that name's message; indexing by a union loses the pairing
        const raw = encodeHandshake(name, message as never)
        const tree = dissect(raw)
        expectTiled(tree, raw.length)
        expect(tree.value).toEqual(decodeHandshakeBody(name, raw))
        expect(find(tree, 'msgType')[0]?.meaning).toContain(name)
      }),
    )
  })

  it('claims too much, and is refused, where a length prefix was left as its placeholder', () => {
    fc.assert(
      fc.property(arbitrary, (message) => {
        const raw = encodeHandshake(name, message as never)
        // the codec's own tree: prefixes inside extension data are no business of the message's decoder
        const tree = dissectWith(messageCodecs[name] as Codec<unknown>, raw, HANDSHAKE_HEADER_LENGTH)
        for (const { start, end } of leavesOf(tree).filter(({ label }) => label === 'length')) {
          const broken = raw.slice().fill(0xff, start, end)
          expect(() => decodeHandshakeBody(name, broken), `prefix at ${start}`).toThrow(MalformedError)
        }
      }),
    )
  })
})

describe.each([...structs, ...extensionData])('dissection of $name', ({ codec, values }) => {
  it('covers every byte once and reads what decoding reads', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(codec, value)
        const tree = dissectWith(codec, bytes)
        expectTiled(tree, bytes.length)
        expect(tree.value).toEqual(decode(codec, bytes))
      }),
    )
  })
})

describe('dissection', () => {
  it('names registered numbers, reserved ones, and shows others as they are', () => {
    const [registered, grease, unknown] = find(dissect(hello([])), 'cipherSuites')[0]?.children.slice(1) ?? []
    expect(registered?.meaning).toBe('0xc02f TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
    expect(grease?.meaning).toBe('0x1a1a reserved (GREASE)')
    expect(unknown?.meaning).toBe('0xfefe')
  })

  it('reads extensions by the hello they stand in', () => {
    const data = fromHex('0008 00 0005 612e62220a')
    const clientTree = dissect(hello([{ extensionType: ExtensionType.server_name, extensionData: data }]))
    expect(find(clientTree, 'extensionData', 'data', '[0]', 'name')[0]?.meaning).toBe('"a.b\\x22\\x0a"')
    const serverHello = encodeHandshake('server_hello', {
      serverVersion: 0x0303,
      random: new Uint8Array(32),
      sessionId: new Uint8Array(0),
      cipherSuite: 0xc02f,
      compressionMethod: 0,
      extensions: [{ extensionType: ExtensionType.server_name, extensionData: data }],
    })
    expect(find(dissect(serverHello), 'extensionData', 'data')[0]?.meaning).toMatch(/^malformed server_name: /)
  })

  it('says where extension data is malformed, and still covers every byte', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(ExtensionType)),
        fc.uint8Array({ maxLength: 20 }),
        (extensionType, extensionData) => {
          const raw = hello([{ extensionType, extensionData }])
          expectTiled(dissect(raw), raw.length)
        },
      ),
    )
    const raw = hello([{ extensionType: ExtensionType.supported_groups, extensionData: fromHex('0003 001d 00') }])
    const data = find(dissect(raw), 'extensionData', 'data')[0]
    expect(data?.meaning).toMatch(/^malformed supported_groups: /)
    expect([data?.start, data?.end, data?.children]).toEqual([raw.length - 5, raw.length, []])
    const empty = dissect(hello([{ extensionType: ExtensionType.supported_groups, extensionData: new Uint8Array(0) }]))
    expect(find(empty, 'extensionData', 'data')[0]?.meaning).toMatch(/^malformed supported_groups: /)
  })

  it('reads the key exchange messages by the suite it is told', () => {
    const signature = { algorithm: 0x0401, signature: fromHex('aabb') }
    const ecdh = encodeServerKeyExchange(
      'ecdh',
      { curveType: 3, namedCurve: 29, publicKey: fromHex('0102') },
      signature,
    )
    const dh = encodeServerKeyExchange('dh', { dhP: fromHex('17'), dhG: fromHex('05'), dhYs: fromHex('08') }, signature)
    const server = (body: Uint8Array): Uint8Array => frameHandshake(HandshakeType.server_key_exchange, body)
    const client = (hex: string): Uint8Array => frameHandshake(HandshakeType.client_key_exchange, fromHex(hex))
    const labels = (span: Span | undefined): string[] => span?.children.map(({ label }) => label) ?? []
    const body = (raw: Uint8Array, keyExchange?: 'RSA' | 'DHE_RSA' | 'ECDHE_RSA' | 'ECDHE_ECDSA'): Span | undefined => {
      const tree = dissect(raw, keyExchange === undefined ? {} : { keyExchange })
      expectTiled(tree, raw.length)
      return find(tree, 'body')[0]
    }
    expect(labels(body(server(ecdh)))).toEqual(['body'])
    expect(labels(body(server(ecdh), 'ECDHE_ECDSA')?.children[0])).toEqual(['curveType', 'namedCurve', 'publicKey'])
    expect(labels(body(server(ecdh), 'ECDHE_RSA')?.children[1])).toEqual(['algorithm', 'signature'])
    expect(labels(body(server(dh), 'DHE_RSA')?.children[0])).toEqual(['dhP', 'dhG', 'dhYs'])
    expect(labels(body(client('0002aabb'), 'RSA'))).toEqual(['encryptedPreMasterSecret'])
    expect(labels(body(client('0002aabb'), 'DHE_RSA'))).toEqual(['dhYc'])
    expect(labels(body(client('02aabb'), 'ECDHE_RSA'))).toEqual(['ecdhYc'])
    expect(() => dissect(client('0002aabb'), { keyExchange: 'ECDHE_RSA' })).toThrow(MalformedError)
  })

  it('keeps a message of unknown type as bytes and refuses a malformed one', () => {
    const unknown = frameHandshake(99, fromHex('010203'))
    expect(leavesOf(dissect(unknown)).map(({ label, start, end }) => [label, start, end])).toEqual([
      ['msgType', 0, 1],
      ['length', 1, 4],
      ['body', 4, 7],
    ])
    expect(() => dissect(unknown.subarray(0, 6))).toThrow(MalformedError)
    expect(() => dissect(concat(unknown, fromHex('00')))).toThrow(MalformedError)
    expect(() => dissect(hello([]).subarray(0, 20))).toThrow(MalformedError)
  })
})

describe('formatDissection', () => {
  it('puts the bytes of each leaf beside its label', () => {
    const raw = encodeHandshake('certificate_verify', { algorithm: 0x0804, signature: fromHex('00112233445566778899') })
    expect(formatDissection(dissect(raw), raw).split('\n')).toEqual([
      '                               Handshake',
      '0000  0f                         msgType: HandshakeType = 0x0f certificate_verify',
      '0001  00 00 0e                   length: uint24 = 14',
      '                                 body: CertificateVerify',
      '0004  08 04                        algorithm: SignatureAndHashAlgorithm = 0x0804 rsa_pss_rsae_sha256',
      '                                   signature: opaque<0..65535>',
      '0006  00 0a                          length: uint16 = 10',
      '0008  00 11 22 33 44 55 66 77        data: opaque',
      '0010  88 99',
    ])
  })

  it('elides the middle of a long run and counts what it left out', () => {
    const raw = frameHandshake(
      HandshakeType.finished,
      Uint8Array.from({ length: 300 }, (_, i) => i % 256),
    )
    expect(formatDissection(dissect(raw), raw).split('\n').slice(-3)).toEqual([
      '0004  00 01 02 03 04 05 06 07      verifyData: opaque = 300 bytes',
      '000c  ... 284 more ...',
      '0128  24 25 26 27 28 29 2a 2b',
    ])
  })

  it('shows every byte of a message without long runs, in order, and nothing that could steer a terminal', () => {
    const name = concat(fromAscii('a'), Uint8Array.of(0x1b, 0x5b, 0x41, 0xff))
    const raw = hello([
      {
        extensionType: ExtensionType.application_layer_protocol_negotiation,
        extensionData: concat(fromHex('0006 05'), name),
      },
    ])
    const text = formatDissection(dissect(raw), raw)
    const column = text.split('\n').map((line) => line.slice(6, 29).replaceAll(' ', ''))
    expect(column.join('')).toBe(toHex(raw))
    expect(text).toMatch(/^[\x20-\x7e\n]*$/)
    expect(text).not.toMatch(/ $/m)
  })
})
