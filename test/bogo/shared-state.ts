import { MemorySessionStore } from '../../src/adapters/sessions/session-store.js'
import { TicketKeys } from '../../src/adapters/sessions/ticket-keys.js'
import type { KeptSession } from '../../src/crypto/session.js'
import { provider } from './credentials.js'
import type { Observations } from './observations.js'

/** What the connections of one test have in common, as the connections of one program would. */
export class Shared {
  /** A server's sessions, and the keys that it seals them with. */
  readonly store = new MemorySessionStore()
  readonly ticketKeys = new TicketKeys({ provider })
  /** The session that a client was given last. */
  session: KeptSession | undefined
  /** What was seen of the last connection that had a full handshake. */
  full: Observations | undefined
}
