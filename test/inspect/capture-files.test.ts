/** Captures in every file format and over every link type say the same. The connection in them is a recording of OpenSSL. */
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { CaptureError } from '../../src/inspect/capture/capture-error.js'
import { frames, ip, linkLayers, pcap, pcapng, tcp, tcpBytes } from '../support/capture-builder.js'
import { recordings } from '../vectors/recording.js'
import { checksOf, notRightIn, type Read, read, remarksOf, saidIn } from './reading.js'

const found = recordings.find(({ name }) => name === 'ecdhe-ecdsa-aes128gcm-mutual')
if (found?.keyLog === undefined) throw new Error('a recording is missing')
const recording = found
const keyLog = found.keyLog
const segments = tcp(recording.flow)

function expectWhole(result: Read): void {
  const [story, ...more] = result.stories
  expect(more).toEqual([])
  if (story === undefined) throw new Error('no connection was found')
  expect(saidIn(result)).toEqual({ client: recording.clientData, server: recording.serverData })
  expect(story).toMatchObject({ began: 'opened', ended: 'finished', leftOut: 0 })
  expect(remarksOf(story)).toEqual([])
  expect(notRightIn(story)).toEqual([])
  expect(checksOf(story).map(({ what }) => what)).toEqual(
    expect.arrayContaining(['choices', 'renegotiation_info', 'signature', 'Finished', 'order']),
  )
  expect(result.summary.cutOff).toBe(0)
}

describe('pcap', () => {
  it.each([
    ['little-endian', { littleEndian: true }],
    ['big-endian', { littleEndian: false }],
    ['little-endian, nanoseconds', { littleEndian: true, nanoseconds: true }],
    ['big-endian, nanoseconds', { littleEndian: false, nanoseconds: true }],
  ])('%s', (_name, options) => {
    const result = read(pcap(frames(segments), options), { keyLog })
    expectWhole(result)
    expect(result.stories[0]?.time).toBe(1_700_000_000)
    // the ClientHello is the fourth frame: three eighths of a second later
    expect(result.stories[0]?.entries[0]?.time).toBe(1_700_000_000.375)
  })
})

describe('pcapng', () => {
  it.each([
    ['little-endian', { littleEndian: true }],
    ['big-endian', { littleEndian: false }],
    ['nanoseconds', { nanoseconds: true }],
    ['big-endian, nanoseconds', { littleEndian: false, nanoseconds: true }],
    ['the older packet block', { packets: 'old' as const }],
    ['the older packet block, big-endian', { packets: 'old' as const, littleEndian: false }],
  ])('%s', (_name, options) => {
    const result = read(pcapng(frames(segments), options), { keyLog })
    expectWhole(result)
    expect(result.stories[0]?.entries[0]?.time).toBeCloseTo(1_700_000_000.375, 5)
  })

  it('simple packet blocks, which have no time', () => {
    expectWhole(read(pcapng(frames(segments), { packets: 'simple' }), { keyLog }))
  })

  it.each([true, false])('secrets inside, little-endian: %s', (littleEndian) => {
    const result = read(pcapng(frames(segments), { keyLog: `# a comment\r\n${keyLog}\n`, littleEndian }))
    expectWhole(result)
    expect(result.summary.keyLogLines).toBe(1)
  })

  it('several sections, each in its own byte order', () => {
    const half = Math.floor(segments.length / 2)
    const first = pcapng(frames(segments.slice(0, half)), { littleEndian: true })
    const second = pcapng(frames(segments.slice(half)), { littleEndian: false })
    expectWhole(read(concat(first, second), { keyLog }))
  })
})

describe('pieces', () => {
  it.each([1, 7, 100_000])('of %i bytes', (chunk) => {
    expectWhole(read(pcap(frames(segments)), { keyLog }, chunk))
    expectWhole(read(pcapng(frames(segments)), { keyLog }, chunk))
  })
})

