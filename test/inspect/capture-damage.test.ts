/**
 * Captures that were damaged: whatever is done to their bytes, reading one ends with stories or with a `CaptureError`, and
 * what it tells can be told. 250 cases; SOAK_COUNT in the environment makes it more.
 */
import { describe, expect, it } from 'vitest'
import { CaptureError } from '../../src/inspect/capture/capture-error.js'
import { CaptureReader } from '../../src/inspect/capture/capture-reader.js'
import type { ConnectionStory } from '../../src/inspect/capture/connection-story.js'
import { describeConnection, describeTransport } from '../../src/inspect/capture/describe-connection.js'
import { formatSteps } from '../../src/inspect/format-steps.js'
import { describeReplays } from '../../src/inspect/replay/describe-replay.js'
import { replayConnection } from '../../src/inspect/replay/replay-connection.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { frames, linkLayers, pcap, pcapng, tcp } from '../support/capture-builder.js'
import { damaged, random } from '../support/damage.js'
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

type Below = (below: number) => number

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

function captureOf(next: Below): { readonly file: Uint8Array; readonly recording: Recording } {
  const recording = sources[next(sources.length)] ?? sources[0]
  const link = links[next(links.length)]
  if (recording === undefined || link === undefined) throw new Error('nothing to damage')
  const all = frames(segmentsOf(recording, next), link, next(2) === 0 ? 4 : 6).map(({ data }) => ({
    data: next(30) === 0 ? damaged(data, next) : data,
  }))
  const options = { linkType: link.linkType, littleEndian: next(2) === 0 }
  const file = next(2) === 0 ? pcap(all, options) : pcapng(all, { ...options, keyLog: recording.keyLog ?? '' })
  return { file: next(3) === 0 ? damaged(file, next) : file, recording }
}

/** Reads and tells everything, and returns what came of it. */
function outcomeOf(
  { file, recording }: ReturnType<typeof captureOf>,
  next: Below,
): 'told' | 'nothing to tell' | 'refused' {
  const stories: ConnectionStory[] = []
  const reader = new CaptureReader({
    crypto,
    keyLog: recording.keyLog ?? '',
    rsaKeys: next(8) === 0 ? rsaKeys : [],
    onConnection: (one) => stories.push(one),
  })
  try {
    const size = 1 + next(file.length)
    for (let at = 0; at < file.length; at += size) reader.push(file.subarray(at, at + size))
    reader.finish()
  } catch (error) {
    if (error instanceof CaptureError) return 'refused'
    throw error
  }
  for (const story of stories) {
    expect(describeTransport(story).length).toBeGreaterThan(1)
    const replays = replayConnection(story.handshakes, crypto)
    expect(replays.length).toBe(story.handshakes.length)
    expect(describeReplays(replays).length).toBeGreaterThanOrEqual(replays.length)
    expect(formatSteps(describeConnection(story), { bytes: next(8) === 0 }).length).toBeGreaterThanOrEqual(0)
  }
  return stories.length === 0 ? 'nothing to tell' : 'told'
}

describe('damaged captures', () => {
  it(`${CASES} of them are told or refused, and nothing else happens`, { timeout: 3_600_000 }, () => {
    const seen = new Map<string, number>()
    for (let seed = 1; seed <= CASES; seed++) {
      const next = random(seed)
      const capture = captureOf(next)
      let outcome: string
      try {
        outcome = outcomeOf(capture, next)
      } catch (cause) {
        throw new Error(`the capture of seed ${seed}`, { cause })
      }
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
    }
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['told', 'refused']))
  })
})
