/** Timing that survives a busy machine: what is compared runs in turns, and medians are taken. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** Milliseconds of processor time that `work` takes, garbage collection included: other processes do not lengthen it. */
export function elapsed(work: () => void): number {
  const start = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

/** Runs every contestant once a round, in an order that turns with the rounds; returns the milliseconds of each. */
export function inTurns<Name extends string>(
  contestants: Readonly<Record<Name, () => void>>,
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
): Readonly<Record<Name, readonly number[]>> {
  const names = Object.keys(contestants) as Name[] // the keys of a Record<Name, …> are Names
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + Math.abs(round)) % names.length]
      if (name === undefined) continue
      const time = elapsed(contestants[name])
      if (round >= 0) times[name].push(time)
    }
  }
  return times
}

/** Milliseconds per call of something quick: `batch` calls at a time, the median of many. */
export function perCall(batch: number, rounds: number, work: () => void): number {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    times.push(
      elapsed(() => {
        for (let count = 0; count < batch; count++) work()
      }) / batch,
    )
  }
  return median(times.slice(rounds >> 2))
}

/** Something that takes turns of the event loop; `after` is what it leaves to be done outside the measurement. */
export type AsyncWork = () => Promise<{ readonly after?: () => void }>

export interface Turns {
  readonly rounds: number
  readonly warmUp: number
  /**
   * Collects garbage before each turn, for contestants that leave much: or the next one pays for it. Not for those that
   * leave little, since it makes the engine forget what it has learnt of code that runs seldom.
   */
  readonly clean?: boolean
}

/** Like `inTurns`, for what takes turns of the event loop: each contestant runs alone from its beginning to its end. */
export async function asyncInTurns<Name extends string>(
  contestants: ReadonlyMap<Name, AsyncWork>,
  { rounds, warmUp, clean = false }: Turns,
): Promise<ReadonlyMap<Name, readonly number[]>> {
  const all = [...contestants]
  const times = new Map<Name, number[]>(all.map(([name]) => [name, []]))
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < all.length; turn++) {
      const [name, work] = all[(turn + Math.abs(round)) % all.length] ?? []
      if (name === undefined || work === undefined) continue
      if (clean) collectGarbage()
      const start = process.cpuUsage()
      const { after } = await work()
      const { user, system } = process.cpuUsage(start)
      if (round >= 0) times.get(name)?.push((user + system) / 1_000)
      after?.()
      await new Promise(setImmediate) // what the tear-down put off happens before the next one's time begins
    }
  }
  return times
}
