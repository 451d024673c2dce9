import { once } from 'node:events'
import { createReadStream, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { toHex } from '../bytes/convert.js'
import {
  CaptureError,
  CaptureReader,
  type CaptureSummary,
  type ConnectionStory,
  type DescribedStep,
  describeConnection,
  describeReplays,
  describeTransport,
  formatSteps,
  type ReplayReport,
  replayConnection,
} from '../inspect/index.js'
import { type CommandSpec, helpText, type OptionSpecs, parseCommand } from './arguments.js'
import { certificateFacts } from './certificate-facts.js'
import { readKeyLog, readRsaKey } from './files.js'
import { provider } from './provider.js'
import { colourOptions, type Terminal, wantsColour } from './terminal.js'

const explainCommand = {
  name: 'explain',
  usage: '[options] FILE',
  summary:
    'Tells the TLS 1.2 connections in a capture (pcap or pcapng, gzip too, - for stdin), message by message. What both ends\nhad to check is checked again as far as the keys allow, and what could not be checked is said. Then our own machines\nreplay it, each in the place of one end, and what they would have said is compared with what was said.',
  positionals: ['FILE'],
  options: {
    keylog: {
      type: 'string',
      value: 'FILE',
      help: 'master secrets in the NSS key log format; those inside of a pcapng capture are used without asking',
    },
    'rsa-key': {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: "a server's RSA key in PEM, which opens handshakes with RSA key exchange; may be given several times",
    },
    json: { type: 'boolean', help: 'one JSON document' },
    bytes: { type: 'boolean', help: 'annotated bytes of every message' },
    ...colourOptions,
  },
} as const satisfies CommandSpec<OptionSpecs>

/** Large reads, since each costs a turn of the event loop. */
const CHUNK = 0x100000
const GZIP = [0x1f, 0x8b] as const
const PROGRESS_INTERVAL = 200

/** How stories are written: what goes before the first, between two, and behind the last. */
interface Output {
  story(story: ConnectionStory): string
  summary(summary: CaptureSummary): string
}

const plainSummary = ({ connections, otherConnections, frames, passedOver, cutOff }: CaptureSummary): string => {
  const others = Object.entries(passedOver).flatMap(([why, count]) => (count === 0 ? [] : [`${count} ${why}`]))
  const parts = [
    `${connections} TLS connections`,
    `${otherConnections} others`,
    `${frames} frames`,
    ...(others.length === 0 ? [] : [`passed over: ${others.join(', ')}`]),
    ...(cutOff === 0 ? [] : [`the file ends in the middle of a frame, ${cutOff} bytes are left over`]),
  ]
  return `${parts.join('; ')}.\n`
}

/** The story, and behind it what came of our machines in the place of both ends. */
function toldSteps(story: ConnectionStory, replays: readonly ReplayReport[]): readonly DescribedStep[] {
  const steps = describeConnection(story, { describeCertificate: certificateFacts })
  const more = describeReplays(replays).map((step, i) => ({ number: steps.length + i + 1, ...step }))
  return [...steps, ...more]
}

function textOutput(bytes: boolean, colour: boolean): Output {
  return {
    story: (story) => {
      const steps = toldSteps(story, replayConnection(story.handshakes, provider))
      const head = `Connection ${story.number}: ${story.client} → ${story.server}, ${new Date(story.time * 1000).toISOString()}`
      return `${head}\n(${describeTransport(story).join('; ')})\n\n${formatSteps(steps, { bytes, colour })}\n\n`
    },
    summary: plainSummary,
  }
}

/** A step without what only the text shows; bytes as hexadecimal, those of application data always. */
function jsonSteps(story: ConnectionStory, replays: readonly ReplayReport[], withBytes: boolean) {
  return toldSteps(story, replays).map(({ bytes, ...step }) => ({
    ...step,
    ...(withBytes || step.message === 'application_data'
      ? { bytes: bytes.map(({ name, raw }) => ({ name, hex: toHex(raw) })) }
      : {}),
  }))
}

function jsonOutput(bytes: boolean): Output {
  return {
    story: (story) => {
      const { number, client, server, time, began, ended, leftOut, totals, tcp, handshakes, entries } = story
      const checks = entries.flatMap((entry) => ('checks' in entry ? entry.checks : []))
      const replays = replayConnection(handshakes, provider)
      const told = {
        ...{ number, client, server, time, began, ended, leftOut, totals, tcp, checks },
        handshakes: handshakes.map(({ road, suite, known }, i) => ({
          ...{ road, cipherSuite: suite?.name ?? null, masterSecretFrom: known?.source ?? null, replay: replays[i] },
        })),
        steps: jsonSteps(story, replays, bytes),
      }
      return `${number === 1 ? '{"connections":[\n' : ',\n'}${JSON.stringify(told)}`
    },
    summary: (summary) =>
      `${summary.connections === 0 ? '{"connections":[' : ''}\n],"summary":${JSON.stringify(summary)}}\n`,
  }
}

/** Shows on a terminal how far it is; on anything else it says nothing. */
function progress(
  total: number | undefined,
  terminal: Terminal,
): { readonly show: (read: number) => void; readonly end: () => void } {
  let last = Date.now()
  let shown = false
  return {
    show: (read) => {
      if (!terminal.errIsTty || Date.now() - last < PROGRESS_INTERVAL) return
      last = Date.now()
      shown = true
      const share = total === undefined || total === 0 ? '' : `, ${Math.min(100, Math.floor((100 * read) / total))} %`
      terminal.err(`\r${(read / 1e6).toFixed(0)} MB read${share} `)
    },
    end: () => {
      if (shown) terminal.err('\r\u001b[K')
    },
  }
}

/** The bytes of a file or of stdin, unpacked where they are gzip's, and how many there will be where that is known. */
async function open(path: string): Promise<{ readonly stream: Readable; readonly total: number | undefined }> {
  const source = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK })
  await once(source, 'readable')
  const first: Uint8Array | null = source.read()
  if (first === null) return { stream: source, total: undefined }
  source.unshift(first)
  if (first[0] === GZIP[0] && first[1] === GZIP[1]) {
    const stream = createGunzip({ chunkSize: CHUNK })
    source.on('error', (error: Error) => stream.destroy(error))
    return { stream: source.pipe(stream), total: undefined }
  }
  const stats = path === '-' ? undefined : statSync(path)
  return { stream: source, total: stats?.isFile() === true ? stats.size : undefined }
}

