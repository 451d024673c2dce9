import { ifGiven } from '../../src/adapters/check-options.js'
import type { Endpoint } from '../../src/adapters/endpoint.js'
import { type CommonOptions, clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import type { ClientHelloReviewer } from '../../src/adapters/review-option.js'
import { publicEqual } from '../../src/bytes/equal.js'
import type { Environment } from '../../src/crypto/environment.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import { allSuites } from '../../src/crypto/suite-parameters.js'
import type { CipherSuiteName } from '../../src/registry/cipher-suite.js'
import { NamedGroup, type NamedGroupName } from '../../src/registry/named-group.js'
import { nameOf } from '../../src/registry/registry.js'
import { SignatureScheme, type SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { credentialOf, provider } from './credentials.js'
import { type Settings, type SwitchName, Unimplemented } from './flags.js'
import type { Observations } from './observations.js'
import { clientSessions, serverSessions } from './sessions.js'
import type { Shared } from './shared-state.js'
import { verifierFor } from './verify.js'

/** What the tests take for granted where they say nothing. */
const defaultGroups: readonly NamedGroupName[] = ['x25519', 'secp256r1', 'secp384r1']

const defaultVerifySchemes: readonly SignatureSchemeName[] = [
  'ecdsa_secp256r1_sha256',
  'rsa_pss_rsae_sha256',
  'rsa_pkcs1_sha256',
  'ecdsa_secp384r1_sha384',
  'rsa_pss_rsae_sha384',
  'rsa_pkcs1_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha512',
  'rsa_pkcs1_sha1',
]

const defaultSigningSchemes: readonly SignatureSchemeName[] = [
  'ed25519',
  'ecdsa_secp256r1_sha256',
  'rsa_pss_rsae_sha256',
  'rsa_pkcs1_sha256',
  'ecdsa_secp384r1_sha384',
  'rsa_pss_rsae_sha384',
  'rsa_pkcs1_sha384',
  'ecdsa_secp521r1_sha512',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha512',
  'ecdsa_sha1',
  'rsa_pkcs1_sha1',
]

const isGroup = (name: string): name is NamedGroupName => Object.hasOwn(NamedGroup, name)
const isScheme = (name: string): name is SignatureSchemeName => Object.hasOwn(SignatureScheme, name)

const groupsOf = (settings: Settings): readonly NamedGroupName[] =>
  settings
    .numbers('-curves')
    ?.map((group) => nameOf(NamedGroup, group, 2))
    .filter(isGroup) ?? defaultGroups

/** Schemes by number; those that no TLS 1.2 has, like MD5 with SHA-1, cannot be asked for. */
const schemesOf = (numbers: readonly number[] | undefined): readonly SignatureSchemeName[] | undefined =>
  numbers?.map((scheme) => nameOf(SignatureScheme, scheme, 2)).filter(isScheme)

/** OpenSSL's words for lists of suites, as far as the tests use them. */
const suiteFilters: Readonly<Record<string, (name: CipherSuiteName) => boolean>> = {
  '3DES': (name) => name.includes('3DES'),
  'DEFAULT:!AES': (name) => !name.includes('AES') && !name.includes('3DES'),
}

/** Suites of a shared key are on where there is a key. */
const withoutPsk = allSuites.filter(({ keyExchange }) => !keyExchange.endsWith('PSK'))

function suitesOf(settings: Settings): readonly CipherSuiteName[] {
  const list = settings.text('-cipher')
  const filter = list === undefined ? (name: string) => !name.includes('3DES') : suiteFilters[list]
  if (filter === undefined) throw new Unimplemented(`the suites ${list}`)
  const usable = settings.text('-psk') === undefined ? withoutPsk : allSuites
  return usable.map(({ name }) => name).filter(filter)
}

const sameNames = (expected: readonly string[], actual: readonly string[] = []): boolean =>
  expected.length === actual.length && expected.every((name, at) => name === actual[at])

/**
 * What the tests expect of a server beyond the RFCs: that it takes no elliptic curve for granted with clients that name
 * none, though RFC 8422 §4 leaves it the choice; and what single tests want of it at this moment.
 */
function reviewerFor(settings: Settings, observations: Observations): ClientHelloReviewer {
  return (hello) => {
    observations.clientHello = hello
    const advertised = settings.text('-expect-advertised-alpn')
    if (advertised !== undefined && !sameNames(protocolsOf(advertised), hello.applicationProtocols)) {
      throw new Error('the client names other protocols than expected')
    }
    if (settings.has('-fail-early-callback')) return { refuse: 'the early callback says no' }
    const noCurve = hello.groups === undefined && settings.text('-psk') === undefined
    return {
      ...(noCurve ? { cipherSuites: suitesOf(settings).filter((name) => !name.includes('ECDHE')) } : {}),
      ...(settings.has('-select-empty-alpn') ? { applicationProtocols: [''] } : {}),
    }
  }
}

/** Names behind their lengths, as ALPN has them on the wire. */
function protocolsOf(list: string | undefined): readonly string[] {
  const names: string[] = []
  for (let at = 0; list !== undefined && at < list.length; at += list.charCodeAt(at) + 1) {
    names.push(list.slice(at + 1, at + 1 + list.charCodeAt(at)))
  }
  return names
}

function serverProtocols(settings: Settings): readonly string[] {
  if (settings.has('-reject-alpn')) return ['a protocol that nobody speaks']
  const selected = settings.text('-select-alpn')
  return selected === undefined ? [] : [selected]
}

function selectCredential(settings: Settings): Environment['selectCredential'] {
  return () => {
    if (settings.has('-fail-cert-callback')) throw new Error('the certificate callback fails')
    return credentialOf(settings)
  }
}

const certificateLimit = (settings: Settings): CommonOptions => {
  const certificate = settings.number('-max-cert-list')
  return certificate === undefined ? {} : { messageLimits: { certificate } }
}

const commonOptions = (settings: Settings, observations: Observations): CommonOptions => ({
  cipherSuites: suitesOf(settings),
  groups: groupsOf(settings),
  signatureSchemes: schemesOf(settings.numbers('-verify-prefs')) ?? defaultVerifySchemes,
  signingSchemes: schemesOf(settings.numbers('-signing-prefs')) ?? defaultSigningSchemes,
  selectCredential: selectCredential(settings),
  verifier: verifierFor(settings, observations),
  observe: observations.observe,
  onPeerClose: 'wait',
  interleaving: 'refuse',
  renegotiation: renegotiation(settings),
  ...preSharedKeyOptions(settings),
  ...ifGiven('maxSendFragment', settings.number('-max-send-fragment')),
  ...certificateLimit(settings),
})

/** BoringSSL follows a wish only where it is told to, and takes any other for the end of the connection. */
const renegotiationPolicies: readonly (readonly [SwitchName, NonNullable<CommonOptions['renegotiation']>])[] = [
  // Its rule, not ours: no handshake while a write is unfinished.
  ['-read-with-unfinished-write', 'abort'],
  ['-forbid-renegotiation-after-handshake', 'abort'],
  ['-renegotiate-once', 'once'],
  ['-renegotiate-freely', 'freely'],
  // The application asks for one itself when it has heard of the wish.
  ['-renegotiate-explicit', 'ignore'],
  ['-renegotiate-ignore', 'ignore'],
]

const renegotiation = (settings: Settings): NonNullable<CommonOptions['renegotiation']> =>
  renegotiationPolicies.find(([flag]) => settings.has(flag))?.[1] ?? 'abort'

/** The key that both sides have, where there is one. A client wants to be told its name, or nothing where it has none. */
function preSharedKeyOptions(settings: Settings): Pick<CommonOptions, 'preSharedKeys' | 'selectPsk'> {
  const key = settings.text('-psk')
  if (key === undefined) return {}
  const identity = Buffer.from(settings.text('-psk-identity') ?? '')
  const own = preSharedKey(identity, Buffer.from(key))
  return {
    preSharedKeys: [own],
    selectPsk: (request) => {
      const named = request.role === 'client' ? request.identityHint : request.identity
      if (!publicEqual(named ?? new Uint8Array(), identity)) throw new Error('another key is named than this side has')
      return own
    },
  }
}

function clientFor({ settings, shared, isResumption, observations }: Wanted): Endpoint {
  const serverName = settings.text('-host-name')
  return clientEndpoint(provider, {
    ...commonOptions(settings, observations),
    ...(serverName === undefined ? {} : { serverName }),
    ...clientSessions(settings, shared, isResumption),
    applicationProtocols: protocolsOf(settings.text('-advertise-alpn')),
    fallback: settings.has('-fallback-scsv'),
    strayHelloRequest: 'refuse',
    requestSignedCertificateTimestamps: settings.has('-enable-signed-cert-timestamps'),
    requestCertificateStatus: settings.has('-enable-ocsp-stapling'),
    secureRenegotiation: settings.has('-no-legacy-server-connect') ? 'require' : 'tolerate',
  })
}

/** A server with a named key says the name. */
function hintOf(settings: Settings): Uint8Array | undefined {
  const name = settings.text('-psk-identity')
  return name === undefined ? undefined : Buffer.from(name)
}

function serverFor({ settings, shared, observations }: Wanted): Endpoint {
  const required = settings.has('-require-any-client-certificate')
  return serverEndpoint(provider, {
    ...commonOptions(settings, observations),
    ...serverSessions(settings, shared),
    applicationProtocols: serverProtocols(settings),
    reviewClientHello: reviewerFor(settings, observations),
    ...ifGiven('pskIdentityHint', hintOf(settings)),
    acknowledgeServerName: !settings.has('-no-server-name-ack'),
    version2Hello: 'accept',
    clientAuthentication: settings.has('-verify-peer') ? 'request' : required ? 'require' : 'none',
    certificateAuthorities: certificateAuthorities(settings),
  })
}

function certificateAuthorities(settings: Settings): readonly Uint8Array[] {
  const list = settings.text('-use-client-ca-list')
  return list === undefined || list.startsWith('<') ? [] : list.split(',').map((name) => Buffer.from(name, 'hex'))
}

/** What an endpoint is made for. */
export interface Wanted {
  readonly settings: Settings
  readonly shared: Shared
  readonly isResumption: boolean
  readonly observations: Observations
}

/** The endpoint that a connection's settings ask for. */
export const endpointFor = (wanted: Wanted): Endpoint =>
  wanted.settings.has('-server') ? serverFor(wanted) : clientFor(wanted)
