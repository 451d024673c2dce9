import type { SuiteParameters } from '../crypto/suite-parameters.js'
import type { PeerProof } from './evidence.js'

/** What both hellos settled. */
export interface Negotiated {
  readonly suite: SuiteParameters
  readonly clientRandom: Uint8Array
  readonly serverRandom: Uint8Array
  /** The session id of the ServerHello; empty where the server keeps no session. */
  readonly sessionId: Uint8Array
  /** Both sides bind the master secret to the whole handshake (RFC 7627). */
  readonly extendedMasterSecret: boolean
  /** Both sides sign the renegotiation indication (RFC 5746). */
  readonly secureRenegotiation: boolean
  readonly applicationProtocol: string | undefined
  /** The host name that the client asked for. */
  readonly serverName: string | undefined
}

/** What an application learns of an established connection. */
export interface ConnectionSummary {
  readonly negotiated: Negotiated
  /** What the peer proved, and how. */
  readonly peer: PeerProof
  /** True where this side showed a certificate and proved its key. */
  readonly authenticatedToPeer: boolean
}
