import { runConnection } from './connection.js'
import { parseFlags, Unimplemented } from './flags.js'
import { Shared } from './shared-state.js'

/** How a test ended, as the runner reads it: an exit code, and what is said on standard error. */
export interface Verdict {
  readonly code: number
  readonly text: string
}

const UNIMPLEMENTED = 89

/** Runs a test: one connection, and as many more as are asked for with what the first left in the caches. */
export async function runTest(args: readonly string[]): Promise<Verdict> {
  try {
    const { initial, resume } = parseFlags(args)
    const shared = new Shared()
    const resumptions = initial.number('-resume-count') ?? 0
    for (let index = 0; index <= resumptions; index++) {
      const failure = await runConnection(index === 0 ? initial : resume, shared, index > 0)
      if (failure !== undefined) return { code: 1, text: `connection ${index + 1}: ${failure}\n` }
    }
    return { code: 0, text: '' }
  } catch (error) {
    const code = error instanceof Unimplemented ? UNIMPLEMENTED : 1
    return { code, text: `${error instanceof Error ? error.stack : String(error)}\n` }
  }
}
