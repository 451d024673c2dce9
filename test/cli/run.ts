/** Runs the command: in this process with its output captured, or as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { connect } from '../../src/cli/connect.js'
import { dispatch } from '../../src/cli/dispatch.js'
import type { Terminal } from '../../src/cli/terminal.js'

export const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

function capture(tty: boolean, environment: Record<string, string>) {
  const said = { out: '', err: '' }
  const terminal: Terminal = {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    outIsTty: tty,
    errIsTty: tty,
    environment,
  }
  return { said, terminal }
}

/** Runs a command in this process. */
export async function runHere(
  argv: readonly string[],
  { tty = false, environment = {} }: { tty?: boolean; environment?: Record<string, string> } = {},
): Promise<Ran> {
  const { said, terminal } = capture(tty, environment)
  const code = await dispatch(argv, terminal)
  return { code, ...said }
}

/** Runs `connect` in this process, between `input` and what is captured. */
export async function connectHere(
  argv: readonly string[],
  input: string | Uint8Array,
): Promise<Ran & { bytes: Buffer }> {
  const { said, terminal } = capture(false, {})
  const chunks: Buffer[] = []
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk)
      setImmediate(done) // slower than the connection, so that it must wait
    },
  })
  const code = await connect(argv, terminal, { stdin: Readable.from([Buffer.from(input)]), stdout })
  const bytes = Buffer.concat(chunks)
  return { code, err: said.err, out: said.out + bytes.toString(), bytes }
}

/** A started process: what it has said so far, and how it ends. */
export interface Started {
  readonly child: ChildProcess
  readonly out: () => Buffer
  readonly err: () => string
  readonly ended: Promise<number | null>
}

export function start(command: string, args: readonly string[], options: { cwd?: string } = {}): Started {
  const child = spawn(command, args, { cwd: options.cwd ?? root, stdio: 'pipe' })
  const out: Buffer[] = []
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  child.stdin.on('error', () => {}) // a process may end without reading all of its input
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve(code))
  })
  return { child, out: () => Buffer.concat(out), err: () => err, ended }
}

const startCommand = (argv: readonly string[]): Started => start(process.execPath, ['--import', 'tsx', main, ...argv])

/** Runs a command as a process, with all of its input at hand. */
export async function runProcess(
  argv: readonly string[],
  input: string | Uint8Array = '',
): Promise<Ran & { bytes: Buffer }> {
  const started = startCommand(argv)
  started.child.stdin?.end(input)
  const code = (await started.ended) ?? -1
  return { code, out: started.out().toString(), err: started.err(), bytes: started.out() }
}

/** Waits until `probe` gives something; fails after ten seconds. */
export async function until<T>(probe: () => T | undefined | false, what: string): Promise<T> {
  for (let waited = 0; waited < 10_000; waited += 20) {
    const found = probe()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`${what} did not happen`)
}

const LISTENING = /^listening on 127\.0\.0\.1:(\d+)\n/

export interface Serving extends Started {
  readonly port: number
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts `serve --port 0` and waits for its first line. */
export async function startServe(...argv: readonly string[]): Promise<Serving> {
  const started = startCommand(['serve', '--port', '0', ...argv])
  return { ...started, port: await portOf(started), stop: (signal = 'SIGTERM') => stop(started, signal) }
}

export const portOf = async (started: Started): Promise<number> =>
  Number(await until(() => LISTENING.exec(started.out().toString())?.[1], `listening (${started.err()})`))

async function stop(started: Started, signal: NodeJS.Signals): Promise<number | null> {
  started.child.kill(signal)
  return await started.ended
}
