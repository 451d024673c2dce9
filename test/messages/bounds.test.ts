/** Every vector's floor and ceiling, both ways. The wire side is put together here, by hand, from the RFCs' grammars. */
import { describe, expect, it } from 'vitest'
import { concat, fromHex } from '../../src/bytes/convert.js'
import { MalformedError } from '../../src/bytes/reader.js'
import { type Codec, decode, encode } from '../../src/codec/codec.js'
import { Certificate } from '../../src/messages/certificate.js'
import { CertificateRequest } from '../../src/messages/certificate-request.js'
import { CertificateStatus } from '../../src/messages/certificate-status.js'
import { CertificateVerify } from '../../src/messages/certificate-verify.js'
import { ClientHello } from '../../src/messages/client-hello.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../../src/messages/client-key-exchange.js'
import { ProtocolNameList } from '../../src/messages/extensions/application-layer-protocol-negotiation.js'
import { ECPointFormatList } from '../../src/messages/extensions/ec-point-formats.js'
import { Extension } from '../../src/messages/extensions/extension.js'
import { RenegotiationInfo } from '../../src/messages/extensions/renegotiation-info.js'
import { ServerNameList } from '../../src/messages/extensions/server-name.js'
import { SignatureSchemeList } from '../../src/messages/extensions/signature-algorithms.js'
import { CertificateStatusRequest } from '../../src/messages/extensions/status-request.js'
import { NamedGroupList } from '../../src/messages/extensions/supported-groups.js'
import { NewSessionTicket } from '../../src/messages/new-session-ticket.js'
import { ServerHello } from '../../src/messages/server-hello.js'
import { ServerDHParams, ServerECDHParams } from '../../src/messages/server-key-exchange.js'

const U8 = 2 ** 8 - 1
const U16 = 2 ** 16 - 1
const U24 = 2 ** 24 - 1

interface Bound {
  readonly what: string
  readonly floor: number
  readonly ceiling: number
  /** Bytes an item takes where items are of one size; the sizes tried are multiples of it. */
  readonly unit: number
  readonly prefix: number
  readonly decode: (bytes: Uint8Array) => unknown
  /** Encodes the value whose vector holds `size` bytes. */
  readonly encode: (size: number) => Uint8Array
  /** The same on the wire, given the vector with its prefix. */
  readonly wire: (vector: Uint8Array) => Uint8Array
}

const zeros = (size: number): Uint8Array => new Uint8Array(size)
const numbers = (size: number, width: number): number[] => new Array<number>(size / width).fill(0)
const big = (value: number, width: number): Uint8Array =>
  Uint8Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** (width - 1 - i)) % 256)

/** A vector `<floor..ceiling>` of the struct that `codec` reads, with `before` and `after` it on the wire. */
function bound<T>(
  what: string,
  [floor, ceiling, unit]: readonly [number, number, number],
  codec: Codec<T>,
  make: (size: number) => T,
  before = '',
  after = '',
): Bound {
  return {
    what,
    floor,
    ceiling,
    unit,
    prefix: ceiling <= U8 ? 1 : ceiling <= U16 ? 2 : 3,
    decode: (bytes) => decode(codec, bytes),
    encode: (size) => encode(codec, make(size)),
    wire: (vector) => concat(fromHex(before), vector, fromHex(after)),
  }
}

const random = '00'.repeat(32)
const clientHello = (change: Partial<ClientHello>): ClientHello => ({
  clientVersion: 0x0303,
  random: zeros(32),
  sessionId: zeros(0),
  cipherSuites: [0],
  compressionMethods: [0],
  ...change,
})
const serverHello = (sessionId: Uint8Array): ServerHello => ({
  serverVersion: 0x0303,
  random: zeros(32),
  sessionId,
  cipherSuite: 0,
  compressionMethod: 0,
})
const request = (change: Partial<CertificateRequest>): CertificateRequest => ({
  certificateTypes: [0],
  supportedSignatureAlgorithms: [0],
  certificateAuthorities: [],
  ...change,
})
const dh = (change: Partial<ServerDHParamsValue>): ServerDHParamsValue => ({
  dhP: zeros(1),
  dhG: zeros(1),
  dhYs: zeros(1),
  ...change,
})
type ServerDHParamsValue = { dhP: Uint8Array; dhG: Uint8Array; dhYs: Uint8Array }
const status = { statusType: 1, responderIdList: [], requestExtensions: zeros(0) }
const one: Uint8Array = zeros(1)

