/**
 * What an observer checks: each check comes out right in a captured handshake, and wrong once that handshake is changed at
 * the place which the check is about, and then nothing else does.
 */
import { describe, expect, it } from 'vitest'
import { concat, fromAscii, fromHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { encode } from '../../src/codec/codec.js'
import type { CapturedHandshake } from '../../src/inspect/capture/captured-handshake.js'
import type { CaptureCheck, CheckedThing } from '../../src/inspect/capture/check.js'
import type { PreviousHandshake } from '../../src/inspect/capture/examined.js'
import { HandshakeObserver } from '../../src/inspect/capture/handshake-observer.js'
import { KeyStore } from '../../src/inspect/capture/key-store.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { ProtocolNameList } from '../../src/messages/extensions/application-layer-protocol-negotiation.js'
import { type Extension, findExtension } from '../../src/messages/extensions/extension.js'
import { decodeHandshakeBody, encodeHandshake, type HandshakeMessages } from '../../src/messages/handshake.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import type { HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { privateKeyInfo } from '../vectors/recording.js'
import { captured, crypto, recorded, type Source } from './handshakes.js'

function handshakesOf(sources: readonly Source[], name: string): readonly CapturedHandshake[] {
  const found = sources.find((one) => one.name === name)?.stories() ?? []
  return found.flatMap(({ handshakes }) => handshakes)
}

function first(sources: readonly Source[], name: string): CapturedHandshake {
  const [handshake] = handshakesOf(sources, name)
  if (handshake === undefined) throw new Error(`no handshake in ${name}`)
  return handshake
}

const last = (sources: readonly Source[], name: string): CapturedHandshake => {
  const handshake = handshakesOf(sources, name).at(-1)
  if (handshake === undefined) throw new Error(`no handshake in ${name}`)
  return handshake
}

type Change = { readonly [N in HandshakeTypeName]?: (message: HandshakeMessages[N]) => HandshakeMessages[N] }

/** The handshake with some of its messages changed. */
const changed = (handshake: CapturedHandshake, change: Change): CapturedHandshake => ({
  ...handshake,
  items: handshake.items.map((item) => {
    if (item.type !== 'message') return item
    const alter = change[item.name] as ((message: unknown) => never) | undefined // each by its own name
    const raw = alter && encodeHandshake(item.name, alter(decodeHandshakeBody(item.name, item.raw)))
    return raw === undefined ? item : { ...item, raw }
  }),
})

interface Observed {
  readonly keys?: KeyStore
  readonly previous?: PreviousHandshake | 'none' | 'not known'
}

function observe({ items }: CapturedHandshake, { keys = new KeyStore(), previous = 'none' }: Observed = {}) {
  const observer = new HandshakeObserver(crypto, keys, previous)
  const checks: CaptureCheck[] = []
  for (const item of items) {
    if (item.type === 'message') checks.push(...observer.message(item.sender, item.name, item.raw))
    else if (item.type === 'change_cipher_spec') checks.push(...observer.changeCipherSpec(item.sender).checks)
    else observer.alert(item.sender, item.level, item.description)
  }
  return { checks, observer }
}

const of = (checks: readonly CaptureCheck[], verdict: CaptureCheck['verdict']): CheckedThing[] => [
  ...new Set(checks.filter((check) => check.verdict === verdict).map(({ what }) => what)),
]

/** The key log line of a handshake. */
function keyLogOf(handshake: CapturedHandshake): KeyStore {
  const keys = new KeyStore()
  const random = handshake.items.flatMap((item) =>
    item.type === 'message' && item.name === 'client_hello' ? [item.raw.subarray(6, 38)] : [],
  )
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const master = handshake.known?.secret.use(hex) ?? ''
  keys.addKeyLog(`CLIENT_RANDOM ${hex(random[0] ?? new Uint8Array())} ${master}\n`)
  return keys
}

type WithExtensions = ClientHello | ServerHello

const withExtension = <H extends WithExtensions>(hello: H, extensionType: number, extensionData: Uint8Array): H => ({
  ...hello,
  extensions: [
    ...(hello.extensions ?? []).filter((one) => one.extensionType !== extensionType),
    { extensionType, extensionData },
  ],
})

const twice = <H extends WithExtensions>(hello: H): H => {
  const [one, ...rest] = hello.extensions ?? []
  const doubled: readonly Extension[] = one === undefined ? [] : [one, one, ...rest]
  return { ...hello, extensions: doubled }
}

const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
const flipLast = (bytes: Uint8Array): Uint8Array => flip(bytes, bytes.length - 1)
const empty = new Uint8Array()

const serverOnly = first(recorded, 'ecdhe-rsa-aes128gcm-server-only')
const mutual = first(recorded, 'ecdhe-ecdsa-aes128gcm-mutual')
const dhe = first(recorded, 'dhe-rsa-aes128gcm-server-only')
const rsa = first(recorded, 'rsa-aes128gcm-server-only')
const block = first(recorded, 'encrypt-then-mac')
const alpn = first(recorded, 'alpn-and-server-name')
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

describe('Finished', () => {
  it.each([
    ['full', mutual],
    ['by id', byId],
    ['by ticket', last(captured, 'go-mbed-tls-resumed-by-ticket')],
    ['with a pre-shared key', first(captured, 'openssl-mbed-tls-dhe-psk-key-exchange')],
  ] as const)('of both sides, %s', (_road, handshake) => {
    const keys = keyLogOf(handshake)
    const right = observe(handshake, { keys }).checks.filter(({ what }) => what === 'Finished')
    expect(right.map(({ verdict }) => verdict)).toEqual(['right', 'right'])
    for (const sender of ['client', 'server'] as const) {
      const items = handshake.items.map((item) =>
        item.type === 'message' && item.name === 'finished' && item.sender === sender
          ? { ...item, raw: flipLast(item.raw) }
          : item,
      )
      const { checks } = observe({ ...handshake, items }, { keys })
      expect(of(checks, 'wrong')).toEqual(['Finished'])
    }
  })

  it('covers a message that nothing else is about', () => {
    const change: Change = { client_hello: (hello) => withExtension(hello, 0xff77, empty) }
    expect(of(observe(changed(rsa, change), { keys: keyLogOf(rsa) }).checks, 'wrong')).toEqual(['Finished'])
  })
})

describe('the master secret', () => {
  const withRsaKey = (): KeyStore => {
    const keys = new KeyStore()
    keys.addRsaKey(privateKeyInfo('pki/server/rsa.key.pem'), crypto)
    return keys
  }

  it.each([
    ['bound to the handshake', rsa],
    ['not bound', first(recorded, 'rsa-aes256gcm-server-only')],
  ] as const)('is recomputed with the RSA key of the server, %s', (_how, handshake) => {
    const keys = withRsaKey()
    const secret = handshake.known?.secret.use((bytes) => Buffer.from(bytes).toString('hex')) ?? ''
    const line = (master: string): string => {
      const hello = handshake.items.find((item) => item.type === 'message')
      const random = hello?.type === 'message' ? Buffer.from(hello.raw.subarray(6, 38)).toString('hex') : ''
      return `CLIENT_RANDOM ${random} ${master}\n`
    }
    keys.addKeyLog(line(secret))
    const { checks } = observe(handshake, { keys })
    expect(of(checks, 'right')).toEqual(expect.arrayContaining(['pre-master secret', 'master secret', 'Finished']))
    const other = withRsaKey()
    other.addKeyLog(line(secret.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))))
    expect(of(observe(handshake, { keys: other }).checks, 'wrong')).toEqual(['master secret'])
  })

  it('is not the right one where the pre-master secret is not', () => {
    const change: Change = { client_key_exchange: ({ body }) => ({ body: flipLast(body) }) }
    const { checks } = observe(changed(rsa, change), { keys: withRsaKey() })
    expect(of(checks, 'wrong')).toEqual(['pre-master secret', 'Finished'])
  })

  it('cannot be recomputed with a key log alone, which is said', () => {
    const { checks } = observe(serverOnly, { keys: keyLogOf(serverOnly) })
    expect(checks.find(({ what }) => what === 'master secret')).toMatchObject({
      verdict: 'not checked',
      detail: expect.stringContaining('what only the two ends know'),
    })
  })
})

