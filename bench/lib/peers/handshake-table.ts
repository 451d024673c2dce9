/** Handshakes a second of everybody, in turns, with the ratio to `node:tls` over the same kind of stream. */
import { type AsyncWork, asyncInTurns, median, type Turns } from '../measure.js'
import { fixed, table } from '../table.js'
import type { Connected, Contestant, Setting } from './contestant.js'

/** Several at a time, so that one stop of the garbage collector is not the whole of a measurement. */
const BATCH = 4

const batch =
  (handshake: () => Promise<Connected>): AsyncWork =>
  async () => {
    const made: Connected[] = []
    for (let count = 0; count < BATCH; count++) made.push(await handshake())
    return {
      after: () => {
        for (const connected of made) connected.dispose()
      },
    }
  }

export interface Rate {
  readonly name: string
  /** Handshakes a second of processor time. */
  readonly rate: number
}

/** Measures one setting. Contestants that cannot do it are left out. */
export async function handshakeRates(
  contestants: readonly Contestant[],
  setting: Setting,
  options: Turns,
): Promise<readonly Rate[]> {
  const prepared = contestants.flatMap((contestant): [string, AsyncWork][] => {
    const handshake = contestant.prepare(setting)
    return handshake === undefined ? [] : [[contestant.name, batch(handshake)]]
  })
  const times = await asyncInTurns(new Map(prepared), options)
  return [...times].map(([name, all]) => ({ name, rate: (1_000 * BATCH) / median(all) }))
}

export function handshakeTable(title: string, rates: readonly Rate[], yardstick: string): string {
  const unit = rates.find(({ name }) => name === yardstick)?.rate ?? Number.NaN
  const rows = rates.map(({ name, rate }) => [name, fixed(rate, 0), fixed(rate / unit, 2)])
  return table([`${title}: handshakes a second`, '1/s', `to ${yardstick}`], rows)
}