const messageBounds: readonly Bound[] = [
  bound(
    'ClientHello.session_id',
    [0, 32, 1],
    ClientHello,
    (n) => clientHello({ sessionId: zeros(n) }),
    `0303${random}`,
    '000200000100',
  ),
  bound(
    'ClientHello.cipher_suites',
    [2, U16 - 1, 2],
    ClientHello,
    (n) => clientHello({ cipherSuites: numbers(n, 2) }),
    `0303${random}00`,
    '0100',
  ),
  bound(
    'ClientHello.compression_methods',
    [1, U8, 1],
    ClientHello,
    (n) => clientHello({ compressionMethods: numbers(n, 1) }),
    `0303${random}0000020000`,
  ),
  bound('ServerHello.session_id', [0, 32, 1], ServerHello, (n) => serverHello(zeros(n)), `0303${random}`, '000000'),
  bound(
    'Extension.extension_data',
    [0, U16, 1],
    Extension,
    (n) => ({ extensionType: 7, extensionData: zeros(n) }),
    '0007',
  ),
  bound(
    'CertificateRequest.certificate_types',
    [1, U8, 1],
    CertificateRequest,
    (n) => request({ certificateTypes: numbers(n, 1) }),
    '',
    '000200000000',
  ),
  bound(
    'CertificateRequest.supported_signature_algorithms',
    [2, U16 - 1, 2],
    CertificateRequest,
    (n) => request({ supportedSignatureAlgorithms: numbers(n, 2) }),
    '0100',
    '0000',
  ),
  bound(
    'CertificateStatus.response',
    [1, U24, 1],
    CertificateStatus,
    (n) => ({ statusType: 1, response: zeros(n) }),
    '01',
  ),
  bound(
    'CertificateVerify.signature',
    [0, U16, 1],
    CertificateVerify,
    (n) => ({ algorithm: 0x0401, signature: zeros(n) }),
    '0401',
  ),
  bound(
    'NewSessionTicket.ticket',
    [0, U16, 1],
    NewSessionTicket,
    (n) => ({ ticketLifetimeHint: 7, ticket: zeros(n) }),
    '00000007',
  ),
  bound(
    'ServerECDHParams.public',
    [1, U8, 1],
    ServerECDHParams,
    (n) => ({ curveType: 3, namedCurve: 29, publicKey: zeros(n) }),
    '03001d',
  ),
  bound('ServerDHParams.dh_p', [1, U16, 1], ServerDHParams, (n) => dh({ dhP: zeros(n) }), '', '000100000100'),
  bound('ServerDHParams.dh_g', [1, U16, 1], ServerDHParams, (n) => dh({ dhG: zeros(n) }), '000100', '000100'),
  bound('ServerDHParams.dh_Ys', [1, U16, 1], ServerDHParams, (n) => dh({ dhYs: zeros(n) }), '000100000100'),
  bound('EncryptedPreMasterSecret', [0, U16, 1], EncryptedPreMasterSecret, (n) => ({
    encryptedPreMasterSecret: zeros(n),
  })),
  bound('ClientDiffieHellmanPublic.dh_Yc', [1, U16, 1], ClientDiffieHellmanPublic, (n) => ({ dhYc: zeros(n) })),
  bound('ClientECDiffieHellmanPublic.ecdh_Yc', [1, U8, 1], ClientECDiffieHellmanPublic, (n) => ({ ecdhYc: zeros(n) })),
]

const extensionBounds: readonly Bound[] = [
  bound('NamedGroupList', [2, U16 - 1, 2], NamedGroupList, (n) => numbers(n, 2)),
  bound('ECPointFormatList', [1, U8, 1], ECPointFormatList, (n) => numbers(n, 1)),
  bound('SignatureSchemeList', [2, U16 - 1, 2], SignatureSchemeList, (n) => numbers(n, 2)),
  bound('RenegotiationInfo.renegotiated_connection', [0, U8, 1], RenegotiationInfo, (n) => ({
    renegotiatedConnection: zeros(n),
  })),
  bound(
    'CertificateStatusRequest.request_extensions',
    [0, U16, 1],
    CertificateStatusRequest,
    (n) => ({ ...status, requestExtensions: zeros(n) }),
    '010000',
  ),
]

describe.each([...messageBounds, ...extensionBounds])('$what<$floor..$ceiling>', (one: Bound) => {
  const onWire = (size: number): Uint8Array => one.wire(concat(big(size, one.prefix), zeros(size)))

  it('is taken at its floor and at its ceiling', () => {
    for (const size of [one.floor, one.ceiling]) {
      const bytes = one.encode(size)
      expect(Buffer.compare(bytes, onWire(size))).toBe(0)
      expect(() => one.decode(bytes)).not.toThrow()
    }
  })

  it('is refused below its floor', () => {
    const size = one.floor - one.unit
    if (size < 0) return expect(one.floor).toBe(0)
    expect(() => one.encode(size)).toThrow(RangeError)
    expect(() => one.decode(onWire(size))).toThrow(MalformedError)
  })

  it('is refused above its ceiling', () => {
    const size = one.ceiling + one.unit
    expect(() => one.encode(size)).toThrow(RangeError)
    if (size < 256 ** one.prefix) expect(() => one.decode(onWire(size))).toThrow(MalformedError)
  })

  it('is refused with half an item', () => {
    if (one.unit > 1) expect(() => one.decode(onWire(one.floor + 1))).toThrow(MalformedError)
  })
})

