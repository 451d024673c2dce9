/** One handshake between `openssl s_server` and `openssl s_client` through a loopback proxy that keeps what passes. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Scenario } from './scenarios.js'

const TIMEOUT = 15_000
const vectors = fileURLToPath(new URL('.', import.meta.url))

/** Bytes that arrived from one end before the other spoke again. */
export interface Chunk {
  readonly from: 'client' | 'server'
  data: string
}

export interface Recording {
  readonly name: string
  readonly description: string
  readonly outcome: Scenario['outcome']
  readonly recordedWith: string
  /** Run in vectors/; PORT and KEYLOG stand for what the script chose. */
  readonly serverCommand: string
  readonly clientCommand: string
  /** The NSS key log line that both ends wrote; absent where the handshake did not reach the master secret. */
  readonly keyLog?: string
  readonly serverKey: string
  readonly clientKey?: string
  /** Application data that each end was given to send, hexadecimal. */
  readonly clientData?: string
  readonly serverData?: string
  readonly flow: readonly Chunk[]
}

/** A running program, its output so far, and its end. */
class Program {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<void>
  output = ''
  #changed: () => void = () => {}

  constructor(args: readonly string[], configuration: string) {
    this.child = spawn('openssl', args, { cwd: vectors, env: { ...process.env, OPENSSL_CONF: configuration } })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (data: Buffer) => {
        this.output += data.toString('latin1')
        this.#changed()
      })
    }
    this.child.stdin.on('error', () => {}) // an end that has gone does not read what it was about to be told
    this.ended = new Promise((resolve) => this.child.once('close', () => resolve()))
    void this.ended.then(() => this.#changed())
  }

  /** The first match of `pattern` in the output. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output)
      if (match !== null) return match
      if (this.child.exitCode !== null) throw new Error(`openssl ended without saying ${pattern}:\n${this.output}`)
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }
}

function relay(flow: Chunk[], from: Chunk['from'], source: Socket, target: Socket): void {
  source.on('data', (data: Buffer) => {
    const last = flow.at(-1)
    if (last?.from === from) last.data += data.toString('hex')
    else flow.push({ from, data: data.toString('hex') })
    target.write(data)
  })
  source.on('end', () => target.end())
  source.on('error', () => target.destroy())
}

async function proxy(flow: Chunk[], serverPort: number): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true })
    relay(flow, 'client', client, upstream)
    relay(flow, 'server', upstream, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port } // listening on TCP, so never a path
}

function configuration(scratch: string, name: string, options: string | undefined): string {
  const path = join(scratch, name)
  const lines = ['openssl_conf = main', '[main]', 'ssl_conf = ssl', '[ssl]', 'system_default = tls', '[tls]']
  if (options !== undefined) lines.push(`Options = ${options}`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

function commands(scenario: Scenario): { server: string[]; client: string[] } {
  const files = (role: string, kind: string): string[] => [
    ...['-cert', `pki/${role}/${kind}.cert.pem`, '-key', `pki/${role}/${kind}.key.pem`],
    ...['-cert_chain', `pki/${role}/${kind}.chain.pem`],
  ]
  const ticket = scenario.name === 'session-ticket' ? [] : ['-no_ticket']
  const common = ['-tls1_2', '-cipher', scenario.cipher, ...ticket, '-keylogfile', 'KEYLOG']
  const authorities = ['-CAfile', 'pki/ca/all.cert.pem']
  const ours = (args: readonly string[] = []): string[] => (args.includes('-CAfile') ? [] : authorities)
  const client = scenario.client === undefined || scenario.client === 'none' ? [] : files('client', scenario.client)
  return {
    server: [
      ...['s_server', '-accept', '127.0.0.1:0', '-naccept', '1', ...common, ...files('server', scenario.server)],
      ...ours(scenario.serverArguments),
      ...(scenario.serverArguments ?? []),
    ],
    client: [
      ...['s_client', '-connect', '127.0.0.1:PORT', ...common, '-verify_return_error', ...client],
      ...ours(scenario.clientArguments),
      ...(scenario.clientArguments ?? []),
    ],
  }
}

/** Lines of digits: neither program takes a line that begins with one for a command. */
const dataOf = (from: string, length: number | undefined): string =>
  length === undefined ? `1 line from the ${from}\n` : `${'0123456789'.repeat(length / 10).slice(0, length - 1)}\n`

