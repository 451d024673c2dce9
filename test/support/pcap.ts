/** Reads classic packet captures, as far as tests need: the two byte streams of each TCP connection. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** What each side sent over one TCP connection; the client is the side that sent the first segment with data. */
export interface TcpConversation {
  readonly clientPort: number
  readonly serverPort: number
  readonly client: Uint8Array
  readonly server: Uint8Array
}

/** The connections of a classic pcap file (gzipped where its name ends in .gz), in order of their first data. */
export function readPcap(path: string): readonly TcpConversation[] {
  const file = readFileSync(path)
  const conversations = new Map<string, { from: Stream; to: Stream }>()
  for (const segment of segments(path.endsWith('.gz') ? gunzipSync(file) : file)) {
    const reverse = conversations.get(`${segment.to}>${segment.from}`)
    const known = conversations.get(`${segment.from}>${segment.to}`)
    if (reverse !== undefined) {
      reverse.to.segments.push(segment)
    } else if (known !== undefined) {
      known.from.segments.push(segment)
    } else {
      const streams = {
        from: { port: segment.fromPort, segments: [segment] },
        to: { port: segment.toPort, segments: [] },
      }
      conversations.set(`${segment.from}>${segment.to}`, streams)
    }
  }
  return [...conversations.values()].map(({ from, to }) => ({
    clientPort: from.port,
    serverPort: to.port,
    client: reassemble(from.segments),
    server: reassemble(to.segments),
  }))
}

interface Segment {
  readonly from: string
  readonly to: string
  readonly fromPort: number
  readonly toPort: number
  readonly sequence: number
  readonly data: Uint8Array
}

interface Stream {
  readonly port: number
  readonly segments: Segment[]
}

/** Every TCP segment that carries data, in the order of capture. */
function* segments(file: Uint8Array): Generator<Segment> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const littleEndian = view.getUint32(0, true) === 0xa1b2c3d4
  if (!littleEndian && view.getUint32(0) !== 0xa1b2c3d4) throw new Error('not a classic pcap file')
  const linkType = view.getUint32(20, littleEndian)
  for (let at = 24; at < file.length; ) {
    const length = view.getUint32(at + 8, littleEndian)
    const segment = tcpSegment(file.subarray(at + 16, at + 16 + length), linkType)
    if (segment !== undefined && segment.data.length > 0) yield segment
    at += 16 + length
  }
}

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
const uint32 = (bytes: Uint8Array, at: number): number => uint16(bytes, at) * 0x10000 + uint16(bytes, at + 2)

/** Link types: 0 is a loopback with four bytes of family, 1 is Ethernet, 101 is bare IP. */
function tcpSegment(frame: Uint8Array, linkType: number): Segment | undefined {
  const linkHeader = new Map([
    [0, 4],
    [1, 14],
    [101, 0],
  ]).get(linkType)
  if (linkHeader === undefined) throw new Error(`link type ${linkType} is not read here`)
  const packet = frame.subarray(linkHeader)
  const version = (packet[0] ?? 0) >> 4
  if (version === 4 && packet[9] === 6) {
    const headerLength = ((packet[0] ?? 0) & 15) * 4
    return tcp(packet.subarray(headerLength, uint16(packet, 2)), packet.subarray(12, 16), packet.subarray(16, 20))
  }
  if (version === 6 && packet[6] === 6) {
    return tcp(packet.subarray(40, 40 + uint16(packet, 4)), packet.subarray(8, 24), packet.subarray(24, 40))
  }
  return undefined
}

function tcp(segment: Uint8Array, source: Uint8Array, destination: Uint8Array): Segment {
  const fromPort = uint16(segment, 0)
  const toPort = uint16(segment, 2)
  return {
    from: `${source.join('.')}:${fromPort}`,
    to: `${destination.join('.')}:${toPort}`,
    fromPort,
    toPort,
    sequence: uint32(segment, 4),
    data: segment.subarray(((segment[12] ?? 0) >> 4) * 4),
  }
}

/** Puts segments in order by sequence number and drops what was sent again. Throws where a segment is missing. */
function reassemble(segments: readonly Segment[]): Uint8Array {
  const first = segments[0]?.sequence ?? 0
  const offset = (segment: Segment): number => (segment.sequence - first) | 0
  const parts: Uint8Array[] = []
  let expected = Math.min(0, ...segments.map(offset))
  for (const segment of [...segments].sort((left, right) => offset(left) - offset(right))) {
    const at = offset(segment)
    if (at > expected) throw new Error(`a segment is missing at ${expected}`)
    const fresh = segment.data.subarray(expected - at)
    parts.push(fresh)
    expected += fresh.length
  }
  return new Uint8Array(Buffer.concat(parts))
}
