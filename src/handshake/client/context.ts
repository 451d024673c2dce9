import type { KeySchedule } from '../../crypto/key-schedule.js'
import type { ClientHello } from '../../messages/client-hello.js'
import type { FragmentLength } from '../../registry/max-fragment-length.js'
import type { HandshakeConfig } from '../negotiation.js'

export interface ClientConfig extends HandshakeConfig {
  /** The host name to ask for (RFC 6066 §3): a DNS name in A-label form, never an address. */
  readonly serverName: string | undefined
  /** Ask the server to staple an OCSP response (RFC 6066 §8). */
  readonly requestCertificateStatus: boolean
  /** Offer reserved values, which every server must pass over (RFC 8701). */
  readonly grease: boolean
  /** Pad ClientHello with zeros to at least so many bytes (RFC 7685); `undefined` does not pad. */
  readonly padClientHelloTo: number | undefined
  /**
   * Arranges each ClientHello before it is sent: the order of everything, what is left out, suites and extensions of its
   * own besides. Must be pure. Answers to its own extensions are in `Negotiated.extraExtensions`.
   */
  readonly arrangeClientHello: ((hello: ClientHello) => ClientHello) | undefined
  /** Ask the server for what it has of Certificate Transparency (RFC 6962 §3.3.1). */
  readonly requestSignedCertificateTimestamps: boolean
  /** Ask that no record of either side hold more (RFC 6066 §4); `undefined` does not ask. */
  readonly maxFragmentLength: FragmentLength | undefined
  /** Whether to go on with a server that does not know RFC 5746 (RFC 5746 §4.1). */
  readonly secureRenegotiation: 'require' | 'tolerate'
  /** What a HelloRequest in mid-handshake brings: nothing (RFC 5246 §7.4.1.1), or the end. */
  readonly strayHelloRequest: 'ignore' | 'refuse'
  /** This connection is another attempt after one with a higher version failed: says so to the server (RFC 7507 §4). */
  readonly fallback: boolean
  /** Finite-field groups that are neither of RFC 7919 nor of RFC 3526: refused, or accepted once p is proved a safe prime. */
  readonly otherDhGroups: 'refuse' | 'prove'
}

/** What the client machine knows besides its state: configuration and the key schedule. Frozen. */
export interface ClientContext {
  readonly config: ClientConfig
  readonly keySchedule: KeySchedule
}
