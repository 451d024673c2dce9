import type { Secret } from '../../bytes/secret.js'
import type { ConnectionOutput } from '../../connection/connection.js'
import { isPromise, type MaybePromise } from '../../crypto/maybe-promise.js'
import { decodeSession, encodeSession, type Session, type SessionHandle } from '../../crypto/session.js'
import type { SessionNeeds } from '../../crypto/session-needs.js'
import type { ConnectionSummary } from '../../handshake/negotiated.js'
import { isAlive } from './age.js'
import { endsSession, type SessionKeeper } from './session-keeper.js'
import type { SessionStore } from './session-store.js'
import type { TicketKeys } from './ticket-keys.js'

export interface ServerSessionOptions {
  readonly store?: SessionStore | undefined
  readonly ticketKeys?: TicketKeys | undefined
  /** Milliseconds after its full handshake for which a session of the store can be resumed. */
  readonly lifetime: number
  readonly now: () => number
}

function open(found: Secret | undefined, { lifetime, now }: ServerSessionOptions): Session | undefined {
  const session = found?.use(decodeSession)
  if (session === undefined || isAlive(now() - (session.establishedAt ?? 0), lifetime)) return session
  session.masterSecret.wipe()
  return undefined
}

/** The answers that a store and ticket keys give, the same for all connections; the others are left as they are. */
export function sessionNeeds(options: ServerSessionOptions): Partial<SessionNeeds> {
  const { store, ticketKeys } = options
  const tickets: Partial<SessionNeeds> =
    ticketKeys === undefined
      ? {}
      : {
          openTicket: ({ ticket }) => ticketKeys.open(ticket),
          sealTicket: ({ session }) => ticketKeys.seal(session),
        }
  if (store === undefined) return tickets
  const resumeSession: SessionNeeds['resumeSession'] = ({ sessionId }) => {
    const found = store.get(sessionId)
    return isPromise(found) ? Promise.resolve(found).then((one) => open(one, options)) : open(found, options)
  }
  return { ...tickets, resumeSession }
}

/**
 * The sessions of one connection of a server: keeps or forgets what it made. A connection that
 * ends with a fatal alert ends its session (RFC 5246 §7.2.2), but the session is its own only once the client's Finished was
 * verified: an id travels in the clear, and whoever read one could otherwise end the sessions of others by showing it in
 * a handshake that fails.
 */
export class ServerSessions implements SessionKeeper {
  readonly #options: ServerSessionOptions
  /** The id of the session whose master secret the client has shown to have. A renegotiation makes no other. */
  #proved: Uint8Array | undefined

  constructor(options: ServerSessionOptions) {
    this.#options = options
  }

  offer(): undefined {
    return undefined
  }

  hear(output: ConnectionOutput): void {
    if (output.type === 'session') this.#keep(output.kept.session, output.kept.handle)
    else if (output.type === 'established') this.#prove(output.summary)
    else if (output.type === 'failed' && endsSession(output.fault)) this.#forget()
  }

  #keep(session: Session, handle: SessionHandle): void {
    const { store, lifetime, now } = this.#options
    if (store === undefined || handle.by !== 'session id') return
    const { sessionId } = handle
    attempt(() => store.set(sessionId, encodeSession({ ...session, establishedAt: now() }), lifetime))
  }

  /** The client's Finished was verified: the session that this handshake made or resumed is the client's. */
  #prove({ resumed, negotiated: { sessionId } }: ConnectionSummary): void {
    if (resumed !== 'ticket' && sessionId.length > 0) this.#proved = sessionId
  }

  #forget(): void {
    const id = this.#proved
    if (id !== undefined) attempt(() => this.#options.store?.delete(id))
  }
}

/** A store that fails costs a full handshake later: nothing that this connection could do anything about. */
function attempt(work: () => MaybePromise<void>): void {
  try {
    const result = work()
    if (isPromise(result)) Promise.resolve(result).catch(() => {})
  } catch {}
}
