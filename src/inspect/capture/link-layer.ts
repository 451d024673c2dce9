import { bigEndian } from './byte-order.js'
import type { CapturedFrame } from './capture-file.js'

/** Where the IP header begins in a frame of each link type (LINKTYPE_ values of tcpdump.org), or why there is none. */
type Finder = (data: Uint8Array) => number | 'not IP'

const IPV4 = 0x0800
const IPV6 = 0x86dd
const PPPOE_SESSION = 0x8864
/** 802.1Q, 802.1ad and the number that switches used before it. */
const vlanTags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100])

/** PPPoE: six octets, then the protocol in two. */
const pppProtocols: ReadonlySet<number> = new Set([0x0021, 0x0057])

/** From an EtherType at `at`, past tags of virtual networks. */
function afterEtherType(data: Uint8Array, at: number): number | 'not IP' {
  let position = at
  let type = bigEndian.uint16(data, position)
  while (vlanTags.has(type) && position + 6 <= data.length) {
    position += 4
    type = bigEndian.uint16(data, position)
  }
  if (type === IPV4 || type === IPV6) return position + 2
  const inPpp = type === PPPOE_SESSION && pppProtocols.has(bigEndian.uint16(data, position + 8))
  return inPpp ? position + 10 : 'not IP'
}

const rawIp: Finder = () => 0
/** Four octets of address family, in whichever byte order: the IP version says the rest. */
const loopback: Finder = () => 4

const finders: ReadonlyMap<number, Finder> = new Map<number, Finder>([
  [0, loopback],
  [1, (data) => afterEtherType(data, 12)],
  [12, rawIp],
  [14, rawIp],
  [101, rawIp],
  [108, loopback],
  [113, (data) => afterEtherType(data, 14)],
  [228, rawIp],
  [229, rawIp],
  // Linux SLL2 has the protocol first, and twenty octets in all.
  [276, (data) => (afterEtherType(data, 0) === 'not IP' ? 'not IP' : 20)],
])

/** Where the IP header of a frame begins. */
export function networkLayer({ linkType, data }: CapturedFrame): number | 'other link type' | 'not IP' {
  const find = finders.get(linkType)
  return find === undefined ? 'other link type' : find(data)
}
