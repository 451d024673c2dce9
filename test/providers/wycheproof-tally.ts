import type { Target } from './targets.js'
import { vectors } from './wycheproof.js'
import { judgeOf } from './wycheproof-judges.js'

/** What became of the vectors that were given to one provider. */
export interface Tally {
  passed: number
  readonly failed: string[]
  /** How many were left out, by the reason. */
  readonly skipped: Map<string, number>
}

export const emptyTally = (): Tally => ({ passed: 0, failed: [], skipped: new Map() })

/** Gives a file's vectors to a provider and adds the outcomes. All of them, or a sample. */
export async function runFile(
  target: Target,
  name: string,
  tally: Tally,
  { folder, sampled = false }: { readonly folder?: string; readonly sampled?: boolean } = {},
): Promise<void> {
  const judge = judgeOf(name)
  if (judge === undefined) {
    tally.failed.push(`${name}: a file of an unknown kind`)
    return
  }
  for (const vector of vectors(name, sampled ? judge.stride : 1, folder)) {
    let outcome: Awaited<ReturnType<typeof judge.judge>>
    try {
      outcome = await judge.judge(target, vector)
    } catch (error) {
      tally.failed.push(`${vector.title}: ${error}`)
      continue
    }
    if (outcome === true) tally.passed++
    else if (outcome === false) tally.failed.push(vector.title)
    else tally.skipped.set(outcome.skipped, (tally.skipped.get(outcome.skipped) ?? 0) + 1)
  }
}
