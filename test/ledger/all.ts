import type { Ledger } from './entry.js'
import { rfc4279 } from './rules/rfc4279.js'
import { rfc5077 } from './rules/rfc5077.js'
import { rfc5246 } from './rules/rfc5246.js'
import { rfc5288 } from './rules/rfc5288.js'
import { rfc5487 } from './rules/rfc5487.js'
import { rfc5705 } from './rules/rfc5705.js'
import { rfc5746 } from './rules/rfc5746.js'
import { rfc5929 } from './rules/rfc5929.js'
import { rfc6066 } from './rules/rfc6066.js'
import { rfc6655 } from './rules/rfc6655.js'
import { rfc7250 } from './rules/rfc7250.js'
import { rfc7251 } from './rules/rfc7251.js'
import { rfc7301 } from './rules/rfc7301.js'
import { rfc7366 } from './rules/rfc7366.js'
import { rfc7507 } from './rules/rfc7507.js'
import { rfc7627 } from './rules/rfc7627.js'
import { rfc7685 } from './rules/rfc7685.js'
import { rfc7919 } from './rules/rfc7919.js'
import { rfc8422 } from './rules/rfc8422.js'
import { rfc8449 } from './rules/rfc8449.js'
import { rfc8701 } from './rules/rfc8701.js'

/** Every ledger, in the order of the documentation: the protocol itself, then what was added to it. */
export const ledgers: readonly Ledger[] = [
  rfc5246,
  rfc5746,
  rfc7627,
  rfc5077,
  rfc6066,
  rfc7301,
  rfc7366,
  rfc7919,
  rfc8422,
  rfc8449,
  rfc7250,
  rfc5288,
  rfc4279,
  rfc5487,
  rfc6655,
  rfc7251,
  rfc7507,
  rfc5705,
  rfc5929,
  rfc7685,
  rfc8701,
]