describe('vectors of vectors', () => {
  const refused = (codec: Codec<unknown>, wire: string): void => {
    expect(() => decode(codec, fromHex(wire)), wire).toThrow(MalformedError)
  }

  it('take no empty certificate, but an empty list', () => {
    expect(decode(Certificate, fromHex('000000'))).toEqual({ certificateList: [] })
    refused(Certificate, '000003000000')
    expect(() => encode(Certificate, { certificateList: [zeros(0)] })).toThrow(RangeError)
  })

  it('take a certificate list up to 2^24-1 bytes', () => {
    const largest = { certificateList: [zeros(U24 - 3)] }
    const bytes = encode(Certificate, largest)
    expect(bytes.length).toBe(3 + U24)
    expect(decode(Certificate, bytes).certificateList[0]?.length).toBe(U24 - 3)
    expect(() => encode(Certificate, { certificateList: [zeros(U24 - 3), one] })).toThrow(RangeError)
  })

  it('take no empty DistinguishedName, but an empty list of them', () => {
    expect(decode(CertificateRequest, fromHex('0101 00020401 0000')).certificateAuthorities).toEqual([])
    refused(CertificateRequest, '0101 00020401 00020000')
    expect(() => encode(CertificateRequest, request({ certificateAuthorities: [zeros(0)] }))).toThrow(RangeError)
    const largest = encode(CertificateRequest, request({ certificateAuthorities: [zeros(U16 - 2)] }))
    expect(decode(CertificateRequest, largest).certificateAuthorities[0]?.length).toBe(U16 - 2)
    expect(() => encode(CertificateRequest, request({ certificateAuthorities: [zeros(U16 - 2), one] }))).toThrow(
      RangeError,
    )
  })

  it('take no empty server name list and no empty host name', () => {
    refused(ServerNameList, '0000')
    refused(ServerNameList, '0003 00 0000')
    expect(() => encode(ServerNameList, [])).toThrow(RangeError)
    expect(() => encode(ServerNameList, [{ nameType: 0, name: zeros(0) }])).toThrow(RangeError)
    expect(decode(ServerNameList, fromHex('0003 09 0000'))).toEqual([{ nameType: 9, name: zeros(0) }])
    expect(() => encode(ServerNameList, [{ nameType: 0, name: zeros(U16 - 2) }])).toThrow(RangeError)
    expect(encode(ServerNameList, [{ nameType: 0, name: zeros(U16 - 3) }]).length).toBe(2 + U16)
  })

  it('take no empty protocol list and no empty protocol name', () => {
    refused(ProtocolNameList, '0000')
    refused(ProtocolNameList, '0001 00')
    refused(ProtocolNameList, '0003 0161 00')
    expect(() => encode(ProtocolNameList, [])).toThrow(RangeError)
    expect(() => encode(ProtocolNameList, [zeros(0)])).toThrow(RangeError)
    expect(() => encode(ProtocolNameList, [zeros(U8 + 1)])).toThrow(RangeError)
    expect(decode(ProtocolNameList, encode(ProtocolNameList, [zeros(U8)]))).toEqual([zeros(U8)])
    expect(() =>
      encode(
        ProtocolNameList,
        Array.from({ length: 256 }, () => zeros(U8)),
      ),
    ).toThrow(RangeError)
  })

  it('take no empty ResponderID', () => {
    refused(CertificateStatusRequest, '01 0002 0000 0000')
    expect(() => encode(CertificateStatusRequest, { ...status, responderIdList: [zeros(0)] })).toThrow(RangeError)
  })

  it('take a list of extensions of 2^16-1 bytes and no more, and tell an empty one from none', () => {
    const extension = (size: number) => ({ extensionType: 21, extensionData: zeros(size) })
    const full = encode(ClientHello, clientHello({ extensions: [extension(U16 - 4)] }))
    expect(decode(ClientHello, full).extensions?.[0]?.extensionData.length).toBe(U16 - 4)
    expect(() => encode(ClientHello, clientHello({ extensions: [extension(U16 - 4), extension(0)] }))).toThrow(
      RangeError,
    )
    expect(decode(ClientHello, encode(ClientHello, clientHello({ extensions: [] }))).extensions).toEqual([])
    expect('extensions' in decode(ClientHello, encode(ClientHello, clientHello({})))).toBe(false)
  })
})

describe('numbers and fixed lengths', () => {
  it('refuse values that their fields cannot hold', () => {
    expect(() => encode(ClientHello, clientHello({ clientVersion: 0x10000 }))).toThrow(RangeError)
    expect(() => encode(ClientHello, clientHello({ random: zeros(31) }))).toThrow(RangeError)
    expect(() => encode(ClientHello, clientHello({ random: zeros(33) }))).toThrow(RangeError)
    expect(() => encode(ClientHello, clientHello({ cipherSuites: [-1] }))).toThrow(RangeError)
    expect(() => encode(ClientHello, clientHello({ cipherSuites: [1.5] }))).toThrow(RangeError)
    expect(() => encode(NewSessionTicket, { ticketLifetimeHint: 2 ** 32, ticket: one })).toThrow(RangeError)
  })
})
