/** A ClientHello that no client may send, or that asks for what this server does not do. */
import { describe, expect, test } from 'vitest'
import { concat, fromAscii } from '../../src/bytes/convert.js'
import { encode } from '../../src/codec/codec.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { ProtocolNameList } from '../../src/messages/extensions/application-layer-protocol-negotiation.js'
import { ServerNameList } from '../../src/messages/extensions/server-name.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import {
  type AttackOnServer,
  attackServer,
  type Defeat,
  expectConnected,
  expectDefeat,
  hostileClient,
  hostileServer,
} from './arena.js'

/** A victim that is sent an honest hello, changed by `edit`. */
const greeted = (edit: (hello: ClientHello) => ClientHello, victim: AttackOnServer['victim'] = {}) =>
  attackServer({ victim, edit: { client_hello: edit } })

const withExtension =
  (extensionType: number, extensionData: Uint8Array) =>
  (hello: ClientHello): ClientHello => ({
    ...hello,
    extensions: [
      ...(hello.extensions ?? []).filter((it) => it.extensionType !== extensionType),
      { extensionType, extensionData },
    ],
  })

const at = (fault: Defeat['fault'], alert: Defeat['alert']): Defeat => ({ fault, alert, state: 'ExpectClientHello' })

describe('a peer whose best is too old', () => {
  const tooOld = at('unsupported_version', 'protocol_version')

  test.each([
    ['SSL 2.0 in a TLS record', 0x0002],
    ['SSL 3.0', 0x0300],
    ['TLS 1.0', 0x0301],
    ['TLS 1.1', 0x0302],
  ])('old versions: a client whose best is %s', (_, clientVersion) => {
    expectDefeat(
      greeted((hello) => ({ ...hello, clientVersion })),
      tooOld,
    )
  })

  test.each([0x0300, 0x0301, 0x0302])('old versions: a client that writes record version %i, too', (clientVersion) => {
    const peer = hostileClient()
    peer.start()
    const hello = { ...peer.clientHello(), clientVersion }
    const body = peer.encoded('client_hello', hello)
    peer.record(22, body, clientVersion)
    expectDefeat(peer, tooOld)
  })

  test('old versions: an SSL 3.0 client without extensions', () => {
    const peer = greeted(({ extensions: _, ...hello }) => ({ ...hello, clientVersion: 0x0300 }))
    expectDefeat(peer, tooOld)
  })

  test.each([
    ['that knows SSL 2.0 only', [0x00, 0x02]],
    ['that would speak SSL 3.0', [0x03, 0x00]],
    ['that would speak TLS 1.2', [0x03, 0x03]],
  ])('old versions: the SSL 2.0 form of a ClientHello %s', (_, version) => {
    const peer = hostileClient()
    peer.start()
    const challenge = new Uint8Array(16)
    const body = Uint8Array.of(1, ...version, 0, 3, 0, 0, 0, 16, 0, 0, 0x2f, ...challenge)
    peer.deliver(concat(Uint8Array.of(0x80, body.length), body))
    expectDefeat(peer, at('sslv2_record', 'protocol_version'))
  })

  test.each([
    ['a ServerHello', [0x80, 0x0b, 0x04, 0x00, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00]],
    ['an error', [0x80, 0x03, 0x00, 0x00, 0x01]],
  ])('old versions: a server that answers with %s of SSL 2.0', (_, answer) => {
    const peer = hostileServer()
    peer.start()
    peer.deliver(Uint8Array.from(answer))
    expectDefeat(peer, { fault: 'sslv2_record', alert: 'protocol_version', state: 'ExpectServerHello' })
  })

  test('newer versions are answered with TLS 1.2', () => {
    expectConnected(greeted((hello) => ({ ...hello, clientVersion: 0x0304 })))
  })
})

