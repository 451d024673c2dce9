import { type ConnectionOptions, clientConnections, serverConnections } from '../connection/create.js'
import { providerEnvironment, type Trust } from '../connection/environment.js'
import type { CertificateVerifier, Environment } from '../crypto/environment.js'
import type { CertificateKind, Credential } from '../crypto/key-types.js'
import type { PreSharedKey } from '../crypto/pre-shared-key.js'
import type { CryptoProvider } from '../crypto/provider.js'
import type { ClientConfig } from '../handshake/client/context.js'
import { TlsFault } from '../handshake/fault.js'
import { type HandshakeConfig, showsCertificate, usesPsk } from '../handshake/negotiation.js'
import type { ServerConfig } from '../handshake/server/context.js'
import type { CipherSuiteName } from '../registry/cipher-suite.js'
import type { NamedGroupName } from '../registry/named-group.js'
import type { SignatureSchemeName } from '../registry/signature-scheme.js'
import { refuseAll } from '../x509/refuse.js'
import { selectFrom } from '../x509/select-credential.js'
import {
  checkNames,
  flag,
  groupsByName,
  hostName,
  ifGiven,
  list,
  oneOf,
  optionalFunction,
  preSharedKeys,
  protocolNames,
  schemesByName,
  suitesByName,
} from './check-options.js'
import { checkShapes } from './check-shapes.js'
import { constantTimeFirst, defaultCipherSuites, defaultGroups, defaultSignatureSchemes } from './defaults.js'
import { Endpoint } from './endpoint.js'
import {
  type ClientExtensionOptions,
  clientExtensionOptions,
  clientExtensions,
  type ServerExtensionOptions,
  serverExtensionOptions,
  serverExtensions,
} from './extension-options.js'
import { type ClientHelloReviewer, withReviewer } from './review-option.js'
import { selectPskFrom } from './select-psk.js'
import {
  type ClientSessionsOptions,
  type CommonSessionsOptions,
  clientSessionNames,
  clientSessions,
  type ServerSessionsOptions,
  serverSessionNames,
  serverSessions,
} from './sessions/options.js'
import { whileKeysAreShared } from './sessions/shared-keys.js'

/** What client and server are made with alike. Everything but trust and credentials has a safe default. */
export interface CommonOptions extends Omit<ConnectionOptions, 'crypto'>, CommonSessionsOptions {
  /** Judges the peer's certificate. Without one every certificate is refused. */
  readonly verifier?: CertificateVerifier
  /** What this side proves itself with; of several that fit the peer, the one with the latest notBefore is used. */
  readonly credentials?: readonly Credential[]
  /** Replaces the choice among `credentials`. */
  readonly selectCredential?: Environment['selectCredential']
  /** Keys shared with the peer, for PSK suites (RFC 4279): a client uses the first, a server the one that the client names. */
  readonly preSharedKeys?: readonly PreSharedKey[]
  /** Replaces the choice among `preSharedKeys`. */
  readonly selectPsk?: Environment['selectPsk']
  /** Replaces single answers of the environment, `sign` for example. */
  readonly environment?: Partial<Environment>
  /** Registered names in order of preference. By default AEAD with forward secrecy only. */
  readonly cipherSuites?: readonly CipherSuiteName[]
  readonly groups?: readonly NamedGroupName[]
  readonly signatureSchemes?: readonly SignatureSchemeName[]
  /** What this side signs under where that is not the same as what it accepts: `signatureSchemes` by default. */
  readonly signingSchemes?: readonly SignatureSchemeName[]
  /** ALPN (RFC 7301), in order of preference. */
  readonly applicationProtocols?: readonly string[]
  /** `prefer` by default. */
  readonly extendedMasterSecret?: 'require' | 'prefer' | 'off'
  /** What the peer's close_notify brings: our own at once, or once `close` is called. `close` by default; streams use `wait`. */
  readonly onPeerClose?: 'close' | 'wait'
  /**
   * What a peer that asks for a renegotiation gets: a warning that there is none (`refuse`, the default), the end of the
   * connection (`abort`), one renegotiation (`once`, then `abort`), as many as it likes (`freely`: costs us more than it), or
   * no answer (`ignore`). Our own `renegotiate` needs no permission.
   */
  readonly renegotiation?: 'refuse' | 'abort' | 'once' | 'freely' | 'ignore'
  /** Whether a renegotiation may bring another certificate of the peer: the `same` only, by default. */
  readonly renegotiatedCertificate?: 'same' | 'any'
}

