import { bigEndian } from './byte-order.js'

const { uint16 } = bigEndian

/** The first octets of a record of TLS: a content type, and a version that begins with 3. */
export const looksLikeTls = (bytes: Uint8Array): boolean =>
  (bytes[0] ?? 0) >= 20 && (bytes[0] ?? 0) <= 24 && (bytes.length < 2 || bytes[1] === 3)

const HELLO_BEGINNING = 11

/** Whether a ClientHello begins here: some forty bits of header are as they must be. */
function isClientHello(bytes: Uint8Array): boolean {
  if (bytes.length < HELLO_BEGINNING || bytes[0] !== 22 || bytes[1] !== 3 || bytes[5] !== 1) return false
  const [record, message] = [uint16(bytes, 3), uint16(bytes, 7)]
  return (
    (bytes[2] ?? 0) <= 4 && bytes[6] === 0 && bytes[9] === 3 && record >= 6 && message >= 38 && message + 4 >= record
  )
}

const PROXY_2 = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a] as const

/** Octets of a header of the PROXY protocol, with which load balancers name the real client; 0 where there is none. */
function proxyHeader(bytes: Uint8Array): number {
  if (PROXY_2.every((octet, at) => bytes[at] === octet)) return 16 + uint16(bytes, 14)
  const isFirst = bytes[0] === 0x50 && bytes[1] === 0x52 && bytes[2] === 0x4f && bytes[3] === 0x58
  return isFirst ? bytes.subarray(0, 107).indexOf(10) + 1 : 0
}

/** Where in a segment a ClientHello begins: at its front, or behind the header of a load balancer; -1 where none does. */
export function helloIn(bytes: Uint8Array): number {
  if (isClientHello(bytes)) return 0
  const behind = proxyHeader(bytes)
  return behind > 0 && isClientHello(bytes.subarray(behind)) ? behind : -1
}

/** Octets of a ClientHello in the form of SSL 2.0 that begins here (RFC 5246 Appendix E.2); 0 where none does. */
export function version2HelloLength(bytes: Uint8Array): number {
  const length = uint16(bytes, 0) & 0x7fff
  const isHello = ((bytes[0] ?? 0) & 0x80) !== 0 && bytes[2] === 1 && bytes[3] === 3 && bytes.length > 10
  const parts = [5, 7, 9].reduce((sum, at) => sum + uint16(bytes, at), 9)
  return isHello && parts === length ? length + 2 : 0
}

/** What was said before TLS: the beginning of what the client said first and last. */
export interface SaidBefore {
  readonly first: string
  readonly last: string
}

/** How protocols ask for TLS, by what the client says first or last before it. */
const requests: readonly (readonly [where: keyof SaidBefore, what: RegExp, name: string])[] = [
  ['last', /^STARTTLS\r?\n/i, 'STARTTLS of SMTP or its like'],
  ['last', /^\S{1,32} STARTTLS\r?\n/i, 'STARTTLS of IMAP'],
  ['last', /^STLS\r?\n/i, 'STLS of POP3'],
  ['last', /^AUTH (TLS|SSL)/i, 'AUTH TLS of FTP'],
  ['last', /<starttls\b/, 'starttls of XMPP'],
  ['last', /1\.3\.6\.1\.4\.1\.1466\.20037/, 'StartTLS of LDAP'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a message of PostgreSQL is binary
  ['last', /^\0\0\0\x08\x04\xd2\x16\x2f$/, 'SSLRequest of PostgreSQL'],
  ['first', /^CONNECT /, 'CONNECT through an HTTP proxy'],
  ['first', /^PROXY |^\r\n\r\n\0\r\nQUIT\n/, 'the PROXY protocol of a load balancer'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: SOCKS is binary
  ['first', /^(\x05[\x01-\x0a]|\x04\x01)/, 'SOCKS'],
]

/** What asked for TLS, for people; `undefined` where it is none of the usual. */
export const requestFor = (said: SaidBefore): string | undefined =>
  requests.find(([where, what]) => what.test(said[where]))?.[2]
