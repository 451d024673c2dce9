/** TCP as captures show it: out of order, twice, with holes, from the middle. */
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { describeConnection } from '../../src/inspect/capture/describe-connection.js'
import type { TcpSegment } from '../../src/inspect/capture/packet.js'
import { MAX_WAITING, TcpStream } from '../../src/inspect/capture/tcp-stream.js'
import { MAX_OPEN_CONNECTIONS } from '../../src/inspect/capture/tcp-table.js'
import { connectionJson } from '../../src/inspect/connection-json.js'
import { FIN, frames, ip, pcap, RST, SYN, tcp, tcpBytes, type WireSegment } from '../support/capture-builder.js'
import { random } from '../support/damage.js'
import { recordings } from '../vectors/recording.js'
import { checksOf, notRightIn, read, remarksOf, saidIn } from './reading.js'

const found = recordings.find(({ name }) => name === 'long-data')
if (found?.keyLog === undefined) throw new Error('a recording is missing')
const recording = found
const keyLog = found.keyLog
const expected = { client: recording.clientData, server: recording.serverData }
const segments = tcp(recording.flow, { segmentSize: 700 })

const readSegments = (some: readonly WireSegment[]) => read(pcap(frames(some)), { keyLog })

function expectWhole(some: readonly WireSegment[]): ReturnType<typeof read> {
  const result = readSegments(some)
  expect(saidIn(result)).toEqual(expected)
  expect(result.stories.length).toBe(1)
  for (const story of result.stories) {
    expect(remarksOf(story)).toEqual([])
    expect(notRightIn(story)).toEqual([])
  }
  return result
}

describe('a whole connection', () => {
  it('cut into octets', () => {
    const small = recordings.find(({ name }) => name === 'rsa-aes128gcm-server-only')
    const result = read(pcap(frames(tcp(small?.flow ?? [], { segmentSize: 1 }))), { keyLog: small?.keyLog ?? '' })
    expect(saidIn(result)).toEqual({ client: small?.clientData, server: small?.serverData })
  })

  it('whose sequence numbers wrap around in both directions', () => {
    expectWhole(tcp(recording.flow, { segmentSize: 700, first: { client: 0xffff_ff00, server: 0xffff_fffe } }))
  })

  it.each([1, 2, 3, 4, 5])('reordered within the bounds of a window, seed %i', (seed) => {
    const next = random(seed)
    const shuffled = segments.map((segment, i) => ({ segment, at: i < 3 ? i : i + next(12) }))
    const result = expectWhole(shuffled.sort((a, b) => a.at - b.at).map(({ segment }) => segment))
    expect(result.stories[0]?.tcp.reordered).toBeGreaterThan(0)
  })

  it.each([1, 2, 3])('sent twice here and there, and cut otherwise the second time, seed %i', (seed) => {
    const next = random(seed)
    const twice = segments.flatMap((segment, i) => {
      const { data, sequence, from } = segment
      const before = segments
        .slice(0, i)
        .findLast((one) => one.from === from && one.sequence + one.data.length === sequence)
      if (data.length < 10 || before === undefined || next(3) > 0) return [segment]
      const again = { ...segment, sequence: before.sequence, data: concat(before.data, data.subarray(0, 5)) }
      return next(2) === 0 ? [again, segment] : [segment, again, segment]
    })
    const result = expectWhole(twice)
    expect(result.stories[0]?.tcp.repeated).toBeGreaterThan(0)
  })

  it('with keep-alives, which repeat one octet', () => {
    const last = segments.at(-4)
    if (last === undefined) throw new Error('no segment')
    const probe = { ...last, data: last.data.subarray(0, 1) }
    expectWhole([...segments.slice(0, -3), probe, ...segments.slice(-3)])
  })

  it('that is reset, and whose late segments are no new connection', () => {
    const reset = { ...(segments.at(-3) as WireSegment), flags: RST, data: new Uint8Array(0) }
    const result = readSegments([...segments.slice(0, -3), reset, ...segments.slice(-10, -5)])
    expect(result.stories.map(({ ended }) => ended)).toEqual(['reset'])
    expect(result.summary.otherConnections).toBe(0)
  })

  it('and is not ended by a RST from nowhere', () => {
    const [at, reset] = [10, { ...(segments[10] as WireSegment), flags: RST, data: new Uint8Array(0) }]
    const forged = { ...reset, sequence: (reset.sequence + 0x4000_0000) >>> 0 }
    expectWhole([...segments.slice(0, at), forged, ...segments.slice(at)])
  })

  it('with probes of a window that is closed, which repeat nothing or one octet ahead', () => {
    const last = segments.at(-4) as WireSegment
    const before = { ...last, sequence: (last.sequence - 1) >>> 0, data: Uint8Array.of(0) }
    const ahead = { ...last, data: last.data.subarray(0, 1) }
    expectWhole([...segments.slice(0, -4), before, ahead, ahead, ...segments.slice(-4)])
  })

  it('of which one side is done long before the other', () => {
    const [fin] = segments.slice(-3) as [WireSegment]
    const lastOfClient = segments.findLastIndex(({ from, data }) => from === 'client' && data.length > 0)
    const early = { ...fin, acknowledgement: segments[lastOfClient]?.acknowledgement }
    const others = segments.filter((one) => one !== fin)
    const result = expectWhole([...others.slice(0, lastOfClient + 1), early, ...others.slice(lastOfClient + 1)])
    expect(result.stories[0]?.ended).toBe('finished')
  })

  it('after another one whose SYN is not in the capture', () => {
    const again = tcp(recording.flow, { first: { client: 77_000, server: 99_000 } }).slice(1)
    const result = readSegments([...segments, ...again])
    expect(result.stories.map(({ ended }) => ended)).toEqual(['finished', 'finished'])
    expect(saidIn(result).client).toBe(`${expected.client}${expected.client}`)
  })

  it('after another one between the same ports', () => {
    const again = tcp(recording.flow, { first: { client: 77_000, server: 99_000 } })
    const result = readSegments([...segments.slice(0, -3), ...again])
    expect(result.stories.map(({ ended }) => ended)).toEqual(['reused', 'finished'])
    expect(saidIn(result).client).toBe(`${expected.client}${expected.client}`)
  })
})

