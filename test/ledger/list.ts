/** Lists the MUSTs of an RFC with the words around each, to write its ledger from: `tsx test/ledger/list.ts FILE`. */
import { readFileSync } from 'node:fs'
import { mustsOf } from './musts.js'

const [, , file = ''] = process.argv
for (const { section, ordinal, context } of mustsOf(readFileSync(file, 'utf8'))) {
  process.stdout.write(`${section} (${ordinal}): ${context}\n\n`)
}
