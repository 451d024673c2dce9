import { connect as connectTcp } from 'node:net'
import { type Readable, Writable } from 'node:stream'
import { connect as connectTls, type TlsDuplex } from '../adapters/node/index.js'
import type { ClientOptions } from '../adapters/options.js'
import { TlsFault } from '../handshake/fault.js'
import { formatStep, type Judgement, Narrator, Trace } from '../inspect/index.js'
import type { ReferenceIdentity } from '../x509/index.js'
import { parseTarget, type Target } from './address.js'
import { type CommandSpec, numberIn, type OptionSpecs, parseCommand } from './arguments.js'
import { certificateFacts } from './certificate-facts.js'
import { systemReason } from './files.js'
import { provider } from './provider.js'
import { openSessionFile, type SessionFile } from './session-file.js'
import { colourOptions, printable, type Terminal, wantsColour } from './terminal.js'
import { tlsOptions, tlsSettings } from './tls-options.js'

const connectCommand = {
  name: 'connect',
  usage: '[options] HOST:PORT',
  summary:
    'A TLS 1.2 client: sends what stdin gives, prints what comes back on stdout.\nWithout --ca or --pin every server is refused.',
  positionals: ['HOST:PORT'],
  options: {
    servername: {
      type: 'string',
      value: 'NAME',
      help: "the DNS name to ask for, which a certificate must then have; by default HOST's name or address",
    },
    show: { type: 'boolean', help: 'tell the handshake step by step on stderr' },
    linger: {
      type: 'string',
      value: 'SECONDS',
      help: 'at the end of stdin wait at most so long for an answer before close_notify, on which a server drops what it has not sent; 1 by default',
    },
    session: {
      type: 'string',
      value: 'FILE',
      help: 'resume the session in this file, if it is there, and keep the one that the server gives in it; says on stderr what became of it. For one server and one --cert; whoever reads the file reads the connections',
    },
    ...tlsOptions,
    ...colourOptions,
  },
  exitCodes: {
    1: 'the connection failed, or its end was not told: what came may be cut off',
    130: 'stopped by SIGINT',
    143: 'stopped by SIGTERM',
  },
} as const satisfies CommandSpec<OptionSpecs>

/** An answer that has begun counts as complete after so much silence. */
const SILENCE_MILLISECONDS = 250
const MOST_LINGER_SECONDS = 3_600

const errorText = (error: Error): string => {
  if (error instanceof TlsFault) return printable(`${error.code}: ${error.message}`)
  // A host with several addresses fails with one error for each.
  const inner =
    error instanceof AggregateError
      ? error.errors.map((one: unknown) => (one instanceof Error ? one.message : String(one)))
      : []
  return printable(inner.length > 0 ? inner.join('; ') : error.message)
}

/** Resolves when the peer has answered and then been silent, or after `milliseconds` without an answer. */
function answered(stream: TlsDuplex, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(onSilence, milliseconds)
    function onSilence(): void {
      // A slow reader of ours holds the answer up: that is no silence of the peer's.
      if (stream.isPaused()) timer = setTimeout(onSilence, SILENCE_MILLISECONDS)
      else finish()
    }
    function finish(): void {
      clearTimeout(timer)
      stream.off('data', onData).off('close', finish).off('end', finish)
      resolve()
    }
    function onData(): void {
      clearTimeout(timer)
      timer = setTimeout(onSilence, Math.min(SILENCE_MILLISECONDS, milliseconds))
    }
    stream.on('data', onData).once('close', finish).once('end', finish)
  })
}

/** Carries stdin into the connection; each chunk counts as sent when the stream has taken it. */
function sender(stream: TlsDuplex, lingerMilliseconds: number, onSent: (chunk: Uint8Array) => void): Writable {
  let sent = false
  return new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      sent = true
      stream.write(chunk, (error) => {
        if (!error) onSent(chunk)
        // What is wrong with the connection is told by the connection itself.
        done()
      })
    },
    final: (done) => {
      const close = (): void => {
        stream.end()
        done()
      }
      if (!sent || lingerMilliseconds === 0 || stream.destroyed) close()
      else void answered(stream, lingerMilliseconds).then(close)
    },
  })
}

/** What a connection is run between: the process's own streams, other ones in tests. */
export interface Pipes {
  readonly stdin: Readable
  readonly stdout: Writable
}

const signals = { SIGINT: 130, SIGTERM: 143 } as const

