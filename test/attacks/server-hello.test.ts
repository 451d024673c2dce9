/**
 * A ServerHello is a choice among what the client offered, and nothing else (RFC 5246 §7.4.1.3). Downgrades live on
 * clients that take more: CRIME (compression), SLOTH (MD5 and SHA-1), and versions, suites and extensions nobody asked for.
 */
import { createPrivateKey, sign } from 'node:crypto'
import { describe, test } from 'vitest'
import { concat, fromAscii } from '../../src/bytes/convert.js'
import { encode } from '../../src/codec/codec.js'
import { DigitallySigned } from '../../src/messages/digitally-signed.js'
import { ProtocolNameList } from '../../src/messages/extensions/application-layer-protocol-negotiation.js'
import type { Extension } from '../../src/messages/extensions/extension.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import { ServerECDHParams } from '../../src/messages/server-key-exchange.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import type { SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { pki } from '../support/pki.js'
import { type AttackOnClient, attackClient, type Defeat, expectConnected, expectDefeat } from './arena.js'
import type { HostileServer } from './hostile-server.js'
import { insertAfter, replace } from './script.js'

/** A victim whose server answers its hello, changed by `edit`. */
const answered = (edit: (hello: ServerHello) => ServerHello, victim: AttackOnClient['victim'] = {}) =>
  attackClient({ victim, edit: { server_hello: edit } })

const withExtension =
  (extensionType: number, ...data: readonly number[]) =>
  (hello: ServerHello): ServerHello => ({
    ...hello,
    extensions: [...(hello.extensions ?? []), { extensionType, extensionData: Uint8Array.from(data) }],
  })

/** The hello with this extension in the place of the honest one. */
const inPlace =
  (extension: Extension) =>
  (hello: ServerHello): ServerHello => ({
    ...hello,
    extensions: [
      ...(hello.extensions ?? []).filter(({ extensionType }) => extensionType !== extension.extensionType),
      extension,
    ],
  })

const without =
  (type: number) =>
  (hello: ServerHello): ServerHello => ({
    ...hello,
    extensions: (hello.extensions ?? []).filter(({ extensionType }) => extensionType !== type),
  })

const protocols = (...names: readonly string[]): Extension => ({
  extensionType: ExtensionType.application_layer_protocol_negotiation,
  extensionData: encode(ProtocolNameList, names.map(fromAscii)),
})

const illegal = (fault: Defeat['fault']): Defeat => ({ fault, alert: 'illegal_parameter', state: 'ExpectServerHello' })

describe('a ServerHello that chooses what was not offered', () => {
  test.each([
    ['SSL 2.0', 0x0002],
    ['SSL 3.0 (POODLE)', 0x0300],
    ['TLS 1.0', 0x0301],
    ['TLS 1.1', 0x0302],
    ['TLS 1.3', 0x0304],
    ['a version to come', 0x0305],
    ['DTLS 1.2', 0xfefd],
  ])('ServerHello: the version of %s', (_, serverVersion) => {
    const peer = answered((hello) => ({ ...hello, serverVersion }))
    expectDefeat(peer, { fault: 'unsupported_version', alert: 'protocol_version', state: 'ExpectServerHello' })
  })

  test.each([
    ['one that this library knows and was not asked for', CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256],
    ['weaker protection than was offered', CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA],
    ['RSA key transport', CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256],
    ['an export suite', 0x0003],
    ['anonymous Diffie-Hellman', 0x0018],
    ['no protection', 0x0001],
    ['the null suite', 0x0000],
    ['a suite of TLS 1.3', 0x1301],
    ['a signalling value', CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV],
    ['a value that means nothing', 0x7a7a],
  ])('ServerHello: a suite not offered, %s', (_, cipherSuite) => {
    const cipherSuites = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] as const
    expectDefeat(
      answered((hello) => ({ ...hello, cipherSuite }), { cipherSuites }),
      illegal('suite_not_offered'),
    )
  })

  test.each([1, 64, 255])('CRIME: ServerHello with compression method %i', (compressionMethod) => {
    expectDefeat(
      answered((hello) => ({ ...hello, compressionMethod })),
      illegal('compression_not_offered'),
    )
  })

  test.each([
    ['key_share, of TLS 1.3', ExtensionType.key_share, [0, 29, 0, 1, 9]],
    ['supported_versions, choosing TLS 1.3', ExtensionType.supported_versions, [3, 4]],
    ['supported_versions, choosing TLS 1.2', ExtensionType.supported_versions, [3, 3]],
    ['pre_shared_key', ExtensionType.pre_shared_key, [0, 0]],
    ['session_ticket', ExtensionType.session_ticket, []],
    ['encrypt_then_mac', ExtensionType.encrypt_then_mac, []],
    ['max_fragment_length', ExtensionType.max_fragment_length, [1]],
    ['record_size_limit', ExtensionType.record_size_limit, [0, 64]],
    ['status_request', ExtensionType.status_request, []],
    [
      'application_layer_protocol_negotiation',
      ExtensionType.application_layer_protocol_negotiation,
      [0, 3, 2, 104, 50],
    ],
    ['server_certificate_type', ExtensionType.server_certificate_type, [2]],
    ['signature_algorithms, which only a client sends', ExtensionType.signature_algorithms, [0, 2, 4, 3]],
    ['an extension that means nothing', 0x7a7a, []],
  ])('ServerHello: an extension not offered, %s', (_, type, data) => {
    const peer = answered(withExtension(type, ...data), { recordSizeLimit: false })
    expectDefeat(peer, { fault: 'extension_not_offered', alert: 'unsupported_extension', state: 'ExpectServerHello' })
  })

  test('ServerHello: extensions that policy left out of the offer', () => {
    const refused = { fault: 'extension_not_offered', alert: 'unsupported_extension' } as const
    const bound = withExtension(ExtensionType.extended_master_secret)
    expectDefeat(answered(bound, { extendedMasterSecret: 'off' }), refused)
    const nameless = attackClient({
      withoutOptions: ['serverName'],
      edit: { server_hello: withExtension(ExtensionType.server_name) },
    })
    expectDefeat(nameless, refused)
  })

  test('ALPN: a protocol not offered, two protocols, none at all', () => {
    const victim = { applicationProtocols: ['h2'] }
    const other = answered(inPlace(protocols('http/1.1')), victim)
    expectDefeat(other, illegal('application_protocol_not_offered'))
    const malformed = { alert: 'decode_error', state: 'ExpectServerHello' } as const
    const two = answered(inPlace(protocols('h2', 'http/1.1')), victim)
    expectDefeat(two, { fault: 'malformed_extension', ...malformed })
    const type = ExtensionType.application_layer_protocol_negotiation
    const none = answered(withExtension(type, 0, 0), victim)
    expectDefeat(none, { fault: 'malformed_extension', ...malformed })
    expectConnected(answered(inPlace(protocols('h2')), victim))
  })

  test.each([
    ['extended_master_secret', ExtensionType.extended_master_secret],
    ['renegotiation_info', ExtensionType.renegotiation_info],
  ])('duplicate extensions in a ServerHello: %s', (_, type) => {
    const twice = (hello: ServerHello): ServerHello => ({
      ...hello,
      extensions: (hello.extensions ?? []).flatMap((it) => (it.extensionType === type ? [it, it] : [it])),
    })
    expectDefeat(answered(twice), { fault: 'duplicate_extension', alert: 'decode_error', state: 'ExpectServerHello' })
  })

  test.each([
    ['server_name', ExtensionType.server_name],
    ['extended_master_secret', ExtensionType.extended_master_secret],
  ])('ServerHello: %s with data in it', (_, type) => {
    const peer = answered(inPlace({ extensionType: type, extensionData: Uint8Array.of(0) }))
    expectDefeat(peer, { fault: 'malformed_extension', alert: 'decode_error', state: 'ExpectServerHello' })
  })

  test('ServerHello: points that are compressed only', () => {
    const peer = answered(withExtension(ExtensionType.ec_point_formats, 1, 1))
    expectDefeat(peer, illegal('bad_extension'))
    expectConnected(answered(withExtension(ExtensionType.ec_point_formats, 1, 0)))
  })
})

