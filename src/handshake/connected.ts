import type { Secret } from '../bytes/secret.js'
import type { VerifiedFinished } from './evidence.js'
import type { ConnectionSummary } from './negotiated.js'

/** The handshake is over and the peer has proved itself (`summary.peer`): application data may flow. */
export interface Connected {
  readonly name: 'Connected'
  readonly summary: ConnectionSummary
  /** Kept for exporters (RFC 5705). */
  readonly masterSecret: Secret
  readonly peerFinished: VerifiedFinished
  /** The verify_data of our own Finished. */
  readonly ownVerifyData: Uint8Array
  /** Handshakes on this connection after the first. */
  readonly renegotiations: number
  /** Whether one of the handshakes agreed on encrypt_then_mac: none after it may go back (RFC 7366 §3.1). */
  readonly encryptedThenMac: boolean
}

/** How a first handshake ends, full or abbreviated; a renegotiation counts on from there. */
export const connectedBy = (
  summary: ConnectionSummary,
  proof: Pick<Connected, 'masterSecret' | 'peerFinished' | 'ownVerifyData'>,
): Connected => ({
  name: 'Connected',
  summary,
  ...proof,
  renegotiations: 0,
  encryptedThenMac: summary.negotiated.encryptThenMac,
})

/** We sent close_notify and still read what the peer has to say. */
export interface Closing {
  readonly name: 'Closing'
  readonly summary: ConnectionSummary
}

/** The peer sent close_notify and still reads what we have to say. */
export interface PeerClosed {
  readonly name: 'PeerClosed'
  readonly summary: ConnectionSummary
}
