/** Clients and servers that meet more than once. */
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { SessionCache } from '../../src/adapters/sessions/client-sessions.js'
import { MemorySessionStore } from '../../src/adapters/sessions/session-store.js'
import { TicketKeys } from '../../src/adapters/sessions/ticket-keys.js'
import type { ConnectionSummary } from '../../src/handshake/negotiated.js'
import { mutual, noble, type Played, play } from '../support/endpoints.js'

export type By = 'session id' | 'ticket'

/** A clock that stands still until it is set. */
export class Clock {
  time = 1_700_000_000_000
  readonly now = (): number => this.time
}

/** The options of both sides for resumption by one means; the client keeps sessions for `localhost`. */
export function resuming(by: By, clock = new Clock()) {
  const cache = new SessionCache({ now: clock.now })
  const store = new MemorySessionStore({ now: clock.now })
  const ticketKeys = new TicketKeys({ provider: noble, now: clock.now })
  const { client, server } = mutual('ecdsaP256')
  const kept: { readonly client: ClientOptions; readonly server: ServerOptions } = {
    client: { ...client, sessionCache: cache },
    server: { ...server, ...(by === 'ticket' ? { ticketKeys } : { sessionStore: store, clock: clock.now }) },
  }
  return { ...kept, cache, store, ticketKeys, clock }
}

/** The summary of each side, for a handshake that must have been completed. */
export function summariesOf({
  client,
  server,
  faultOf,
}: Played): Readonly<Record<'client' | 'server', ConnectionSummary>> {
  const fault = faultOf('client') ?? faultOf('server')
  if (fault !== undefined) throw fault
  const [ours, theirs] = [client.connection.summary, server.connection.summary]
  if (ours === undefined || theirs === undefined) throw new Error('the handshake is not complete')
  return { client: ours, server: theirs }
}

/** What both sides say that the handshake resumed by. */
export const resumedBy = (played: Played): readonly (By | undefined)[] => {
  const { client, server } = summariesOf(played)
  return [client.resumed, server.resumed]
}

export { play }
