/** Builds captures: flows into TCP segments, those into frames of every link type, those into files of every format. */
import { concat } from '../../src/bytes/convert.js'

export type End = 'client' | 'server'

export interface Said {
  readonly from: End
  readonly bytes: Uint8Array
}

export interface WireSegment {
  readonly from: End
  readonly sequence: number
  readonly acknowledgement: number | undefined
  readonly flags: number
  readonly data: Uint8Array
}

export const SYN = 2
export const FIN = 1
export const RST = 4
const ACK = 16

export interface TcpOptions {
  readonly segmentSize?: number
  readonly first?: Readonly<Record<End, number>>
}

/** A whole connection: both SYN, the data in segments, both FIN. */
export function tcp(flow: readonly Said[], options: TcpOptions = {}): WireSegment[] {
  const { segmentSize = 1000, first = { client: 1000, server: 5000 } } = options
  const next = { ...first }
  const segments: WireSegment[] = []
  const send = (from: End, flags: number, data: Uint8Array): void => {
    const other = next[from === 'client' ? 'server' : 'client']
    const acknowledgement = flags === SYN && from === 'client' ? undefined : other
    segments.push({ from, sequence: next[from], acknowledgement, flags, data })
    next[from] = (next[from] + data.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) >>> 0
  }
  const nothing = new Uint8Array(0)
  send('client', SYN, nothing)
  send('server', SYN, nothing)
  send('client', 0, nothing)
  for (const { from, bytes } of flow) {
    for (let at = 0; at < bytes.length; at += segmentSize) send(from, 0, bytes.subarray(at, at + segmentSize))
  }
  send('client', FIN, nothing)
  send('server', FIN, nothing)
  send('client', 0, nothing)
  return segments
}

const uint16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff]
const uint32 = (value: number): number[] => [...uint16(value >>> 16), ...uint16(value & 0xffff)]