describe('a connection of which something is missing', () => {
  const isData = ({ from, data }: WireSegment): boolean => from === 'server' && data.length === 700

  it('says how much, goes on behind the record that it was in, and still opens what follows', () => {
    const lost = segments.filter(isData)[20]
    const result = readSegments(segments.filter((one) => one !== lost))
    const [story] = result.stories
    expect(story?.tcp.missing).toBe(700)
    // The data repeats itself, so its end alone would not show that the records behind the gap were opened.
    expect(story && remarksOf(story)).toEqual(["700 bytes of the server's are not in the capture"])
    const said = saidIn(result).server
    expect(said.length).toBeLessThan(expected.server?.length ?? 0)
    expect(said.length).toBeGreaterThan((expected.server?.length ?? 0) - 2 * 2 ** 14 - 1)
    expect(expected.server?.endsWith(said.slice(-1000))).toBe(true)
  })

  it('says that Finished cannot be checked where part of the handshake is missing', () => {
    const lost = segments.filter(isData)[0]
    const [story] = readSegments(segments.filter((one) => one !== lost)).stories
    const verdicts = story === undefined ? [] : checksOf(story).filter(({ what }) => what === 'Finished')
    expect(verdicts.map(({ verdict }) => verdict)).not.toContain('wrong')
    expect(verdicts.map(({ verdict }) => verdict)).not.toContain('right')
  })

  it('begins in mid-stream: what is left is told', () => {
    const [story] = readSegments(segments.slice(3)).stories
    expect(story).toMatchObject({ began: 'in mid-stream', client: '192.0.2.1:50000' })
    expect(story && checksOf(story).filter(({ verdict }) => verdict === 'right').length).toBeGreaterThan(4)
    const late = readSegments(segments.slice(-20)).stories
    expect(late.flatMap(checksOf)).toEqual([])
  })

  describe('without its beginning: who is the client', () => {
    const clear = recordings.find(({ name }) => name === 'ecdhe-ecdsa-aes128gcm-mutual')
    const all = tcp(clear?.flow ?? [], { segmentSize: 4000 })
    const from = (some: readonly WireSegment[], ports: { client: number; server: number }) => {
      const packets = some.map((segment) => ({ data: ip(segment.from, tcpBytes(segment, ports), 4) }))
      return read(pcap(packets), { keyLog: clear?.keyLog ?? '' }).stories
    }
    const portsOf = (story: { client: string; server: string } | undefined) =>
      [story?.client, story?.server].map((end) => end?.split(':').at(-1))
    const record = (type: number, ...body: number[]) => Uint8Array.from([type, 3, 3, 0, body.length, ...body])
    const segment = (side: 'client' | 'server', data: Uint8Array): WireSegment => {
      return { from: side, sequence: 77, acknowledgement: 99, flags: 0, data }
    }
    const guesses = (stories: ReturnType<typeof from>): readonly string[] =>
      stories.flatMap(remarksOf).filter((text) => text.includes('is a guess'))

    it.each(['server', 'client'] as const)('is known by what the %s says first, whatever the ports', (side) => {
      const said = all.flatMap((one, i) => (one.from === side && one.data.length > 0 ? [i] : []))
      // The server's begins with ServerHello, the client's behind its hello with Certificate and the key exchange.
      const at = said[side === 'server' ? 0 : 1]
      const stories = from(all.slice(at), { client: 443, server: 50_000 })
      expect(stories.map(portsOf)).toEqual([['443', '50000']])
      expect(guesses(stories)).toEqual([])
    })

    it.each([
      ['HelloRequest', 'server', record(22, 0, 0, 0, 0)],
      ['NewSessionTicket', 'server', record(22, 4, 0, 0, 6, 0, 0, 0, 0, 0, 0)],
      ['ServerHelloDone behind a Certificate', 'server', record(22, 11, 0, 0, 3, 0, 0, 0, 14, 0, 0, 0)],
      [
        'ClientKeyExchange in a record of its own',
        'client',
        concat(record(22, 11, 0, 0, 3, 0, 0, 0), record(22, 16, 0, 0, 1, 0)),
      ],
    ] as const)('is known by %s', (_name, side, bytes) => {
      const stories = from([segment(side, bytes)], { client: 443, server: 50_000 })
      expect(stories.map(portsOf)).toEqual([['443', '50000']])
      expect(guesses(stories)).toEqual([])
    })

    const encrypted = record(22, ...new Array<number>(40).fill(0))
    it.each([
      ['application data', record(23, 1, 2, 3)],
      ['a handshake record whose nonce is zero, which is no HelloRequest', encrypted],
    ])('is guessed by the ports from %s, and that is said', (_name, bytes) => {
      for (const side of ['client', 'server'] as const) {
        for (const [ports, why] of [
          [{ client: 50_000, server: 443 }, 'port 443, below 1024, is taken'],
          [{ client: 50_000, server: 8443 }, 'port 8443, the lower one, is taken'],
          [{ client: 1023, server: 443 }, 'port 443, the lower one, is taken'],
        ] as const) {
          const stories = from([segment(side, bytes)], ports)
          expect(stories.map(portsOf)).toEqual([[String(ports.client), String(ports.server)]])
          expect(guesses(stories)).toEqual([expect.stringContaining(why)])
        }
      }
      const [story] = from([segment('server', bytes)], { client: 5000, server: 5000 })
      expect(story?.client).toMatch(/^198\.51\.100\.7:/)
      expect(story && guesses([story])).toEqual([expect.stringContaining('both have the same port')])
      const told = story && describeConnection(story).flatMap(({ facts }) => facts)
      expect(JSON.stringify(told)).toContain('who is the client is a guess')
      expect(JSON.stringify(story && connectionJson(story))).toContain('who is the client is a guess')
    })
  })

  it('is cut off by the capture in every frame', () => {
    const cut = frames(segments).map(({ data }) => ({ data: data.subarray(0, 300), originalLength: data.length }))
    const result = read(pcap(cut), { keyLog })
    expect(result.stories[0]?.tcp.missing).toBeGreaterThan(0)
  })

  it('contradicts itself: the first is believed, and it is said', () => {
    const [first, second] = segments.filter(isData)
    if (first === undefined || second === undefined) throw new Error('no data')
    const forged = { ...second, data: second.data.map((octet) => octet ^ 1) }
    const others = segments.filter((one) => one !== first && one !== second)
    const at = segments.indexOf(first)
    const story = expectWhole([...others.slice(0, at), second, forged, first, ...others.slice(at)]).stories[0]
    expect(story?.tcp.contradicting).toBe(1)
  })
})

