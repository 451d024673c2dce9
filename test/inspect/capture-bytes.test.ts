/** Every byte that both ends sent is in what is told with bytes, once, and every one of them has a name. */
import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex } from '../../src/bytes/convert.js'
import type { ConnectionStory } from '../../src/inspect/capture/connection-story.js'
import { describeConnection } from '../../src/inspect/capture/describe-connection.js'
import { type BytesJson, type ConnectionJson, connectionJson } from '../../src/inspect/connection-json.js'
import { formatSteps } from '../../src/inspect/format-steps.js'
import { type End, frames, pcap, type Said, tcp } from '../support/capture-builder.js'
import { recordings } from '../vectors/recording.js'
import { read } from './reading.js'

const HEADER = 5
const keep = { keepRecords: true, keepApplicationData: 0x100000 }

const storyOf = (flow: readonly Said[], keyLog?: string): ConnectionStory => {
  const [story] = read(pcap(frames(tcp(flow))), { ...keep, ...(keyLog === undefined ? {} : { keyLog }) }).stories
  if (story === undefined) throw new Error('no story')
  return story
}

/** What each side sent, put together again from the records, and from the messages where a record is its header alone. */
function sentBy({ steps }: ConnectionJson): Record<End, string> {
  const sent: Record<End, string[]> = { client: [], server: [] }
  const owed: Record<End, number> = { client: 0, server: 0 }
  for (const { direction, bytes = [] } of steps) {
    const sender: End = direction === 'server to client' ? 'server' : 'client'
    for (const { name, hex } of bytes) {
      const size = hex.length / 2
      if (name === 'unfinished') sent[sender].push(hex)
      else if (name === 'record') {
        sent[sender].push(hex)
        if (size === HEADER) owed[sender] += Number.parseInt(hex.slice(6), 16)
      } else if (owed[sender] > 0) {
        sent[sender].push(hex)
        owed[sender] -= size
      }
    }
  }
  expect(owed).toEqual({ client: 0, server: 0 })
  return { client: sent.client.join(''), server: sent.server.join('') }
}

const flowOf = (flow: readonly Said[], end: End): string =>
  toHex(concat(...flow.filter(({ from }) => from === end).map(({ bytes }) => bytes)))

function expectNamed({ name, hex, fields }: BytesJson): void {
  if (fields === undefined) {
    expect(name).toBe('decrypted')
    return
  }
  let at = 0
  for (const { start, end, path } of fields) {
    expect(start, path.join('.')).toBe(at)
    at = end
  }
  expect(at).toBe(hex.length / 2)
}

/** The same bytes of plaintext in records of `size` each. */
function inSmallRecords(said: Said, size: number): Said {
  const records: Uint8Array[] = []
  for (let at = 0; at + HEADER <= said.bytes.length; ) {
    const length = ((said.bytes[at + 3] ?? 0) << 8) | (said.bytes[at + 4] ?? 0)
    const [type = 0, major = 0, minor = 0] = said.bytes.subarray(at)
    const content = said.bytes.subarray(at + HEADER, at + HEADER + length)
    for (let from = 0; from < content.length; from += size) {
      const part = content.subarray(from, from + size)
      records.push(Uint8Array.from([type, major, minor, part.length >> 8, part.length & 0xff, ...part]))
    }
    at += HEADER + length
  }
  return { from: said.from, bytes: concat(...records) }
}

describe('bytes', () => {
  it.each(recordings.map((one) => [one.name, one] as const))('of %s, with and without keys', (_name, one) => {
    for (const keyLog of [one.keyLog, undefined]) {
      const told = connectionJson(storyOf(one.flow, keyLog), { bytes: true })
      const sent = sentBy(told)
      expect(sent.client).toBe(flowOf(one.flow, 'client'))
      expect(sent.server).toBe(flowOf(one.flow, 'server'))
      for (const { bytes = [] } of told.steps) for (const some of bytes) expectNamed(some)
    }
  })

  it.each([7, 100])('of a handshake in records of %i bytes, and broken off', (size) => {
    const [one] = recordings
    const [hello, flight] = one?.flow ?? []
    if (hello === undefined || flight === undefined) throw new Error('no flow')
    const whole = inSmallRecords(flight, size)
    const cut = { ...whole, bytes: whole.bytes.subarray(0, 20 * (size + HEADER)) }
    for (const flow of [
      [inSmallRecords(hello, size), whole],
      [hello, cut],
    ]) {
      const sent = sentBy(connectionJson(storyOf(flow), { bytes: true }))
      expect(sent.client).toBe(flowOf(flow, 'client'))
      expect(sent.server).toBe(flowOf(flow, 'server'))
    }
  })

  it('are all in the text', () => {
    const one = recordings.find(({ name }) => name === 'ecdhe-ecdsa-aes128sha-server-only')
    const story = storyOf(one?.flow ?? [], one?.keyLog)
    const text = formatSteps(describeConnection(story), { bytes: 'all' })
    const shown = [...text.matchAll(/\| [0-9a-f]{4,} {2}((?:[0-9a-f]{2} ?)+)/g)].map(([, hex = '']) =>
      hex.replaceAll(' ', ''),
    )
    const expected = connectionJson(story, { bytes: true }).steps.flatMap(({ bytes = [] }) =>
      bytes.map(({ hex }) => hex),
    )
    expect(shown.join('')).toBe(expected.join(''))
    expect(text).toMatch(/MAC: opaque = 20 bytes of HMAC with sha1, right, encrypted/)
    expect(text).toMatch(/padding_length: opaque = \d+, encrypted/)
  })

  it('name the parts of what an AEAD sealed as its RFC does', () => {
    const one = recordings.find(({ name }) => name === 'rsa-aes128gcm-server-only')
    const { steps } = connectionJson(storyOf(one?.flow ?? [], one?.keyLog), { bytes: true })
    const record = steps.find(({ message }) => message === 'application_data')?.bytes?.[0]
    const plaintext = fromHex(one?.clientData ?? '').length
    const lengths = record?.fields?.map(({ path, start, end }) => [path.at(-1), end - start])
    expect(lengths).toEqual([
      ['type', 1],
      ['version', 2],
      ['length', 2],
      ['nonce_explicit', 8],
      ['content', plaintext],
      ['tag', 16],
    ])
  })

  it('are not kept beyond the bounds of a story, and that is said', () => {
    const one = recordings.find(({ name }) => name === 'long-data')
    const long = concat(
      ...Array.from({ length: 80 }, () => Uint8Array.from([23, 3, 3, 0x40, 0, ...new Uint8Array(0x4000)])),
    )
    const story = storyOf([...(one?.flow ?? []), { from: 'server', bytes: long }])
    expect(story.leftOut).toBeGreaterThan(0)
  })
})
