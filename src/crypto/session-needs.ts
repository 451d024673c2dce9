import type { CertificateRequestToVerify, CertificateVerdict } from './environment.js'
import type { MaybePromise } from './maybe-promise.js'
import type { Session } from './session.js'

/** A certificate that was accepted when its session was made, and is looked at again before the session is resumed. */
export interface SessionToReverify extends CertificateRequestToVerify {
  /** Milliseconds since 1970 at which it was accepted. */
  readonly verifiedAt: number | undefined
}

export interface OpenedTicket {
  readonly session: Session
  /** True where the client should be given another ticket in place of this one. */
  readonly renew: boolean
}

/** A ticket to give to a client (RFC 5077 §3.3). */
export interface SealedTicket {
  readonly ticket: Uint8Array
  /** Seconds; 0 leaves the lifetime to the client. */
  readonly ticketLifetimeHint: number
}

/**
 * The part of the environment that resumes sessions. Where one of these cannot answer, or throws, there is a full
 * handshake instead. The secrets of sessions that are answered become the handshake's own.
 */
export interface SessionNeeds {
  /** The session in a ticket; `undefined` for one that is not ours, has been changed or is too old (RFC 5077 §3.1). */
  openTicket(
    request: { readonly ticket: Uint8Array; readonly serverName?: string },
    signal: AbortSignal,
  ): MaybePromise<OpenedTicket | undefined>
  /** The session of this id; `undefined` where none is kept, or its time is over. */
  resumeSession(
    request: { readonly sessionId: Uint8Array; readonly serverName?: string },
    signal: AbortSignal,
  ): MaybePromise<Session | undefined>
  /** Whether the peer's certificate would be accepted today: a session with one that is refused is not resumed. */
  reverifySession(request: SessionToReverify, signal: AbortSignal): MaybePromise<CertificateVerdict>
  /** A ticket that holds the session; `undefined` to give none. A session without a time was made just now. */
  sealTicket(request: { readonly session: Session }, signal: AbortSignal): MaybePromise<SealedTicket | undefined>
}
