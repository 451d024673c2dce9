/**
 * What reading a capture costs: synthetic ones of about 100 MB, read without keys. One is downloads, fifty at a time; one is
 * handshakes and little else, where every signature is checked. Prints MB for each second of the clock and of processor time
 * (on a machine that does other things too, the second says more) and the most memory that was held. Run with
 * `npm run bench:captures`; arguments are the MB to read of each.
 */
import { concat } from '../src/bytes/convert.js'
import { CaptureReader } from '../src/inspect/index.js'
import { nobleProvider } from '../src/providers/noble/index.js'
import { type End, frames, pcap, pcapng, tcp, type WireSegment } from '../test/support/capture-builder.js'
import { recordings } from '../test/vectors/recording.js'

const [downloads = 100, handshakes = 20] = process.argv.slice(2).map(Number)
const RECORDS = 60
const AT_A_TIME = 50
const CHUNK = 0x100000

const found = recordings.find(({ name }) => name === 'ecdhe-ecdsa-aes128gcm-server-only')
if (found === undefined) throw new Error('a recording is missing')
const recording = found

/** Records of application data as they look from outside. */
const data = concat(
  ...Array.from({ length: RECORDS }, (_, i) => {
    const record = new Uint8Array(5 + 16_408).fill(i)
    record.set([23, 3, 3, 16_408 >> 8, 16_408 & 0xff])
    return record
  }),
)
const handshake = recording.flow.slice(0, 4)
const download = tcp([...handshake, { from: 'server' as End, bytes: data }], { segmentSize: 1448 })
const whole = tcp(recording.flow, { segmentSize: 1448 })

type Write = typeof pcap

/** The same connection from many client ports at a time, segment by segment; the address says which portion it is. */
function portion(segments: readonly WireSegment[], at: number, write: Write): Uint8Array {
  const all = segments.flatMap((segment) => Array.from({ length: AT_A_TIME }, () => segment))
  const built = frames(all)
  built.forEach(({ data: frame }, i) => {
    const isServers = frame[20] === 443 >> 8 && frame[21] === (443 & 0xff)
    const port = 10_000 + (i % AT_A_TIME)
    frame.set([port >> 8, port & 0xff], isServers ? 22 : 20)
    frame.set([10, at >> 16, (at >> 8) & 0xff, at & 0xff], isServers ? 16 : 12)
  })
  return write(built)
}

function captureOf(segments: readonly WireSegment[], megabytes: number, write: Write): readonly Uint8Array[] {
  const files: Uint8Array[] = []
  // A pcap file has one header; one of pcapng may have another section wherever it likes.
  const header = write === pcap ? pcap([]).length : 0
  for (let bytes = 0; bytes < megabytes * 1e6; ) {
    const file = portion(segments, files.length, write)
    files.push(files.length === 0 ? file : file.subarray(header))
    bytes += file.length
  }
  return files
}

/** Reads it three times: the first warms up. */
function measure(name: string, files: readonly Uint8Array[]): void {
  const total = files.reduce((sum, { length }) => sum + length, 0)
  for (let round = 1; round <= 3; round++) {
    let told = 0
    const reader = new CaptureReader({ crypto: nobleProvider(), onConnection: () => told++ })
    const before = process.memoryUsage().heapUsed
    let most = 0
    const [start, cpu] = [performance.now(), process.cpuUsage()]
    for (const file of files) {
      for (let at = 0; at < file.length; at += CHUNK) {
        reader.push(file.subarray(at, at + CHUNK))
        most = Math.max(most, process.memoryUsage().heapUsed - before)
      }
    }
    const { frames: count } = reader.finish()
    const { user, system } = process.cpuUsage(cpu)
    const [seconds, cpuSeconds] = [(performance.now() - start) / 1e3, (user + system) / 1e6]
    const rate = (time: number): string => (total / 1e6 / time).toFixed(0)
    console.log(
      `${name}, round ${round}: ${(total / 1e6).toFixed(0)} MB, ${count} frames, ${told} connections, ` +
        `${rate(seconds)} MB/s, ${rate(cpuSeconds)} MB for each second of processor time, ` +
        `${(told / cpuSeconds).toFixed(0)} connections, at most ${(most / 1e6).toFixed(0)} MB of heap more`,
    )
  }
}

measure('downloads, pcap', captureOf(download, downloads, pcap))
measure('downloads, pcapng', captureOf(download, downloads, pcapng))
measure('handshakes, pcap', captureOf(whole, handshakes, pcap))
