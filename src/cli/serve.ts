import { createServer, type Server, type Socket } from 'node:net'
import { acceptor, type TlsDuplex } from '../adapters/node/index.js'
import type { ServerOptions } from '../adapters/options.js'
import { MemorySessionStore } from '../adapters/sessions/session-store.js'
import { TicketKeys } from '../adapters/sessions/ticket-keys.js'
import { type CommandSpec, numberIn, type OptionSpecs, oneOf, parseCommand, UsageError } from './arguments.js'
import { credentialFrom } from './demo.js'
import { demoServerEcdsa, demoServerRsa } from './demo-pki.js'
import { readStaple } from './files.js'
import { answerHttp } from './http.js'
import { whenNpmIsGone } from './npm-watch.js'
import { provider } from './provider.js'
import { peerText } from './summary.js'
import { printable, type Terminal } from './terminal.js'
import { tlsOptions, tlsSettings } from './tls-options.js'

const serveCommand = {
  name: 'serve',
  usage: '[options]',
  summary: 'A TLS 1.2 server on the loopback interface: sends back what it gets, or answers HTTP with --http.',
  positionals: [],
  options: {
    port: { type: 'string', value: 'PORT', help: 'TCP port, 4433 by default; 0 takes a free one' },
    'client-auth': {
      type: 'string',
      value: 'none|request|require',
      help: 'whether clients must show a certificate that --ca and --pin accept; none by default',
    },
    staple: {
      type: 'string',
      value: 'FILE',
      help: 'the OCSP response, DER, that clients are given who ask for the status of --cert',
    },
    sessions: {
      type: 'string',
      value: 'none|ids|tickets|both',
      help: 'by what clients may resume their sessions, which live as long as this process; none by default',
    },
    http: { type: 'boolean', help: 'answer a GET with a page that tells what was negotiated' },
    ...tlsOptions,
  },
  exitCodes: { 0: 'stopped by a signal: SIGINT, SIGTERM or SIGHUP', 1: 'the port could not be listened on' },
} as const satisfies CommandSpec<OptionSpecs>

const DEFAULT_PORT = 4433
const LOOPBACK = '127.0.0.1'

/** Connections that do not end by themselves are cut this long after the server was told to stop. */
const STOP_MILLISECONDS = 1_000

const errorText = (error: Error): string => {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return printable(error.message.startsWith(code) ? error.message : `${code}: ${error.message}`)
}

/** Echoes, or answers HTTP, once the handshake is complete; tells stderr about every connection. Nothing of a peer's throws. */
function serveConnection(
  socket: Socket,
  secure: (socket: Socket) => TlsDuplex,
  http: boolean,
  log: (line: string) => void,
): TlsDuplex {
  const name = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? '?'}`
  socket.setKeepAlive(true, 60_000)
  const stream = secure(socket)
  stream.on('error', (error) => log(`${name}: ${errorText(error)}`))
  stream.on('close', () => log(`${name}: closed`))
  stream.on('secureConnect', () => {
    const { summary } = stream
    if (summary === undefined) return
    log(`${name}: ${summary.negotiated.suite.name}, ${peerText(summary, 'client')}`)
    if (http) answerHttp(stream)
    else stream.pipe(stream)
  })
  return stream
}

/** Ends every connection: with close_notify where it is established, and at the latest after a second. */
function stopConnections(streams: ReadonlySet<TlsDuplex>, sockets: ReadonlySet<Socket>): void {
  for (const stream of streams) {
    if (stream.summary === undefined) stream.destroy()
    else stream.destroySoon()
  }
  setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, STOP_MILLISECONDS).unref()
}

interface Running {
  readonly server: Server
  readonly stop: () => void
}

function run(secure: (socket: Socket) => TlsDuplex, http: boolean, log: (line: string) => void): Running {
  const streams = new Set<TlsDuplex>()
  const sockets = new Set<Socket>()
  let stopping = false
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A reset may come before TLS listens, or after it has stopped listening.
    socket.on('error', () => {})
    const stream = serveConnection(socket, secure, http, log)
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
  })
  const stop = (): void => {
    if (stopping) return
    stopping = true
    server.close()
    stopConnections(streams, sockets)
  }
  return { server, stop }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Serves until a signal, or the end of the npm that started us, stops it. Returns the exit code. */
function serveUntilStopped({ server, stop }: Running, port: number, terminal: Terminal): Promise<number> {
  return new Promise((resolve) => {
    const forgetNpm = whenNpmIsGone(stop)
    for (const signal of signals) process.on(signal, stop)
    const finish = (code: number): void => {
      forgetNpm()
      for (const signal of signals) process.off(signal, stop)
      resolve(code)
    }
    server.once('close', () => finish(0))
    server.on('error', (error) => {
      terminal.err(`tls12 serve: ${errorText(error)}\n`)
      if (!server.listening) finish(1)
    })
    server.listen(port, LOOPBACK, () => {
      const address = server.address()
      if (address !== null && typeof address === 'object') terminal.out(`listening on ${LOOPBACK}:${address.port}\n`)
    })
  })
}

/** The response goes with the one certificate that it is about: which that is, only the client finds out. */
function withStaple(credentials: ServerOptions['credentials'], path: string | undefined) {
  if (path === undefined) return credentials
  const [first, ...others] = credentials ?? []
  if (first === undefined) throw new UsageError('--staple needs --cert or --p12, the certificate that it is about')
  return [{ ...first, ocspResponse: readStaple(path) }, ...others]
}

const sessionWords = ['none', 'ids', 'tickets', 'both'] as const

function sessionsFrom(value: string | undefined): Pick<ServerOptions, 'sessionStore' | 'ticketKeys'> {
  const kinds = oneOf('sessions', value, sessionWords) ?? 'none'
  return {
    ...(kinds === 'ids' || kinds === 'both' ? { sessionStore: new MemorySessionStore() } : {}),
    ...(kinds === 'tickets' || kinds === 'both' ? { ticketKeys: new TicketKeys({ provider }) } : {}),
  }
}

const clientAuthWords = ['none', 'request', 'require'] as const

/** `tls12 serve`. Returns the exit code. */
export async function serve(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { text, values } = parseCommand(serveCommand, argv)
  if (text !== undefined) {
    terminal.out(text)
    return 0
  }
  const port = numberIn('port', values.port, { least: 0, most: 65_535 }) ?? DEFAULT_PORT
  const clientAuthentication = oneOf('client-auth', values['client-auth'], clientAuthWords) ?? 'none'
  const { options, hasTrust, authorities, warnings, close } = await tlsSettings(values)
  const log = (line: string): void => terminal.err(`${line}\n`)
  if (options.credentials === undefined) log('no --cert: using test certificates, whose keys are public')
  if (clientAuthentication === 'none' && hasTrust) log('--ca and --pin have no effect without --client-auth')
  if (clientAuthentication !== 'none') {
    if (!hasTrust) log('no --ca and no --pin: every client certificate will be refused')
    for (const warning of warnings) log(warning)
  }
  const credentials = withStaple(options.credentials, values.staple) ?? [
    credentialFrom(demoServerEcdsa),
    credentialFrom(demoServerRsa),
  ]
  const streamOptions = {
    ...options,
    credentials,
    clientAuthentication,
    certificateAuthorities: authorities,
    ...sessionsFrom(values.sessions),
  }
  const secure = acceptor(provider, streamOptions)
  try {
    return await serveUntilStopped(run(secure, values.http === true, log), port, terminal)
  } finally {
    close()
  }
}
