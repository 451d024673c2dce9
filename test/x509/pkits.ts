/** `npm run pkits -- FILE [-v]`: runs NIST PKITS, prints what disagrees, and ends with the counts. */
import { readPkits, runPkits } from './pkits-cases.js'

const [file, ...flags] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: npm run pkits -- FILE [-v]')
const results = runPkits(readPkits(file))
const failed = results.filter(({ passed }) => !passed)
for (const { id, passed, detail } of flags.includes('-v') ? results : failed) {
  console.log(`${passed ? 'passed' : 'failed'} ${id}: ${detail}`)
}
console.log(`${results.length - failed.length} passed, ${failed.length} failed, 0 skipped`)
process.exitCode = failed.length === 0 ? 0 : 1
