import type { HandshakeTypeName } from '../../registry/handshake-type.js'
import type { Side } from '../trace.js'
import type { Difference } from './differences.js'

/** Why a handshake, or one end of it, cannot be replayed. */
export const notReplayedReasons = {
  no_client_hello: 'its ClientHello is not in the capture',
  unreadable: 'not all of it could be read',
  malformed: 'a message of it does not decode',
  other_version: 'the client has no TLS 1.2, or the server chose another version',
  unknown_suite: 'its cipher suite is none of this library',
  compressed: 'its records are compressed, which this library never does',
  unknown_key: 'a certificate in it holds a kind of key that this library does not know',
  unknown_secret: 'its master secret is not known',
  incomplete: 'it breaks off in the capture before both sides were finished, and nobody refused',
  unknown_refusal: 'what the one end refused it for is not in the handshake',
  not_replayed_before: 'it renegotiates a connection whose handshake was not replayed',
  resumed_inside: 'it resumes a session in a renegotiation, which is a full handshake here',
  ticket_inside: 'it makes a session in a renegotiation, which makes none here',
  proof_dropped:
    'its server renegotiates without asking anew for the certificate that the client showed; ours asks always',
  ticket_without_id: 'its client shows a ticket without a session id, which ours never does (RFC 5077 §3.4)',
} as const

export type NotReplayed = keyof typeof notReplayedReasons

/** One message that our machine sent in the place of the captured end. */
export interface ReplayedMessage {
  readonly name: HandshakeTypeName
  /** Empty where it is byte for byte the captured message; else what the RFCs leave open and our machine chose otherwise. */
  readonly differences: readonly Difference[]
}

interface Replayed {
  readonly role: Side
  readonly sent: readonly ReplayedMessage[]
}

/** How one end of a captured handshake went with our machine in its place. */
export type EndReport =
  | ({ readonly outcome: 'connected' } & Replayed)
  /** One end refused. Ours in its place refuses as well: `ours` is the alert that it sends, where `alert` was captured. */
  | ({ readonly outcome: 'refused'; readonly by: Side; readonly alert: string; readonly ours?: string } & Replayed)
  /** The machine refused what the captured end took, or did not say what that said: in which state, and why. */
  | ({ readonly outcome: 'failed'; readonly state: string; readonly reason: string } & Replayed)
  | { readonly outcome: 'not replayed'; readonly role: Side; readonly reason: NotReplayed }

/** One handshake with our machines in the place of each end. */
export interface ReplayReport {
  readonly client: EndReport
  readonly server: EndReport
}
