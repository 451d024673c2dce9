/**
 * Captures that were damaged, and captures that were made to do harm: whatever is in one, reading it ends with stories or
 * with a `CaptureError`, what it tells can be told, and nothing of it stays in memory. 250 cases; SOAK_COUNT in the environment makes it more.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { CaptureError } from '../../src/inspect/capture/capture-error.js'
import { CaptureReader } from '../../src/inspect/capture/capture-reader.js'
import type { ConnectionStory } from '../../src/inspect/capture/connection-story.js'
import { describeConnection, describeTransport } from '../../src/inspect/capture/describe-connection.js'
import { connectionJson } from '../../src/inspect/connection-json.js'
import { formatSteps } from '../../src/inspect/format-steps.js'
import { describeReplays } from '../../src/inspect/replay/describe-replay.js'
import { replayConnection } from '../../src/inspect/replay/replay-connection.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { type Frame, frames, linkLayers, pcap, pcapng, tcp } from '../support/capture-builder.js'
import { damaged, random } from '../support/damage.js'
import { type Below, hostileFlows, hostileFrames } from '../support/hostile-captures.js'
import { privateKeyInfo, type Recording, recordings } from '../vectors/recording.js'

const CASES = Number(process.env['SOAK_COUNT'] ?? 250)
const crypto = nobleProvider()
const rsaKeys = [privateKeyInfo('pki/server/rsa.key.pem')]

const sources: readonly Recording[] = [
  'rsa-aes128gcm-server-only',
  'ecdhe-ecdsa-chacha20-mutual',
  'ecdhe-ecdsa-aes128sha-server-only',
  'session-ticket',
  'client-certificate-missing',
].map((name) => {
  const found = recordings.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no recording ${name}`)
  return found
})

/** What both ends said, as it is or with an octet of it changed here and there. */
const flowOf = ({ flow }: Recording, next: Below): Recording['flow'] =>
  next(2) === 0 ? flow : flow.map(({ from, bytes }) => ({ from, bytes: next(4) === 0 ? damaged(bytes, next) : bytes }))

/** Its segments: some away, some twice, some out of order, some with other numbers. */
function segmentsOf(recording: Recording, next: Below) {
  const segments = tcp(flowOf(recording, next), { segmentSize: 1 + next(2000) })
  if (next(2) === 0) return segments
  return segments
    .flatMap((segment, at) => {
      const kind = next(40)
      const key = at * 4
      if (kind === 0) return []
      if (kind === 1) return [segment, segment].map((one) => ({ one, key: key + next(40) }))
      if (kind === 2) return [{ one: segment, key: key + next(60) }]
      if (kind === 3) return [{ one: { ...segment, sequence: (segment.sequence + next(3000)) >>> 0 }, key }]
      if (kind === 4) return [{ one: { ...segment, acknowledgement: next(2 ** 32) }, key }]
      if (kind === 5) return [{ one: { ...segment, flags: next(64) }, key }]
      return [{ one: segment, key }]
    })
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one)
}

const links = Object.values(linkLayers)
const anyOf = <T>(some: readonly T[], next: Below): T => {
  const found = some[next(some.length)]
  if (found === undefined) throw new Error('nothing to choose from')
  return found
}

/** Frames away, twice, in the place of others, cut short, and the length that they had on the wire a lie. */
function shuffled(all: readonly Frame[], next: Below): readonly Frame[] {
  if (next(3) > 0) return all
  return all
    .flatMap((frame, at) => {
      const kind = next(30)
      const key = at * 4
      if (kind === 0) return []
      if (kind === 1) return [frame, frame].map((one) => ({ one, key: key + next(80) }))
      if (kind === 2) return [{ one: frame, key: key + next(200) }]
      if (kind === 3) return [{ one: { data: frame.data.subarray(0, next(frame.data.length + 1)) }, key }]
      if (kind === 4) return [{ one: { ...frame, originalLength: next(2 ** 32) }, key }]
      if (kind === 5) return [{ one: { data: frame.data.slice(0, 60), originalLength: frame.data.length }, key }]
      return [{ one: frame, key }]
    })
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one)
}

const lies = [
  0, 1, 3, 7, 8, 11, 12, 13, 0x7f, 0xff, 0x1000, 0xffff, 0x10000, 0xffffff, 0x1000000, 0x7fffffff, 0xffffffff,
]

/** The file cut off, with a number of the kind that lengths are somewhere in it, or with octets changed. */
function damagedFile(file: Uint8Array, next: Below): Uint8Array {
  switch (next(8)) {
    case 0:
      return file.subarray(0, next(file.length + 1))
    case 1:
    case 2: {
      const copy = file.slice()
      const view = new DataView(copy.buffer, copy.byteOffset)
      for (let count = 1 + next(3); count > 0; count--) {
        const at = 4 * next(Math.floor(copy.length / 4))
        view.setUint32(at, next(3) === 0 ? next(2 ** 32) : (lies[next(lies.length)] ?? 0), next(2) === 0)
      }
      return copy
    }
    case 3:
      return damaged(file, next)
    default:
      return file
  }
}

