import type { AlertName } from '../registry/alert-description.js'
import type { CipherSuite } from '../registry/cipher-suite.js'
import type { CompressionMethod } from '../registry/compression-method.js'
import type { ExtensionType } from '../registry/extension-type.js'
import type { NamedGroup, NamedGroupName } from '../registry/named-group.js'
import type { ProtocolVersion } from '../registry/protocol-version.js'
import type { SignatureScheme } from '../registry/signature-scheme.js'
import type { SuiteParameters } from './suite-parameters.js'

/** An extension with its data as on the wire. */
export interface RawExtension {
  readonly extensionType: ExtensionType
  readonly extensionData: Uint8Array
}

/** A ClientHello before anything in it was chosen, its form already found right. */
export interface ClientHelloToReview {
  /** The handshake message as it came, header included; in version 2 format, what the transcript has of it. */
  readonly raw: Uint8Array
  readonly clientVersion: ProtocolVersion
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly cipherSuites: readonly CipherSuite[]
  readonly compressionMethods: readonly CompressionMethod[]
  /** All extensions in the order in which they came, unknown ones included. */
  readonly extensions: readonly RawExtension[]
  /** In lower case; absent where the client names no host. */
  readonly serverName: string | undefined
  readonly applicationProtocols: readonly string[] | undefined
  readonly groups: readonly NamedGroup[] | undefined
  readonly signatureSchemes: readonly SignatureScheme[]
}

/** What a review may change of the server's configuration, for this handshake alone. */
export interface HelloChanges {
  readonly cipherSuites?: readonly SuiteParameters[]
  readonly groups?: readonly NamedGroupName[]
  readonly signatureSchemes?: readonly SignatureScheme[]
  readonly applicationProtocols?: readonly string[]
  readonly clientAuthentication?: 'none' | 'request' | 'require'
  readonly certificateAuthorities?: readonly Uint8Array[]
  readonly acknowledgeServerName?: boolean
  /** Put into ServerHello besides the library's own, each only where the client sent one of its type. */
  readonly extraExtensions?: readonly RawExtension[]
}

/** Answers `reviewClientHello`. */
export type HelloReview =
  | { readonly accepted: true; readonly changes?: HelloChanges }
  | {
      readonly accepted: false
      /** `handshake_failure` by default. */
      readonly alert?: AlertName
      /** For a person: what was wrong. */
      readonly message: string
    }