describe('a session', () => {
  const session = (handshake: CapturedHandshake, cipherSuite?: number, extendedMasterSecret = true): KeyStore => {
    const keys = new KeyStore()
    const hello = handshake.items.flatMap((item) =>
      item.type === 'message' && item.name === 'server_hello' ? [decodeHandshakeBody('server_hello', item.raw)] : [],
    )[0]
    const secret = new Secret(handshake.known?.secret.use((bytes) => bytes.slice()) ?? new Uint8Array(48))
    const suite = cipherSuite ?? hello?.cipherSuite ?? 0
    keys.remember('id', hello?.sessionId ?? empty, { secret, cipherSuite: suite, extendedMasterSecret })
    return keys
  }

  it('is resumed as it was made', () => {
    const { checks } = observe(byId, { keys: session(byId) })
    expect(of(checks, 'right')).toEqual(expect.arrayContaining(['session id', 'session', 'Finished']))
    expect(of(checks, 'wrong')).toEqual([])
    expect(of(observe(byId).checks, 'not checked')).toContain('session')
  })

  it.each([
    ['under another suite', CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, true],
    ['without the binding that it had', undefined, false],
  ] as const)('is not resumed %s', (_how, suite, bound) => {
    expect(of(observe(byId, { keys: session(byId, suite, bound) }).checks, 'wrong')).toEqual(['session'])
  })

  it('leaves a ticket that was announced', () => {
    const items = withTicket.items.filter((item) => item.type !== 'message' || item.name !== 'new_session_ticket')
    const { checks } = observe({ ...withTicket, items })
    expect(of(checks, 'wrong')).toContain('ticket')
  })
})

