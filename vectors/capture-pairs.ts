/**
 * Captures the handshakes of pairs.ts and scenarios.ts on the loopback interface into vectors/captures, or the folder that
 * CORPUS names: pcapng with the key log inside, and index.json. Run with `npm run vectors:capture [-- PART OF A NAME ...]`; needs tcpdump
 * with the right to capture, editcap, tshark, and the peers. What cannot be captured anew keeps the capture and the entry
 * that are there. A capture is kept only if tshark sees in it what it is there for. Randoms and key shares are new in every run.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scratchFile } from '../test/interop/peers/peer.js'
import { keyLogIn } from '../test/support/pcapng.js'
import { captureRun, type Run } from './capture-run.js'
import { factsOf } from './captured-facts.js'
import { isSaid, unmet } from './claims.js'
import { commandsOf, consoleRun, saidIn } from './console.js'
import type { IndexEntry } from './index-entry.js'
import { claimsOf, type Pair } from './pair.js'
import { keysOf, pairRun, peerCalled, saidBy } from './pair-run.js'
import { pairs } from './pairs.js'
import { claimsOfScenario, type Scenario, scenarios } from './scenarios.js'
import type { End } from './seen.js'
import { byTshark, unknownToTshark } from './tshark.js'

const vectors = fileURLToPath(new URL('.', import.meta.url))
const output = resolve(process.env['CORPUS'] ?? join(vectors, 'captures'))
const indexPath = join(output, 'index.json')
const options = ['--describe']
/** Captures stay as they are, and are described anew: after the claims of a table have changed. */
const describesOnly = process.argv.includes('--describe')
/** Parts of names; all where there is none. */
const wanted = process.argv.slice(2).filter((arg) => !options.includes(arg))
// the commands of scenarios name files in this folder
process.chdir(vectors)

/** Something to be captured. */
interface Job {
  readonly file: string
  /** Peers that it needs, by name. */
  readonly needs: readonly string[]
  readonly run: () => Run
  readonly entry: () => Omit<IndexEntry, 'secrets' | 'connections'>
}

const jobOfPair = (pair: Pair): Job => {
  const file = `${pair.name}.pcapng`
  return {
    file,
    needs: [pair.server, pair.client],
    run: () => pairRun(pair),
    entry: () => ({
      file,
      shows: pair.shows,
      server: peerCalled(pair.server).version,
      client: peerCalled(pair.client).version,
      claims: claimsOf(pair),
      keys: keysOf(pair),
      ...(pair.refusedWith === undefined || pair.said !== undefined ? { said: saidBy(pair) } : {}),
    }),
  }
}

const jobOfScenario = (scenario: Scenario): Job => {
  const file = `openssl/${scenario.name}.pcapng`
  const client =
    scenario.client === undefined || scenario.client === 'none'
      ? {}
      : { client: `pki/client/${scenario.client}.key.pem` }
  return {
    file,
    needs: ['OpenSSL'],
    run: () => consoleRun(scenario),
    entry: () => ({
      file,
      shows: scenario.description,
      server: peerCalled('OpenSSL').version,
      client: peerCalled('OpenSSL').version,
      claims: claimsOfScenario(scenario),
      keys: { server: `pki/server/${scenario.server}.key.pem`, ...client },
      ...(scenario.outcome === 'established' ? { said: saidIn(scenario) } : {}),
      commands: commandsOf(scenario),
    }),
  }
}

const jobs: readonly Job[] = [...scenarios.map(jobOfScenario), ...pairs.map(jobOfPair)]

