import { bigEndian, littleEndian } from './byte-order.js'
import type { CapturedFrame } from './capture-file.js'

/** Where the IP header begins in a frame of each link type (LINKTYPE_ values of tcpdump.org), or that there is none. */
type Finder = (data: Uint8Array) => number | 'not IP'

const { uint16 } = bigEndian

const IPV4 = 0x0800
const IPV6 = 0x86dd
const PPPOE_SESSION = 0x8864
const MPLS = 0x8847
/** 802.1Q, 802.1ad and the number that switches used before it. */
const vlanTags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100])

const pppProtocols: ReadonlySet<number> = new Set([0x0021, 0x0057])

/** Labels of four octets; a bit says which is the last. */
function afterLabels(data: Uint8Array, at: number): number | 'not IP' {
  for (let label = at; label + 4 <= data.length; label += 4) if (((data[label + 2] ?? 0) & 1) !== 0) return label + 4
  return 'not IP'
}

/** From an EtherType at `at`, past tags of virtual networks. */
export function afterEtherType(data: Uint8Array, at: number): number | 'not IP' {
  let position = at
  let type = uint16(data, position)
  while (vlanTags.has(type) && position + 6 <= data.length) {
    position += 4
    type = uint16(data, position)
  }
  if (type === IPV4 || type === IPV6) return position + 2
  if (type === MPLS) return afterLabels(data, position + 2)
  // PPPoE: six octets, then the protocol in two.
  return type === PPPOE_SESSION ? afterPpp(data, position + 8) : 'not IP'
}

/** The protocol in two octets, or in one where it is compressed, which its lowest bit shows. */
function afterPpp(data: Uint8Array, at: number): number | 'not IP' {
  const first = data[at] ?? 0
  if ((first & 1) !== 0) return pppProtocols.has(first) ? at + 1 : 'not IP'
  return pppProtocols.has(uint16(data, at)) ? at + 2 : 'not IP'
}

/** Address and control field stand before the protocol, or do not. */
const ppp: Finder = (data) => afterPpp(data, uint16(data, 0) === 0xff03 ? 2 : 0)

/** Data frames of IEEE 802.11 that are not encrypted: their header, then LLC and SNAP with an EtherType. */
function wireless(data: Uint8Array, start: number): number | 'not IP' {
  const [control = 0, flags = 0] = data.subarray(start)
  const isData = (control & 0x0c) === 0x08 && (control & 0x40) === 0
  if (!isData || (flags & 0x40) !== 0) return 'not IP'
  const betweenStations = (flags & 3) === 3
  const hasQuality = (control & 0x80) !== 0
  const length = 24 + (betweenStations ? 6 : 0) + (hasQuality ? 2 : 0) + (hasQuality && (flags & 0x80) !== 0 ? 4 : 0)
  const at = start + length
  const isSnap = uint16(data, at) === 0xaaaa && uint16(data, at + 2) === 0x0300
  return isSnap ? afterEtherType(data, at + 6) : 'not IP'
}

const NFLOG_PAYLOAD = 9

/** Linux's NFLOG: values with length and type, in the order of the machine, which was a little-endian one as a rule. */
const nflog: Finder = (data) => {
  for (let at = 4; at + 4 <= data.length; ) {
    const length = littleEndian.uint16(data, at)
    if ((littleEndian.uint16(data, at + 2) & 0x7fff) === NFLOG_PAYLOAD) return at + 4
    at += Math.max(4, Math.ceil(length / 4) * 4)
  }
  return 'not IP'
}

const rawIp: Finder = () => 0
/** Four octets of address family, in whichever byte order: the IP version says the rest. */
const loopback: Finder = () => 4

const finders: ReadonlyMap<number, Finder> = new Map<number, Finder>([
  [0, loopback],
  [1, (data) => afterEtherType(data, 12)],
  [9, ppp],
  [12, rawIp],
  [14, rawIp],
  [50, ppp],
  [101, rawIp],
  // Cisco's HDLC: address and control, then an EtherType.
  [104, (data) => afterEtherType(data, 2)],
  [105, (data) => wireless(data, 0)],
  [108, loopback],
  [113, (data) => afterEtherType(data, 14)],
  // Radiotap: its length is in octets 2 and 3.
  [127, (data) => wireless(data, littleEndian.uint16(data, 2))],
  [228, rawIp],
  [229, rawIp],
  [239, nflog],
  // Linux SLL2 has the protocol first, and twenty octets in all.
  [276, (data) => (afterEtherType(data, 0) === 'not IP' ? 'not IP' : 20)],
])

/** Where the IP header of a frame begins. */
export function networkLayer({ linkType, data }: CapturedFrame): number | 'other link type' | 'not IP' {
  const find = finders.get(linkType)
  return find === undefined ? 'other link type' : find(data)
}
