import type { Ledger } from './entry.js'
import { rfc4279 } from './rules/rfc4279.js'
import { rfc5246 } from './rules/rfc5246.js'
import { rfc5288 } from './rules/rfc5288.js'
import { rfc5487 } from './rules/rfc5487.js'
import { rfc5705 } from './rules/rfc5705.js'
import { rfc5929 } from './rules/rfc5929.js'
import { rfc6655 } from './rules/rfc6655.js'
import { rfc7251 } from './rules/rfc7251.js'
import { rfc7507 } from './rules/rfc7507.js'

/** Every ledger, in the order of the documentation: the protocol itself, then what was added to it. */
export const ledgers: readonly Ledger[] = [
  rfc5246,
  rfc5288,
  rfc4279,
  rfc5487,
  rfc6655,
  rfc7251,
  rfc7507,
  rfc5705,
  rfc5929,
]
