/**
 * The paved path: a client and a server that are safe by default, on the provider that works everywhere. What they are
 * made of is in `tls12/core`; sockets and streams are in `tls12/node` and `tls12/web`.
 */

import type { Endpoint } from './adapters/endpoint.js'
import { type ClientOptions, clientEndpoints, type ServerOptions, serverEndpoints } from './adapters/options.js'
import type { CertificateVerifier } from './crypto/environment.js'
import type { Credential } from './crypto/key-types.js'
import type { CryptoProvider } from './crypto/provider.js'
import { TlsFault } from './handshake/fault.js'
import { nobleProvider } from './providers/noble/index.js'
import { type ChainVerifierOptions, chainVerifier } from './x509/chain-verifier.js'
import { type DenyListEntries, denyList } from './x509/deny-list.js'
import { checkKeyMatches } from './x509/keystore/check-key-matches.js'
import { certificatesFromPem, privateKeyInfoFromPem } from './x509/pem.js'
import { type Pin, parsePin, pinnedCertificates } from './x509/pinned.js'
import { checkRevocation, type RevocationOptions } from './x509/revocation/check-revocation.js'
import { anchorsFromPem } from './x509/trust-anchors.js'
import type { ImmediateVerifier } from './x509/verifier.js'

export { defaultCipherSuites, defaultGroups, defaultSignatureSchemes } from './adapters/defaults.js'
export { Endpoint } from './adapters/endpoint.js'
export { joinInMemory } from './adapters/in-memory.js'
export type { ClientOptions, CommonOptions, ServerOptions } from './adapters/options.js'
export { SessionCache, type SessionCacheOptions } from './adapters/sessions/client-sessions.js'
export {
  MemorySessionStore,
  type MemorySessionStoreOptions,
  type SessionStore,
} from './adapters/sessions/session-store.js'
export { TicketKeys, type TicketKeysOptions } from './adapters/sessions/ticket-keys.js'
export type { ConnectionOutput } from './connection/connection.js'
export type { CertificateVerifier } from './crypto/environment.js'
export type { Credential, PrivateKey } from './crypto/key-types.js'
export { type PreSharedKey, preSharedKey } from './crypto/pre-shared-key.js'
export { allSuites } from './crypto/suite-parameters.js'
export { alertFor, type FaultCode } from './handshake/fault.js'
export type { ConnectionSummary, Negotiated } from './handshake/negotiated.js'
export * from './registry/index.js'
export type { DenyListEntries } from './x509/deny-list.js'
export type { Pin } from './x509/pinned.js'
export type { RevocationOptions } from './x509/revocation/check-revocation.js'
export type { ImmediateVerifier } from './x509/verifier.js'
export { TlsFault }

/** Replaces the provider of the cryptography; noble by default. */
interface WithProvider {
  readonly provider?: CryptoProvider
}

/** A TLS 1.2 client. Throws a `misuse` fault for options that make no sense. */
export const createClient = (options: ClientOptions & WithProvider = {}): Endpoint => prepareClient(options)()

/** A TLS 1.2 server. Throws a `misuse` fault for options that make no sense. */
export const createServer = (options: ServerOptions & WithProvider = {}): Endpoint => prepareServer(options)()

/**
 * Makes one client after another, all with the same options: these are checked once, and what is changed in them or their
 * lists afterwards changes no client. Throws a `misuse` fault for options that make no sense.
 */
export const prepareClient = (options: ClientOptions & WithProvider = {}): (() => Endpoint) =>
  clientEndpoints(options?.provider ?? nobleProvider(), options)

/** Makes one server after another, for a program that takes many connections; otherwise like `prepareClient`. */
export const prepareServer = (options: ServerOptions & WithProvider = {}): (() => Endpoint) =>
  serverEndpoints(options?.provider ?? nobleProvider(), options)

/** How chains are judged; everything has a default. */
export interface TrustOptions extends Omit<ChainVerifierOptions, 'anchors' | 'provider' | 'revocation'> {
  /** Nobody is asked about revocation by default. */
  readonly revocation?: RevocationOptions
  /** Verifies signatures; noble by default. */
  readonly provider?: CryptoProvider
}

/**
 * A verifier that accepts a peer with a valid chain to one of these certificates (a PEM bundle, or DER): signatures,
 * validity, authority, constraints, purpose, and for servers the name that was asked for (RFC 5280 §6.1, RFC 6125 §6).
 * Revocation is looked at where `revocation` says how. Throws `PemError`, `CertificateError` or `TypeError` for what it
 * cannot use.
 */
export function trustAnchors(
  bundle: string | readonly Uint8Array[],
  { revocation, provider = nobleProvider(), ...options }: TrustOptions = {},
): CertificateVerifier {
  const anchors = typeof bundle === 'string' ? anchorsFromPem(bundle) : bundle
  const check = revocation === undefined ? {} : { revocation: checkRevocation(revocation) }
  return chainVerifier({ ...options, ...check, anchors, provider })
}

/**
 * A verifier that refuses whoever is on a list of SHA-256 fingerprints, of certificates, keys or issuers, wherever in the
 * chain they stand, and leaves everyone else to `verifier`. `fingerprintsOf` in `tls12/x509` computes them. Throws
 * `TypeError` for an entry that is no SHA-256.
 */
export const unlessDenied = (denied: DenyListEntries, verifier: CertificateVerifier): CertificateVerifier =>
  denyList(denied, nobleProvider(), verifier)

/**
 * A verifier that accepts exactly these certificates or keys: PEM certificates, or pins as `sha256/BASE64` of a key or
 * `sha256:HEX` of a certificate. It checks nothing else: no chain, no expiry, no revocation.
 */
export const pinned = (...pins: readonly string[]): ImmediateVerifier =>
  pinnedCertificates(pins.flatMap(readPin), nobleProvider())

const readPin = (pin: string): readonly Pin[] =>
  pin.includes('-----BEGIN') ? certificatesFromPem(pin) : [parsePin(pin)]

/**
 * A credential from PEM text: the certificate chain, end entity first, and its unencrypted private key, which is tried
 * once and must be the certificate's. Throws `PemError` and `KeystoreError`, and a `misuse` fault for a provider that
 * answers later (`importCredentials` of `tls12/x509` waits for those).
 */
export function credentialFromPem(
  certificateChain: string,
  privateKey: string,
  provider: CryptoProvider = nobleProvider(),
): Credential {
  const key = provider.importPrivateKey(privateKeyInfoFromPem(privateKey))
  const credential = { certificateChain: certificatesFromPem(certificateChain), key }
  if (checkKeyMatches(credential, provider) instanceof Promise) {
    throw new TlsFault('misuse', 'this provider answers later: use importCredentials of tls12/x509')
  }
  return credential
}
