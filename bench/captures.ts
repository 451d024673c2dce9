/**
 * What reading a capture costs: a synthetic one of about 100 MB, many connections at a time with application data, read
 * without keys. Prints MB/s and the most memory that was held. Run with `npm run bench:captures`.
 */
import { concat } from '../src/bytes/convert.js'
import { CaptureReader } from '../src/inspect/index.js'
import { nobleProvider } from '../src/providers/noble/index.js'
import { type End, frames, pcap, tcp, type WireSegment } from '../test/support/capture-builder.js'
import { recordings } from '../test/vectors/recording.js'

const TARGET = 100e6
const RECORDS = 60
const AT_A_TIME = 50

const recording = recordings.find(({ name }) => name === 'ecdhe-ecdsa-aes128gcm-server-only')
if (recording === undefined) throw new Error('a recording is missing')

/** Records of application data as they look from outside. */
const data = concat(
  ...Array.from({ length: RECORDS }, (_, i) => {
    const record = new Uint8Array(5 + 16_408).fill(i)
    record.set([23, 3, 3, 16_408 >> 8, 16_408 & 0xff])
    return record
  }),
)
const flow = recording.flow.slice(0, 4)
const segments = tcp([...flow, { from: 'server' as End, bytes: data }], { segmentSize: 1448 })

/** The same connection from many client ports at a time, segment by segment. */
function portion(first: number): Uint8Array {
  const all = segments.flatMap((segment: WireSegment) => Array.from({ length: AT_A_TIME }, () => segment))
  const built = frames(all)
  built.forEach(({ data: frame }, i) => {
    const port = 10_000 + first + (i % AT_A_TIME)
    const at = 20 + (frame[20] === 443 >> 8 && frame[21] === (443 & 0xff) ? 2 : 0)
    frame.set([port >> 8, port & 0xff], at)
  })
  return pcap(built)
}

const files: Uint8Array[] = []
for (let bytes = 0; bytes < TARGET; ) {
  const file = portion(files.length * AT_A_TIME)
  files.push(files.length === 0 ? file : file.subarray(24))
  bytes += file.length
}

const total = files.reduce((sum, { length }) => sum + length, 0)
for (let round = 1; round <= 3; round++) {
  let told = 0
  const reader = new CaptureReader({ crypto: nobleProvider(), onConnection: () => told++ })
  const before = process.memoryUsage().heapUsed
  let most = 0
  const start = performance.now()
  for (const file of files) {
    for (let at = 0; at < file.length; at += 0x100000) {
      reader.push(file.subarray(at, at + 0x100000))
      most = Math.max(most, process.memoryUsage().heapUsed - before)
    }
  }
  const { frames: count, connections } = reader.finish()
  const seconds = (performance.now() - start) / 1000
  console.log(
    `round ${round}: ${(total / 1e6).toFixed(0)} MB, ${count} frames, ${connections} connections (${told} told), ` +
      `${(total / 1e6 / seconds).toFixed(0)} MB/s, at most ${(most / 1e6).toFixed(0)} MB of heap more`,
  )
}