/** Whoever reads our output may be slower than the capture comes: the stories of one chunk go out before the next is read. */
async function tell(
  path: string,
  reader: CaptureReader,
  stories: string[],
  output: Output,
  terminal: Terminal,
): Promise<void> {
  const { stream, total } = await open(path)
  const shown = progress(total, terminal)
  try {
    for await (const chunk of stream) {
      reader.push(chunk)
      if (stories.length > 0) shown.end()
      for (const story of stories.splice(0)) terminal.out(story)
      shown.show(reader.bytesRead)
    }
    const summary = reader.finish()
    shown.end()
    for (const story of stories.splice(0)) terminal.out(story)
    terminal.out(output.summary(summary))
  } finally {
    shown.end()
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error

/** `tls12 explain`. Returns the exit code: 1 for a file that is no capture. */
export async function explain(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { help, values, positionals } = parseCommand(explainCommand, argv)
  if (help) {
    terminal.out(helpText(explainCommand))
    return 0
  }
  const [path = ''] = positionals
  const bytes = values.bytes === true
  const output =
    values.json === true ? jsonOutput(bytes) : textOutput(bytes, wantsColour(values, terminal.outIsTty, terminal))
  const stories: string[] = []
  const reader = new CaptureReader({
    crypto: provider,
    ...(values.keylog === undefined ? {} : { keyLog: readKeyLog(values.keylog) }),
    rsaKeys: (values['rsa-key'] ?? []).map((file) => readRsaKey(file, provider)),
    onConnection: (story) => stories.push(output.story(story)),
  })
  try {
    await tell(path, reader, stories, output, terminal)
    return 0
  } catch (error) {
    if (!(error instanceof CaptureError) && !isSystemError(error)) throw error
    // What was understood before is worth telling; a document that breaks off is none.
    if (values.json !== true) for (const story of stories) terminal.out(story)
    terminal.err(`tls12 explain: ${JSON.stringify(path)}: ${error.message}\n`)
    return 1
  }
}
