/** What an idle pair of connections keeps resident: run in a process of its own, since memory is the process's. */
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeProvider } from '../../../src/providers/node/index.js'
import { duplexPair } from './contestant.js'
import { nodeTls } from './node-tls.js'
import { streams } from './tls12.js'

const FIRST = 200
const PAIRS = 800

const pair = async () => duplexPair()
const contestants = [streams('node', nodeProvider(), pair), nodeTls('in memory', pair)]
const chosen = contestants[Number(process.argv[2])]
const connect = chosen?.prepare({ kind: 'ecdsaP256', mutual: true })
if (chosen === undefined || connect === undefined || gc === undefined) throw new Error('say 0 or 1, and --expose-gc')

const kept: unknown[] = []

/** Resident bytes once `count` pairs are there and everything else was given back. */
async function residentWith(count: number): Promise<number> {
  while (kept.length < count) kept.push(await connect?.())
  for (let turn = 0; turn < 5; turn++) {
    gc?.()
    await sleep(50)
  }
  return process.memoryUsage.rss()
}

const before = await residentWith(FIRST) // code, pools and caches have grown by then
const after = await residentWith(FIRST + PAIRS)
console.log(
  `${chosen.name}: ${((after - before) / PAIRS / 1024).toFixed(0)} KiB resident for an idle pair, transport included`,
)
process.exit(0)
