/**
 * Captures the handshakes of pairs.ts on the loopback interface into vectors/captures: pcapng with the key log inside, and
 * index.json. Run with `npm run vectors:capture [NAME PART]`; needs tcpdump with the right to capture, editcap, and the
 * peers. A pair whose peer is missing keeps the capture that is there. Randoms and key shares are new in every run.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allSuites } from '../src/crypto/suite-parameters.js'
import { allPeers } from '../test/interop/peers/all.js'
import { type Peer, scratchFile, type Terms } from '../test/interop/peers/peer.js'
import { Program } from '../test/interop/program.js'
import { pki } from '../test/support/pki.js'
import type { IndexEntry } from './index-entry.js'
import { type Pair, pairs } from './pairs.js'

const output = fileURLToPath(new URL('./captures/', import.meta.url))
const indexPath = join(output, 'index.json')

const loaded = new Map<string, Peer>()
function peerCalled(name: string): Peer {
  const peer = loaded.get(name) ?? allPeers[name]?.()
  if (peer === undefined) throw new Error(`there is no peer ${name}`)
  loaded.set(name, peer)
  return peer
}

/** A chain that takes more than one record: its authority again and again, which clients may ignore (RFC 8446 §4.4.2). */
function longChain(): string {
  const path = scratchFile('.chain.pem')
  writeFileSync(path, pki.server.rsa.chainPem + pki.ca.rsa.certPem.repeat(24))
  return path
}

function termsOf(pair: Pair, keyLog: string): { server: Terms; client: Terms } {
  const suites = allSuites.filter(({ name }) => name === pair.suite)
  const [suite] = suites
  if (suite === undefined) throw new Error(`there is no suite ${pair.suite}`)
  const kind = suite.keyExchange === 'ECDHE_ECDSA' ? 'ecdsaP256' : 'rsa'
  const common = { suites, resume: pair.resume ?? 'none', keyLog } as const
  const { suites: none, ...clientTerms } = pair.clientTerms ?? {}
  const others = none === undefined ? suites : allSuites.filter(({ keyExchange }) => keyExchange === 'ECDHE_RSA')
  const args = pair.serverTerms?.args?.map((arg) => (arg === 'LONG' ? longChain() : arg))
  const own = args?.includes('-cert') === true ? {} : ({ kind } as const)
  return {
    server: { ...common, ...own, http: true, ...pair.serverTerms, ...(args === undefined ? {} : { args }) },
    client: { ...common, ...clientTerms, suites: others },
  }
}

/** Only what a key log of TLS 1.2 has, each line once. */
function linesOf(keyLog: string): string {
  if (!existsSync(keyLog)) return ''
  const lines = readFileSync(keyLog, 'utf8').match(/^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$/gim) ?? []
  return [...new Set(lines.map((line) => line.replace(/ .*/, (hex) => hex.toLowerCase())))]
    .map((line) => `${line}\n`)
    .join('')
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function capture(pair: Pair): Promise<IndexEntry> {
  const [server, client] = [peerCalled(pair.server), peerCalled(pair.client)]
  if (server.server === undefined || client.client === undefined) throw new Error(`${pair.name}: a role is missing`)
  const [keyLog, raw] = [scratchFile('.keylog'), scratchFile('.pcap')]
  const terms = termsOf(pair, keyLog)
  const running = await server.server.start(terms.server)
  const dump = new Program('tcpdump', ['-i', 'lo', '-U', '--immediate-mode', '-w', raw, `tcp port ${running.port}`])
  await dump.says(/listening on/)
  const program = client.client.start(terms.client, running.port)
  // some servers echo and wait, and some clients wait with them
  const timer = setTimeout(() => program.endInput(), client.client.hangsUp === true ? 2000 : 2 ** 30)
  const code = await program.exit()
  clearTimeout(timer)
  await pause(300)
  dump.child.kill('SIGINT')
  await dump.exit()
  await running.stop()
  if (pair.refusedWith === undefined && code !== 0)
    throw new Error(`${program.describe()}\n${running.program.describe()}`)
  const file = `${pair.name}.pcapng`
  const secrets = linesOf(keyLog)
  writeFileSync(keyLog, secrets)
  execFileSync('editcap', [...(secrets === '' ? [] : ['--inject-secrets', `tls,${keyLog}`]), raw, join(output, file)])
  return {
    ...{ file, shows: pair.shows, server: server.version, client: client.version, suite: pair.suite },
    ...(pair.resume === undefined ? {} : { resumed: pair.resume }),
    ...(pair.refusedWith === undefined ? {} : { refusedWith: pair.refusedWith }),
    secrets: secrets === '' ? 'none' : 'in the file',
  }
}

const before: readonly IndexEntry[] = existsSync(indexPath) ? JSON.parse(readFileSync(indexPath, 'utf8')) : []
mkdirSync(output, { recursive: true })
const wanted = process.argv[2] ?? ''
const entries: IndexEntry[] = []
for (const pair of pairs) {
  const old = before.find(({ file }) => file === `${pair.name}.pcapng`)
  const absent = [pair.server, pair.client]
    .map((name) => peerCalled(name).absent)
    .find((reason) => reason !== undefined)
  const skipped = absent !== undefined || !pair.name.includes(wanted)
  try {
    const entry = skipped ? old : await capture(pair)
    if (entry !== undefined) entries.push(entry)
    if (absent !== undefined) console.log(`${pair.name}: not captured, ${absent}`)
    else if (!skipped) console.log(pair.name)
  } catch (error) {
    console.log(`${pair.name}: FAILED: ${error instanceof Error ? error.message : error}`)
    if (old !== undefined) entries.push(old)
    process.exitCode = 1
  }
}
writeFileSync(indexPath, `${JSON.stringify(entries, undefined, 1)}\n`)
