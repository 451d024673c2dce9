import { once } from 'node:events'
import { createReadStream, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CaptureError, CaptureReader, type ConnectionStory, MAX_KEPT_PER_CONNECTION } from '../inspect/index.js'
import { type CommandSpec, type OptionSpecs, parseCommand, UsageError, type Values } from './arguments.js'
import { jsonLinesOutput, jsonOutput, type Output, textOutput } from './explain-output.js'
import { readKeyLog, readPreSharedKeys, readRsaKey, systemReason } from './files.js'
import { provider } from './provider.js'
import { colourOptions, type Terminal, wantsColour } from './terminal.js'

const explainCommand = {
  name: 'explain',
  usage: '[options] FILE...',
  summary:
    'Tells the TLS 1.2 connections in a capture (pcap or pcapng, gzip too, - for stdin), message by message. What both ends\nhad to check is checked again as far as the keys allow, and what could not be checked is said. Then our own machines\nreplay it, each in the place of one end, and what they would have said is compared with what was said. Several files\nare read as one capture, in the order given: connections and sessions last from one to the next.',
  positionals: ['FILE'],
  repeats: true,
  options: {
    keylog: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: 'master secrets in the NSS key log format (SSLKEYLOGFILE), may be given several times; those inside of a pcapng capture are used without asking',
    },
    'rsa-key': {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: "a server's RSA key in PEM, which opens handshakes with RSA key exchange; may be given several times",
    },
    psk: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: 'pre-shared keys, identity:hexadecimal in each line as psktool writes them: they open the plain PSK exchange, and RSA_PSK beside the RSA key',
    },
    'key-password-file': { type: 'string', value: 'FILE', help: 'the password of an encrypted --rsa-key' },
    json: { type: 'boolean', help: 'one JSON document: the type CaptureJson of tls12/inspect' },
    jsonl: { type: 'boolean', help: 'a JSON document in each line, connections as they end: CaptureLineJson' },
    bytes: { type: 'boolean', help: 'every byte of every record and message, annotated, decrypted where that can be' },
    ...colourOptions,
  },
  exitCodes: { 1: 'a file could not be read to its end; what was read is told' },
} as const satisfies CommandSpec<OptionSpecs>

/** Large reads, since each costs a turn of the event loop. */
const CHUNK = 0x100000
const GZIP = [0x1f, 0x8b] as const
const PROGRESS_INTERVAL = 200

interface Progress {
  /** Shows how far it is, now and then. */
  readonly show: (read: number, share: number | undefined) => void
  /** Makes room for other output. */
  readonly end: () => void
}

/** Shows on a terminal how far it is; on anything else it says nothing. */
function progress(terminal: Terminal): Progress {
  let last = Date.now()
  let shown = false
  return {
    show: (read, share) => {
      if (!terminal.errIsTty || Date.now() - last < PROGRESS_INTERVAL) return
      last = Date.now()
      shown = true
      const percent = share === undefined ? '' : `, ${Math.min(100, Math.floor(100 * share))} %`
      terminal.err(`\r${(read / 1e6).toFixed(0)} MB read${percent} `)
    },
    end: () => {
      if (shown) terminal.err('\r\u001b[K')
      shown = false
    },
  }
}

interface Opened {
  readonly stream: Readable
  /** How much of the file was read, 0 to 1, where its size is known. */
  readonly share: () => number | undefined
}