describe('a ServerHello without what policy requires', () => {
  const failed = (fault: Defeat['fault']) =>
    ({ fault, alert: 'handshake_failure', state: 'ExpectServerHello' }) as const

  test('renegotiation_info that is not empty, or missing', () => {
    const info = (...data: readonly number[]): Extension => ({
      extensionType: ExtensionType.renegotiation_info,
      extensionData: Uint8Array.from(data),
    })
    expectDefeat(answered(inPlace(info(1, 0))), failed('renegotiation_info_mismatch'))
    expectDefeat(answered(inPlace(info(12, ...new Uint8Array(12)))), failed('renegotiation_info_mismatch'))
    const missing = without(ExtensionType.renegotiation_info)
    expectDefeat(answered(missing), failed('secure_renegotiation_missing'))
    expectConnected(answered(missing, { secureRenegotiation: 'tolerate' }))
  })

  test('triple handshake: extended_master_secret is missing where policy requires it', () => {
    const unbound = (extendedMasterSecret: 'require' | 'prefer') =>
      attackClient({ extendedMasterSecret: false, victim: { extendedMasterSecret } })
    expectDefeat(unbound('require'), failed('extended_master_secret_missing'))
    expectConnected(unbound('prefer'))
  })
})

describe('a ServerKeyExchange that chooses what was not offered', () => {
  const state = 'ExpectServerKeyExchange'

  test.each([
    ['a curve of this library', 'x448'],
    ['a NIST curve', 'secp521r1'],
  ] as const)('group not offered: %s', (_, group) => {
    const peer = attackClient({ group, victim: { groups: ['x25519', 'secp256r1'] } })
    expectDefeat(peer, { fault: 'group_not_offered', alert: 'illegal_parameter', state })
  })

  test.each([
    ['a weak one, sect163k1', 1],
    ['one that means nothing', 0x7a7a],
    ['a finite field', 0x0100],
  ])('group not offered: %s', (_, namedCurve) => {
    const params = (): Uint8Array =>
      encode(ServerECDHParams, { curveType: 3, namedCurve, publicKey: Uint8Array.of(4, ...new Uint8Array(64)) })
    expectDefeat(attackClient({ params }), { fault: 'group_not_offered', alert: 'illegal_parameter', state })
  })

  test.each([
    ['rsa_pkcs1_sha1', 'rsa'],
    ['rsa_pkcs1_sha224', 'rsa'],
    ['ecdsa_sha1', 'ecdsaP256'],
    ['ecdsa_sha224', 'ecdsaP256'],
  ] as const)('SLOTH: ServerKeyExchange signed under %s', (scheme, kind) => {
    const suite = kind === 'rsa' ? 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' : 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
    const peer = attackClient({ suite, kind, scheme })
    expectDefeat(peer, { fault: 'scheme_not_offered', alert: 'illegal_parameter', state })
    // the signature itself is right: a client that does accept the scheme goes on
    const signatureSchemes: SignatureSchemeName[] = [scheme]
    const { fault } = attackClient({ suite, kind, scheme, victim: { signatureSchemes } }).victim
    if (fault !== undefined) throw fault
  })

  test('SLOTH: ServerKeyExchange signed under RSA and MD5, as TLS 1.2 once allowed', () => {
    const RSA_MD5 = 0x0101
    const privateKey = createPrivateKey(pki.server.rsa.keyPem)
    const script = replace<HostileServer>('server_key_exchange', (it) => {
      const params = it.honestParams()
      const signature = new Uint8Array(sign('md5', concat(it.clientRandom, it.serverRandom, params), privateKey))
      it.message('server_key_exchange', {
        body: concat(params, encode(DigitallySigned, { algorithm: RSA_MD5, signature })),
      })
    })
    const peer = attackClient({ suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', kind: 'rsa', script })
    expectDefeat(peer, { fault: 'scheme_not_offered', alert: 'illegal_parameter', state })
  })

  test('signature scheme not offered: one that the victim left out', () => {
    const peer = attackClient({ victim: { signatureSchemes: ['ed25519', 'rsa_pss_rsae_sha256'] } })
    expectDefeat(peer, { fault: 'scheme_not_offered', alert: 'illegal_parameter', state })
  })

  test('signature scheme of another kind of key than the certificate holds', () => {
    const signingKey = { sign: () => new Uint8Array(256) }
    const peer = attackClient({ signingKey, scheme: 'rsa_pss_rsae_sha256' })
    expectDefeat(peer, { fault: 'scheme_not_offered', alert: 'illegal_parameter' })
  })

  test('a certificate whose key cannot serve the suite', () => {
    const ecdsa = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
    const rsa = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
    const unfit = { fault: 'key_unfit_for_suite', alert: 'unsupported_certificate' } as const
    expectDefeat(attackClient({ suite: ecdsa, kind: 'rsa', scheme: 'rsa_pss_rsae_sha256' }), unfit)
    expectDefeat(attackClient({ suite: rsa, kind: 'ecdsaP256' }), unfit)
    expectDefeat(attackClient({ suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256', kind: 'rsaPss' }), unfit)
    const curve = attackClient({
      kind: 'ecdsaP384',
      scheme: 'ecdsa_secp384r1_sha384',
      victim: { groups: ['x25519', 'secp256r1'] },
    })
    expectDefeat(curve, { fault: 'key_curve_not_offered', alert: 'unsupported_certificate' })
  })
})

describe('a server’s certificate list', () => {
  test('an empty certificate list from a server', () => {
    const peer = attackClient({ edit: { certificate: () => ({ certificateList: [] }) } })
    expectDefeat(peer, { fault: 'server_certificate_missing', alert: 'decode_error', state: 'ExpectCertificate' })
  })

  test('a CertificateStatus that was promised comes at its place only', () => {
    const promised = withExtension(ExtensionType.status_request)
    const script = insertAfter<HostileServer>('server_key_exchange', (it) =>
      it.message('certificate_status', { statusType: 1, response: Uint8Array.of(1) }),
    )
    const peer = attackClient({ victim: { requestCertificateStatus: true }, edit: { server_hello: promised }, script })
    expectDefeat(peer, { fault: 'unexpected_message', alert: 'unexpected_message' })
  })
})
