/**
 * The live matrix: peers × roles × suites × authentication × resumption (`npm run interop`). Ends with code 1 where a cell
 * is red without a reason. `--peers openssl,gnutls` takes these peers alone, `--json FILE` writes every cell,
 * `--provider noble` replaces Node's cryptography, `--only TEXT` takes the cells whose name holds it.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { nobleProvider } from '../../../src/providers/noble/index.js'
import { nodeProvider } from '../../../src/providers/node/index.js'
import { allPeers } from '../peers/all.js'
import { nameOf } from './case.js'
import { known } from './known.js'
import { json, remarks, table } from './report.js'
import { type Cell, runPeer } from './run.js'

const { values } = parseArgs({
  options: {
    peers: { type: 'string' },
    json: { type: 'string' },
    provider: { type: 'string', default: 'node' },
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
})

const provider = values.provider === 'noble' ? nobleProvider() : nodeProvider()
const chosen = values.peers?.toLowerCase().split(',')
const peers = Object.entries(allPeers)
  .filter(([name]) => chosen?.includes(name.toLowerCase()) ?? true)
  .map(([, load]) => load())

const report = (cell: Cell): void => {
  if (!values.verbose && cell.outcome !== 'red' && cell.firstTry === undefined) return
  console.log(
    `${cell.outcome}: ${nameOf(cell.of)}${cell.detail === undefined ? '' : `: ${cell.detail.slice(0, 400)}`}${cell.firstTry === undefined ? '' : ` (first try: ${cell.firstTry.slice(0, 400)})`}`,
  )
}

const cells: Cell[] = []
for (const peer of peers) {
  if (peer.absent !== undefined) {
    console.log(`${peer.name}: missing, ${peer.absent}`)
    continue
  }
  const began = performance.now()
  const wanted = values.only
  const found = await runPeer(peer, provider, { wanted: (one) => nameOf(one).includes(wanted), onCell: report })
  cells.push(...found)
  const count = (outcome: Cell['outcome']): number => found.filter((cell) => cell.outcome === outcome).length
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `${peer.name} (${peer.version}): ${count('green')} green, ${count('known')} known, ${count('red')} red, ${seconds} s`,
  )
}

console.log(`\n${table(peers, cells)}\n\n${remarks(cells)}`)
if (values.json !== undefined) writeFileSync(values.json, json(peers, cells))
const stale = known.filter(
  ({ reason }) => chosen === undefined && values.only === '' && !cells.some((cell) => cell.reason === reason),
)
for (const { peer, reason } of stale) console.log(`no longer needed, or the peer is missing: ${peer}: ${reason}`)
const red = cells.filter(({ outcome }) => outcome === 'red').length
console.log(`\n${cells.length} cells, ${red} red`)
process.exitCode = red === 0 ? 0 : 1
