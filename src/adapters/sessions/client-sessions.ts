import type { Secret } from '../../bytes/secret.js'
import type { ConnectionOutput } from '../../connection/connection.js'
import { copySession, decodeKeptSession, encodeKeptSession, type KeptSession } from '../../crypto/session.js'
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
    if (entry === undefined || entry.expiresAt > this.#now()) return entry?.kept.use(decodeKeptSession)
    this.#entries.delete(key)
    return undefined
  }

  /** Keeps a copy of the session in place of the one under this key. */
  set(key: string, kept: KeptSession): void {
    const now = this.#now()
    const session = { ...kept.session, establishedAt: kept.session.establishedAt ?? now }
    const expiresAt = expiryOf(kept, now, this.#lifetime)
    this.#entries.set(key, { kept: encodeKeptSession({ ...kept, session }), expiresAt })
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}

export interface ClientSessionOptions {
  /** Offered instead of one from the cache. */
  readonly session?: KeptSession | undefined
  readonly cache?: SessionCache | undefined
  /** Under what the cache has the sessions of this server and this client's identity. */
  readonly key: string
}

/** The sessions of one connection of a client. */
export class ClientSessions implements SessionKeeper {
  readonly #options: ClientSessionOptions

  constructor(options: ClientSessionOptions) {
    this.#options = options
  }

  offer(): KeptSession | undefined {
    const { session, cache, key } = this.#options
    return session === undefined ? cache?.get(key) : { ...session, session: copySession(session.session) }
  }

  hear(output: ConnectionOutput): void {
    const { cache, key } = this.#options
    if (output.type === 'session') cache?.set(key, output.kept)
    else if (output.type === 'failed' && endsSession(output.fault)) cache?.delete(key)
  }
}
