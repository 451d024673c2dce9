import type { KeySchedule } from '../../crypto/key-schedule.js'
import type { Extension } from '../../messages/extensions/extension.js'
import type { HandshakeConfig } from '../negotiation.js'

export interface ServerConfig extends HandshakeConfig {
  /** Whether clients are asked for a certificate, and whether one that shows none is refused (RFC 5246 §7.4.4). */
  readonly clientAuthentication: 'none' | 'request' | 'require'
  /** DER distinguished names to put into CertificateRequest; empty names none. */
  readonly certificateAuthorities: readonly Uint8Array[]
  /** Ask the environment to review each ClientHello before anything is chosen (`reviewClientHello`). */
  readonly reviewClientHello: boolean
  /** Answer server_name (RFC 6066 §3). */
  readonly acknowledgeServerName: boolean
  /** Whether a name for which there is no credential is refused as such, or as the lack of a credential that it is. */
  readonly unrecognizedName: 'refuse' | 'ignore'
  /** Extensions to put into ServerHello besides ours: answers to what a review found in the ClientHello. */
  readonly extraExtensions: readonly Extension[]
  /** Helps clients to choose among their pre-shared keys; left out by default, as RFC 4279 §5.2 wants it. */
  readonly pskIdentityHint: Uint8Array | undefined
  /**
   * What a client hears that names a key this server does not have: the same as one that has the wrong key, so that names
   * cannot be tried out, or an alert that says so (RFC 4279 §2 allows both).
   */
  readonly unknownPskIdentity: 'hide' | 'alert'
}

/** Whatever is not said to go without: a policy that is misspelt, where no type was there to see it, must not open a door. */
export const requiresCertificate = ({ clientAuthentication }: Pick<ServerConfig, 'clientAuthentication'>): boolean =>
  clientAuthentication !== 'none' && clientAuthentication !== 'request'

/** What the server machine knows besides its state: configuration and the key schedule. Frozen. */
export interface ServerContext {
  readonly config: ServerConfig
  readonly keySchedule: KeySchedule
}