/** A recording that was damaged on its way, or what was made to do harm. */
function framesOf(recording: Recording, next: Below) {
  const link = anyOf(links, next)
  const version = next(2) === 0 ? 4 : 6
  const kind = next(10)
  if (kind === 0) {
    const make = anyOf(Object.values(hostileFrames), next)
    return { all: make(next), linkType: 101 }
  }
  if (kind <= 2) {
    const flow = anyOf(Object.values(hostileFlows), next)(next)
    const segments = tcp(flow, { segmentSize: next(4) === 0 ? 1 + next(40) : 1448 })
    return { all: frames(segments, link, version), linkType: link.linkType }
  }
  const all = frames(segmentsOf(recording, next), link, version).map(({ data }) => ({
    data: next(30) === 0 ? damaged(data, next) : data,
  }))
  return { all, linkType: link.linkType }
}

function captureOf(next: Below): { readonly file: Uint8Array; readonly recording: Recording } {
  const recording = anyOf(sources, next)
  const { all, linkType } = framesOf(recording, next)
  const mixed = shuffled(all, next)
  const options = { linkType, littleEndian: next(2) === 0 }
  const file = next(2) === 0 ? pcap(mixed, options) : pcapng(mixed, { ...options, keyLog: recording.keyLog ?? '' })
  return { file: damagedFile(file, next), recording }
}

/** Reads and tells everything, and returns what came of it. */
function outcomeOf(
  { file, recording }: ReturnType<typeof captureOf>,
  next: Below,
): 'told' | 'nothing to tell' | 'broken' | 'refused' {
  const stories: ConnectionStory[] = []
  const reader = new CaptureReader({
    crypto,
    keepRecords: next(4) === 0,
    keyLog: recording.keyLog ?? '',
    rsaKeys: next(8) === 0 ? rsaKeys : [],
    onConnection: (one) => stories.push(one),
  })
  try {
    const size = 1 + next(file.length)
    for (let at = 0; at < file.length; at += size) reader.push(file.subarray(at, at + size))
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
  }
  try {
    const { broken } = reader.finish()
    for (const story of stories) tellAll(story, next)
    return broken !== undefined ? 'broken' : stories.length === 0 ? 'nothing to tell' : 'told'
  } catch (error) {
    if (error instanceof CaptureError) return 'refused'
    throw error
  }
}

/** Everything that can be said of a connection, in every form now and then. */
function tellAll(story: ConnectionStory, next: Below): void {
  const sometimes = next(8) === 0
  expect(describeTransport(story).length).toBeGreaterThan(1)
  expect(formatSteps(describeConnection(story), { bytes: sometimes ? 'all' : false }).length).toBeGreaterThanOrEqual(0)
  const replays = next(4) === 0 ? replayConnection(story.handshakes, crypto) : undefined
  if (replays !== undefined) {
    expect(replays.length).toBe(story.handshakes.length)
    expect(describeReplays(replays).length).toBeGreaterThanOrEqual(replays.length)
  }
  const json = JSON.stringify(
    connectionJson(story, { bytes: sometimes, ...(replays === undefined ? {} : { replays }) }),
  )
  expect(JSON.parse(json)).toMatchObject({ number: story.number })
}

const WARM_UP = 100
const HELD_EVERY = 1000

/** What is left over of a thousand captures and more, once they were told: nothing that grows. */
const MOST_LEFT_OVER = 48e6

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heldBytes(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

describe('damaged captures', () => {
  it(`${CASES} of them are told or refused, and nothing else happens`, { timeout: 3_600_000 }, () => {
    const seen = new Map<string, number>()
    let [before, most, slowest] = [0, 0, 0]
    for (let seed = 1; seed <= CASES; seed++) {
      const next = random(seed)
      const began = performance.now()
      const capture = captureOf(next)
      let outcome: string
      try {
        outcome = outcomeOf(capture, next)
      } catch (cause) {
        throw new Error(`the capture of seed ${seed}`, { cause })
      }
      slowest = Math.max(slowest, performance.now() - began)
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
      if (seed === Math.min(CASES, WARM_UP)) before = heldBytes()
      else if (seed % HELD_EVERY === 0) most = Math.max(most, heldBytes() - before)
    }
    expect(most).toBeLessThan(MOST_LEFT_OVER)
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['told', 'nothing to tell', 'broken']))
    if (CASES > 1000) {
      const counts = [...seen].map(([outcome, count]) => `${count} ${outcome}`).join(', ')
      console.log(`${counts}; at most ${(most / 1e6).toFixed(1)} MB left over, slowest ${slowest.toFixed(0)} ms`)
    }
  })
})