export interface ClientOptions extends CommonOptions, ClientExtensionOptions, ClientSessionsOptions {
  /** The DNS name to ask for and to be shown a certificate for. Addresses must be left out here (RFC 6066 §3). */
  readonly serverName?: string
  /** Ask for a stapled OCSP response; by default where the verifier looks at them, as one that checks revocation does. */
  readonly requestCertificateStatus?: boolean
  /** `require` by default (RFC 5746 §4.1). */
  readonly secureRenegotiation?: 'require' | 'tolerate'
  /** `refuse` by default. */
  readonly otherDhGroups?: 'refuse' | 'prove'
  /** What a HelloRequest in mid-handshake brings; `ignore` by default, as RFC 5246 §7.4.1.1 has it. */
  readonly strayHelloRequest?: 'ignore' | 'refuse'
  /** Says that this is another attempt after a higher version failed (RFC 7507 §4). False by default. */
  readonly fallback?: boolean
}

export interface ServerOptions extends CommonOptions, ServerExtensionOptions, ServerSessionsOptions {
  /**
   * Whether clients must show a certificate; `none` by default. Under suites without certificates the shared key stands in
   * for one (RFC 4279 §2): where it must not, leave these suites out.
   */
  readonly clientAuthentication?: 'none' | 'request' | 'require'
  /** DER names to put into CertificateRequest. */
  readonly certificateAuthorities?: readonly Uint8Array[]
  /** Sees each ClientHello before anything is chosen, and may refuse it or change the terms for this client. */
  readonly reviewClientHello?: ClientHelloReviewer
  /** Tells clients which pre-shared key is meant; none by default (RFC 4279 §5.2). */
  readonly pskIdentityHint?: Uint8Array
  /** `hide` by default: a client that names an unknown key fails as one with a wrong key does. `alert` says so (RFC 4279 §2). */
  readonly unknownPskIdentity?: 'hide' | 'alert'
}

type Known<Options> = Readonly<Record<keyof Options | 'provider' | 'handshakeTimeout' | 'signal', true>>

/** Every option by name. Those of the adapters are read by the adapters, and pass through here. */
const commonOptions: Known<Omit<CommonOptions, keyof CommonSessionsOptions>> = {
  verifier: true,
  credentials: true,
  selectCredential: true,
  preSharedKeys: true,
  selectPsk: true,
  environment: true,
  cipherSuites: true,
  groups: true,
  signatureSchemes: true,
  signingSchemes: true,
  applicationProtocols: true,
  extendedMasterSecret: true,
  onPeerClose: true,
  renegotiation: true,
  renegotiatedCertificate: true,
  keySchedule: true,
  recordLayer: true,
  keyLog: true,
  observe: true,
  messageLimits: true,
  trafficLimits: true,
  maxSendFragment: true,
  inputHighWaterMark: true,
  interleaving: true,
  version2Hello: true,
  provider: true,
  handshakeTimeout: true,
  signal: true,
}

const clientOptions: Known<ClientOptions> = {
  ...commonOptions,
  ...clientExtensionOptions,
  ...clientSessionNames,
  serverName: true,
  requestCertificateStatus: true,
  secureRenegotiation: true,
  otherDhGroups: true,
  strayHelloRequest: true,
  fallback: true,
}

