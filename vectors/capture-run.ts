/** One run of a server and a client under tcpdump, and the capture that is made of it. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { PeerServer } from '../test/interop/peers/peer.js'
import { scratchFile } from '../test/interop/peers/peer.js'
import { Program } from '../test/interop/program.js'

export interface Run {
  /** Where the ends write their key logs. */
  readonly keyLog: string
  /** Keys of suites that are none of ours are left out: they would open nothing. */
  readonly keepsKeys: boolean
  readonly server: () => Promise<PeerServer>
  readonly client: (port: number) => Program
  /** What is done while both run; nothing by default, where the client ends by itself. */
  readonly meanwhile?: (server: Program, client: Program) => Promise<void>
  /** The client need not end well. */
  readonly mayFail: boolean
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Only what a key log of TLS 1.2 has, each line once. */
export function linesOf(keyLog: string): string {
  if (!existsSync(keyLog)) return ''
  const lines = readFileSync(keyLog, 'utf8').match(/^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$/gim) ?? []
  const lower = lines.map((line) => line.replace(/(?<=CLIENT_RANDOM ).*/, (hexadecimal) => hexadecimal.toLowerCase()))
  return [...new Set(lower)].map((line) => `${line}\n`).join('')
}

/** Until nothing more is captured: what is under way when the client ends comes within moments. */
async function settled(raw: string): Promise<void> {
  let size = -1
  for (let quiet = 0, attempts = 0; quiet < 3 && attempts < 50; attempts++) {
    await pause(100)
    const now = existsSync(raw) ? statSync(raw).size : 0
    quiet = now === size ? quiet + 1 : 0
    size = now
  }
}

/** Runs both ends and writes the capture to `output`. Throws where an end failed. */
export async function captureRun(run: Run, output: string): Promise<void> {
  const { keyLog, server, client, meanwhile, mayFail } = run
  const raw = scratchFile('.pcap')
  const running = await server()
  const dump = new Program('tcpdump', ['-i', 'lo', '-U', '--immediate-mode', '-w', raw, `tcp port ${running.port}`])
  let program: Program | undefined
  try {
    await dump.says(/listening on/)
    program = client(running.port)
    await meanwhile?.(running.program, program)
    const code = await program.exit()
    await settled(raw)
    if (!mayFail && code !== 0) throw new Error(`${program.describe()}\n${running.program.describe()}`)
  } finally {
    dump.child.kill('SIGINT')
    await dump.exit()
    await program?.stop()
    await running.stop()
  }
  const secrets = run.keepsKeys ? linesOf(keyLog) : ''
  writeFileSync(keyLog, secrets)
  execFileSync('editcap', [...(secrets === '' ? [] : ['--inject-secrets', `tls,${keyLog}`]), raw, output])
}
