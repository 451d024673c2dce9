import { concat } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import { MalformedError } from '../../bytes/reader.js'
import { Secret } from '../../bytes/secret.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import type { Aead } from '../../crypto/record-ciphers.js'
import { decodeSession, encodeSession, type Session } from '../../crypto/session.js'
import type { OpenedTicket, SealedTicket } from '../../crypto/session-needs.js'
import { TlsFault } from '../../handshake/fault.js'
import { checkNames } from '../check-options.js'
import { isAlive } from './age.js'

/*
 * A ticket of ours, after the pattern of RFC 5077 §4 with an AEAD in place of encryption and a MAC:
 *
 *     +----------+-------+------------------------------------------+
 *     | key_name | nonce | AEAD of (issued at, session) and its tag |
 *     |    16    |  12   |                                          |
 *     +----------+-------+------------------------------------------+
 *
 * The name is authenticated as additional data. Nonces are random: a key that seals fewer than 2^32 tickets repeats none
 * but with negligible chance (RFC 5116 §3.2), and rotation sees to it that a key is not in use for long.
 */

const NAME_LENGTH = 16
const NONCE_LENGTH = 12
const TIME_LENGTH = 6
const KEY_LENGTH = 32
/** One key as `exportKeys` gives it: its name, the key, and when it was made. */
const EXPORTED_LENGTH = NAME_LENGTH + KEY_LENGTH + TIME_LENGTH
/**
 * A client shows its ticket within a ClientHello, of which this library takes 16,384 bytes unless told otherwise: this
 * leaves a quarter of them for the rest. A client with a longer chain than that is given no ticket.
 */
const LONGEST_TICKET = 12_288
/** NewSessionTicket has four bytes for the seconds of a lifetime (RFC 5077 §3.3). */
const LONGEST_HINT = 0xffff_ffff

const HOUR = 3_600_000
const ROTATE_OWN_AFTER = 8 * HOUR

export interface TicketKeysOptions {
  readonly provider: Pick<CryptoProvider, 'aead' | 'randomBytes'>
  /** Keys of another process or an earlier run, as `exportKeys` gave them. Without them a fresh key is drawn. */
  readonly keys?: Secret
  /**
   * Milliseconds after which a fresh key takes over by itself: 8 hours for keys drawn here. Keys that were given, here or to
   * `importKeys`, are shared with somebody who could not open what another key seals, so they never rotate by themselves:
   * whoever gives them gives the next ones. A number set here holds for them too; `Infinity` leaves it to `rotate`.
   */
  readonly rotateAfter?: number
  /** Milliseconds for which a ticket can be opened; 12 hours by default. One past half of that is renewed when it is shown. */
  readonly ticketLifetime?: number
  /** Milliseconds after its full handshake for which a session can be resumed; 24 hours by default (RFC 5246 Appendix F.1.4). */
  readonly sessionLifetime?: number
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number
}

const optionNames: Readonly<Record<keyof TicketKeysOptions, true>> = {
  provider: true,
  keys: true,
  rotateAfter: true,
  ticketLifetime: true,
  sessionLifetime: true,
  now: true,
}

/** A time that is no number compares with nothing: keys would stay, and tickets open, for ever. */
function milliseconds(name: keyof TicketKeysOptions, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  if (typeof value === 'number' && value > 0) return value
  throw new TlsFault('misuse', `${name} must be milliseconds above 0, or Infinity, not ${String(value)}`)
}

interface TicketKey {
  readonly name: Uint8Array
  readonly key: Secret
  readonly aead: Aead
  readonly madeAt: number
}

/** Six bytes are enough for milliseconds until the year 10889. */
const writeTime = (time: number): Uint8Array =>
  Uint8Array.from({ length: TIME_LENGTH }, (_, i) => Math.floor(time / 256 ** (TIME_LENGTH - 1 - i)) % 256)
const readTime = (bytes: Uint8Array): number => bytes.reduce((time, byte) => time * 256 + byte, 0)

/**
 * The keys under which a server seals sessions into tickets. The latest seals; older ones open until the last ticket they
 * can have sealed is out of date, and are wiped then: a key that is gone opens no recorded ticket. Shared by everything
 * that should resume each other's sessions: connections, and by `exportKeys` and `importKeys` processes. Whoever has the
 * keys can stand in for every server that uses them, whatever its certificate says: what must not, takes keys of its own.
 *
 * Among processes one rotates, and gives the others what it exports then; they import it as often as that one rotates. A
 * process that has the new keys late answers tickets under them with full handshakes, no more. Shared keys that nobody
 * rotates protect the sessions of all tickets they ever sealed only as long as they stay secret (RFC 5077 §5.5).
 */
export class TicketKeys {
  readonly #provider: TicketKeysOptions['provider']
  /** `undefined` where nothing was said: keys drawn here rotate, given ones do not. */
  readonly #rotateAfter: number | undefined
  #given = false
  readonly #ticketLifetime: number
  readonly #sessionLifetime: number
  readonly #now: () => number
  /** The latest first. */
  #keys: readonly TicketKey[] = []

  /** Throws a `misuse` fault for options that make no sense. */
  constructor(options: TicketKeysOptions) {
    checkNames(options, optionNames)
    this.#provider = options.provider
    const { rotateAfter } = options
    this.#rotateAfter = rotateAfter === undefined ? undefined : milliseconds('rotateAfter', rotateAfter, 0)
    this.#ticketLifetime = milliseconds('ticketLifetime', options.ticketLifetime, 12 * HOUR)
    this.#sessionLifetime = milliseconds('sessionLifetime', options.sessionLifetime, 24 * HOUR)
    this.#now = options.now ?? Date.now
    if (options.keys === undefined) this.rotate()
    else this.importKeys(options.keys)
  }

