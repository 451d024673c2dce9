/** Other implementations as child processes: started, listened to, and always ended. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { Watched } from '../support/tcp.js'

/** Where a test gave up on one of these, it goes with the process of the tests. */
const running = new Set<ChildProcessWithoutNullStreams>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A running program and everything that it has said. */
export class Program extends Watched {
  readonly child: ChildProcessWithoutNullStreams
  output = ''
  /** Exit code, or the name of the signal that ended it; `undefined` while it runs. */
  ended: number | string | undefined
  /** Where `says` goes on to look: past what earlier connections left behind. */
  #mark = 0

  constructor(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    super()
    this.child = spawn(command, args, { env: { ...process.env, ...environment } })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (data: Buffer) => {
        this.output += data.toString('latin1')
        this.changed()
      })
    }
    this.child.stdin.on('error', () => {}) // a program that has ended does not read what it was about to be told
    running.add(this.child)
    this.child.once('close', (code, signal) => {
      running.delete(this.child)
      this.ended = code ?? signal ?? 'unknown'
      this.changed()
    })
  }

  override describe(): string {
    return `${this.child.spawnargs.join(' ')} (ended: ${this.ended}) said:\n${this.output.slice(this.#mark)}`
  }

  /** From here on `says` looks only at what is new. */
  mark(): void {
    this.#mark = this.output.length
  }

  get heard(): string {
    return this.output.slice(this.#mark)
  }

  says(pattern: RegExp): Promise<RegExpExecArray> {
    return this.until(`${pattern}`, () => pattern.exec(this.heard) ?? undefined)
  }

  /** Its exit code. */
  exit(): Promise<number | string> {
    return this.until('its end', () => this.ended)
  }

  write(text: string): void {
    this.child.stdin.write(text)
  }

  endInput(): void {
    this.child.stdin.end()
  }

  /** Ends this very process, if it still runs, and waits until it has. */
  async stop(): Promise<void> {
    if (this.ended === undefined) this.child.kill('SIGKILL')
    await this.exit()
  }
}

/** The first line that a program says of its version. */
export function versionOf(command: string | undefined, ...args: readonly string[]): string {
  if (command === undefined) return 'absent here'
  return spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 }).stdout.split('\n')[0] ?? ''
}

/** A port that nobody listens on at the moment, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
