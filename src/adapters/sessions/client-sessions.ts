import { publicEqual } from '../../bytes/equal.js'
import type { Secret } from '../../bytes/secret.js'
import type { ConnectionOutput } from '../../connection/connection.js'
import {
  copySession,
  decodeKeptSession,
  encodeKeptSession,
  type KeptSession,
  type Session,
  type SessionHandle,
} from '../../crypto/session.js'
import { isAlive } from './age.js'
import { Recent } from './recent.js'
import { endsSession, type SessionKeeper } from './session-keeper.js'

export interface SessionCacheOptions {
  /** Servers whose latest session is kept, at most; 1,000 by default. */
  readonly capacity?: number
  /** Milliseconds after its full handshake for which a session is offered; 24 hours by default (RFC 5246 Appendix F.1.4). */
  readonly lifetime?: number
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number
}

interface Entry {
  readonly kept: Secret
  readonly keptAt: number
  readonly expiresAt: number
}

const DAY = 86_400_000
const DEFAULT_CAPACITY = 1_000

/** When a session is no longer offered: at the end of its life, or of that of its ticket if the server gave one. */
function expiryOf({ session, handle }: KeptSession, now: number, lifetime: number): number {
  const end = (session.establishedAt ?? now) + lifetime
  const hint = handle.by === 'ticket' ? handle.lifetimeHint : 0
  return hint === 0 ? end : Math.min(end, now + 1000 * hint)
}

/** The sessions of a client, one for each server and identity. Bounded; what leaves it is wiped. */
export class SessionCache {
  readonly #entries: Recent<Entry>
  readonly #lifetime: number
  readonly #now: () => number

  constructor({ capacity = DEFAULT_CAPACITY, lifetime = DAY, now = Date.now }: SessionCacheOptions = {}) {
    this.#entries = new Recent(capacity, ({ kept }) => kept.wipe())
    this.#lifetime = lifetime
    this.#now = now
  }

  get size(): number {
    return this.#entries.size
  }

  /** A copy of the session under this key, if there is one and its time is not over. */
  get(key: string): KeptSession | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    const now = this.#now()
    if (entry.expiresAt > now && isAlive(now - entry.keptAt, this.#lifetime)) return entry.kept.use(decodeKeptSession)
    this.#entries.delete(key)
    return undefined
  }

  /** Keeps a copy of the session in place of the one under this key. */
  set(key: string, kept: KeptSession): void {
    const now = this.#now()
    const session = { ...kept.session, establishedAt: kept.session.establishedAt ?? now }
    const expiresAt = expiryOf(kept, now, this.#lifetime)
    this.#entries.set(key, { kept: encodeKeptSession({ ...kept, session }), keptAt: now, expiresAt })
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}

export interface ClientSessionOptions {
  /** Offered instead of one from the cache. */
  readonly session?: KeptSession | undefined
  readonly cache?: SessionCache | undefined
  /** Whether this client could be the one that a session was made by. */
  readonly fits: (session: Session) => boolean
  /** Under what the cache has the sessions of this server and this client's identity. */
  readonly key: string
}

const sameHandle = (one: SessionHandle, other: SessionHandle): boolean =>
  one.by === 'ticket'
    ? other.by === 'ticket' && publicEqual(one.ticket, other.ticket)
    : other.by === 'session id' && publicEqual(one.sessionId, other.sessionId)

/**
 * The sessions of one connection of a client. A fatal alert ends the session that was offered or made here, proved or not
 * (RFC 5246 §7.2.2): a server that fails over an offer would fail over the next one too, and for whoever can answer in the
 * server's place a forgotten session is the least to win. One that another connection has put in its place stays.
 */
export class ClientSessions implements SessionKeeper {
  readonly #options: ClientSessionOptions
  /** What the cache has of this connection. */
  #own: SessionHandle | undefined

  constructor(options: ClientSessionOptions) {
    this.#options = options
  }

  offer(): KeptSession | undefined {
    const kept = this.#given() ?? this.#options.cache?.get(this.#options.key)
    this.#own = kept?.handle
    return kept
  }

  hear(output: ConnectionOutput): void {
    const { cache, key } = this.#options
    if (output.type === 'session') {
      this.#own = output.kept.handle
      cache?.set(key, output.kept)
    } else if (output.type === 'failed' && endsSession(output.fault)) this.#forget()
  }

  #given(): KeptSession | undefined {
    const { session: kept, fits } = this.#options
    return kept !== undefined && fits(kept.session) ? { ...kept, session: copySession(kept.session) } : undefined
  }

  #forget(): void {
    const { cache, key } = this.#options
    const kept = cache?.get(key)
    kept?.session.masterSecret.wipe()
    if (kept !== undefined && this.#own !== undefined && sameHandle(kept.handle, this.#own)) cache?.delete(key)
  }
}
