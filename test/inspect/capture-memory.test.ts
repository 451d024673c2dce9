/**
 * What reading a capture holds in memory: bounded by the connections that are open, and those by stated numbers. The figures
 * are what is left after a collection, octets outside of the heap included.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/bytes/secret.js'
import { CaptureReader } from '../../src/inspect/capture/capture-reader.js'
import { KeyStore } from '../../src/inspect/capture/key-store.js'
import { MAX_KEPT_TOTAL } from '../../src/inspect/capture/story-log.js'
import { MAX_OPEN_CONNECTIONS } from '../../src/inspect/capture/tcp-table.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { type Frame, frames, pcap, RST, type Said, tcp, type WireSegment } from '../support/capture-builder.js'
import { random } from '../support/damage.js'
import { hostileFlows, message, record } from '../support/hostile-captures.js'
import { recordings } from '../vectors/recording.js'

const crypto = nobleProvider()
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heldBytes(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const link = { linkType: 101, wrap: (packet: Uint8Array) => packet }
const HEADER = pcap([]).length

/** The same frames for each of `count` clients, made as they are read, so that they take no memory themselves. */
function* connections(segments: readonly WireSegment[], count: number): Generator<Uint8Array> {
  const file = pcap(frames(segments, link))
  yield file.subarray(0, HEADER)
  const body = file.slice(HEADER)
  const places = sourcesIn(frames(segments, link), segments)
  for (let at = 0; at < count; at++) {
    for (const place of places) body.set([10, (at >> 16) & 0xff, (at >> 8) & 0xff, at & 0xff], place)
    yield body.slice()
  }
}

/** Where the client's address is in each frame of the body of a pcap file. */
function sourcesIn(all: readonly Frame[], segments: readonly WireSegment[]): readonly number[] {
  let at = 0
  return all.map(({ data }, i) => {
    const place = at + 16 + (segments[i]?.from === 'client' ? 12 : 16)
    at += 16 + data.length
    return place
  })
}

/** Reads it all, and measures at most `times` on the way. */
function mostHeld(parts: Iterable<Uint8Array>, every: number): { readonly most: number; readonly told: number } {
  const before = heldBytes()
  let [most, at, told] = [0, 0, 0]
  const reader = new CaptureReader({ crypto, onConnection: () => told++ })
  for (const part of parts) {
    reader.push(part)
    if (++at % every === 0) most = Math.max(most, heldBytes() - before)
  }
  most = Math.max(most, heldBytes() - before)
  reader.finish()
  return { most, told }
}

const recording = recordings.find(({ name }) => name === 'ecdhe-ecdsa-aes128gcm-server-only')
const hello: Said = { from: 'client', bytes: recording?.flow[0]?.bytes ?? new Uint8Array() }

/** Room for what is known of connections that are over, whose late segments must not look like new ones, and for noise. */
const MOST_FOR_CLOSED = 16e6
/** For connections of which nobody says more: what is known of each, and a hello in which everything stands. */
const MOST_PER_HALF_OPEN = 12_000
/** One story, and as many handshakes for replays as are kept of a connection. */
const MOST_FOR_ENDLESS = 32e6
/** What may be kept, and twice as much for the objects that it is in. */
const MOST_FOR_HOSTILE = 3 * MAX_KEPT_TOTAL

describe('memory', () => {
  it('of sessions is bounded by the length of their tickets too: the oldest give way', () => {
    const keys = new KeyStore()
    const secret = new Secret(new Uint8Array(48))
    const ticket = (at: number) => new Uint8Array(60_000).fill(at)
    for (let at = 0; at < 200; at++) {
      keys.remember('ticket', ticket(at), { secret, cipherSuite: 0xc02f, extendedMasterSecret: true })
    }
    expect(keys.session('ticket', ticket(0))).toBeUndefined()
    expect(keys.session('ticket', ticket(100))).toBeDefined()
    expect(keys.session('ticket', ticket(199))).toBeDefined()
  })

  it('does not grow with a connection that never ends', { timeout: 120_000 }, () => {
    const next = random(1)
    const endless = ['alerts without end', 'a key change without end', 'hellos without end'] as const
    const noise = endless.flatMap((name) => hostileFlows[name]?.(next) ?? [])
    function* without(): Generator<Uint8Array> {
      const first = frames(tcp([hello]).slice(0, 4), link)
      yield pcap(first)
      const sent = tcp([hello, ...noise], { segmentSize: 1400 }).slice(4, -3)
      const length = { client: 0, server: 0 }
      for (const { from, data } of sent) length[from] += data.length
      for (let round = 0; round < 40; round++) {
        const moved = sent.map((one) => ({
          ...one,
          sequence: (one.sequence + round * length[one.from]) >>> 0,
          acknowledgement: undefined,
        }))
        yield pcap(frames(moved, link)).subarray(HEADER)
      }
    }
    const { most, told } = mostHeld(without(), 10)
    expect(told).toBe(1)
    expect(most).toBeLessThan(MOST_FOR_ENDLESS)
  })

  it('does not grow with connections that ended', { timeout: 120_000 }, () => {
    const client = tcp([hello]).filter(({ from }) => from === 'client')
    const reset = { ...(client.at(-1) as WireSegment), flags: RST } // a client that closes has segments
    const { most, told } = mostHeld(connections([...client.slice(0, 3), reset], 8_000), 2000)
    expect(told).toBe(8_000)
    expect(most).toBeLessThan(MOST_FOR_CLOSED)
  })

  it('does not grow with handshakes that nobody goes on with, but for as many as are followed', {
    timeout: 120_000,
  }, () => {
    const { most, told } = mostHeld(connections(tcp([hello]).slice(0, 4), 1.5 * MAX_OPEN_CONNECTIONS), 2048)
    expect(told).toBe(1.5 * MAX_OPEN_CONNECTIONS)
    expect(most).toBeLessThan(MOST_PER_HALF_OPEN * MAX_OPEN_CONNECTIONS)
  })

  it('is bounded where each of many connections keeps as much as it may', { timeout: 120_000 }, () => {
    // 128 KiB of a message that never becomes whole, and one of tiny messages, each of which is an object of its own
    const long = record(22, message(11, new Array<number>(0x3f00).fill(7), 0x7ffff))
    const tiny = record(22, Array.from({ length: 4000 }, () => message(14, [])).flat())
    const flow: Said[] = [
      hello,
      { from: 'server', bytes: tiny },
      ...Array.from({ length: 8 }, () => ({ from: 'server' as const, bytes: long })),
    ]
    const { most } = mostHeld(connections(tcp(flow, { segmentSize: 16_000 }).slice(0, -3), 150), 50)
    expect(most).toBeLessThan(MOST_FOR_HOSTILE)
  })
})
