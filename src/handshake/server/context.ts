import type { KeySchedule } from '../../crypto/key-schedule.js'
import type { HandshakeConfig } from '../negotiation.js'

export interface ServerConfig extends HandshakeConfig {
  /** Whether clients are asked for a certificate, and whether one that shows none is refused (RFC 5246 §7.4.4). */
  readonly clientAuthentication: 'none' | 'request' | 'require'
  /** DER distinguished names to put into CertificateRequest; empty names none. */
  readonly certificateAuthorities: readonly Uint8Array[]
}

/** What the server machine knows besides its state: configuration and the key schedule. Frozen. */
export interface ServerContext {
  readonly config: ServerConfig
  readonly keySchedule: KeySchedule
}