const addresses = {
  4: { client: [192, 0, 2, 1], server: [198, 51, 100, 7] },
  6: {
    client: [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    server: [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
  },
} as const

const usualPorts = { client: 50_000, server: 443 }

export function tcpBytes(
  { from, sequence, acknowledgement, flags, data }: WireSegment,
  ports: Readonly<Record<End, number>> = usualPorts,
): Uint8Array {
  const to = from === 'client' ? 'server' : 'client'
  const allFlags = flags | (acknowledgement === undefined ? 0 : ACK)
  const header = [
    ...uint16(ports[from]),
    ...uint16(ports[to]),
    ...uint32(sequence),
    ...uint32(acknowledgement ?? 0),
    ...[0x80, allFlags, 0xff, 0xff, 0, 0, 0, 0],
    // three options: no operation, no operation, window scale of length 3 and 1 more no operation fill twelve octets
    ...[1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 7, 1],
  ]
  return concat(Uint8Array.from(header), data)
}

export type IpVersion = 4 | 6

/** An IP packet around `payload`; `extra` are IPv6 extension headers, the first of which has the type `next`. */
export function ip(
  from: End,
  payload: Uint8Array,
  version: IpVersion,
  extra?: { next: number; bytes: Uint8Array },
): Uint8Array {
  const to = from === 'client' ? 'server' : 'client'
  if (version === 4) {
    const length = 20 + payload.length
    const head = [0x45, 0, ...uint16(length), 0, 1, 0x40, 0, 64, 6, 0, 0, ...addresses[4][from], ...addresses[4][to]]
    return concat(Uint8Array.from(head), payload)
  }
  const body = extra === undefined ? payload : concat(extra.bytes, payload)
  const head = [0x60, 0, 0, 0, ...uint16(body.length), extra?.next ?? 6, 64, ...addresses[6][from], ...addresses[6][to]]
  return concat(Uint8Array.from(head), body)
}

/** A link layer by name: its LINKTYPE_ value, and what it puts before an IP packet. */
export interface LinkLayer {
  readonly linkType: number
  readonly wrap: (packet: Uint8Array, version: IpVersion) => Uint8Array
}

const etherType = (version: IpVersion): number[] => (version === 4 ? [0x08, 0x00] : [0x86, 0xdd])
const prefixed =
  (prefix: (version: IpVersion) => readonly number[]): LinkLayer['wrap'] =>
  (packet, version) =>
    concat(Uint8Array.from(prefix(version)), packet)
const zeros = (count: number): number[] => new Array<number>(count).fill(0)

export const linkLayers: Readonly<Record<string, LinkLayer>> = {
  'BSD loopback': { linkType: 0, wrap: prefixed((version) => [version === 4 ? 2 : 30, 0, 0, 0]) },
  Ethernet: {
    linkType: 1,
    // short frames are padded to 60 octets, which are no part of what TCP said
    wrap: (packet, version) => {
      const frame = concat(Uint8Array.from([...zeros(12), ...etherType(version)]), packet)
      return frame.length < 60 ? concat(frame, new Uint8Array(60 - frame.length).fill(0xee)) : frame
    },
  },
  'Ethernet with a VLAN tag': { linkType: 1, wrap: prefixed((v) => [...zeros(12), 0x81, 0, 0, 42, ...etherType(v)]) },
  'Ethernet with two VLAN tags': {
    linkType: 1,
    wrap: prefixed((v) => [...zeros(12), 0x88, 0xa8, 0, 1, 0x81, 0, 0, 42, ...etherType(v)]),
  },
  'Ethernet with PPPoE': {
    linkType: 1,
    wrap: prefixed((v) => [...zeros(12), 0x88, 0x64, 0x11, 0, 0, 1, 0, 0, 0, v === 4 ? 0x21 : 0x57]),
  },
  'raw IP': { linkType: 101, wrap: prefixed(() => []) },
  'OpenBSD loopback': { linkType: 108, wrap: prefixed((version) => [0, 0, 0, version === 4 ? 2 : 24]) },
  'Linux cooked': { linkType: 113, wrap: prefixed((v) => [...zeros(14), ...etherType(v)]) },
  'Linux cooked 2': { linkType: 276, wrap: prefixed((v) => [...etherType(v), ...zeros(18)]) },
}

export interface Frame {
  readonly data: Uint8Array
  /** More than `data` has where it was cut. */
  readonly originalLength?: number
}

export const frames = (
  segments: readonly WireSegment[],
  link: LinkLayer = { linkType: 101, wrap: (packet) => packet },
  version: IpVersion = 4,
): Frame[] => segments.map((segment) => ({ data: link.wrap(ip(segment.from, tcpBytes(segment), version), version) }))

export interface FileOptions {
  readonly linkType?: number
  readonly littleEndian?: boolean
  /** Timestamps in nanoseconds. */
  readonly nanoseconds?: boolean
}

/** Writes numbers in the order that a file has. */
function numbers(littleEndian: boolean) {
  const ordered = (bytes: number[]): number[] => (littleEndian ? bytes.reverse() : bytes)
  return { u16: (value: number) => ordered(uint16(value)), u32: (value: number) => ordered(uint32(value)) }
}

/** Seconds and a fraction in units of the file: the frame with index i was captured i / 8 seconds after 1,700,000,000. */
const BEGIN = 1_700_000_000

export function pcap(
  all: readonly Frame[],
  { linkType = 101, littleEndian = true, nanoseconds = false }: FileOptions = {},
): Uint8Array {
  const { u16, u32 } = numbers(littleEndian)
  const magic = nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4
  const head = [...u32(magic), ...u16(2), ...u16(4), ...u32(0), ...u32(0), ...u32(65_535), ...u32(linkType)]
  const parts = all.flatMap(({ data, originalLength = data.length }, i) => {
    const fraction = ((i % 8) / 8) * (nanoseconds ? 1e9 : 1e6)
    const times = [...u32(BEGIN + Math.floor(i / 8)), ...u32(fraction)]
    return [Uint8Array.from([...times, ...u32(data.length), ...u32(originalLength)]), data]
  })
  return concat(Uint8Array.from(head), ...parts)
}

const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4)

export interface PcapngOptions extends FileOptions {
  /** Text of a decryption secrets block before the packets. */
  readonly keyLog?: string
  /** The block that packets are in. */
  readonly packets?: 'enhanced' | 'simple' | 'old'
}

export function pcapng(all: readonly Frame[], options: PcapngOptions = {}): Uint8Array {
  const { linkType = 101, littleEndian = true, nanoseconds = false, packets = 'enhanced', keyLog } = options
  const { u16, u32 } = numbers(littleEndian)
  const block = (type: number, head: readonly number[], data: Uint8Array = new Uint8Array(0)): Uint8Array => {
    const body = concat(Uint8Array.from(head), data, padding(data.length))
    const length = u32(body.length + 12)
    return concat(Uint8Array.from([...u32(type), ...length]), body, Uint8Array.from(length))
  }
  const section = block(0x0a0d0d0a, [...u32(0x1a2b3c4d), ...u16(1), ...u16(0), ...u32(0xffffffff), ...u32(0xffffffff)])
  const resolution = nanoseconds ? [...u16(9), ...u16(1), 9, 0, 0, 0, ...u32(0)] : []
  const description = block(1, [...u16(linkType), ...u16(0), ...u32(0), ...resolution])
  const secrets = new TextEncoder().encode(keyLog ?? '')
  const dsb = keyLog === undefined ? [] : [block(10, [...u32(0x544c534b), ...u32(secrets.length)], secrets)]
  const unknown = block(0x40000bad, [1, 2, 3, 4])
  const blocks = all.map(({ data, originalLength = data.length }, i) => {
    if (packets === 'simple') return block(3, u32(originalLength), data)
    const ticks = BigInt(BEGIN) * 8n + BigInt(i)
    const time = (ticks * (nanoseconds ? 1_000_000_000n : 1_000_000n)) / 8n
    const stamp = [...u32(Number(time >> 32n)), ...u32(Number(time & 0xffffffffn))]
    const owner = packets === 'enhanced' ? u32(0) : [...u16(0), ...u16(0)]
    return block(
      packets === 'enhanced' ? 6 : 2,
      [...owner, ...stamp, ...u32(data.length), ...u32(originalLength)],
      data,
    )
  })
  return concat(section, description, ...dsb, unknown, ...blocks)
}
