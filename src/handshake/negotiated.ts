import type { RecordLimits } from '../crypto/connection-keys.js'
import type { CertificateKind } from '../crypto/key-types.js'
import type { SessionHandle } from '../crypto/session.js'
import type { SuiteParameters } from '../crypto/suite-parameters.js'
import type { Extension } from '../messages/extensions/extension.js'
import type { FragmentLength } from '../registry/max-fragment-length.js'
import type { PeerProof } from './evidence.js'

/** What both hellos settled. */
export interface Negotiated {
  readonly suite: SuiteParameters
  readonly clientRandom: Uint8Array
  readonly serverRandom: Uint8Array
  /** The session id of the ServerHello; empty where the server keeps no session. */
  readonly sessionId: Uint8Array
  /** The server announced a NewSessionTicket (RFC 5077 §3.2). */
  readonly sessionTicket: boolean
  /** Both sides bind the master secret to the whole handshake (RFC 7627). */
  readonly extendedMasterSecret: boolean
  /** The MAC of a block cipher covers the ciphertext (RFC 7366). */
  readonly encryptThenMac: boolean
  /** Most bytes of plaintext in a record of each direction (RFC 6066 §4, RFC 8449 §4). */
  readonly recordLimits: RecordLimits
  /** The limit that holds for both directions and for the whole session (RFC 6066 §4), where there is one. */
  readonly maxFragmentLength: FragmentLength | undefined
  /** Both sides sign the renegotiation indication (RFC 5746). */
  readonly secureRenegotiation: boolean
  readonly applicationProtocol: string | undefined
  /** The host name that the client asked for. */
  readonly serverName: string | undefined
  /** What each side's Certificate holds, where it sends one (RFC 7250 §4.2). */
  readonly clientCertificateType: CertificateKind
  readonly serverCertificateType: CertificateKind
  /** The SignedCertificateTimestampList that the server sent (RFC 6962 §3.3), not judged. */
  readonly signedCertificateTimestamps: Uint8Array | undefined
  /** Extensions of the ServerHello that answer what the application put into the ClientHello itself. */
  readonly extraExtensions: readonly Extension[]
}

/** What an application learns of an established connection. */
export interface ConnectionSummary {
  readonly negotiated: Negotiated
  /** What the abbreviated handshake resumed its session by; `undefined` after a full handshake. */
  readonly resumed: SessionHandle['by'] | undefined
  /** What the peer proved, and how. */
  readonly peer: PeerProof
  /** The server's own certificate, DER, as it stood in this handshake: absent where there was none, or a raw key. */
  readonly serverCertificate?: Uint8Array
  /** True where this side showed a certificate and proved its key. */
  readonly authenticatedToPeer: boolean
}
