import { MalformedError } from '../../bytes/reader.js'
import { decodeKeptSession, type KeptSession } from '../../crypto/session.js'
import { TlsFault } from '../../handshake/fault.js'
import type { HandshakeLimits } from '../handshake-limits.js'
import type { ClientOptions } from '../options.js'

/** What a client over a stream is made with. */
export interface StreamClientOptions extends Omit<ClientOptions, 'session'>, HandshakeLimits {
  /**
   * Offered for resumption: what `getSession` or the event `session` of an earlier stream gave, or a session in the form
   * that connections put out. Give `sessionTickets` to be given one in the first place.
   */
  readonly session?: Uint8Array | KeptSession
}

/** Throws a `misuse` fault for bytes that are no session. */
export function sessionFrom(session: StreamClientOptions['session']): Pick<ClientOptions, 'session'> {
  if (session === undefined) return {}
  if (!(session instanceof Uint8Array)) return { session }
  try {
    return { session: decodeKeptSession(session) }
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    throw new TlsFault('misuse', 'session must be what getSession or the event session gave', { cause: error })
  }
}