describe('a renegotiation', () => {
  const both = handshakesOf(captured, 'openssl-mbed-tls-renegotiation-that-the-client-begins')
  const [before, after] = both
  if (before === undefined || after === undefined) throw new Error('two handshakes')
  const { finished } = observe(before).observer

  const without = <H extends WithExtensions>(hello: H, type: number): H => ({
    ...hello,
    extensions: (hello.extensions ?? []).filter(({ extensionType }) => extensionType !== type),
  })
  const info = ExtensionType.renegotiation_info
  const altered = <H extends WithExtensions>(hello: H): H =>
    withExtension(hello, info, flipLast(findExtension(hello.extensions, info) ?? empty))

  it('names the handshake before it', () => {
    const { checks } = observe(after, { previous: finished, keys: keyLogOf(after) })
    const found = checks.filter(({ what }) => what === 'renegotiation_info' || what === 'Finished')
    expect(found.map(({ verdict }) => verdict)).toEqual(['right', 'right', 'right', 'right'])
    expect(of(observe(after, { previous: 'not known' }).checks, 'not checked')).toContain('renegotiation_info')
  })

  it.each([
    ["another Finished of the client's", { client_hello: altered }],
    ["another Finished of the server's", { server_hello: altered }],
    ['none, from the client', { client_hello: (hello: ClientHello) => without(hello, info) }],
    ['none, from the server', { server_hello: (hello: ServerHello) => without(hello, info) }],
    [
      'that there was none',
      {
        client_hello: (hello: ClientHello) => ({
          ...hello,
          cipherSuites: [...hello.cipherSuites, CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV],
        }),
      },
    ],
  ] as const)('must not name %s', (_what, change) => {
    const { checks } = observe(changed(after, change), { previous: finished })
    expect(of(checks, 'wrong').filter((what) => what !== 'extensions')).toEqual(['renegotiation_info'])
  })

  it('does not give up encrypt_then_mac', () => {
    if (finished === 'not known') throw new Error('it is known')
    const change: Change = { server_hello: (hello) => without(hello, ExtensionType.encrypt_then_mac) }
    const previous = { ...finished, encryptThenMac: true }
    const bound = (hello: WithExtensions, data: Uint8Array): WithExtensions =>
      withExtension(hello, info, concat(Uint8Array.of(data.length), data))
    const inside = changed(block, {
      client_hello: (hello) => ({
        ...(bound(hello, previous.client) as ClientHello),
        cipherSuites: hello.cipherSuites.filter((suite) => suite !== CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV),
      }),
      server_hello: (hello) => bound(hello, concat(previous.client, previous.server)) as ServerHello,
    })
    expect(of(observe(inside, { previous }).checks, 'wrong')).toEqual([])
    expect(of(observe(changed(inside, change), { previous }).checks, 'wrong')).toEqual(['encrypt_then_mac'])
  })
})

describe('what is not signed is said', () => {
  it.each([
    ['RSA', rsa],
    ['PSK', first(captured, 'openssl-mbed-tls-psk-key-exchange')],
    ['RSA_PSK', first(captured, 'openssl-mbed-tls-rsa-psk-key-exchange')],
    ['ECDHE_PSK', first(captured, 'openssl-mbed-tls-ecdhe-psk-key-exchange')],
  ] as const)('%s', (exchange, handshake) => {
    const unsigned = observe(handshake).checks.find(({ what }) => what === 'signature')
    expect(unsigned).toMatchObject({
      verdict: 'not checked',
      detail: expect.stringContaining(`${exchange} signs nothing`),
    })
  })
})

it('a protocol that was offered, a curve and a finite-field group are found right', () => {
  expect(of(observe(alpn).checks, 'right')).toEqual(expect.arrayContaining(['extensions', 'group', 'public value']))
  expect(of(observe(dhe).checks, 'right')).toEqual(expect.arrayContaining(['group', 'public value', 'signature']))
})

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
