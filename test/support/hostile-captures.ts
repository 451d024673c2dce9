/** Captures that were never a conversation: built to cost whoever reads them as much as they can. Every kind is seeded. */
import { concat } from '../../src/bytes/convert.js'
import {
  type Frame,
  frames,
  type IpVersion,
  ip,
  RST,
  type Said,
  SYN,
  tcp,
  tcpBytes,
  type WireSegment,
} from './capture-builder.js'
import { fragmentsOf, tunnelled, tunnelNames } from './capture-tunnels.js'

export type Below = (below: number) => number

const uint16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff]
const uint24 = (value: number): number[] => [(value >> 16) & 0xff, ...uint16(value)]

const bytes = (length: number, next: Below): number[] => Array.from({ length }, () => next(256))

export function record(type: number, content: readonly number[], length = content.length): Uint8Array {
  return Uint8Array.from([type, 3, 3, ...uint16(length), ...content])
}

export function message(type: number, body: readonly number[], length = body.length): number[] {
  return [type, ...uint24(length), ...body]
}

const clientHello = (next: Below, suites: number): number[] =>
  message(1, [3, 3, ...bytes(32, next), 0, ...uint16(2 * suites), ...bytes(2 * suites, next), 1, 0])
const serverHello = (next: Below): number[] => message(2, [3, 3, ...bytes(32, next), 0, 0xc0, 0x2f, 0])

const said = (from: Said['from'], ...parts: readonly Uint8Array[]): Said => ({ from, bytes: concat(...parts) })
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))

/** What one connection says, by what it is meant to hurt. */
export const hostileFlows: Readonly<Record<string, (next: Below) => readonly Said[]>> = {
  'records that say they are longer than any': (next) => [
    said('client', record(22, clientHello(next, 2)), record(22, bytes(40, next), 0x4000 + next(0xc000))),
    said('server', record(20 + next(5), bytes(9, next), next(0x10000))),
  ],
  'messages that say they are longer than any': (next) => [
    said('client', record(22, message([1, 11, 16, 20][next(4)] ?? 1, bytes(next(100), next), next(0x1000000)))),
    said('server', ...many(1 + next(20), () => record(22, message(11, bytes(200, next), 0x7ffff)))),
  ],
  'thousands of empty records and messages': (next) => [
    said('client', record(22, clientHello(next, 1)), ...many(next(2000), () => record(20 + next(5), []))),
    said('server', record(22, many(next(1000), () => message([0, 14][next(2)] ?? 0, [])).flat())),
  ],
  'a key change without end': (next) => [
    said('client', record(22, clientHello(next, 1)), ...many(next(800), () => record(20, [1]))),
    said('server', record(22, serverHello(next)), ...many(next(800), () => record(20, [1]))),
  ],
  'alerts without end': (next) => [
    said('client', record(22, clientHello(next, 1))),
    said('server', ...many(next(2000), () => record(21, [1 + next(2), next(256)]))),
  ],
  'hellos without end': (next) => [
    said('client', ...many(next(60), () => record(22, clientHello(next, 1 + next(50))))),
    said('server', ...many(next(60), () => record(22, serverHello(next)))),
  ],
  'a handshake in records of one byte': (next) => [
    said('client', ...clientHello(next, next(200)).map((octet) => record(22, [octet]))),
  ],
  'certificates of no bytes, and one in itself': (next) => {
    const list = many(1 + next(3000), () => [0, 0, 0]).flat()
    return [
      said('client', record(22, clientHello(next, 1))),
      said('server', record(22, serverHello(next)), record(22, message(11, [...uint24(list.length), ...list]))),
    ]
  },
  'extensions without end, each another': (next) => {
    const extensions = many(next(2000), (at) => [...uint16(at), 0, 0]).flat()
    const body = [3, 3, ...bytes(32, next), 0, 0, 2, 0xc0, 0x2f, 1, 0, ...uint16(extensions.length), ...extensions]
    return [said('client', record(22, message(1, body))), said('server', record(22, serverHello(next)))]
  },
  'Finished and CertificateVerify without end': (next) => [
    said(
      'client',
      record(22, clientHello(next, 1)),
      ...many(next(200), () => record(22, message(20, bytes(12, next)))),
    ),
    said('server', record(22, serverHello(next))),
    said('client', ...many(next(100), () => record(22, message(15, [4, 1, ...uint16(64), ...bytes(64, next)])))),
  ],
  'noise of every kind that handshakes have': (next) => [
    said('client', record(22, clientHello(next, 1))),
    said('server', ...many(next(60), () => record(20 + next(5), message(next(26), bytes(next(80), next))))),
    said('client', ...many(next(60), () => record(20 + next(5), message(next(26), bytes(next(80), next))))),
  ],
}