/** The bytes of a file or of stdin, unpacked where they are gzip's. */
async function open(path: string): Promise<Opened> {
  const file = path === '-' ? undefined : createReadStream(path, { highWaterMark: CHUNK })
  const source = file ?? process.stdin
  await once(source, 'readable')
  const stats = file === undefined ? undefined : statSync(path)
  const size = stats?.isFile() === true && stats.size > 0 ? stats.size : undefined
  const share = () => (size === undefined || file === undefined ? undefined : file.bytesRead / size)
  const first: Uint8Array | null = source.read()
  if (first === null) return { stream: source, share }
  source.unshift(first)
  if (first[0] !== GZIP[0] || first[1] !== GZIP[1]) return { stream: source, share }
  const stream = createGunzip({ chunkSize: CHUNK })
  source.on('error', (error: Error) => stream.destroy(error))
  return { stream: source.pipe(stream), share }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error

interface Telling {
  readonly reader: CaptureReader
  readonly terminal: Terminal
  readonly shown: Progress
}

/** Reads one file. Returns in words what is wrong with it, if anything is. */
async function readFile(path: string, { reader, terminal, shown }: Telling): Promise<string | undefined> {
  try {
    const { stream, share } = await open(path)
    for await (const chunk of stream) {
      reader.push(chunk)
      // Whoever reads our output may be slower than the capture comes, or have seen enough.
      await terminal.outFlushed?.()
      if (terminal.outIsClosed === true) return undefined
      shown.show(reader.bytesRead, share())
    }
    return undefined
  } catch (error) {
    if (error instanceof CaptureError) return error.message
    if (isSystemError(error)) return error.code === 'Z_BUF_ERROR' ? 'the gzip file is cut off' : systemReason(error)
    throw error
  }
}

/** Reads all files and tells what was understood, also of those that are broken. Returns the exit code. */
async function tell(paths: readonly string[], output: Output, { reader, terminal, shown }: Telling): Promise<number> {
  const complain = (path: string, trouble: string): void => {
    shown.end()
    terminal.err(`tls12 explain: ${JSON.stringify(path)}: ${trouble}\n`)
  }
  let last = ''
  let isTroubled = false
  for (const path of paths) {
    if (last !== '') reader.nextFile()
    last = path
    const trouble = await readFile(path, { reader, terminal, shown })
    if (terminal.outIsClosed === true) return 0
    isTroubled = trouble !== undefined
    if (trouble !== undefined) complain(path, trouble)
    if (isTroubled) break
  }
  try {
    const summary = reader.finish()
    shown.end()
    terminal.out(output.summary(summary))
    const isCut = summary.cutOff > 0
    if (isCut && !isTroubled) terminal.err('tls12 explain: a file ends in the middle of a frame\n')
    return isTroubled || isCut ? 1 : 0
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    if (!isTroubled) complain(last, error.message)
    return 1
  }
}

function outputFor(values: Values<typeof explainCommand.options>, terminal: Terminal): Output {
  if (values.json === true && values.jsonl === true) throw new UsageError('--json and --jsonl exclude each other')
  const bytes = values.bytes === true
  if (values.json === true) return jsonOutput(bytes)
  if (values.jsonl === true) return jsonLinesOutput(bytes)
  return textOutput({
    bytes,
    colour: wantsColour(values, terminal.outIsTty, terminal),
    keys: {
      keyLogs: values.keylog?.length ?? 0,
      rsaKeys: values['rsa-key']?.length ?? 0,
      preSharedKeys: values.psk?.length ?? 0,
    },
  })
}

/** `tls12 explain`. Returns the exit code: 1 for a file that is no capture, or that is broken or cut off. */
export async function explain(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { text, values, positionals } = parseCommand(explainCommand, argv)
  if (text !== undefined) {
    terminal.out(text)
    return 0
  }
  if (values['key-password-file'] !== undefined && values['rsa-key'] === undefined) {
    throw new UsageError('--key-password-file needs --rsa-key')
  }
  const output = outputFor(values, terminal)
  const shown = progress(terminal)
  const bytes = values.bytes === true
  const reader = new CaptureReader({
    crypto: provider,
    ...(values.keylog === undefined ? {} : { keyLog: values.keylog.map(readKeyLog).join('\n') }),
    rsaKeys: (values['rsa-key'] ?? []).map((file) => readRsaKey(file, provider, values['key-password-file'])),
    preSharedKeys: (values.psk ?? []).flatMap(readPreSharedKeys),
    ...(bytes ? { keepRecords: true, keepApplicationData: MAX_KEPT_PER_CONNECTION } : {}),
    onConnection: (story: ConnectionStory) => {
      shown.end()
      terminal.out(output.story(story))
    },
  })
  return await tell(positionals, output, { reader, terminal, shown })
}
