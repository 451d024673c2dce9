/**
 * The live matrix: peers × roles × suites × authentication × resumption (`npm run interop`; `--help` lists the options). A
 * whole run is with Node's cryptography, and once more with the other providers and two peers.
 */
import { writeFileSync } from 'node:fs'
import type { CryptoProvider } from '../../../src/crypto/provider.js'
import { nobleProvider } from '../../../src/providers/noble/index.js'
import { nodeProvider } from '../../../src/providers/node/index.js'
import { webCryptoProvider } from '../../../src/providers/webcrypto/index.js'
import { allPeers } from '../peers/all.js'
import { describeNotHere } from '../peers/not-here.js'
import type { Peer } from '../peers/peer.js'
import { nameOf } from './case.js'
import { type Asked, asked, usage } from './command-line.js'
import { known } from './known.js'
import { json, key, type Run, remarks, table } from './report.js'
import { results } from './results.js'
import { type Cell, runPeer } from './run.js'

const providers: Readonly<Record<string, () => CryptoProvider>> = {
  node: nodeProvider,
  noble: nobleProvider,
  webcrypto: () => webCryptoProvider({ beside: nodeProvider() }),
}

function readArguments(): Asked {
  const names = { peers: Object.keys(allPeers), providers: Object.keys(providers) }
  try {
    const options = asked(process.argv.slice(2), names)
    if (!options.help) return options
    console.log(usage(names))
    process.exit(0)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    console.error(`${error.message}\n\nSee npm run interop -- --help`)
    process.exit(2)
  }
}

const options = readArguments()
const peers = Object.entries(allPeers)
  .filter(([name]) => options.peers?.includes(name) ?? true)
  .map(([, load]) => load())

const report = (cell: Cell): void => {
  const { outcome, of, detail, firstTry } = cell
  if (!options.verbose && outcome !== 'red' && firstTry === undefined) return
  const parts = [detail, firstTry === undefined ? undefined : `second try, the first: ${firstTry}`]
  console.log([`${outcome}: ${nameOf(of)}`, ...parts.filter((part) => part !== undefined)].join(': '))
}

async function runAll(name: string, provider: CryptoProvider, peer: Peer): Promise<readonly Cell[]> {
  if (peer.absent !== undefined) {
    console.log(`${peer.name}: missing, ${peer.absent}`)
    return []
  }
  const began = performance.now()
  const cells = await runPeer(peer, provider, { wanted: (one) => nameOf(one).includes(options.only), onCell: report })
  const count = (outcome: Cell['outcome']): number => cells.filter((cell) => cell.outcome === outcome).length
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const counts = `${count('green')} green, ${count('known')} known, ${count('red')} red, ${seconds} s`
  console.log(`${peer.name} (${peer.version}) with ${name}: ${counts}`)
  return cells
}

/** Two peers at a time: much of it is waiting for programs that start. */
async function run(name: string, some: readonly Peer[]): Promise<Run> {
  const make = providers[name]
  if (make === undefined)
    throw new Error(`no provider is called ${name}; there are ${Object.keys(providers).join(', ')}`)
  const provider = make()
  const found = new Map<Peer, readonly Cell[]>()
  const waiting = [...some]
  const work = async (): Promise<void> => {
    for (let peer = waiting.shift(); peer !== undefined; peer = waiting.shift())
      found.set(peer, await runAll(name, provider, peer))
  }
  await Promise.all([work(), work()])
  return { provider: name, cells: some.flatMap((peer) => found.get(peer) ?? []) }
}

const whole = options.peers === undefined && options.only === '' && options.provider === undefined
const runs: [Run, ...Run[]] = [await run(options.provider ?? 'node', peers)]
if (whole) {
  const two = peers.filter(({ name }) => name === 'OpenSSL' || name === 'GnuTLS')
  for (const name of ['noble', 'webcrypto']) runs.push(await run(name, two))
}

const cells = runs.flatMap((one) => one.cells)
console.log(`\n${key}\n\n${table(peers, runs[0].cells)}\n\n${remarks(cells)}`)
if (options.json !== undefined) writeFileSync(options.json, json(peers, runs))
if (whole) {
  const missing = peers.filter(({ absent }) => absent !== undefined).map(({ name }) => name)
  if (missing.length === 0) writeFileSync(new URL('RESULTS.md', import.meta.url), results(peers, runs))
  else console.log(`RESULTS.md stays as it is: not here are ${missing.join(', ')}`)
  for (const { peer, reason } of known.filter((entry) => !cells.some((cell) => cell.reason === entry.reason)))
    console.log(`no longer needed, or the peer is missing: ${peer}: ${reason}`)
}
const red = cells.filter(({ outcome }) => outcome === 'red').length
if (options.peers === undefined) console.log(`\n${describeNotHere()}`)
console.log(`\n${cells.length} cells, ${red} red`)
// A filter that nothing passes has shown nothing.
process.exitCode = red === 0 && cells.length > 0 ? 0 : 1