describe('bounds', () => {
  const segment = (sequence: number, data: Uint8Array, flags = 0): TcpSegment => ({
    time: 0,
    from: 'a',
    to: 'b',
    sequence,
    acknowledgement: undefined,
    syn: (flags & SYN) !== 0,
    fin: (flags & FIN) !== 0,
    rst: false,
    data,
    cutOff: 0,
  })

  it.each([1, 1000])('no more waits behind a gap than is stated, in segments of %i octets', (size) => {
    const gaps: number[] = []
    let delivered = 0
    const total = { bytes: 0 }
    const stream = new TcpStream(
      {
        data: (_direction, bytes) => {
          delivered += bytes.length
        },
        gap: (_direction, length) => gaps.push(length),
      },
      total,
    )
    stream.accept(0, segment(0, new Uint8Array(0), SYN))
    const data = new Uint8Array(size)
    let most = 0
    const count = Math.ceil((1.5 * MAX_WAITING) / (size + 128))
    for (let i = 0; i < count; i++) {
      stream.accept(0, segment(101 + i * size, data))
      most = Math.max(most, stream.waiting)
    }
    stream.finish()
    expect(most).toBeLessThanOrEqual(MAX_WAITING + size + 128)
    expect(gaps).toEqual([100])
    expect(delivered).toBe(count * size)
    expect(total.bytes).toBe(0)
  })

  it('no more connections are followed than is stated', () => {
    const [syn] = segments
    if (syn === undefined) throw new Error('no segment')
    const flood = Array.from({ length: 2 * MAX_OPEN_CONNECTIONS }, (_, i) => {
      const [frame] = frames([syn])
      const data = frame?.data.slice() ?? new Uint8Array()
      data.set([10, i >> 16, (i >> 8) & 0xff, i & 0xff], 12) // the source address
      return { data }
    })
    const { summary } = read(pcap(flood))
    expect(summary.otherConnections).toBe(2 * MAX_OPEN_CONNECTIONS)
  })
})
