import type { CredentialRequest } from '../crypto/environment.js'
import type { Credential, KeyUse } from '../crypto/key-types.js'
import { clientCertificateTypeOf, curveAccepted, firstSchemeFor } from '../handshake/negotiation.js'
import type { SignatureScheme } from '../registry/signature-scheme.js'
import { dnsNameMatches } from './host-names.js'
import { type OwnCertificate, readOwnCertificate } from './own-certificate.js'
import { signatureAlgorithm } from './signature-algorithm.js'
import { tryParseName } from './try-parse.js'

/** Chooses among credentials that serve a request equally well; they come in the order in which they were given. */
export type Preference = (fitting: readonly Credential[], request: CredentialRequest) => Credential | undefined

export interface SelectionOptions {
  /** Replaces the rule by which one of several fitting credentials is chosen: `latestNotBefore`. */
  readonly prefer?: Preference
  /** Milliseconds since the epoch, for telling which credentials are valid; the system's clock by default. */
  readonly now?: () => number
  /** `refuse`: none is chosen for a name that no certificate has, where one without the name is chosen by default. */
  readonly unrecognizedName?: 'refuse' | 'ignore'
}

/** Certificates of a credential that are X.509 by the strict rules: nothing is known of others. */
const readable = ({ certificateChain }: Credential): readonly OwnCertificate[] =>
  certificateChain.flatMap((der) => readOwnCertificate(der) ?? [])

const endEntity = ({ certificateChain: [certificate] }: Credential): OwnCertificate | undefined =>
  certificate && readOwnCertificate(certificate)

/** Whether some certificate of the chain was issued by one of the authorities that the server names (RFC 5246 §7.4.4). */
function hasAuthority(credential: Credential, certificateAuthorities: readonly Uint8Array[]): boolean {
  if (certificateAuthorities.length === 0) return true
  const trusted = new Set(certificateAuthorities.map((name) => tryParseName(name)?.comparable))
  return readable(credential).some(({ issuer }) => trusted.has(issuer.comparable))
}

const uses: readonly KeyUse[] = ['digitalSignature', 'keyEncipherment']

/** The uses that the certificate leaves to its key; both where it does not say (RFC 5246 §7.4.2, RFC 5246 §7.4.6). */
function allowedUses(credential: Credential): readonly KeyUse[] {
  if (credential.certificateType === 'RawPublicKey') return uses
  const { keyUsage } = endEntity(credential) ?? {}
  return keyUsage === undefined ? uses : uses.filter((use) => keyUsage.has(use))
}

/** What the handshake needs to know of the certificate: nothing, unless it withholds something that the key can do. */
function withUses(credential: Credential): Credential {
  if (credential.key.decryptPreMaster === undefined) return credential
  const keyUses = allowedUses(credential)
  return keyUses.length === uses.length ? credential : { ...credential, keyUses }
}

/** Whether a credential can serve a request at all: kind of key and its uses, schemes, authorities, on a server the curve. */
export function credentialFits(credential: Credential, request: CredentialRequest): boolean {
  const { key, certificateType = 'X509' } = credential
  if (!(request.kinds ?? ['X509']).includes(certificateType)) return false
  const allowed = allowedUses(credential)
  const canSign = allowed.includes('digitalSignature') && firstSchemeFor(key, request.signatureSchemes) !== undefined
  if (request.role === 'client') {
    const isOfType = request.certificateTypes.includes(clientCertificateTypeOf(key))
    return canSign && isOfType && hasAuthority(credential, request.certificateAuthorities)
  }
  // An RSA key may decrypt where it cannot sign, and the other way round.
  const wanted: readonly KeyUse[] = key.keyType === 'rsa' ? request.rsaKeyUses : ['digitalSignature']
  const canDecrypt = allowed.includes('keyEncipherment') && key.decryptPreMaster !== undefined
  const isUseful =
    (canSign && wanted.includes('digitalSignature')) || (canDecrypt && wanted.includes('keyEncipherment'))
  return isUseful && request.keyTypes.includes(key.keyType) && curveAccepted(key, request.groups)
}

const NO_NAME_MATCHES = 2

