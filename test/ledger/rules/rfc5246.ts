import type { Ledger } from '../entry.js'
import { alerts5246 } from './rfc5246/alerts.js'
import { certificates5246 } from './rfc5246/certificates.js'
import { hellos5246 } from './rfc5246/hellos.js'
import { keys5246 } from './rfc5246/keys.js'
import { records5246 } from './rfc5246/records.js'

/** The Transport Layer Security (TLS) Protocol Version 1.2. */
export const rfc5246: Ledger = {
  rfc: '5246',
  sections: { ...records5246, ...alerts5246, ...hellos5246, ...certificates5246, ...keys5246 },
}
