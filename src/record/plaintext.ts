import { toLatin1 } from '../bytes/convert.js'
import { ContentType } from '../registry/content-type.js'
import { nameOf } from '../registry/registry.js'
import { RecordError, type RecordErrorCode } from './record-error.js'

//  TLSPlaintext, TLSCompressed and TLSCiphertext share one header (RFC 5246 §6.2.1):
//
//    0       1               3               5
//    +-------+-------+-------+-------+-------+----------------
//    | type  | version       | length        | fragment …
//    +-------+-------+-------+-------+-------+----------------
//      20-23   0x03 0x03       bytes of fragment, protected or not

/** Bytes before the fragment of every record. */
export const HEADER_LENGTH = 5

/** Most bytes of a fragment before protection, and after it was taken off (RFC 5246 §6.2.1). */
export const MAX_PLAINTEXT_LENGTH = 2 ** 14

/** Most bytes of a protected fragment (RFC 5246 §6.2.3). */
export const MAX_CIPHERTEXT_LENGTH = 2 ** 14 + 2048

export interface RecordHeader {
  readonly type: ContentType
  readonly version: number
  readonly length: number
}

/** What a header may say depends on what went before it in its direction. */
export interface HeaderRules {
  /** Whether keys are installed: the version is settled then, and the length is a ciphertext's. */
  readonly isProtected: boolean
  /** Most bytes of fragment. */
  readonly maxLength: number
}

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

/** Writes a header in front of `length` bytes of fragment. */
export function writeHeader(output: Uint8Array, at: number, header: RecordHeader): void {
  output[at] = header.type
  output[at + 1] = header.version >> 8
  output[at + 2] = header.version & 0xff
  output[at + 3] = header.length >> 8
  output[at + 4] = header.length & 0xff
}

/**
 * Reads and judges the header that `bytes` begin with, which must be there whole. Throws `RecordError` for one that no record may have:
 * on its length alone an oversized record is refused before a byte of its fragment is waited for.
 */
export function readHeader(bytes: Uint8Array, rules: HeaderRules): RecordHeader {
  const header = { type: bytes[0] ?? 0, version: uint16(bytes, 1), length: uint16(bytes, 3) }
  checkVersion(header.version, rules)
  checkType(header.type)
  checkLength(header, rules)
  return header
}

/** The four types of TLS 1.2: an unregistered one ends the connection (RFC 5246 §6). */
export const isContentType = (type: number): boolean =>
  type >= ContentType.change_cipher_spec && type <= ContentType.application_data

/** Only application data may be empty, which hides how much is said (RFC 5246 §6.2.1). */
export const mayBeEmpty = (type: ContentType): boolean => type === ContentType.application_data

function checkType(type: number): void {
  if (isContentType(type)) return
  throw new RecordError('unknown_content_type', `a record of content type ${type}; TLS 1.2 knows 20 to 23`)
}

/**
 * Until keys are installed any 0x03xx passes: nothing is agreed upon yet, and a client may write what it likes for
 * compatibility (RFC 5246 Appendix E.1). Afterwards the version is settled.
 */
function checkVersion(version: number, rules: HeaderRules): void {
  if (rules.isProtected ? version === 0x0303 : version >> 8 === 3) return
  const expected = rules.isProtected ? '0x0303, as was agreed' : '0x0301 to 0x0303'
  const found = `0x${version.toString(16).padStart(4, '0')}`
  throw new RecordError('bad_record_version', `a record of version ${found}; expected was ${expected}`)
}

function checkLength(header: RecordHeader, rules: HeaderRules): void {
  if (header.length > rules.maxLength) {
    throw new RecordError(
      'record_overflow',
      `a record of ${header.length} bytes; at most ${rules.maxLength} are allowed`,
    )
  }
  if (header.length === 0 && !rules.isProtected) checkEmptiness(header.type, 0)
}

/** Refuses an empty fragment of a type that must not have one (RFC 5246 §6.2.1). */
export function checkEmptiness(type: ContentType, length: number): void {
  if (length > 0 || mayBeEmpty(type)) return
  throw new RecordError(
    'empty_fragment',
    `an empty ${nameOf(ContentType, type)} record; only application data may be empty`,
  )
}

const HTTP_BEGINNINGS: ReadonlyMap<string, Extract<RecordErrorCode, `http_${string}`>> = new Map([
  ['GET ', 'http_request'],
  ['POST', 'http_request'],
  ['HEAD', 'http_request'],
  ['PUT ', 'http_request'],
  ['CONN', 'http_proxy_request'],
  ['HTTP', 'http_response'],
])

/** Message types behind the two-byte record header of SSL 2.0, whose first bit is set (RFC 5246 Appendix E.2). */
const SSL2_ERROR = 0
const SSL2_CLIENT_HELLO = 1
const SSL2_SERVER_HELLO = 4

/** Whether these are the first bytes of a ClientHello in the form of SSL 2.0. */
export const beginsWithVersion2Hello = (bytes: Uint8Array): boolean =>
  ((bytes[0] ?? 0) & 0x80) !== 0 && bytes[2] === SSL2_CLIENT_HELLO

/** Bytes in front of a message of SSL 2.0: its length, behind a bit that is set. */
export const VERSION_2_HEADER_LENGTH = 2

/** The length of a message of SSL 2.0. Throws `RecordError` for one that is longer than a record may be. */
export function version2Length(bytes: Uint8Array): number {
  const length = uint16(bytes, 0) & 0x7fff
  if (length <= MAX_PLAINTEXT_LENGTH) return length
  throw new RecordError('record_overflow', `an SSL 2.0 ClientHello of ${length} bytes, more than 2^14`)
}

/**
 * Recognises what people often meet instead of TLS in the very first bytes, to say so: plain HTTP on either side, the
 * SSL 2.0 form of a ClientHello (RFC 5246 Appendix E.2), and a server's answer in SSL 2.0; both are refused (RFC 6176 §3).
 */
export function checkBeginning(bytes: Uint8Array, role: 'client' | 'server'): void {
  const text = toLatin1(bytes.subarray(0, 4))
  const http = HTTP_BEGINNINGS.get(text)
  if (http !== undefined) {
    throw new RecordError(
      http,
      role === 'server'
        ? `the peer speaks plain HTTP ("${text.trim()}…") where TLS was expected: use https:// and a TLS client`
        : 'the peer answers in plain HTTP where TLS was expected: is this the port that speaks TLS?',
    )
  }
  const isVersion2 = ((bytes[0] ?? 0) & 0x80) !== 0
  const message = bytes[2] ?? 0
  if (role === 'server' && beginsWithVersion2Hello(bytes)) {
    throw new RecordError('sslv2_record', 'the peer begins with an SSL 2.0 ClientHello; TLS 1.2 records are required')
  }
  if (isVersion2 && role === 'client' && (message === SSL2_SERVER_HELLO || message === SSL2_ERROR)) {
    throw new RecordError('sslv2_record', 'the peer answers in SSL 2.0; TLS 1.2 records are required')
  }
}
