/** IP packets in pieces and in other packets, as captures show them. Checksums are left out: nothing here looks at them. */
import { concat } from '../../src/bytes/convert.js'
import { type End, type IpVersion, ip } from './capture-builder.js'

const uint16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff]

/** The fragments of what `ip` made, each but the last with `size` octets, a multiple of eight. */
export function fragmentsOf(packet: Uint8Array, size: number, identification: number): Uint8Array[] {
  const isIpv4 = (packet[0] ?? 0) >> 4 === 4
  const headerLength = isIpv4 ? 20 : 40
  const payload = packet.subarray(headerLength)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < payload.length; at += size) {
    const part = payload.subarray(at, at + size)
    const more = at + size < payload.length
    const head = packet.slice(0, headerLength)
    if (isIpv4) {
      head.set(uint16(20 + part.length), 2)
      head.set(uint16(identification), 4)
      head.set(uint16((at / 8) | (more ? 0x2000 : 0)), 6)
      pieces.push(concat(head, part))
    } else {
      const extension = [packet[6] ?? 0, 0, ...uint16(at | (more ? 1 : 0)), 0, 0, ...uint16(identification)]
      head.set(uint16(8 + part.length), 4)
      head[6] = 44
      pieces.push(concat(head, Uint8Array.from(extension), part))
    }
  }
  return pieces
}

const etherType = (version: IpVersion): number[] => (version === 4 ? [0x08, 0x00] : [0x86, 0xdd])
const ethernet = (version: IpVersion): number[] => [...new Array<number>(12).fill(2), ...etherType(version)]

const udp = (port: number, payload: readonly number[], rest: Uint8Array): Uint8Array =>
  concat(
    Uint8Array.from([0xc0, 0, ...uint16(port), ...uint16(8 + payload.length + rest.length), 0, 0, ...payload]),
    rest,
  )

interface Tunnel {
  /** The protocol number in the outer packet. */
  readonly protocol: (version: IpVersion) => number
  readonly wrap: (packet: Uint8Array, version: IpVersion) => Uint8Array
}

const prefixed = (prefix: readonly number[], packet: Uint8Array): Uint8Array => concat(Uint8Array.from(prefix), packet)

const tunnels: Readonly<Record<string, Tunnel>> = {
  'IP in IP': { protocol: (version) => (version === 4 ? 4 : 41), wrap: (packet) => packet },
  GRE: { protocol: () => 47, wrap: (packet, version) => prefixed([0, 0, ...etherType(version)], packet) },
  'GRE with a key and a sequence number': {
    protocol: () => 47,
    wrap: (packet, version) => prefixed([0x30, 0, ...etherType(version), 0, 0, 0, 7, 0, 0, 0, 1], packet),
  },
  'Ethernet in GRE': {
    protocol: () => 47,
    wrap: (packet, version) => prefixed([0, 0, 0x65, 0x58, ...ethernet(version)], packet),
  },
  'ERSPAN, type II': {
    protocol: () => 47,
    wrap: (packet, version) =>
      prefixed([0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 1, 0, 0, 0, 0, ...ethernet(version)], packet),
  },
  VXLAN: {
    protocol: () => 17,
    wrap: (packet, version) => udp(4789, [8, 0, 0, 0, 0, 0, 42, 0, ...ethernet(version)], packet),
  },
  'Geneve with an option': {
    protocol: () => 17,
    wrap: (packet, version) => udp(6081, [1, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 2, 0x80, 0, ...ethernet(version)], packet),
  },
}

export const tunnelNames = Object.keys(tunnels)

/** A packet inside of a tunnel whose own packets are IPv4. */
export function tunnelled(name: string, from: End, packet: Uint8Array): Uint8Array {
  const tunnel = tunnels[name]
  if (tunnel === undefined) throw new Error(`no tunnel ${name}`)
  const version = (packet[0] ?? 0) >> 4 === 4 ? 4 : 6
  const outer = ip(from, tunnel.wrap(packet, version), 4)
  outer[9] = tunnel.protocol(version)
  return outer
}
