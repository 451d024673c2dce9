/** `npm run limbo -- FILE [-v]`: runs an x509-limbo file, prints what disagrees, and ends with the counts. */
import { readLimbo, runLimbo, skippedFeatures } from './limbo-cases.js'

const [file, ...flags] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: npm run limbo -- FILE [-v]')
const results = runLimbo(readLimbo(file))
const count = (outcome: string): number => results.filter((result) => result.outcome === outcome).length
for (const { id, outcome, detail } of results) {
  if (outcome === 'failed' || flags.includes('-v')) console.log(`${outcome} ${id}: ${detail}`)
}
for (const feature of new Set(results.filter(({ outcome }) => outcome === 'skipped').map(({ detail }) => detail))) {
  console.log(`skipped for ${feature}: ${skippedFeatures[feature]}`)
}
const slowest = results.toSorted((a, b) => b.milliseconds - a.milliseconds)[0]
if (slowest !== undefined) console.log(`slowest: ${slowest.id}, ${slowest.milliseconds.toFixed(0)} ms`)
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
process.exitCode = count('failed') === 0 ? 0 : 1