  /** Seals with a fresh key from now on. */
  rotate(): void {
    const { randomBytes } = this.#provider
    this.#keys = [this.#key(randomBytes(NAME_LENGTH), randomBytes(KEY_LENGTH), this.#now()), ...this.#keys]
    this.#retire()
  }

  /** All keys, for other processes: whoever has them can open every ticket. */
  exportKeys(): Secret {
    const parts = this.#keys.flatMap(({ name, key, madeAt }) => [
      name,
      key.use((bytes) => bytes.slice()),
      writeTime(madeAt),
    ])
    return new Secret(concat(...parts))
  }

  /**
   * Takes these keys in place of its own; the first one seals, and from now on no key takes over by itself, unless
   * `rotateAfter` said so. Throws a `misuse` fault for what `exportKeys` did not make.
   */
  importKeys(keys: Secret): void {
    const made = keys.use((bytes) => {
      if (bytes.length === 0 || bytes.length % EXPORTED_LENGTH !== 0) {
        throw new TlsFault('misuse', `ticket keys are ${EXPORTED_LENGTH} bytes each, not ${bytes.length}`)
      }
      return Array.from({ length: bytes.length / EXPORTED_LENGTH }, (_, i) => {
        const one = bytes.slice(i * EXPORTED_LENGTH, (i + 1) * EXPORTED_LENGTH)
        const key = one.slice(NAME_LENGTH, NAME_LENGTH + KEY_LENGTH)
        return this.#key(one.slice(0, NAME_LENGTH), key, readTime(one.subarray(NAME_LENGTH + KEY_LENGTH)))
      })
    })
    for (const { key } of this.#keys) key.wipe()
    this.#keys = made
    this.#given = true
  }

  /** A ticket with the session in it; `undefined` where the session is too old, or larger than a ticket can be. */
  seal(session: Session): SealedTicket | undefined {
    const now = this.#now()
    const { establishedAt = now } = session
    const lifetime = Math.min(this.#ticketLifetime, establishedAt + this.#sessionLifetime - now)
    const current = this.#current(now)
    if (lifetime <= 0 || current === undefined) return undefined
    const encoded = encodeSession({ ...session, establishedAt })
    const plaintext = new Secret(encoded.use((bytes) => concat(writeTime(now), bytes)))
    encoded.wipe()
    const nonce = this.#provider.randomBytes(NONCE_LENGTH)
    const sealed = plaintext.use((bytes) => current.aead.seal(nonce, current.name, bytes))
    plaintext.wipe()
    const ticket = concat(current.name, nonce, sealed)
    if (ticket.length > LONGEST_TICKET) return undefined
    return { ticket, ticketLifetimeHint: Math.min(Math.ceil(lifetime / 1000), LONGEST_HINT) }
  }

  /** The session in a ticket; `undefined` for one that none of the keys sealed, that was changed, or whose time is over. */
  open(ticket: Uint8Array): OpenedTicket | undefined {
    const now = this.#now()
    const current = this.#current(now)
    const name = ticket.subarray(0, NAME_LENGTH)
    const key = this.#keys.find((one) => publicEqual(one.name, name))
    if (key === undefined) return undefined
    const nonce = ticket.subarray(NAME_LENGTH, NAME_LENGTH + NONCE_LENGTH)
    if (nonce.length < NONCE_LENGTH) return undefined
    const plaintext = key.aead.open(nonce, key.name, ticket.subarray(NAME_LENGTH + NONCE_LENGTH))
    if (plaintext === undefined) return undefined
    const age = now - readTime(plaintext.subarray(0, TIME_LENGTH))
    const session = readSession(plaintext.subarray(TIME_LENGTH))
    plaintext.fill(0)
    if (session === undefined) return undefined
    const sessionAge = now - (session.establishedAt ?? 0)
    if (!isAlive(age, this.#ticketLifetime) || !isAlive(sessionAge, this.#sessionLifetime)) {
      session.masterSecret.wipe()
      return undefined
    }
    return { session, renew: key !== current || age > this.#ticketLifetime / 2 }
  }

  #key(name: Uint8Array, key: Uint8Array, madeAt: number): TicketKey {
    const secret = new Secret(key)
    return { name, key: secret, aead: this.#provider.aead('CHACHA20_POLY1305', secret), madeAt }
  }

  /** The key that seals, fresh where the last one has served its time. */
  #current(now: number): TicketKey | undefined {
    const [latest] = this.#keys
    const rotateAfter = this.#rotateAfter ?? (this.#given ? Number.POSITIVE_INFINITY : ROTATE_OWN_AFTER)
    if (latest === undefined || now - latest.madeAt >= rotateAfter) this.rotate()
    else this.#retire()
    return this.#keys[0]
  }

  /** A key stops sealing when the next one is made, so it is of no use a ticket's lifetime after that. */
  #retire(): void {
    const oldest = this.#now() - this.#ticketLifetime
    const isOver = (index: number): boolean => index > 0 && (this.#keys[index - 1]?.madeAt ?? 0) < oldest
    if (!isOver(this.#keys.length - 1)) return
    for (const [index, { key }] of this.#keys.entries()) if (isOver(index)) key.wipe()
    this.#keys = this.#keys.filter((_, index) => !isOver(index))
  }
}

/** Nothing but a session of this version: what an earlier or later version sealed costs a full handshake. */
function readSession(bytes: Uint8Array): Session | undefined {
  try {
    return decodeSession(bytes)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}
