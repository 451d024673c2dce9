import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/*
 * npm does not hand every end of its own on: killed hard, or with a shell between, it leaves the program that it started
 * behind, still listening. So whoever was started by npm looks from time to time whether npm is still there.
 */

interface Ancestor {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

const POLL_MILLISECONDS = 500
const MOST_ANCESTORS = 8

function describeFromProc(pid: number): Ancestor {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name in parentheses may itself hold spaces and parentheses; the parent is the second field behind it.
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
  return { pid, parent, command }
}

function describeFromPs(pid: number): Ancestor {
  const line = execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [, parent = '0', command = ''] = /^\s*(\d+)\s+(.*)$/m.exec(line) ?? []
  return { pid, parent: Number(parent), command }
}

function describe(pid: number): Ancestor | undefined {
  for (const read of [describeFromProc, describeFromPs]) {
    try {
      return read(pid)
    } catch {
      // neither every system has /proc nor every one has ps
    }
  }
  return undefined
}

const isNpm = ({ command }: Ancestor): boolean =>
  /(^|[\s/\\])(npm|npx|pnpm|yarn)(-cli\.js|\.cjs|\.js)?(\s|$)/.test(command)

/** The process ids from our parent up to npm; our parent alone where npm is not to be found. */
function ancestorsUpToNpm(): readonly number[] {
  const chain: number[] = []
  let pid = process.ppid
  while (pid > 1 && chain.length < MOST_ANCESTORS) {
    const ancestor = describe(pid)
    if (ancestor === undefined) break
    chain.push(pid)
    if (isNpm(ancestor)) return chain
    pid = ancestor.parent
  }
  return [process.ppid]
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  // A process that ended and that nobody has collected yet still has its number.
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return true
  }
}

/** Calls `onGone` once npm, or what it put between itself and us, is gone. Does nothing where npm did not start us. Returns how to stop looking. */
export function whenNpmIsGone(onGone: () => void): () => void {
  if (process.env['npm_lifecycle_event'] === undefined && process.env['npm_command'] === undefined) return () => {}
  const parent = process.ppid
  const watched = ancestorsUpToNpm()
  const timer = setInterval(() => {
    if (process.ppid === parent && watched.every(isAlive)) return
    clearInterval(timer)
    onGone()
  }, POLL_MILLISECONDS).unref()
  return () => clearInterval(timer)
}
