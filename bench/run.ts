/**
 * `npm run bench`: handshakes beside the very cryptography they make, node-forge in the same run, decoding, and bulk data.
 * Times are processor time, so that other processes do not lengthen them; everything compared runs in turns, and medians
 * are printed. "own" is the library's share, 1 - crypto/total, with certificates and keys known (warm) and imported for each
 * handshake (cold); "alone" is a handshake with cryptography that costs nothing. `--rounds N` and `--warm-up SECONDS`
 * change how long it takes.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { cipherBothWays, connectionBothWays, RECORD } from './lib/bulk.js'
import { decoders } from './lib/client-hello.js'
import { forgeHandshake } from './lib/forge.js'
import { bulkScenarios, cold, libraryAlone, type Measurable, scenarios, warm } from './lib/handshakes.js'
import { inTurns, median, perCall } from './lib/measure.js'
import { fixed, percent, table } from './lib/table.js'

const { values } = parseArgs({ options: { rounds: { type: 'string' }, 'warm-up': { type: 'string' } } })
const rounds = Number(values.rounds ?? 60)
const warmUpSeconds = Number(values['warm-up'] ?? 20)

const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')

/** Runs everything until the engine has compiled what it is going to compile: cheap handshakes first, then real ones. */
function warmUp(cheap: readonly (() => void)[], real: readonly (() => void)[]): void {
  for (const all of [cheap, real]) {
    const end = performance.now() + 500 * warmUpSeconds
    while (performance.now() < end) for (const work of all) work()
  }
}

/** Several at a time, so that one stop of the garbage collector is not the whole of a measurement. */
const BATCH = 3

const batch = (work: () => void) => (): void => {
  for (let count = 0; count < BATCH; count++) work()
}

const share = (one: Measurable): { total: number; primitives: number; own: number } => {
  const times = inTurns({ whole: batch(one.whole), primitives: batch(one.primitives) }, { rounds, warmUp: 3 })
  const [total, primitives] = [median(times.whole) / BATCH, median(times.primitives) / BATCH]
  return { total, primitives, own: 1 - primitives / total }
}

function handshakes(): string {
  const measured = scenarios.map((scenario) => ({
    ...{ scenario, alone: libraryAlone(scenario), warmed: warm(scenario), chilled: cold(scenario) },
  }))
  warmUp(
    measured.map(({ alone }) => alone),
    measured.map(({ warmed }) => warmed.whole),
  )
  const rows = measured.map(({ scenario, alone, warmed, chilled }) => {
    const [w, c] = [share(warmed), share(chilled)]
    const figures = [fixed(1_000 / w.total), fixed(w.total, 2), fixed(w.primitives, 2)]
    return [scenario.title, ...figures, percent(w.own), percent(c.own), fixed(1_000 * perCall(50, 40, alone), 0)]
  })
  return table(['handshake, both ends, noble', '1/s', 'ms', 'crypto ms', 'own warm', 'own cold', 'alone µs'], rows)
}

/** The suite that both have, full and mutual; forge under TLS 1.1, the best it speaks. */
function peers(): string {
  const rows = [false, true].map((mutual) => {
    const scenario = bulkScenarios.peer(mutual)
    const forge = forgeHandshake(mutual)
    const ours = warm(scenario).whole
    const name = `RSA-2048 AES128-SHA, ${mutual ? 'mutual' : 'full'}`
    if (forge === undefined)
      return [name, fixed(1_000 / median(inTurns({ ours }, { rounds, warmUp: 3 }).ours)), 'absent', '']
    const times = inTurns({ ours, forge }, { rounds: Math.ceil(rounds / 2), warmUp: 3 })
    const [own, other] = [median(times.ours), median(times.forge)]
    return [name, fixed(1_000 / own), fixed(1_000 / other), fixed(other / own)]
  })
  return table(['handshakes a second', 'tls12', 'node-forge', 'ratio'], rows)
}

function decoding(): string {
  const { ours, byHand } = decoders()
  const [own, hand] = [perCall(2_000, 60, ours), perCall(2_000, 60, byHand)]
  return table(
    ['decoding a 353-byte ClientHello', 'tls12 µs', 'by hand µs', 'ratio'],
    [['17 suites, 12 extensions', fixed(1_000 * own, 2), fixed(1_000 * hand, 2), fixed(own / hand, 2)]],
  )
}

function bulk(): string {
  const rows = bulkScenarios.ciphers.map(({ cipher, scenario }) => {
    const contestants = { connection: connectionBothWays(scenario), alone: cipherBothWays(cipher) }
    const times = inTurns(contestants, { rounds: 4 * rounds, warmUp: 100 })
    const rate = (milliseconds: number): number => (2 * RECORD) / 1_000 / milliseconds
    const [connection, alone] = [median(times.connection), median(times.alone)]
    return [cipher, fixed(rate(connection)), fixed(rate(alone)), percent(1 - alone / connection)]
  })
  return table(['16 KiB records, sealed and opened', 'MB/s', 'cipher alone', 'own share'], rows)
}

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, load ${load()}`)
console.log(`medians of ${rounds} rounds in turns, processor time, after ${warmUpSeconds} s of warming up\n`)
for (const part of [handshakes, peers, decoding, bulk]) console.log(`${part()}\n`)
console.log(`load at the end ${load()}`)
