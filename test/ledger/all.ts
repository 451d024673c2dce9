import type { Ledger } from './entry.js'

/** Every ledger, in the order of the documentation: the protocol itself, then what was added to it. */
export const ledgers: readonly Ledger[] = []