const serverOptions: Known<ServerOptions> = {
  ...commonOptions,
  ...serverExtensionOptions,
  reviewClientHello: true,
  ...serverSessionNames,
  clientAuthentication: true,
  certificateAuthorities: true,
  pskIdentityHint: true,
  unknownPskIdentity: true,
}

type ExtensionPart = ReturnType<typeof clientExtensions | typeof serverExtensions>

const handshakeConfig = (options: CommonOptions): Omit<HandshakeConfig, keyof ExtensionPart | 'sessions'> => ({
  cipherSuites: suitesByName(options.cipherSuites) ?? constantTimeFirst(defaultCipherSuites),
  groups: groupsByName(options.groups) ?? defaultGroups,
  signatureSchemes: schemesByName(options.signatureSchemes) ?? defaultSignatureSchemes,
  ...ifGiven('signingSchemes', schemesByName(options.signingSchemes)),
  applicationProtocols: protocolNames(options.applicationProtocols),
  extendedMasterSecret: oneOf(
    'extendedMasterSecret',
    options.extendedMasterSecret,
    ['require', 'prefer', 'off'],
    'prefer',
  ),
  onPeerClose: oneOf('onPeerClose', options.onPeerClose, ['close', 'wait'], 'close'),
  renegotiation: oneOf(
    'renegotiation',
    options.renegotiation,
    ['refuse', 'abort', 'once', 'freely', 'ignore'],
    'refuse',
  ),
  renegotiatedCertificate: oneOf('renegotiatedCertificate', options.renegotiatedCertificate, ['same', 'any'], 'same'),
})

/** Suites of pre-shared keys without a key could only fail. */
function checkHasPsk({ cipherSuites }: HandshakeConfig, options: CommonOptions): void {
  const { preSharedKeys: keys = [], selectPsk, environment } = options
  if (keys.length > 0 || selectPsk !== undefined || environment?.selectPsk !== undefined) return
  const suite = cipherSuites.find(({ keyExchange }) => usesPsk(keyExchange))
  if (suite !== undefined) throw new TlsFault('misuse', `${suite.name} needs preSharedKeys, or selectPsk to find them`)
}

function environmentOf(
  provider: CryptoProvider,
  options: CommonOptions,
  unrecognizedName: 'refuse' | 'ignore' = 'ignore',
): Environment {
  const trust: Trust = {
    verifyCertificate: optionalFunction('verifier', options.verifier) ?? refuseAll,
    selectCredential:
      optionalFunction('selectCredential', options.selectCredential) ??
      selectFrom(list('credentials', options.credentials) ?? [], { unrecognizedName }),
    selectPsk: optionalFunction('selectPsk', options.selectPsk) ?? selectPskFrom(preSharedKeys(options.preSharedKeys)),
  }
  return { ...providerEnvironment(provider, trust), ...options.environment }
}

/** Of the types of certificate, those of which there is one to show (RFC 7250 §4.1); who selects it elsewhere knows better. */
function showable(
  types: readonly CertificateKind[],
  { credentials, selectCredential, environment }: ClientOptions,
): readonly CertificateKind[] {
  if (selectCredential !== undefined || environment?.selectCredential !== undefined) return types
  const kinds = (list('credentials', credentials) ?? []).map(({ certificateType = 'X509' }) => certificateType)
  const held = types.filter((type) => kinds.includes(type))
  return held.length === 0 ? ['X509'] : held
}

/**
 * Makes clients whose cryptography comes from `provider`, all with these options, which are looked at once: what is changed
 * in them or their lists afterwards changes no client. Throws a `misuse` fault for options that make no sense.
 */