describe('a ClientHello that no client may send', () => {
  test.each([
    ['DEFLATE alone (CRIME)', [1]],
    ['methods that mean nothing', [2, 255]],
  ])('null compression is missing: %s', (_, compressionMethods) => {
    const peer = greeted((hello) => ({ ...hello, compressionMethods }))
    expectDefeat(peer, at('null_compression_missing', 'illegal_parameter'))
  })

  test('CRIME: DEFLATE first is answered with null', () => {
    const peer = greeted((hello) => ({ ...hello, compressionMethods: [1, 0] }))
    expectConnected(peer)
    const hello = peer.messages.find(({ name }) => name === 'server_hello')?.raw ?? new Uint8Array()
    expect(hello[4 + 2 + 32 + 1 + 2]).toBe(0)
  })

  test.each([
    ['one that matters', ExtensionType.renegotiation_info, [0]],
    ['extended_master_secret', ExtensionType.extended_master_secret, []],
    ['one that means nothing', 0x7a7a, []],
  ])('duplicate extensions in a ClientHello: %s', (_, extensionType, data) => {
    const one = { extensionType, extensionData: Uint8Array.from(data) }
    const peer = greeted((hello) => ({
      ...hello,
      extensions: [...(hello.extensions ?? []).filter((it) => it.extensionType !== extensionType), one, one],
    }))
    expectDefeat(peer, at('duplicate_extension', 'decode_error'))
  })

  test('points that are compressed only', () => {
    const formats = (...list: readonly number[]) =>
      withExtension(ExtensionType.ec_point_formats, Uint8Array.of(list.length, ...list))
    expectDefeat(greeted(formats(1)), at('bad_extension', 'illegal_parameter'))
    expectDefeat(greeted(formats(1, 2)), at('bad_extension', 'illegal_parameter'))
    expectConnected(greeted(formats(1, 0)))
  })

  test('renegotiation_info that is not empty', () => {
    const info = withExtension(ExtensionType.renegotiation_info, Uint8Array.of(12, ...new Uint8Array(12)))
    expectDefeat(greeted(info), at('renegotiation_info_mismatch', 'handshake_failure'))
  })

  test('two host names', () => {
    const names = encode(
      ServerNameList,
      ['one', 'two'].map((name) => ({ nameType: 0, name: fromAscii(name) })),
    )
    expectDefeat(greeted(withExtension(ExtensionType.server_name, names)), at('bad_extension', 'illegal_parameter'))
  })

  test.each([
    ['extended_master_secret with data', ExtensionType.extended_master_secret, [0]],
    ['supported_groups that is empty', ExtensionType.supported_groups, [0, 0]],
    ['supported_groups of half a group', ExtensionType.supported_groups, [0, 1, 0]],
    ['signature_algorithms that is empty', ExtensionType.signature_algorithms, [0, 0]],
    ['signature_algorithms with a byte behind', ExtensionType.signature_algorithms, [0, 2, 4, 3, 0]],
    ['renegotiation_info without its length', ExtensionType.renegotiation_info, []],
    ['server_name that claims too much', ExtensionType.server_name, [0, 9, 0, 0, 9, 97]],
    ['ALPN with an empty name', ExtensionType.application_layer_protocol_negotiation, [0, 1, 0]],
  ])('malformed extensions: %s', (_, type, data) => {
    expectDefeat(greeted(withExtension(type, Uint8Array.from(data))), at('malformed_extension', 'decode_error'))
  })
})

describe('a ClientHello with which nothing can be agreed on', () => {
  test('ALPACA: a client of another protocol', () => {
    const alpn = (...names: readonly string[]) =>
      withExtension(
        ExtensionType.application_layer_protocol_negotiation,
        encode(ProtocolNameList, names.map(fromAscii)),
      )
    const victim = { applicationProtocols: ['http/1.1'] }
    const peer = greeted(alpn('ftp', 'smtp'), victim)
    expectDefeat(peer, at('no_application_protocol', 'no_application_protocol'))
    expectDefeat(greeted(alpn('HTTP/1.1'), victim), at('no_application_protocol', 'no_application_protocol'))
    expectConnected(greeted(alpn('ftp', 'http/1.1'), victim))
  })

  test.each([
    ['export and null suites only', [0x0003, 0x0001, 0x0019]],
    ['anonymous suites only', [0x0018, 0x0034, 0xc018]],
    ['suites of TLS 1.3 only', [0x1301, 0x1302, 0x1303]],
    ['a signalling value only', [0x00ff]],
    ['RSA key transport, off by default', [0x009c, 0x002f]],
    ['CBC, off by default', [0xc009, 0xc013]],
  ])('no shared suite: %s', (_, cipherSuites) => {
    expectDefeat(
      greeted((hello) => ({ ...hello, cipherSuites })),
      at('no_shared_suite', 'handshake_failure'),
    )
  })

  test('SLOTH: a client that accepts MD5 and SHA-1 signatures only', () => {
    const weak = withExtension(ExtensionType.signature_algorithms, Uint8Array.of(0, 6, 1, 1, 2, 1, 2, 3))
    expectDefeat(greeted(weak), { fault: 'no_credential', alert: 'handshake_failure' })
  })

  test('SLOTH: a client that names no algorithms accepts SHA-1, which this server does not do', () => {
    const silent = (hello: ClientHello): ClientHello => ({
      ...hello,
      extensions: (hello.extensions ?? []).filter((it) => it.extensionType !== ExtensionType.signature_algorithms),
    })
    expectDefeat(greeted(silent), { fault: 'no_credential', alert: 'handshake_failure' })
  })

  test('triple handshake: extended_master_secret is missing where policy requires it', () => {
    const unbound = (extendedMasterSecret: 'require' | 'prefer') =>
      attackServer({ extendedMasterSecret: false, victim: { extendedMasterSecret } })
    expectDefeat(unbound('require'), at('extended_master_secret_missing', 'handshake_failure'))
    expectConnected(unbound('prefer'))
  })
})
