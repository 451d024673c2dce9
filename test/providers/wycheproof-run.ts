/** Every vector of a folder of Wycheproof files through every provider: `npm run wycheproof -- DIR`. */
import { readdirSync } from 'node:fs'
import { targets } from './targets.js'
import { wycheproof } from './wycheproof.js'
import { emptyTally, runFile } from './wycheproof-tally.js'

const SUFFIX = '_test.json'

const folder = process.argv[2] ?? wycheproof
if (folder === undefined) throw new Error('which folder? npm run wycheproof -- DIR')
const names = readdirSync(folder)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))
  .sort()
if (names.length === 0) throw new Error(`${folder} holds no file that ends with ${SUFFIX}`)

for (const target of targets) {
  const tally = emptyTally()
  for (const name of names) await runFile(target, name, tally, { folder })
  for (const title of tally.failed) console.log(`${target.name}: FAILED ${title}`)
  for (const [reason, count] of tally.skipped) console.log(`${target.name}: skipped ${count}: ${reason}`)
  const skipped = [...tally.skipped.values()].reduce((sum, count) => sum + count, 0)
  console.log(`${target.name}: ${tally.passed} passed, ${tally.failed.length} failed, ${skipped} skipped`)
  if (tally.failed.length > 0 || tally.passed === 0) process.exitCode = 1
}
