/**
 * Reads a CRL of 100,000 entries, or as many as the first argument says, and asks it for one certificate: time, and memory
 * above the file. `node --expose-gc --import tsx bench/crl.ts` measures memory exactly.
 */
import { generateKeyPairSync } from 'node:crypto'
import { readDistinguishedName } from '../src/x509/distinguished-name.js'
import { parseCrl } from '../src/x509/revocation/crl.js'
import { mintCrl, serialOf } from '../test/support/mint-crl.js'
import { nameOf } from '../test/support/mint-leaf.js'
import { median } from './lib/measure.js'

const COUNT = Number(process.argv[2] ?? 100_000)
const ROUNDS = 15
const MEBIBYTE = 1 << 20

const issuer = nameOf('Large')
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const entries = Array.from({ length: COUNT }, (_, i) => ({
  serial: serialOf(i),
  ...(i % 2 === 0 ? { reason: 1 + (i % 6) } : {}),
}))
const file = mintCrl({ issuer, key: privateKey, entries })
entries.length = 0

const { comparable } = readDistinguishedName(issuer)
const collect = globalThis.gc ?? (() => undefined)
const inUse = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const reading: number[] = []
const asking: number[] = []
const again: number[] = []
const peak: number[] = []
const kept: number[] = []
/** Keeps the list that is measured from being collected too early. */
const held = new Set<unknown>()

for (let round = 0; round < ROUNDS; round++) {
  collect()
  const before = inUse()
  const start = performance.now()
  const crl = parseCrl(file)
  const read = performance.now()
  held.add(crl)
  const found = crl.entries.find(serialOf(COUNT >> 1), comparable, comparable)
  const first = performance.now()
  peak.push(inUse() - before)
  const missing = crl.entries.find(serialOf(COUNT), comparable, comparable)
  const second = performance.now()
  collect()
  kept.push(inUse() - before)
  if (found === undefined || missing !== undefined || crl.entries.count !== COUNT) throw new Error('a wrong answer')
  held.clear()
  reading.push(read - start)
  asking.push(first - read)
  again.push(second - first)
}

const milliseconds = (values: readonly number[]): string =>
  `${median(values).toFixed(2)} ms (slowest of ${ROUNDS}: ${Math.max(...values).toFixed(2)})`
const mebibytes = (values: readonly number[]): string => `${(Math.max(...values) / MEBIBYTE).toFixed(1)} MiB at most`

console.log(`a CRL of ${COUNT} entries, ${(file.length / MEBIBYTE).toFixed(1)} MiB`)
console.log(`  read and check:    ${milliseconds(reading)}`)
console.log(`  first question:    ${milliseconds(asking)}`)
console.log(`  further questions: ${milliseconds(again)}`)
console.log(`  memory in use above the file, its copy included: ${mebibytes(peak)}`)
console.log(`  memory kept${globalThis.gc === undefined ? ' (run with --expose-gc to know)' : ''}: ${mebibytes(kept)}`)
