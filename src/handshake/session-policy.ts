import { copySession, type KeptSession, type Session, type SessionHandle } from '../crypto/session.js'
import type { Action } from './action.js'
import type { Negotiated } from './negotiated.js'

/** Which sessions are kept for resumption, and which are resumed. */
export interface SessionPolicy {
  /** By session id (RFC 5246 §7.3). */
  readonly ids: boolean
  /** By ticket (RFC 5077). */
  readonly tickets: boolean
  /**
   * A session whose master secret is not bound to its handshake can be synchronised with another one, and its resumption
   * hides that (RFC 7627 §5.4, the triple handshake attack): such sessions are neither kept nor resumed unless asked for.
   */
  readonly withoutExtendedMasterSecret: 'refuse' | 'resume'
}

/** Whether a session with or without an extended master secret may be resumed at all. */
export const mayResume = (policy: SessionPolicy, extendedMasterSecret: boolean): boolean =>
  extendedMasterSecret || policy.withoutExtendedMasterSecret === 'resume'

/** The session that a full handshake made. Its secret is that of the handshake: what is kept must be a copy. */
export const sessionOf = (
  { suite, extendedMasterSecret, serverName, applicationProtocol, maxFragmentLength }: Negotiated,
  rest: Pick<Session, 'masterSecret' | 'peer' | 'pskIdentity' | 'authenticatedToPeer' | 'ownCertificate'>,
): Session => ({
  cipherSuite: suite.cipherSuite,
  extendedMasterSecret,
  serverName,
  applicationProtocol,
  maxFragmentLength,
  establishedAt: undefined,
  ...rest,
})

/** Hands a copy of the session to whoever keeps it. */
export const store = (session: Session, handle: SessionHandle): Action => {
  const kept: KeptSession = { session: copySession(session), handle }
  return { type: 'storeSession', kept }
}
