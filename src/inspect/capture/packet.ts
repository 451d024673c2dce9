import { toHex } from '../../bytes/convert.js'
import { bigEndian } from './byte-order.js'
import type { CapturedFrame } from './capture-file.js'
import type { IpFragments } from './ip-fragments.js'
import { type IpPacket, readIp } from './ip-packet.js'
import { networkLayer } from './link-layer.js'
import { innerPacket } from './tunnel.js'

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
const MIN_TCP_HEADER = 20
/** A tunnel in a tunnel occurs; more of them are a joke at our expense. */
const MAX_TUNNELS = 4

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

function tcpSegment(time: number, packet: IpPacket): TcpSegment | PassedOver {
  const { source, destination, payload, cutOff } = packet
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
    cutOff,
  }
}

/** The TCP segment in a frame, or the one that it completes, or why there is none. Never throws. */
export function segmentOf(frame: CapturedFrame, fragments: IpFragments): TcpSegment | PassedOver {
  const start = networkLayer(frame)
  if (typeof start === 'string') return start
  let bytes = frame.data.subarray(start)
  let onWire = Math.max(frame.originalLength, frame.data.length) - start
  for (let tunnels = 0; tunnels <= MAX_TUNNELS; tunnels++) {
    const part = readIp(bytes, onWire)
    if (typeof part === 'string') return part
    const packet = fragments.accept(part, frame.time)
    if (packet === undefined) return 'IP fragment'
    if (packet === 'malformed') return packet
    if (packet.protocol === TCP) return tcpSegment(frame.time, packet)
    const inner = innerPacket(packet.protocol, packet.payload)
    if (inner === undefined || inner >= packet.payload.length) break
    bytes = packet.payload.subarray(inner)
    onWire = packet.payload.length + packet.cutOff - inner
  }
  return 'not TCP'
}