describe('link types', () => {
  for (const [name, link] of Object.entries(linkLayers)) {
    it.each([4, 6] as const)(`${name}, IPv%i`, (version) => {
      const result = read(pcap(frames(segments, link, version), { linkType: link.linkType }), { keyLog })
      expectWhole(result)
      expect(result.stories[0]).toMatchObject(
        version === 4
          ? { client: '192.0.2.1:50000', server: '198.51.100.7:443' }
          : { client: '[2001:db8::1]:50000', server: '[2001:db8::2]:443' },
      )
    })
  }

  it('IPv6 extension headers: hop-by-hop options, then destination options', () => {
    const extra = { next: 0, bytes: Uint8Array.of(60, 0, 1, 4, 0, 0, 0, 0, 6, 1, ...new Array<number>(14).fill(0)) }
    const all = segments.map((one) => ({ data: ip(one.from, tcpBytes(one), 6, extra) }))
    expectWhole(read(pcap(all), { keyLog }))
  })

  it('what is no TCP over IP is counted by reason', () => {
    const [first] = frames(segments)
    const data = first?.data ?? new Uint8Array()
    const changed = (at: number, value: number) => ({ data: data.map((byte, i) => (i === at ? value : byte)) })
    const others = [
      changed(9, 17),
      changed(6, 0x20),
      changed(7, 1),
      changed(0, 0x30),
      changed(0, 0x41),
      { data: data.subarray(0, 30) },
    ]
    const result = read(pcap([...others, ...frames(segments)]), { keyLog })
    expectWhole(result)
    expect(result.summary.passedOver).toEqual({
      'not TCP': 1,
      'IP fragment': 2,
      'not IP': 1,
      malformed: 2,
      'other link type': 0,
    })
    expect(read(pcap(frames(segments), { linkType: 147 })).summary.passedOver['other link type']).toBe(segments.length)
  })
})

describe('broken files', () => {
  const code = (file: Uint8Array): unknown => {
    try {
      return read(file).summary.cutOff
    } catch (error) {
      if (error instanceof CaptureError) return error.code
      throw error
    }
  }
  const patched = (file: Uint8Array, at: number, ...values: number[]): Uint8Array => {
    const copy = file.slice()
    copy.set(values, at)
    return copy
  }
  const classic = pcap(frames(segments))
  const modern = pcapng(frames(segments))

  it('no capture at all', () => {
    expect(code(new Uint8Array())).toBe('not_a_capture')
    expect(code(Uint8Array.of(0xd4))).toBe('not_a_capture')
    expect(code(new TextEncoder().encode('-----BEGIN CERTIFICATE-----'))).toBe('not_a_capture')
  })

  it('a pcap of another version, a frame beyond every limit', () => {
    expect(code(patched(classic, 4, 3))).toBe('unsupported_capture')
    expect(code(patched(classic, 24 + 8, 0, 0, 0, 1))).toBe('malformed_capture')
  })

  it('a pcapng block whose lengths differ, are no multiple of four or too large, a section without byte order', () => {
    const second = 28 // the first block has 28 bytes
    expect(code(patched(modern, 24, 32))).toBe('malformed_capture')
    expect(code(patched(modern, second + 4, 21))).toBe('malformed_capture')
    expect(code(patched(modern, second + 4, 0, 0, 0, 2))).toBe('malformed_capture')
    expect(code(patched(modern, second + 4, 8))).toBe('malformed_capture')
    expect(code(patched(modern, 8, 0))).toBe('malformed_capture')
  })

  it('a packet of an interface that is not described, or longer than its block', () => {
    const packets = pcapng(frames(segments.slice(0, 1)))
    const enhanced = packets.length - (32 + (frames(segments.slice(0, 1))[0]?.data.length ?? 0))
    expect(code(patched(packets, enhanced + 8, 9))).toBe('malformed_capture')
    expect(code(patched(packets, enhanced + 8 + 12, 0xff))).toBe('malformed_capture')
  })

  it('a file that ends in the middle of a frame is read up to there, and says so', () => {
    // the last three frames are both FIN and the last acknowledgement, of 52 octets and 16 of header
    const cut = read(classic.subarray(0, classic.length - 2 * 68 - 7), { keyLog })
    expect(cut.summary.cutOff).toBeGreaterThan(0)
    expect(saidIn(cut)).toEqual({ client: recording.clientData, server: recording.serverData })
    expect(cut.stories[0]?.ended).toBe('end of capture')
  })

  it('an error comes again at every later call', () => {
    expect(() => read(patched(classic, 24 + 8, 0, 0, 0, 1), {}, 50)).toThrow(CaptureError)
  })
})