async function exchange(server: Program, client: Program, data: { client: string; server: string }): Promise<void> {
  await server.says(/CIPHER is /)
  await client.says(/Verify return code/)
  client.child.stdin.write(data.client)
  await server.says(new RegExp(data.client.trimEnd()))
  server.child.stdin.write(data.server)
  await client.says(new RegExp(data.server.trimEnd()))
  client.child.stdin.end()
}

function keyLogLine(paths: readonly string[]): string | undefined {
  const lines = paths.map((path) => {
    try {
      return /^CLIENT_RANDOM .*$/m.exec(readFileSync(path, 'utf8'))?.[0]
    } catch {
      return undefined // an end that failed early has written no file
    }
  })
  const [first, second] = lines
  if (first !== undefined && second !== undefined && first !== second) throw new Error('the two key logs differ')
  return first ?? second
}

/** Runs both ends, at most fifteen seconds, and ends both whatever happens; returns what passed between them. */
async function run(
  scenario: Scenario,
  start: { server(): Program; client(port: number): Program },
  data: { client: string; server: string },
): Promise<readonly Chunk[]> {
  const flow: Chunk[] = []
  const running: Program[] = []
  const timer = setTimeout(() => {
    for (const { child } of running) child.kill('SIGKILL')
  }, TIMEOUT)
  let relaying: Server | undefined
  try {
    const server = start.server()
    running.push(server)
    const { server: listener, port } = await proxy(flow, Number((await server.says(/ACCEPT 127\.0\.0\.1:(\d+)/))[1]))
    relaying = listener
    const client = start.client(port)
    running.push(client)
    if (scenario.outcome === 'established') await exchange(server, client, data)
    await Promise.all([client.ended, server.ended])
    return flow
  } finally {
    clearTimeout(timer)
    for (const { child } of running) if (child.exitCode === null) child.kill('SIGKILL')
    relaying?.close()
  }
}

const shown = (args: string[], options: string | undefined): string =>
  `openssl ${args.join(' ')}${options === undefined ? '' : ` (with the SSL_CONF line Options = ${options})`}`

const hex = (text: string): string => Buffer.from(text).toString('hex')

/** Records one scenario; throws where it does not end as the scenario says. */
export async function record(scenario: Scenario, recordedWith: string, scratch: string): Promise<Recording> {
  const args = commands(scenario)
  const log = (end: 'server' | 'client'): string => join(scratch, `${scenario.name}.${end}.keylog`)
  const program = (end: 'server' | 'client', options: string | undefined, port = 0): Program =>
    new Program(
      args[end].map((arg) => arg.replace('KEYLOG', log(end)).replace('PORT', String(port))),
      configuration(scratch, `${end}.cnf`, options),
    )
  const data = { client: dataOf('client', scenario.dataLength), server: dataOf('server', scenario.dataLength) }
  const start = {
    server: () => program('server', scenario.serverOptions),
    client: (port: number) => program('client', scenario.clientOptions, port),
  }
  const flow = await run(scenario, start, data)
  const keyLog = keyLogLine([log('server'), log('client')])
  const hasClientKey = scenario.client !== undefined && scenario.client !== 'none'
  return {
    name: scenario.name,
    description: scenario.description,
    outcome: scenario.outcome,
    recordedWith,
    serverCommand: shown(args.server, scenario.serverOptions).replace('127.0.0.1:0', '127.0.0.1:PORT'),
    clientCommand: shown(args.client, scenario.clientOptions),
    ...(keyLog === undefined ? {} : { keyLog }),
    serverKey: `pki/server/${scenario.server}.key.pem`,
    ...(hasClientKey ? { clientKey: `pki/client/${scenario.client}.key.pem` } : {}),
    ...(scenario.outcome === 'established' ? { clientData: hex(data.client), serverData: hex(data.server) } : {}),
    flow,
  }
}