const link = { linkType: 101, wrap: (packet: Uint8Array) => packet }

/** The source's address or port changed, so that each is of another connection. */
function from(frame: Frame, at: number): Frame {
  const data = frame.data.slice()
  data.set([10, (at >> 16) & 0xff, (at >> 8) & 0xff, at & 0xff], 12)
  return { ...frame, data }
}

const hello = (next: Below): Said => said('client', record(22, clientHello(next, 3)))

/** Frames of many connections, or of a single one whose segments lie. */
export const hostileFrames: Readonly<Record<string, (next: Below) => readonly Frame[]>> = {
  'connections that only open': (next) =>
    many(next(600), (at) => from(frames(tcp([]).slice(0, 1), link)[0] ?? { data: new Uint8Array() }, at)),
  'handshakes that nobody answers': (next) =>
    many(next(200), (at) => frames(tcp([hello(next)]).slice(0, 4), link).map((frame) => from(frame, at))).flat(),
  'tiny connections that end': (next) =>
    many(next(60), (at) => {
      const segments = tcp([hello(next)])
      const client = segments.filter((segment) => segment.from === 'client')
      const reset = { ...(client.at(-1) as WireSegment), flags: RST }
      return frames([...client.slice(0, 3), reset], link).map((frame) => from(frame, at))
    }).flat(),
  'segments that are far ahead of each other': (next) => {
    const segments = tcp([hello(next), said('server', Uint8Array.from(bytes(2000, next)))], { segmentSize: 40 })
    return frames(
      segments.map((one) => (next(3) === 0 ? { ...one, sequence: (one.sequence + next(2 ** 32)) >>> 0 } : one)),
      link,
    )
  },
  'every segment acknowledges what is to come': (next) => {
    const segments = tcp([hello(next), said('server', Uint8Array.from(bytes(3000, next)))], { segmentSize: 30 })
    return frames(
      segments.map((one) => ({ ...one, acknowledgement: ((one.acknowledgement ?? 0) + next(2 ** 31)) >>> 0 })),
      link,
    )
  },
  'the same port again and again': (next) =>
    frames(
      many(next(100), (at) => ({
        ...(tcp([])[0] as WireSegment),
        flags: SYN,
        sequence: at * 7777,
        data: new Uint8Array(),
      })),
      link,
    ),
  'fragments that never become packets': (next) => {
    const version: IpVersion = next(2) === 0 ? 4 : 6
    const [segment] = tcp([hello(next)]).slice(3)
    const packet = ip('client', tcpBytes(segment as WireSegment), version)
    return many(next(300), (at) => {
      const parts = fragmentsOf(packet, 8 * (1 + next(6)), next(2) === 0 ? at : next(4))
      return parts.filter(() => next(3) > 0).map((data) => ({ data }))
    }).flat()
  },
  'tunnels in tunnels': (next) =>
    many(next(40), () => {
      let packet = ip('client', tcpBytes(tcp([hello(next)])[3] as WireSegment), next(2) === 0 ? 4 : 6)
      for (let depth = next(8); depth > 0; depth--) {
        packet = tunnelled(tunnelNames[next(tunnelNames.length)] ?? '', 'client', packet)
      }
      return { data: packet }
    }),
  'frames of nothing but noise': (next) => many(next(300), () => ({ data: Uint8Array.from(bytes(next(120), next)) })),
}
