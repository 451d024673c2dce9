import type { ConnectionOutput } from '../../connection/connection.js'
import type { KeptSession } from '../../crypto/session.js'
import { alertFor, type TlsFault } from '../../handshake/fault.js'

/** What an endpoint has to do with sessions beyond its environment: which to offer, and what to make of its outputs. */
export interface SessionKeeper {
  /** The session to offer, its secret a copy that the connection will wipe; `undefined` where there is none. */
  offer(): KeptSession | undefined
  /** Sees every output before the endpoint's owner does. Must not throw. */
  hear(output: ConnectionOutput): void
}

/**
 * Whether a failure ends the session too: one with a fatal alert of either side does (RFC 5246 §7.2.2), a transport that
 * just ends does not (RFC 5246 §7.2.1).
 */
export const endsSession = ({ code }: TlsFault): boolean => code === 'alert_received' || alertFor[code].alert !== null
