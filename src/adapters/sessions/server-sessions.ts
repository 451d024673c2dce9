import type { Secret } from '../../bytes/secret.js'
import type { ConnectionOutput } from '../../connection/connection.js'
import type { MaybePromise } from '../../crypto/maybe-promise.js'
import { decodeSession, encodeSession, type Session, type SessionHandle } from '../../crypto/session.js'
import type { SessionNeeds } from '../../crypto/session-needs.js'
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

/** The sessions of one connection of a server: answers its needs, and keeps or forgets what it made. */
export class ServerSessions implements SessionKeeper {
  readonly #options: ServerSessionOptions
  /** The id under which the store has the session of this connection. */
  #sessionId: Uint8Array | undefined

  constructor(options: ServerSessionOptions) {
    this.#options = options
  }

  /** The answers that this keeper has; the others are left as they are. */
  get needs(): Partial<SessionNeeds> {
    const { store, ticketKeys } = this.#options
    return {
      ...(ticketKeys === undefined
        ? {}
        : {
            openTicket: ({ ticket }) => ticketKeys.open(ticket),
            sealTicket: ({ session }) => ticketKeys.seal(session),
          }),
      ...(store === undefined ? {} : { resumeSession: ({ sessionId }) => this.#find(store, sessionId) }),
    }
  }

  offer(): undefined {
    return undefined
  }

  hear(output: ConnectionOutput): void {
    if (output.type === 'session') this.#keep(output.kept.session, output.kept.handle)
    else if (output.type === 'failed' && endsSession(output.fault)) this.#forget()
  }

  #find(store: SessionStore, sessionId: Uint8Array): MaybePromise<Session | undefined> {
    this.#sessionId = sessionId
    const found = store.get(sessionId)
    return found instanceof Promise ? found.then((session) => this.#open(session)) : this.#open(found)
  }

  #open(found: Secret | undefined): Session | undefined {
    const { lifetime, now } = this.#options
    const session = found?.use(decodeSession)
    if (session === undefined || now() - (session.establishedAt ?? 0) <= lifetime) return session
    session.masterSecret.wipe()
    return undefined
  }

  #keep(session: Session, handle: SessionHandle): void {
    const { store, lifetime, now } = this.#options
    if (store === undefined || handle.by !== 'session id') return
    const { sessionId } = handle
    this.#sessionId = sessionId
    attempt(() => store.set(sessionId, encodeSession({ ...session, establishedAt: now() }), lifetime))
  }

  /** A session of which a connection failed must not be resumed (RFC 5246 §7.2.2). */
  #forget(): void {
    const id = this.#sessionId
    if (id !== undefined) attempt(() => this.#options.store?.delete(id))
  }
}

/** A store that fails costs a full handshake later: nothing that this connection could do anything about. */
function attempt(work: () => MaybePromise<void>): void {
  try {
    const result = work()
    if (result instanceof Promise) result.catch(() => {})
  } catch {}
}
