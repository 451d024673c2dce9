import { bigEndian } from './byte-order.js'

/** Where a fragment belongs in the payload that it is a part of. */
export interface FragmentPlace {
  readonly identification: number
  /** In octets. */
  readonly offset: number
  readonly hasMore: boolean
}

/** One IP packet, of either version. All bytes are views into the frame. */
export interface IpPacket {
  readonly source: Uint8Array
  readonly destination: Uint8Array
  /** What `payload` is, by the protocol numbers of IP; a fragment's: what the whole is. */
  readonly protocol: number
  readonly payload: Uint8Array
  /** Octets of the payload that were on the wire and that the capture cut off. */
  readonly cutOff: number
  readonly fragment: FragmentPlace | undefined
}

export type NoPacket = 'not IP' | 'malformed'

const { uint16, uint32 } = bigEndian

const MIN_IPV4_HEADER = 20
const IPV6_HEADER = 40
const FRAGMENT = 44
const FRAGMENT_HEADER = 8

/** Extension headers that may stand before TCP, and the unit in which their length counts what is behind the first eight octets. */
const extensionUnits: ReadonlyMap<number, number> = new Map([
  [0, 8],
  [43, 8],
  [60, 8],
  [51, 4],
])
/** More than any packet has; each is at least eight octets. */
const MAX_EXTENSION_HEADERS = 8

function readIpv4(packet: Uint8Array, onWire: number): IpPacket | NoPacket {
  const headerLength = ((packet[0] ?? 0) & 15) * 4
  if (headerLength < MIN_IPV4_HEADER || packet.length < headerLength) return 'malformed'
  const stated = uint16(packet, 2)
  // A card that cuts large segments itself shows them whole, with a length of zero.
  const total = stated === 0 ? onWire : stated
  if (total < headerLength) return 'malformed'
  const place = uint16(packet, 6)
  const [hasMore, offset] = [(place & 0x2000) !== 0, (place & 0x1fff) * 8]
  const payload = packet.subarray(headerLength, total)
  return {
    source: packet.subarray(12, 16),
    destination: packet.subarray(16, 20),
    protocol: packet[9] ?? 0,
    payload,
    cutOff: Math.max(0, total - headerLength - payload.length),
    fragment: hasMore || offset > 0 ? { identification: uint16(packet, 4), offset, hasMore } : undefined,
  }
}

/** Past extension headers, up to the first header that is none or is a fragment's. */
export function skipExtensions(
  protocol: number,
  bytes: Uint8Array,
  start: number,
): { readonly protocol: number; readonly at: number } | 'malformed' {
  let [next, at] = [protocol, start]
  for (let headers = 0; ; headers++) {
    const unit = extensionUnits.get(next)
    if (unit === undefined) return { protocol: next, at }
    if (headers === MAX_EXTENSION_HEADERS || at + 2 > bytes.length) return 'malformed'
    next = bytes[at] ?? 0
    at += 8 + (bytes[at + 1] ?? 0) * unit
  }
}

function readIpv6(packet: Uint8Array, onWire: number): IpPacket | NoPacket {
  if (packet.length < IPV6_HEADER) return 'malformed'
  const stated = uint16(packet, 4)
  const end = stated === 0 ? onWire : IPV6_HEADER + stated
  const upper = skipExtensions(packet[6] ?? 0, packet, IPV6_HEADER)
  if (upper === 'malformed') return upper
  const isFragment = upper.protocol === FRAGMENT
  const at = isFragment ? upper.at + FRAGMENT_HEADER : upper.at
  if (end < at || (isFragment && packet.length < at)) return 'malformed'
  const payload = packet.subarray(at, end)
  return {
    source: packet.subarray(8, 24),
    destination: packet.subarray(24, 40),
    protocol: isFragment ? (packet[upper.at] ?? 0) : upper.protocol,
    payload,
    cutOff: Math.max(0, end - at - payload.length),
    fragment: isFragment ? fragmentPlace(packet, upper.at) : undefined,
  }
}

function fragmentPlace(packet: Uint8Array, at: number): FragmentPlace {
  const place = uint16(packet, at + 2)
  return { identification: uint32(packet, at + 4), offset: place & 0xfff8, hasMore: (place & 1) !== 0 }
}

/** Reads the IP packet that `packet` begins with. `onWire`: octets that there were before the capture cut any off. */
export function readIp(packet: Uint8Array, onWire: number): IpPacket | NoPacket {
  const version = (packet[0] ?? 0) >> 4
  if (version === 4) return readIpv4(packet, onWire)
  return version === 6 ? readIpv6(packet, onWire) : 'not IP'
}
