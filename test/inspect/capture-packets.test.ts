/** IP packets that come in fragments, in tunnels, over rarer links. tshark is asked whether it sees the same. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { IpFragments, MAX_FRAGMENT_BYTES, MAX_PARTIAL_PACKETS } from '../../src/inspect/capture/ip-fragments.js'
import { readIp } from '../../src/inspect/capture/ip-packet.js'
import { type IpVersion, ip, pcap, tcp, tcpBytes } from '../support/capture-builder.js'
import { fragmentsOf, tunnelled, tunnelNames } from '../support/capture-tunnels.js'
import { random } from '../support/damage.js'
import { program } from '../support/outside.js'
import { recordings } from '../vectors/recording.js'
import { notRightIn, type Read, read, saidIn } from './reading.js'

const tshark = program('tshark', '--version')
const scratch = mkdtempSync(join(tmpdir(), 'tls12-packets-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const found = recordings.find(({ name }) => name === 'ecdhe-ecdsa-aes128gcm-mutual')
if (found?.keyLog === undefined) throw new Error('a recording is missing')
const recording = found
const keyLog = found.keyLog
const segments = tcp(recording.flow)
const expected = { client: recording.clientData, server: recording.serverData }
const versions = [4, 6] as const satisfies readonly IpVersion[]

const packets = (version: IpVersion): Uint8Array[] =>
  segments.map((segment) => ip(segment.from, tcpBytes(segment), version))
const captureOf = (all: readonly Uint8Array[]): Uint8Array => pcap(all.map((data) => ({ data })))
const inFragments = (version: IpVersion, size = 256): Uint8Array[] =>
  packets(version).flatMap((packet, at) => fragmentsOf(packet, size, at))

function expectWhole(result: Read): void {
  expect(saidIn(result)).toEqual(expected)
  expect(result.stories.flatMap(notRightIn)).toEqual([])
}

/** Types of the handshake messages that tshark finds in a capture. */
function bySharks(file: Uint8Array): string {
  const path = join(scratch, 'asked.pcap')
  writeFileSync(path, file)
  const argv = ['-r', path, '-2', '-Y', 'tls.handshake', '-T', 'fields', '-e', 'tls.handshake.type']
  return execFileSync(tshark ?? 'tshark', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

describe('fragments', () => {
  it.each(versions)('of IPv%i packets are put together', (version) => {
    const all = inFragments(version)
    const result = read(captureOf(all), { keyLog })
    expectWhole(result)
    expect(result.summary.reassembledPackets).toBeGreaterThan(1)
    expect(result.summary.passedOver['IP fragment']).toBe(0)
  })

  it.each(versions)('of IPv%i packets: in any order, and twice', (version) => {
    const next = random(version)
    const perPacket = packets(version).map((packet, at) => fragmentsOf(packet, 256, at))
    const mixed = perPacket.flatMap((parts) => {
      const doubled = [...parts, ...parts.slice(0, -1)]
      const isWhole = parts.length === 1
      return isWhole ? parts : doubled.sort(() => next(3) - 1)
    })
    const result = read(captureOf(mixed), { keyLog })
    expect(saidIn(result)).toEqual(expected)
  })

  it.each(versions)('that overlap otherwise void their IPv%i packet', (version) => {
    const [first, ...rest] = fragmentsOf(packets(version)[3] ?? new Uint8Array(), 64, 9)
    const source = first ?? new Uint8Array()
    const forged = source.map((octet, at) => (at === source.length - 1 ? octet ^ 1 : octet))
    const collector = new IpFragments()
    const accept = (packet: Uint8Array) => {
      const part = readIp(packet, packet.length)
      return typeof part === 'string' ? part : collector.accept(part, 0)
    }
    for (const one of [source, forged, ...rest, source, ...rest]) expect(accept(one)).toBeUndefined()
    expect(collector).toMatchObject({ packets: 0, kept: 0 })
    // what overlaps in part only, and a second last fragment
    const shifted = fragmentsOf(packets(version)[3] ?? new Uint8Array(), 72, 10)
    for (const one of fragmentsOf(packets(version)[3] ?? new Uint8Array(), 64, 10).slice(0, 1)) accept(one)
    for (const one of shifted.slice(1)) expect(accept(one)).toBeUndefined()
    expect(collector.kept).toBeGreaterThan(0)
  })

  it('of which one is missing count as passed over', () => {
    const all = inFragments(4)
    const lost = all.findIndex((packet) => ((packet[6] ?? 0) & 0x20) !== 0)
    const { summary } = read(captureOf(all.filter((_, at) => at !== lost)), { keyLog })
    expect(summary.passedOver['IP fragment']).toBeGreaterThan(0)
  })

  it('keep no more than is stated, whatever comes', () => {
    const collector = new IpFragments()
    const payload = new Uint8Array(8192)
    let most = 0
    for (let i = 0; i < 4 * MAX_PARTIAL_PACKETS; i++) {
      const [first] = fragmentsOf(ip('client', payload, 6), 4096, i)
      const part = readIp(first ?? payload, 8192)
      if (typeof part !== 'string') collector.accept(part, 0)
      most = Math.max(most, collector.kept)
    }
    expect(most).toBeLessThanOrEqual(MAX_FRAGMENT_BYTES)
    expect(most).toBeGreaterThan(MAX_FRAGMENT_BYTES / 2)
    const [first, second] = fragmentsOf(ip('client', payload, 6), 4096, 7777)
    for (const packet of [first, second]) {
      const part = readIp(packet ?? payload, 8192)
      if (typeof part !== 'string' && packet === second)
        expect(collector.accept(part, 0)).toMatchObject({ protocol: 6 })
      else if (typeof part !== 'string') expect(collector.accept(part, 0)).toBeUndefined()
    }
  })

  it('whose rest comes a minute later are of another packet', () => {
    const collector = new IpFragments()
    const parts = fragmentsOf(packets(4)[3] ?? new Uint8Array(), 64, 1).map((packet) => readIp(packet, packet.length))
    const outcomes = parts.map((part, at) => (typeof part === 'string' ? part : collector.accept(part, at * 61)))
    expect(outcomes).toEqual(parts.map(() => undefined))
  })
})

describe('tunnels', () => {
  it.each(tunnelNames)('%s', (name) => {
    for (const version of versions) {
      const all = packets(version).map((packet, at) => tunnelled(name, segments[at]?.from ?? 'client', packet))
      expectWhole(read(captureOf(all), { keyLog }))
    }
  })

  it('whose packets are fragmented, inside and outside', () => {
    const inner = packets(6).flatMap((packet, at) =>
      fragmentsOf(packet, 512, at).map((part) => tunnelled('GRE', segments[at]?.from ?? 'client', part)),
    )
    expectWhole(read(captureOf(inner.flatMap((packet, at) => fragmentsOf(packet, 128, at))), { keyLog }))
  })

  it('within tunnels without end are no TCP', () => {
    let packet = packets(4)[0] ?? new Uint8Array()
    for (let i = 0; i < 40; i++) packet = tunnelled('IP in IP', 'client', packet)
    expect(read(captureOf([packet])).summary.passedOver['not TCP']).toBe(1)
  })
})

describe('rarer links', () => {
  const etherType = (version: IpVersion): number[] => (version === 4 ? [8, 0] : [0x86, 0xdd])
  const snap = (version: IpVersion): number[] => [0xaa, 0xaa, 3, 0, 0, 0, ...etherType(version)]
  const zeros = (count: number): number[] => new Array<number>(count).fill(0)
  const links: readonly (readonly [name: string, linkType: number, prefix: (version: IpVersion) => number[]])[] = [
    ['PPP', 9, (version) => [0xff, 3, 0, version === 4 ? 0x21 : 0x57]],
    ['PPP with a compressed protocol', 9, (version) => [version === 4 ? 0x21 : 0x57]],
    ['HDLC of Cisco', 104, (version) => [0x0f, 0, ...etherType(version)]],
    ['IEEE 802.11', 105, (version) => [0x08, 1, ...zeros(22), ...snap(version)]],
    ['IEEE 802.11 with quality of service', 105, (version) => [0x88, 2, ...zeros(24), ...snap(version)]],
    ['radiotap', 127, (version) => [0, 0, 8, 0, 0, 0, 0, 0, 0x08, 1, ...zeros(22), ...snap(version)]],
    ['MPLS with two labels', 1, () => [...zeros(12), 0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64]],
  ]

  it.each(links)('%s', (_name, linkType, prefix) => {
    for (const version of versions) {
      const all = packets(version).map((packet) => ({ data: concat(Uint8Array.from(prefix(version)), packet) }))
      expectWhole(read(pcap(all, { linkType }), { keyLog }))
    }
  })

  it('NFLOG of Linux', () => {
    const all = packets(4).map((packet) => {
      const length = 4 + packet.length
      const head = [2, 0, 0, 0, 5, 0, 10, 0, 101, 0, 0, 0, length & 0xff, length >> 8, 9, 0]
      return { data: concat(Uint8Array.from(head), packet, new Uint8Array((4 - (length % 4)) % 4)) }
    })
    expectWhole(read(pcap(all, { linkType: 239 }), { keyLog }))
  })

  it('IEEE 802.11 that is encrypted is passed over', () => {
    const { summary } = read(pcap([{ data: Uint8Array.from([0x08, 0x41, ...zeros(80)]) }], { linkType: 105 }))
    expect(summary.passedOver['not IP']).toBe(1)
  })
})

describe.skipIf(tshark === undefined)('tshark', () => {
  it('finds the same messages in all of these', { timeout: 120_000 }, () => {
    /** The connection again with other sequence numbers, so that each is one of its own. */
    const again = (at: number) => tcp(recording.flow, { first: { client: 1_000_000 * at, server: 2_000_000 * at } })
    const variants: readonly ((packet: Uint8Array, from: 'client' | 'server', id: number) => readonly Uint8Array[])[] =
      [
        (packet) => [packet],
        (packet, _from, id) => fragmentsOf(packet, 256, id),
        ...tunnelNames.map((name) => (packet: Uint8Array, from: 'client' | 'server') => [
          tunnelled(name, from, packet),
        ]),
      ]
    const all = variants.flatMap((variant, at) =>
      versions.flatMap((version) =>
        again(2 * at + version).flatMap((one, id) =>
          variant(ip(one.from, tcpBytes(one), version), one.from, 1000 * at + id),
        ),
      ),
    )
    const types = bySharks(captureOf(all))
      .split(/\s+|,/)
      .filter((type) => type !== '')
    const ours = read(captureOf(all), { keyLog }).stories
    const messages = ours[0]?.entries.filter((entry) => entry.type === 'message' && !entry.isProtected).length ?? 0
    expect(ours.length).toBe(2 * variants.length)
    expect(messages).toBeGreaterThan(5)
    expect(types.length).toBe(ours.length * messages)
  })
})
