import type { CertificateKind } from '../../../crypto/key-types.js'
import type { Extension } from '../../../messages/extensions/extension.js'
import type { FragmentLength } from '../../../registry/max-fragment-length.js'
import { refuse } from '../../fault.js'
import type { ClientConfig } from '../context.js'

/** What the server's extensions settle. */
export interface ServerExtensions {
  readonly extendedMasterSecret: boolean
  readonly encryptThenMac: boolean
  readonly secureRenegotiation: boolean
  readonly applicationProtocol: string | undefined
  /** The server may send a CertificateStatus (RFC 6066 §8). */
  readonly statusPromised: boolean
  /** The server will send a NewSessionTicket (RFC 5077 §3.2). */
  readonly ticketPromised: boolean
  /** A SignedCertificateTimestampList, not parsed beyond its grammar (RFC 6962 §3.3). */
  readonly signedCertificateTimestamps: Uint8Array | undefined
  /** Most bytes in a record of either side (RFC 6066 §4). */
  readonly maxFragmentLength: FragmentLength | undefined
  /** Most bytes in a protected record that the server takes (RFC 8449 §4). */
  readonly serverRecordSizeLimit: number | undefined
  readonly clientCertificateType: CertificateKind
  readonly serverCertificateType: CertificateKind
  /** Answers to extensions that the application put into the ClientHello itself. */
  readonly extraExtensions: readonly Extension[]
}

/** One extension from the client's side: what it offers, if anything, and what the server's answer means. */
export interface ClientExtension {
  readonly type: number
  /** The data to offer, or `undefined` to leave the extension out. `ticket` is empty where there is none to show. */
  offer(config: ClientConfig, ticket: Uint8Array): Uint8Array | undefined
  /** What the server's data settles. Refuses data that the RFC forbids. */
  accept(data: Uint8Array, config: ClientConfig): Partial<ServerExtensions>
}

export const empty = new Uint8Array()

export function mustBeEmpty(data: Uint8Array, name: string): void {
  if (data.length > 0) {
    refuse('malformed_extension', `${name} in ServerHello has ${data.length} bytes, it must be empty`)
  }
}

/** An answer that carries no decision, and that some servers give against the RFC: read past it, as other clients do. */
export const ignored = (): Partial<ServerExtensions> => ({})
