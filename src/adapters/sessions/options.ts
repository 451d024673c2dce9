import { fromAscii, toHex } from '../../bytes/convert.js'
import { Secret } from '../../bytes/secret.js'
import type { Environment } from '../../crypto/environment.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import type { KeptSession, Session } from '../../crypto/session.js'
import type { SessionNeeds } from '../../crypto/session-needs.js'
import { TlsFault } from '../../handshake/fault.js'
import type { SessionPolicy } from '../../handshake/session-policy.js'
import { ClientSessions, SessionCache } from './client-sessions.js'
import { couldBe, type Identity, selectors, shownBy } from './own-identity.js'
import { ServerSessions, sessionNeeds } from './server-sessions.js'
import type { SessionKeeper } from './session-keeper.js'
import type { SessionStore } from './session-store.js'
import { TicketKeys } from './ticket-keys.js'

/** What both sides say about resumption. Nothing is resumed by default. */
export interface CommonSessionsOptions {
  /**
   * True to keep and resume sessions without an extended master secret too, which lets an attacker between client and
   * server splice connections (RFC 7627 §5.4). False by default.
   */
  readonly resumeWithoutExtendedMasterSecret?: boolean
}

export interface ClientSessionsOptions {
  /** Sessions with servers: the latest one with this server is offered, and what it is replaced by is kept. */
  readonly sessionCache?: SessionCache
  /** Tells servers of one name apart in the cache: a port, an address. The server name alone by default. */
  readonly sessionKey?: string
  /**
   * Offered instead of one from the cache; not used up. Left aside where it was made with a certificate or a shared key
   * that is not among `credentials` or `preSharedKeys`: to resume it is to be whoever made it.
   */
  readonly session?: KeptSession
  /** `off` to take and show no tickets, only session ids. `on` by default, where there is a cache or a session. */
  readonly sessionTickets?: 'on' | 'off'
}

export interface ServerSessionsOptions {
  /** Where sessions are kept for clients that resume by session id. Without one there are no session ids. */
  readonly sessionStore?: SessionStore
  /** Milliseconds after its full handshake for which a session of the store can be resumed; 24 hours by default. */
  readonly sessionLifetime?: number
  /** Milliseconds since 1970, for the sessions of the store; `Date.now` by default. Ticket keys have a clock of their own. */
  readonly clock?: () => number
  /** Seal sessions into tickets. Without them, and without `environment.sealTicket`, there are no tickets. */
  readonly ticketKeys?: TicketKeys
}

const common: Readonly<Record<keyof CommonSessionsOptions, true>> = { resumeWithoutExtendedMasterSecret: true }

export const clientSessionNames: Readonly<Record<keyof (ClientSessionsOptions & CommonSessionsOptions), true>> = {
  ...common,
  sessionCache: true,
  sessionKey: true,
  session: true,
  sessionTickets: true,
}

export const serverSessionNames: Readonly<Record<keyof (ServerSessionsOptions & CommonSessionsOptions), true>> = {
  ...common,
  sessionStore: true,
  sessionLifetime: true,
  clock: true,
  ticketKeys: true,
}

const misuse = (message: string): never => {
  throw new TlsFault('misuse', message)
}

const DAY = 86_400_000

const withoutBinding = ({ resumeWithoutExtendedMasterSecret: resume }: CommonSessionsOptions) => {
  if (resume !== undefined && typeof resume !== 'boolean') {
    misuse(`resumeWithoutExtendedMasterSecret must be true or false, not ${String(resume)}`)
  }
  return { withoutExtendedMasterSecret: resume === true ? ('resume' as const) : ('refuse' as const) }
}

/** Functions have no contents that could be compared: each counts as an identity of its own. */
const functionNumbers = new WeakMap<object, number>()
let functions = 0

function numberOf(value: object | undefined): number {
  if (value === undefined) return 0
  const known = functionNumbers.get(value)
  if (known !== undefined) return known
  functions++
  functionNumbers.set(value, functions)
  return functions
}