export function clientEndpoints(provider: CryptoProvider, options: ClientOptions): () => Endpoint {
  checkNames(options, clientOptions)
  checkShapes(options)
  const { secureRenegotiation, otherDhGroups, strayHelloRequest, verifier } = options
  const { policy, keeper } = clientSessions(provider, options)
  const extensions = clientExtensions(options)
  const config: ClientConfig = {
    // New fields first: V8 shares no hidden class between objects whose literal begins with others' fields.
    sessions: policy,
    serverName: hostName(options.serverName),
    requestCertificateStatus:
      flag('requestCertificateStatus', options.requestCertificateStatus) ?? verifier?.wantsStatus ?? false,
    secureRenegotiation: oneOf('secureRenegotiation', secureRenegotiation, ['require', 'tolerate'], 'require'),
    otherDhGroups: oneOf('otherDhGroups', otherDhGroups, ['refuse', 'prove'], 'refuse'),
    strayHelloRequest: oneOf('strayHelloRequest', strayHelloRequest, ['ignore', 'refuse'], 'ignore'),
    fallback: flag('fallback', options.fallback) ?? false,
    ...handshakeConfig(options),
    ...extensions,
    clientCertificateTypes: showable(extensions.clientCertificateTypes, options),
  }
  checkHasPsk(config, options)
  const connect = clientConnections(config, { ...options, crypto: provider })
  const environment = environmentOf(provider, options)
  return () => new Endpoint(connect(), environment, keeper)
}

/** A client whose cryptography comes from `provider`. Throws a `misuse` fault for options that make no sense. */
export const clientEndpoint = (provider: CryptoProvider, options: ClientOptions): Endpoint =>
  clientEndpoints(provider, options)()

/** Whether no suite needs a certificate. */
const onlyPsk = ({ cipherSuites }: HandshakeConfig): boolean =>
  cipherSuites.every(({ keyExchange }) => !showsCertificate(keyExchange))

/** Only suites of pre-shared keys let a server go without a certificate: without either it could only fail, at every client. */
function checkHasCredentials(
  config: HandshakeConfig,
  { credentials = [], environment, ...options }: ServerOptions,
): void {
  const { selectCredential = environment?.selectCredential, reviewClientHello } = options
  if (onlyPsk(config)) return
  if (credentials.length > 0 || selectCredential !== undefined || reviewClientHello !== undefined) return
  throw new TlsFault('misuse', 'a server needs credentials, or selectCredential to find them')
}

/** Makes servers whose cryptography comes from `provider`; otherwise like `clientEndpoints`. */
export function serverEndpoints(provider: CryptoProvider, options: ServerOptions): () => Endpoint {
  checkNames(options, serverOptions)
  checkShapes(options)
  const { clientAuthentication } = options
  const { policy, newKeeper, needs } = serverSessions(options)
  const config: ServerConfig = {
    sessions: policy,
    reviewClientHello: options.reviewClientHello !== undefined,
    extraExtensions: [],
    clientAuthentication: oneOf('clientAuthentication', clientAuthentication, ['none', 'request', 'require'], 'none'),
    certificateAuthorities: list('certificateAuthorities', options.certificateAuthorities) ?? [],
    pskIdentityHint: options.pskIdentityHint,
    unknownPskIdentity: oneOf('unknownPskIdentity', options.unknownPskIdentity, ['hide', 'alert'], 'hide'),
    ...handshakeConfig(options),
    ...serverExtensions(options),
  }
  const reviewer = optionalFunction('reviewClientHello', options.reviewClientHello)
  const plain = whileKeysAreShared({ ...environmentOf(provider, options, options.unrecognizedName), ...needs })
  const newEnvironment = (): Environment => (reviewer === undefined ? plain : withReviewer(plain, reviewer))
  checkHasCredentials(config, options)
  checkHasPsk(config, options)
  const connect = serverConnections(config, { ...options, crypto: provider })
  return () => new Endpoint(connect(), newEnvironment(), newKeeper())
}

/** A server whose cryptography comes from `provider`. Throws a `misuse` fault for options that make no sense. */
export const serverEndpoint = (provider: CryptoProvider, options: ServerOptions): Endpoint =>
  serverEndpoints(provider, options)()
