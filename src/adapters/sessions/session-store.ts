import { toHex } from '../../bytes/convert.js'
import type { Secret } from '../../bytes/secret.js'
import type { MaybePromise } from '../../crypto/maybe-promise.js'
import { Recent } from './recent.js'

/**
 * Where a server keeps sessions that clients resume by session id (RFC 5246 §7.3): in memory, or wherever several
 * processes find them. What is kept is `encodeSession`'s bytes, with a master secret in them: whoever has these can read
 * and speak for every connection of the session. An answer that fails or comes late costs a full handshake, no more.
 */
export interface SessionStore {
  /** The session of this id, or `undefined`. What is returned stays the store's. */
  get(sessionId: Uint8Array): MaybePromise<Secret | undefined>
  /** Keeps a session, which becomes the store's own, for `lifetime` milliseconds at most. */
  set(sessionId: Uint8Array, session: Secret, lifetime: number): MaybePromise<void>
  /** Forgets a session: a connection whose client had proved to have it ended with a fatal alert (RFC 5246 §7.2.2). */
  delete(sessionId: Uint8Array): MaybePromise<void>
}

export interface MemorySessionStoreOptions {
  /** Sessions to keep at most; beyond it the one that was not used for longest goes. 10,000 by default. */
  readonly capacity?: number
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number
}

const DEFAULT_CAPACITY = 10_000

/** A bounded store in the memory of this process. Sessions that leave it are wiped. */
export class MemorySessionStore implements SessionStore {
  readonly #entries: Recent<{ readonly session: Secret; readonly expiresAt: number }>
  readonly #now: () => number

  constructor({ capacity = DEFAULT_CAPACITY, now = Date.now }: MemorySessionStoreOptions = {}) {
    this.#now = now
    this.#entries = new Recent(capacity, ({ session }) => session.wipe())
  }

  /** How many sessions are kept, those included whose time is over and that nobody has asked for since. */
  get size(): number {
    return this.#entries.size
  }

  get(sessionId: Uint8Array): Secret | undefined {
    const key = toHex(sessionId)
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.expiresAt > this.#now()) return entry?.session
    this.#entries.delete(key)
    return undefined
  }

  set(sessionId: Uint8Array, session: Secret, lifetime: number): void {
    this.#entries.set(toHex(sessionId), { session, expiresAt: this.#now() + lifetime })
  }

  delete(sessionId: Uint8Array): void {
    this.#entries.delete(toHex(sessionId))
  }
}