function describe({ entry }: Job, path: string): IndexEntry {
  const hasSecrets = keyLogIn(readFileSync(path)) !== ''
  const seen = byTshark(path)
  const connections = seen.map(factsOf)
  const { said, ...described } = entry()
  const heard = (from: End): string => seen.map(({ data }) => data[from]).join('')
  const isOpen = hasSecrets && connections.some(({ data }) => data.client + data.server > 0)
  const unsaid = (['client', 'server'] as const).flatMap((from) => {
    const expected = said?.[from]
    return !isOpen || expected === undefined || isSaid(expected, heard(from))
      ? []
      : [`the ${from} said ${Buffer.from(heard(from), 'hex').toString('latin1').slice(0, 200)}`]
  })
  const faults = [...unmet(described.claims, connections), ...unsaid]
  if (faults.length > 0) throw new Error(`${faults.join('; ')}: ${JSON.stringify(connections)}`)
  return {
    ...described,
    ...((isOpen || unknownToTshark.has(described.claims.suite)) && said !== undefined ? { said } : {}),
    secrets: hasSecrets ? 'in the file' : 'none',
    connections,
  }
}

async function capture(job: Job): Promise<IndexEntry> {
  const path = scratchFile('.pcapng')
  await captureRun(job.run(), path)
  const entry = describe(job, path)
  const kept = join(output, job.file)
  mkdirSync(dirname(kept), { recursive: true })
  writeFileSync(`${kept}.new`, readFileSync(path))
  renameSync(`${kept}.new`, kept)
  return entry
}

/** Of a capture that is there; its versions are those of its day. */
function describeAgain(job: Job): IndexEntry {
  const old = readIndex().find(({ file }) => file === job.file)
  const { server, client } = old ?? job.entry()
  return { ...describe(job, join(output, job.file)), server, client }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`)

/** Once more where it fails: on a busy machine programs give up on each other. */
const persistently = (job: Job): Promise<IndexEntry> =>
  capture(job).catch((error: unknown) => {
    console.log(`${job.file}: once more: ${reasonOf(error)}`)
    return capture(job)
  })

/** One entry a paragraph, one connection a line. */
const printed = (entries: readonly IndexEntry[]): string => {
  const one = ({ connections, ...entry }: IndexEntry): string => {
    const lines = connections.map((connection) => `  ${JSON.stringify(connection)}`).join(',\n')
    return `${JSON.stringify(entry, undefined, 1).slice(0, -2)},\n "connections": [\n${lines}\n ]\n}`
  }
  return `[\n${entries.map(one).join(',\n')}\n]\n`
}

const readIndex = (): readonly IndexEntry[] =>
  existsSync(indexPath) ? JSON.parse(readFileSync(indexPath, 'utf8')) : []

/** After each capture, so that a run that is broken off loses nothing. */
function keep(entry: IndexEntry): void {
  const others = readIndex().filter(({ file }) => file !== entry.file)
  const order = new Map(jobs.map(({ file }, at) => [file, at]))
  const all = [...others, entry].filter(({ file }) => order.has(file) && existsSync(join(output, file)))
  all.sort((left, right) => (order.get(left.file) ?? 0) - (order.get(right.file) ?? 0))
  writeFileSync(indexPath, printed(all))
}

async function make(job: Job): Promise<void> {
  const isThere = existsSync(join(output, job.file))
  const absent = job.needs.map((name) => peerCalled(name).absent).find((reason) => reason !== undefined)
  if (describesOnly && isThere) keep(describeAgain(job))
  else if (describesOnly || absent !== undefined) {
    console.log(`${job.file}: not captured, ${absent ?? 'as was wanted'}${isThere ? '; the old one stays' : ''}`)
    return
  } else keep(await persistently(job))
  console.log(job.file)
}

for (const part of wanted.filter((one) => !jobs.some(({ file }) => file.includes(one)))) {
  console.log(`no capture has ${part} in its name`)
  process.exitCode = 1
}
mkdirSync(output, { recursive: true })
for (const job of jobs.filter(({ file }) => wanted.length === 0 || wanted.some((part) => file.includes(part)))) {
  try {
    await make(job)
  } catch (error) {
    console.log(`${job.file}: FAILED: ${reasonOf(error)}`)
    process.exitCode = 1
  }
}
