import { toHex } from '../../bytes/convert.js'
import { bigEndian } from './byte-order.js'
import type { CapturedFrame } from './capture-file.js'
import { networkLayer } from './link-layer.js'

/** One TCP segment. `data` is a view into the frame. */
export interface TcpSegment {
  readonly time: number
  /** Address and port of each end, as a key that compares. */
  readonly from: string
  readonly to: string
  readonly sequence: number
  /** Absent where the ACK flag is not set. */
  readonly acknowledgement: number | undefined
  readonly syn: boolean
  readonly fin: boolean
  readonly rst: boolean
  readonly data: Uint8Array
  /** Octets of data that were on the wire behind `data` and that the capture cut off. */
  readonly cutOff: number
}

/** Why a frame gave no segment: each kind is counted, so that the story can say what it is not about. */
export type PassedOver = 'other link type' | 'not IP' | 'not TCP' | 'IP fragment' | 'malformed'

const { uint16, uint32 } = bigEndian

const TCP = 6
const MIN_IPV4_HEADER = 20
const IPV6_HEADER = 40
const MIN_TCP_HEADER = 20

/** An address and port in a form that is quick to make and to compare; `formatEndpoint` makes it readable. */
const endpointKey = (address: Uint8Array, port: number): string =>
  address.length === 4 ? `${uint32(address, 0)}/${port}` : `${toHex(address)}/${port}`

/** The longest run of zero groups, if it has two at least, gives way to `::` (the usual way to write IPv6). */
function formatIpv6(hex: string): string {
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16))
  const text = groups.join(':')
  const runs = [...`:${text}:`.matchAll(/(?::0)+(?=:)/g)].map(([run]) => run).sort((a, b) => b.length - a.length)
  const [longest] = runs
  if (longest === undefined || longest.length < 4) return text
  return `:${text}:`
    .replace(`${longest}:`, '::')
    .replace(/^:(?!:)/, '')
    .replace(/([^:]):$/, '$1')
}

/** `192.0.2.1:443`, `[2001:db8::1]:443`. */
export function formatEndpoint(key: string): string {
  const [address = '', port = ''] = key.split('/')
  if (address.length === 32) return `[${formatIpv6(address)}]:${port}`
  const number = Number(address)
  return `${[24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.')}:${port}`
}

function tcpSegment(
  { time }: CapturedFrame,
  [source, destination]: readonly [Uint8Array, Uint8Array],
  payload: Uint8Array,
  /** Octets of the IP payload on the wire. */
  length: number,
): TcpSegment | PassedOver {
  if (payload.length < MIN_TCP_HEADER) return 'malformed'
  const headerLength = ((payload[12] ?? 0) >> 4) * 4
  if (headerLength < MIN_TCP_HEADER || headerLength > payload.length) return 'malformed'
  const flags = payload[13] ?? 0
  return {
    time,
    from: endpointKey(source, uint16(payload, 0)),
    to: endpointKey(destination, uint16(payload, 2)),
    sequence: uint32(payload, 4),
    acknowledgement: (flags & 0x10) === 0 ? undefined : uint32(payload, 8),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
    data: payload.subarray(headerLength),
    cutOff: Math.max(0, length - payload.length),
  }
}

function ipv4(frame: CapturedFrame, packet: Uint8Array, onWire: number): TcpSegment | PassedOver {
  const headerLength = ((packet[0] ?? 0) & 15) * 4
  if (headerLength < MIN_IPV4_HEADER || packet.length < headerLength) return 'malformed'
  if ((packet[9] ?? 0) !== TCP) return 'not TCP'
  // More fragments, or an offset: what a TCP header would be read from may be anywhere.
  if ((uint16(packet, 6) & 0x3fff) !== 0) return 'IP fragment'
  const stated = uint16(packet, 2)
  // A card that cuts large segments itself shows them whole, with a length of zero.
  const total = stated === 0 ? onWire : stated
  if (total < headerLength) return 'malformed'
  const addresses = [packet.subarray(12, 16), packet.subarray(16, 20)] as const
  return tcpSegment(frame, addresses, packet.subarray(headerLength, total), total - headerLength)
}

/** Extension headers that may stand before TCP, and the unit in which their length counts what is behind the first eight octets. */
const extensionUnits: Readonly<Record<number, number>> = { 0: 8, 43: 8, 60: 8, 51: 4 }
const FRAGMENT = 44
/** More than any packet has; each is at least eight octets. */
const MAX_EXTENSION_HEADERS = 8

function ipv6(frame: CapturedFrame, packet: Uint8Array, onWire: number): TcpSegment | PassedOver {
  if (packet.length < IPV6_HEADER) return 'malformed'
  const stated = uint16(packet, 4)
  const end = stated === 0 ? onWire : IPV6_HEADER + stated
  let next = packet[6] ?? 0
  let at = IPV6_HEADER
  for (let headers = 0; next !== TCP; headers++) {
    if (next === FRAGMENT) return 'IP fragment'
    const unit = extensionUnits[next]
    if (unit === undefined) return 'not TCP'
    if (headers === MAX_EXTENSION_HEADERS || at + 2 > packet.length) return 'malformed'
    next = packet[at] ?? 0
    at += 8 + (packet[at + 1] ?? 0) * unit
  }
  if (end < at) return 'malformed'
  return tcpSegment(frame, [packet.subarray(8, 24), packet.subarray(24, 40)], packet.subarray(at, end), end - at)
}

/** The TCP segment in a frame, or why there is none. Never throws. */
export function segmentOf(frame: CapturedFrame): TcpSegment | PassedOver {
  const start = networkLayer(frame)
  if (typeof start === 'string') return start
  const packet = frame.data.subarray(start)
  const onWire = Math.max(frame.originalLength, frame.data.length) - start
  const version = (packet[0] ?? 0) >> 4
  if (version === 4) return ipv4(frame, packet, onWire)
  return version === 6 ? ipv6(frame, packet, onWire) : 'not IP'
}
