/** Every handshake that was captured anywhere, replayed: between other stacks, between OpenSSL's ends, and published ones. */
import { createPrivateKey } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { concat, fromHex } from '../../src/bytes/convert.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import type { CaptureReaderOptions } from '../../src/inspect/capture/capture-reader.js'
import type { ConnectionStory } from '../../src/inspect/capture/connection-story.js'
import { replayConnection } from '../../src/inspect/replay/replay-connection.js'
import type { EndReport, ReplayReport } from '../../src/inspect/replay/replay-report.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { frames, pcap, pcapng, tcp } from '../support/capture-builder.js'
import { corpusFolder, pathIn } from '../support/corpus.js'
import { shared } from '../support/outside.js'
import { recordings } from '../vectors/recording.js'
import { read } from './reading.js'

export const crypto = nobleProvider()

export interface Source {
  readonly name: string
  readonly stories: () => readonly ConnectionStory[]
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const source = (name: string, file: () => Uint8Array, options: () => Omit<CaptureReaderOptions, 'crypto'>): Source => ({
  name,
  stories: once(() => read(file(), options()).stories),
})

/** Between other stacks, of the corpus. */
export const captured: readonly Source[] = readdirSync(corpusFolder)
  .filter((file) => file.endsWith('.pcapng'))
  .map((file) =>
    source(
      file.replace('.pcapng', ''),
      () => readFileSync(pathIn(file)),
      () => ({}),
    ),
  )

/** Of OpenSSL with itself, of the corpus. */
export const recorded: readonly Source[] = recordings.map(({ name, flow, keyLog }) =>
  source(
    name,
    () => pcap(frames(tcp(flow))),
    () => ({ keyLog: keyLog ?? '' }),
  ),
)

const published = shared('conformance/captures')
const PUBLISHED_NAME = /\.pcap(ng)?(\.gz)?$/

const derOf = (pem: string): Uint8Array => createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })

/** The key that index.tsv names for the captures of Wireshark's that have no other. */
const wiresharkKey = preSharedKey('test', fromHex('ca19e028a8a372ad2d325f950fcaceed'))

function keysBeside(folder: string, stem: string): Omit<CaptureReaderOptions, 'crypto'> {
  const keyLog = join(folder, `${stem}.keylog`)
  const rsaKey = join(folder, `${stem}.key`)
  return {
    preSharedKeys: [wiresharkKey],
    ...(existsSync(keyLog) ? { keyLog: readFileSync(keyLog, 'utf8') } : {}),
    ...(existsSync(rsaKey) ? { rsaKeys: [derOf(readFileSync(rsaKey, 'utf8'))] } : {}),
  }
}

function publishedSource(folder: string, file: string): Source {
  const bytes = (): Uint8Array => {
    const content = readFileSync(join(folder, file))
    return file.endsWith('.gz') ? gunzipSync(content) : content
  }
  const stem = file.replace(PUBLISHED_NAME, '')
  return source(stem, bytes, () => keysBeside(folder, stem))
}

/** ../shared/conformance/captures; empty without it. */
export const publishedOnes: readonly Source[] =
  published === undefined
    ? []
    : readdirSync(published)
        .filter((file) => PUBLISHED_NAME.test(file))
        .map((file) => publishedSource(published, file))

interface GoRecording {
  readonly name: string
  readonly flows: readonly (readonly ['c' | 's', string])[]
  readonly handshakes: readonly { readonly client_random: string; readonly master?: string }[]
}

const goFile = shared('conformance/captures/go-tls12/go-tls12-flows.json.gz')

/** Whether a turn holds a ChangeCipherSpec record, whose header is never encrypted. */
function changesKeys(bytes: Uint8Array): boolean {
  for (let at = 0; at + 5 <= bytes.length; at += 5 + 256 * (bytes[at + 3] ?? 0) + (bytes[at + 4] ?? 0))
    if (bytes[at] === 20) return true
  return false
}

/**
 * One end of these draws zeros for random numbers, so two handshakes of a connection may have one name in a key log. Each
 * secret comes in a section of its own, before the client changes to its keys.
 */
function goCapture({ flows, handshakes }: GoRecording): Uint8Array {
  const flow = flows.map(([from, hex]) => ({ from: from === 'c' ? 'client' : 'server', bytes: fromHex(hex) }) as const)
  const all = frames(tcp(flow, { segmentSize: 60_000 }))
  const opening = all.length - flow.length - 3 // three segments close it
  const changes = flow.flatMap(({ from, bytes }, i) => (from === 'client' && changesKeys(bytes) ? [opening + i] : []))
  const names = handshakes.filter(({ master }) => master !== undefined)
  const ends = [...names.slice(1).map((_, i) => changes[i + 1] ?? all.length), all.length]
  const sections = ends.map((end, i) => {
    const keyLog = `CLIENT_RANDOM ${names[i]?.client_random ?? ''} ${names[i]?.master ?? ''}\n`
    return pcapng(all.slice(i === 0 ? 0 : ends[i - 1], end), { keyLog })
  })
  return concat(...sections)
}

/** Go's own recordings of its ends against OpenSSL's. */
export const goOnes: readonly Source[] =
  goFile === undefined
    ? []
    : (JSON.parse(gunzipSync(readFileSync(goFile)).toString()) as { recordings: GoRecording[] }).recordings.map(
        (recording) =>
          source(
            recording.name,
            () => goCapture(recording),
            () => ({}),
          ),
      )

export const replayed = (one: Source): readonly ReplayReport[] =>
  one.stories().flatMap(({ handshakes }) => replayConnection(handshakes, crypto))

/** What happened to one end, in one word. */
export const outcomeOf = (report: EndReport): string =>
  report.outcome === 'not replayed' ? report.reason : report.outcome

/** How often each end of the handshakes came out how. */
export function tally(reports: readonly ReplayReport[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { client, server } of reports) {
    for (const outcome of [`client ${outcomeOf(client)}`, `server ${outcomeOf(server)}`])
      counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}
