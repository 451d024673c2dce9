/** Prints the ledger into `test/ledger/README.md`: `npm run ledger`. */
import { writeFileSync } from 'node:fs'
import { ledgers } from './all.js'
import { document } from './document.js'

writeFileSync(new URL('README.md', import.meta.url), document(ledgers))
