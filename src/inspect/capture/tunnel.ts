import { bigEndian } from './byte-order.js'
import { afterEtherType } from './link-layer.js'

//  What carries IP packets inside of IP packets. Taps of switches and clouds deliver their copies this way.

const { uint16 } = bigEndian

const UDP_HEADER = 8
const ETHERNET_ADDRESSES = 12
/** Ethernet frames inside of GRE and Geneve, and the two kinds of mirrored ports. */
const TRANSPARENT_ETHERNET = 0x6558
const ERSPAN = 0x88be
const ERSPAN_HEADER = 8

/** From an EtherType and the octets that it speaks of. */
function behind(type: number, payload: Uint8Array, at: number): number | undefined {
  if (type === 0x0800 || type === 0x86dd) return at
  if (type !== TRANSPARENT_ETHERNET) return undefined
  const start = afterEtherType(payload, at + ETHERNET_ADDRESSES)
  return start === 'not IP' ? undefined : start
}

/** Each of three optional fields has four octets; a version other than zero is PPTP's. */
function inGre(payload: Uint8Array): number | undefined {
  const flags = uint16(payload, 0)
  if ((flags & 7) !== 0) return undefined
  const length = 4 + [0x8000, 0x2000, 0x1000].filter((flag) => (flags & flag) !== 0).length * 4
  const type = uint16(payload, 2)
  if (type !== ERSPAN) return behind(type, payload, length)
  const hasHeader = (flags & 0x1000) !== 0
  return behind(TRANSPARENT_ETHERNET, payload, hasHeader ? length + ERSPAN_HEADER : length)
}

/** VXLAN and Geneve are known by the ports that they are sent to. */
function inUdp(payload: Uint8Array): number | undefined {
  const port = uint16(payload, 2)
  if (port === 4789 || port === 8472) return behind(TRANSPARENT_ETHERNET, payload, UDP_HEADER + 8)
  if (port !== 6081) return undefined
  const options = ((payload[UDP_HEADER] ?? 0) & 0x3f) * 4
  return behind(uint16(payload, UDP_HEADER + 2), payload, UDP_HEADER + 8 + options)
}

const carriers: ReadonlyMap<number, (payload: Uint8Array) => number | undefined> = new Map([
  [4, () => 0],
  [41, () => 0],
  [47, inGre],
  [17, inUdp],
])

/** Where an IP packet begins inside of the payload of another; `undefined` where that carries none. */
export const innerPacket = (protocol: number, payload: Uint8Array): number | undefined =>
  carriers.get(protocol)?.(payload)
