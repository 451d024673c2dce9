/**
 * `npm run bench:resumed`: abbreviated handshakes beside `node:tls`, both ends in one process and in turns, by session id and
 * by ticket, server authentication. Times are processor time, medians are printed; "to" is a ratio to `node:tls` in memory.
 * "primitives alone" are the very calls on the provider that such a handshake makes, the opening of its ticket among them.
 * `--rounds N` and `--warm-up N` (rounds) change how long it takes.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { nobleProvider } from '../src/providers/noble/index.js'
import { nodeProvider } from '../src/providers/node/index.js'
import { duplexPair, type Setting } from './lib/peers/contestant.js'
import { handshakeRates } from './lib/peers/handshake-table.js'
import { type By, bareResumed, nodeTlsResumed, primitivesResumed, streamsResumed } from './lib/peers/resumed.js'
import { fixed, table } from './lib/table.js'

const { values } = parseArgs({ options: { rounds: { type: 'string' }, 'warm-up': { type: 'string' } } })
const turns = { rounds: Number(values.rounds ?? 200), warmUp: Number(values['warm-up'] ?? 400) }

const setting: Setting = { kind: 'ecdsaP256', mutual: false }
const providers = [
  ['noble', nobleProvider()],
  ['node', nodeProvider()],
] as const

async function measure(by: By): Promise<string> {
  const yardstick = nodeTlsResumed(by, duplexPair)
  const ours = providers.flatMap(([name, provider]) => [
    bareResumed(name, provider, by),
    streamsResumed(name, provider, by, duplexPair),
    primitivesResumed(name, provider, by),
  ])
  const rates = await handshakeRates([yardstick, ...ours], setting, turns)
  const unit = rates.find(({ name }) => name === yardstick.name)?.rate ?? Number.NaN
  const rows = rates.map(({ name, rate }) => [name, fixed(rate, 0), fixed(rate / unit, 2)])
  return table([`resumed by ${by}: handshakes a second`, '1/s', `to ${yardstick.name}`], rows)
}

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(2)}\n`)
for (const by of ['session id', 'ticket'] as const) console.log(`${await measure(by)}\n`)
