/**
 * `npm run bench:peers`: handshakes, full, mutual and resumed, bulk data and memory beside other implementations, both ends
 * in one process, in turns. Times are processor time, medians are printed; "to" is a ratio to `node:tls` over the same kind
 * of stream. Keys, trust, options and contexts are made once. Everybody verifies chains; a full handshake ends without a
 * ticket. "primitives alone" are the very calls on the provider that a handshake makes, the opening of its ticket among
 * them. `--rounds N` and `--warm-up N` (rounds) change how long it takes, `--only resumed` measures these alone.
 */
import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nobleProvider } from '../src/providers/noble/index.js'
import { nodeProvider } from '../src/providers/node/index.js'
import { webCryptoProvider } from '../src/providers/webcrypto/index.js'
import { bulkTable } from './lib/peers/bulk-table.js'
import { type Contestant, duplexPair, settings, titleOf } from './lib/peers/contestant.js'
import { lemonTls, nodeForge, reclaim } from './lib/peers/foreign.js'
import { handshakeRates, handshakeTable } from './lib/peers/handshake-table.js'
import { openLoopback } from './lib/peers/loopback.js'
import { nodeTls } from './lib/peers/node-tls.js'
import { primitives } from './lib/peers/primitives.js'
import { bareResumed, nodeTlsResumed, primitivesResumed, streamsResumed } from './lib/peers/resumed.js'
import { bare, streams } from './lib/peers/tls12.js'

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, 'warm-up': { type: 'string' }, only: { type: 'string' } },
})
const rounds = Number(values.rounds ?? 60)
const warmUp = Number(values['warm-up'] ?? 400)

const inMemory = async () => duplexPair()
const loopback = await openLoopback()
const [node, noble] = [nodeProvider(), nobleProvider()]
const webCrypto = webCryptoProvider({ beside: node })
const yardstick = nodeTls('in memory', inMemory)

const quick: readonly Contestant[] = [
  yardstick,
  streams('node', node, inMemory),
  bare('node', node),
  primitives('node', node),
  streams('webcrypto beside node', webCrypto, inMemory),
  nodeTls('loopback', loopback.pair),
  streams('node, loopback', node, loopback.pair),
]
const slow = [
  yardstick,
  bare('noble', noble),
  primitives('noble', noble),
  await lemonTls(),
  await reclaim('webcrypto'),
  await reclaim('purejs-crypto'),
  nodeForge,
].filter((contestant) => contestant !== undefined)

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(2)}\n`)
for (const by of ['session id', 'ticket'] as const) {
  const ours = (
    [
      ['node', node],
      ['noble', noble],
    ] as const
  ).flatMap(([name, provider]) => [
    bareResumed(name, provider, by),
    streamsResumed(name, provider, by, duplexPair),
    primitivesResumed(name, provider, by),
  ])
  const setting = { kind: 'ecdsaP256', mutual: false } as const
  const rates = await handshakeRates([nodeTlsResumed(by, duplexPair), ...ours], setting, { rounds, warmUp })
  console.log(`${handshakeTable(`${titleOf(setting)}, resumed by ${by}`, rates, yardstick.name)}\n`)
}
if (values.only === 'resumed') process.exit(0)

for (const setting of settings) {
  const fast = await handshakeRates(quick, setting, { rounds, warmUp })
  console.log(`${handshakeTable(titleOf(setting), fast, yardstick.name)}\n`)
  const others = await handshakeRates(slow, setting, { rounds: Math.ceil(rounds / 4), warmUp: Math.ceil(warmUp / 20) })
  console.log(`${handshakeTable(titleOf(setting), others, yardstick.name)}\n`)
}

const bulk = {
  streams: [
    yardstick,
    streams('node', node, inMemory),
    streams('noble', noble, inMemory),
    streams('webcrypto beside node', webCrypto, inMemory),
    nodeTls('loopback', loopback.pair),
    streams('node, loopback', node, loopback.pair),
  ],
  providers: new Map([
    ['node', node],
    ['noble', noble],
  ]),
}
console.log(`${await bulkTable(bulk, { rounds, warmUp: 10 })}\n`)
loopback.close()

const script = fileURLToPath(new URL('lib/peers/memory.ts', import.meta.url))
for (const which of ['0', '1']) {
  const args = ['--expose-gc', '--import', 'tsx', script, which]
  process.stdout.write(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}
process.exit(0)