/** 0: a name of the certificate is the one that the client asked for; 1: a wildcard covers it; 2: neither (RFC 6066 §3). */
function nameRank(credential: Credential, request: CredentialRequest): number {
  const { serverName } = request
  if (request.role === 'client' || serverName === undefined || credential.certificateType === 'RawPublicKey') return 0
  const names = endEntity(credential)?.subjectAltName ?? []
  const matching = names.filter((name) => name.type === 'dns' && dnsNameMatches(name.value, serverName))
  if (matching.some(({ value }) => typeof value === 'string' && value.toLowerCase() === serverName)) return 0
  return matching.length > 0 ? 1 : NO_NAME_MATCHES
}

function validityRank(credential: Credential, now: number): number {
  const certificate = endEntity(credential)
  return certificate !== undefined && certificate.notBefore <= now && now <= certificate.notAfter ? 0 : 1
}

/** PSS is one algorithm on certificates and two schemes, by the issuer's kind of key, in TLS. */
function schemesOf(certificate: OwnCertificate): readonly SignatureScheme[] {
  const algorithms = [
    signatureAlgorithm(certificate.signatureAlgorithm, 'rsa'),
    signatureAlgorithm(certificate.signatureAlgorithm, 'rsa-pss'),
  ]
  return algorithms.flatMap((algorithm) => (algorithm.type === 'scheme' ? algorithm.scheme : []))
}

/**
 * 0 where the signature of every certificate but roots is under a scheme that the peer accepts too (RFC 5246 §7.4.2,
 * RFC 5246 §7.4.6). A rank and not a condition: the request lists what both sides accept, so a scheme that is absent may be
 * one that only we would not sign with, and a peer that knows the issuer does not check its certificate's signature.
 */
const chainRank = (credential: Credential, { signatureSchemes }: CredentialRequest): number =>
  readable(credential).every(
    (certificate) =>
      certificate.selfIssued || schemesOf(certificate).some((scheme) => signatureSchemes.includes(scheme)),
  )
    ? 0
    : 1

/** A raw key has no names, no dates and no chain: only whether the peer prefers certificates tells it from one. */
const kindRank = ({ certificateType = 'X509' }: Credential, { kinds = ['X509'] }: CredentialRequest): number =>
  kinds.indexOf(certificateType)

/** How well a credential that fits serves a request, as one number; less is better: the kind counts most, then the name. */
const rankOf = (credential: Credential, request: CredentialRequest, now: number): number =>
  8 * kindRank(credential, request) +
  4 * nameRank(credential, request) +
  2 * validityRank(credential, now) +
  chainRank(credential, request)

const notBeforeOf = (credential: Credential): number => endEntity(credential)?.notBefore ?? Number.NEGATIVE_INFINITY

/**
 * The credential whose end-entity certificate has the latest notBefore. Among equals a server takes the kind of key that
 * its cipher suites prefer, then whoever comes first.
 */
export const latestNotBefore: Preference = (fitting, request) => {
  const keyRank = ({ key }: Credential): number =>
    request.role === 'server' ? request.keyTypes.indexOf(key.keyType) : 0
  return fitting.toSorted((a, b) => notBeforeOf(b) - notBeforeOf(a) || keyRank(a) - keyRank(b))[0]
}

/**
 * A selector over a fixed list. Those that cannot serve the request are left out: a client's by the kind of key, the
 * schemes and the authorities that a CertificateRequest names, a server's by its cipher suites and groups, both by the key
 * usage of their certificates. Of the rest, those
 * come first that have the very name that the client asked for, then those with a wildcard for it, then all; within these
 * the ones that are valid now, and of these the ones with a chain whose signatures the peer accepts. If there are still
 * several, the one with the latest notBefore is used, or whichever `prefer` chooses.
 */
export function selectFrom(
  credentials: readonly Credential[],
  { prefer = latestNotBefore, now = Date.now, unrecognizedName = 'ignore' }: SelectionOptions = {},
): (request: CredentialRequest) => Credential | undefined {
  return (request) => {
    const at = now()
    const ranked = credentials
      .filter((credential) => credentialFits(credential, request))
      .filter((credential) => unrecognizedName === 'ignore' || nameRank(credential, request) < NO_NAME_MATCHES)
      .map((credential) => ({ credential, rank: rankOf(credential, request, at) }))
    if (ranked.length === 0) return undefined
    const best = Math.min(...ranked.map(({ rank }) => rank))
    const chosen = prefer(
      ranked.filter(({ rank }) => rank === best).map(({ credential }) => credential),
      request,
    )
    return chosen && withUses(chosen)
  }
}