/**
 * A session in which a client proved who it is must not be resumed in the name of another: so the key names the
 * credentials that a client could have shown and the shared keys that it could have used, besides the server. Of a shared
 * key that is its name, never the key: what is weak enough to be guessed must not be in a string, hashed or not.
 */
function cacheKey(
  provider: Pick<CryptoProvider, 'hash'>,
  options: Identity & Pick<ClientSessionsOptions, 'sessionKey'> & { readonly serverName?: string },
): string {
  const { credential, psk } = selectors(options)
  const fingerprint = toHex(
    provider.hash('sha256', ...shownBy(provider, options), fromAscii(`${numberOf(credential)}`)),
  )
  const shared = (options.preSharedKeys ?? []).map(({ identity }) => toHex(identity))
  const { serverName = null, sessionKey = null } = options
  return JSON.stringify([serverName, sessionKey, fingerprint, shared, numberOf(psk)])
}

/** The policy of a client's machine, and what offers and keeps its sessions. */
export function clientSessions(
  provider: Pick<CryptoProvider, 'hash'>,
  options: ClientSessionsOptions & CommonSessionsOptions & Identity & { readonly serverName?: string },
): { readonly policy: SessionPolicy; readonly keeper: SessionKeeper } {
  const { sessionCache: cache, session, sessionTickets, serverName, sessionKey } = options
  if (cache !== undefined && !(cache instanceof SessionCache)) misuse('sessionCache must be a SessionCache')
  if (session !== undefined && !(session?.session?.masterSecret instanceof Secret)) {
    misuse('session must be what an output of the type `session` kept')
  }
  if (sessionTickets !== undefined && sessionTickets !== 'on' && sessionTickets !== 'off') {
    misuse(`sessionTickets must be "on" or "off", not ${JSON.stringify(sessionTickets)}`)
  }
  if (cache !== undefined && serverName === undefined && sessionKey === undefined) {
    misuse('a sessionCache needs serverName or sessionKey, to tell servers apart')
  }
  const keeps = cache !== undefined || session !== undefined || sessionTickets !== undefined
  const policy = { ids: keeps, tickets: keeps && sessionTickets !== 'off', ...withoutBinding(options) }
  const { credentials = [], preSharedKeys = [] } = options
  const identity = { ...options, credentials: credentials.slice(), preSharedKeys: preSharedKeys.slice() }
  const fits = (made: Session): boolean => couldBe(provider, identity, made)
  return { policy, keeper: new ClientSessions({ session, cache, key: cacheKey(provider, options), fits }) }
}

/** The policy of a server's machine, the answers to its needs, and what keeps its sessions. */
export function serverSessions(
  options: ServerSessionsOptions & CommonSessionsOptions & { readonly environment?: Partial<Environment> },
): { readonly policy: SessionPolicy; readonly newKeeper: () => SessionKeeper; readonly needs: Partial<SessionNeeds> } {
  const { sessionStore: store, ticketKeys, sessionLifetime: lifetime = DAY, clock: now = Date.now } = options
  const { environment = {} } = options
  if (ticketKeys !== undefined && !(ticketKeys instanceof TicketKeys)) misuse('ticketKeys must be TicketKeys')
  if (!(typeof lifetime === 'number' && lifetime > 0))
    misuse(`sessionLifetime must be milliseconds, not ${String(lifetime)}`)
  const kept = { store, ticketKeys, lifetime, now }
  const policy = {
    ids: store !== undefined || environment.resumeSession !== undefined,
    tickets: ticketKeys !== undefined || (environment.openTicket !== undefined && environment.sealTicket !== undefined),
    ...withoutBinding(options),
  }
  return { policy, newKeeper: () => new ServerSessions(kept), needs: { ...sessionNeeds(kept), ...environment } }
}