/** Runs the connection to its end. Returns the exit code. */
function converse(
  stream: TlsDuplex,
  { stdin, stdout }: Pipes,
  toServer: Writable,
  terminal: Terminal,
): Promise<number> {
  return new Promise((resolve) => {
    let code = 0
    const onSignal = (signal: keyof typeof signals): void => {
      code = signals[signal]
      if (stream.summary === undefined) stream.destroy()
      else stream.destroySoon()
    }
    const onStdoutError = (): void => {
      // Nobody reads what comes back any more.
      code ||= 1
      stream.destroy()
    }
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
    stdout.on('error', onStdoutError)
    stdin.on('error', () => toServer.end())
    stream.on('error', (error) => {
      if (code === 0) terminal.err(`tls12 connect: ${errorText(error)}\n`)
      code ||= 1
    })
    stream.once('close', () => {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      // An open terminal or pipe would keep the process alive.
      stdout.off('error', onStdoutError)
      stdin.unpipe(toServer)
      stdin.destroy()
      resolve(code)
    })
    stream.pipe(stdout, { end: false })
    stdin.pipe(toServer)
  })
}

interface Shown {
  readonly explain: (judgement: Judgement) => void
  readonly observe: NonNullable<ClientOptions['observe']>
  readonly onSent: (chunk: Uint8Array) => void
  readonly finish: () => void
}

/** Tells the steps on stderr as they happen. */
function showSteps(terminal: Terminal, colour: boolean): Shown {
  const narrator = new Narrator({ sides: ['client'], describeCertificate: certificateFacts })
  const tell = (steps: ReturnType<Narrator['finish']>): void => {
    for (const step of steps) terminal.err(`${formatStep(step, { colour })}\n\n`)
  }
  const trace = new Trace({ sides: ['client'], onEntry: (entry) => tell(narrator.accept(entry)) })
  return {
    explain: trace.explain('client'),
    observe: trace.observe,
    onSent: (chunk) => trace.sentApplicationData('client', chunk),
    finish: () => tell(narrator.finish()),
  }
}

/** Who the server must be: the name that it is asked for, or the address where there is none (RFC 6125 §6.2.1). */
const referenceOf = ({ host }: Target, serverName: string | undefined): ReferenceIdentity =>
  serverName === undefined ? { type: 'ip', value: host.replace(/%.*$/, '') } : { type: 'dns', value: serverName }

/** Keeps what the server gives, and tells of it. */
function follow(stream: TlsDuplex, { keep, forgetAfter, say }: SessionFile, terminal: Terminal): void {
  const tell = (line: string): void => terminal.err(`${line}\n`)
  stream.on('session', (session: Uint8Array) => {
    try {
      keep(session)
    } catch (error) {
      tell(`--session cannot be written: ${systemReason(error)}`)
    }
  })
  stream.on('error', forgetAfter)
  stream.once('secureConnect', () => {
    if (stream.summary !== undefined) tell(say(stream.summary))
  })
}

async function open(
  target: Target,
  values: ReturnType<typeof parse>['values'],
  terminal: Terminal,
  pipes: Pipes,
): Promise<number> {
  const linger = numberIn('linger', values.linger, { least: 0, most: MOST_LINGER_SECONDS, fraction: true }) ?? 1
  const shown = values.show === true ? showSteps(terminal, wantsColour(values, terminal.errIsTty, terminal)) : undefined
  const serverName = values.servername ?? target.serverName
  const sessionFile = values.session === undefined ? undefined : openSessionFile(values.session)
  const { options, close } = await tlsSettings(values, {
    identity: [referenceOf(target, serverName)],
    ...(shown === undefined ? {} : { explain: shown.explain }),
  })
  const socket = connectTcp({ host: target.host, port: target.port })
  try {
    const stream = connectTls(socket, provider, {
      ...options,
      ...(serverName === undefined ? {} : { serverName }),
      ...(shown === undefined ? {} : { observe: shown.observe }),
      ...(sessionFile === undefined ? {} : { sessionTickets: 'on' }),
      ...(sessionFile?.session === undefined ? {} : { session: sessionFile.session }),
    })
    if (sessionFile !== undefined) follow(stream, sessionFile, terminal)
    const toServer = sender(stream, linger * 1000, (chunk) => shown?.onSent(chunk))
    return await converse(stream, pipes, toServer, terminal)
  } catch (error) {
    socket.on('error', () => {}).destroy()
    throw error
  } finally {
    shown?.finish()
    close()
  }
}

const parse = (argv: readonly string[]) => parseCommand(connectCommand, argv)

/** `tls12 connect`. Returns the exit code. */
export async function connect(argv: readonly string[], terminal: Terminal, pipes: Pipes = process): Promise<number> {
  const { text, values, positionals } = parse(argv)
  if (text !== undefined) {
    terminal.out(text)
    return 0
  }
  const [address = ''] = positionals
  return open(parseTarget(address), values, terminal, pipes)
}
