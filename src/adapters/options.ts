import { type ConnectionOptions, clientConnection, serverConnection } from '../connection/create.js'
import { providerEnvironment, type Trust } from '../connection/environment.js'
import type { CertificateVerifier, Environment } from '../crypto/environment.js'
import type { Credential } from '../crypto/key-types.js'
import type { CryptoProvider } from '../crypto/provider.js'
import { allSuites, type SuiteParameters } from '../crypto/suite-parameters.js'
import { TlsFault } from '../handshake/fault.js'
import type { CipherSuiteName } from '../registry/cipher-suite.js'
import { NamedGroup, type NamedGroupName } from '../registry/named-group.js'
import { SignatureScheme, type SignatureSchemeName } from '../registry/signature-scheme.js'
import { refuseAll } from '../x509/refuse.js'
import { selectFrom } from '../x509/select-credential.js'
import { constantTimeFirst, defaultCipherSuites, defaultGroups, defaultSignatureSchemes } from './defaults.js'
import { Endpoint } from './endpoint.js'

/** What client and server are made with alike. Everything but trust and credentials has a safe default. */
export interface CommonOptions extends Omit<ConnectionOptions, 'crypto'> {
  /** Judges the peer's certificate. Without one every certificate is refused. */
  readonly verifier?: CertificateVerifier
  /** What this side proves itself with; the first that fits the peer is used. */
  readonly credentials?: readonly Credential[]
  /** Replaces the choice among `credentials`. */
  readonly selectCredential?: Environment['selectCredential']
  /** Replaces single answers of the environment, `sign` for example. */
  readonly environment?: Partial<Environment>
  /** Registered names in order of preference. By default AEAD with forward secrecy only. */
  readonly cipherSuites?: readonly CipherSuiteName[]
  readonly groups?: readonly NamedGroupName[]
  readonly signatureSchemes?: readonly SignatureSchemeName[]
  /** ALPN (RFC 7301), in order of preference. */
  readonly applicationProtocols?: readonly string[]
  /** `prefer` by default. */
  readonly extendedMasterSecret?: 'require' | 'prefer' | 'off'
  /** What the peer's close_notify brings: our own at once, or once `close` is called. `close` by default; streams use `wait`. */
  readonly onPeerClose?: 'close' | 'wait'
}

export interface ClientOptions extends CommonOptions {
  /** The DNS name to ask for and to be shown a certificate for. Addresses must be left out here (RFC 6066 §3). */
  readonly serverName?: string
  /** Ask for a stapled OCSP response; by default where the verifier looks at them, as one that checks revocation does. */
  readonly requestCertificateStatus?: boolean
  /** `require` by default (RFC 5746 §4.1). */
  readonly secureRenegotiation?: 'require' | 'tolerate'
  /** `refuse` by default. */
  readonly otherDhGroups?: 'refuse' | 'prove'
}

export interface ServerOptions extends CommonOptions {
  /** Whether clients must authenticate; `none` by default. */
  readonly clientAuthentication?: 'none' | 'request' | 'require'
  /** DER names to put into CertificateRequest. */
  readonly certificateAuthorities?: readonly Uint8Array[]
}

/** Looks registered names up; throws a `misuse` fault that names what is unknown. */
function lookUp<T>(what: string, names: readonly string[], find: (name: string) => T | undefined): readonly T[] {
  if (names.length === 0) throw new TlsFault('misuse', `${what} must not be empty`)
  return names.map((name) => {
    const found = find(name)
    if (found === undefined)
      throw new TlsFault('misuse', `${what}: ${JSON.stringify(name)} is not one this library has`)
    return found
  })
}

const suitesByName = (names: readonly string[]): readonly SuiteParameters[] =>
  lookUp('cipherSuites', names, (name) => allSuites.find((suite) => suite.name === name))

const isGroup = (name: string): name is NamedGroupName => name in NamedGroup
const isScheme = (name: string): name is SignatureSchemeName => name in SignatureScheme

const groupsByName = (names: readonly string[]): readonly NamedGroupName[] =>
  lookUp('groups', names, (name) => (isGroup(name) ? name : undefined))

const schemesByName = (names: readonly string[]): readonly SignatureScheme[] =>
  lookUp('signatureSchemes', names, (name) => (isScheme(name) ? SignatureScheme[name] : undefined))

const handshakeConfig = (options: CommonOptions) => ({
  cipherSuites:
    options.cipherSuites === undefined ? constantTimeFirst(defaultCipherSuites) : suitesByName(options.cipherSuites),
  groups: options.groups === undefined ? defaultGroups : groupsByName(options.groups),
  signatureSchemes:
    options.signatureSchemes === undefined ? defaultSignatureSchemes : schemesByName(options.signatureSchemes),
  applicationProtocols: options.applicationProtocols ?? [],
  extendedMasterSecret: options.extendedMasterSecret ?? ('prefer' as const),
  onPeerClose: options.onPeerClose ?? ('close' as const),
})

function environmentOf(provider: CryptoProvider, options: CommonOptions): Environment {
  const trust: Trust = {
    verifyCertificate: options.verifier ?? refuseAll,
    selectCredential: options.selectCredential ?? selectFrom(options.credentials ?? []),
  }
  return { ...providerEnvironment(provider, trust), ...options.environment }
}

/** A host name as it goes into server_name: an A-label DNS name without the final dot (RFC 6066 §3). */
function checkServerName(serverName: string | undefined): string | undefined {
  if (serverName === undefined) return undefined
  const name = serverName.toLowerCase().replace(/\.$/, '')
  const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
  if (name.length > 253 || !name.split('.').every((part) => label.test(part)) || /(^|\.)\d+$/.test(name)) {
    throw new TlsFault(
      'misuse',
      `serverName ${JSON.stringify(serverName)} is not a DNS name in A-label form; leave it out for addresses`,
    )
  }
  return name
}

/** A client whose cryptography comes from `provider`. Throws a `misuse` fault for options that make no sense. */
export function clientEndpoint(provider: CryptoProvider, options: ClientOptions): Endpoint {
  const config = {
    ...handshakeConfig(options),
    serverName: checkServerName(options.serverName),
    requestCertificateStatus: options.requestCertificateStatus ?? options.verifier?.wantsStatus ?? false,
    secureRenegotiation: options.secureRenegotiation ?? ('require' as const),
    otherDhGroups: options.otherDhGroups ?? ('refuse' as const),
  }
  return new Endpoint(clientConnection(config, { ...options, crypto: provider }), environmentOf(provider, options))
}

/** A server whose cryptography comes from `provider`. Throws a `misuse` fault for options that make no sense. */
export function serverEndpoint(provider: CryptoProvider, options: ServerOptions): Endpoint {
  const config = {
    ...handshakeConfig(options),
    clientAuthentication: options.clientAuthentication ?? ('none' as const),
    certificateAuthorities: options.certificateAuthorities ?? [],
  }
  return new Endpoint(serverConnection(config, { ...options, crypto: provider }), environmentOf(provider, options))
}
