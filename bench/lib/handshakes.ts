/** The handshakes that are measured, and their cryptography alone. */
import type { Endpoint } from '../../src/adapters/endpoint.js'
import { joinInMemory } from '../../src/adapters/in-memory.js'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import type { Environment } from '../../src/crypto/environment.js'
import type { Credential } from '../../src/crypto/key-types.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import type { CipherSuiteName } from '../../src/registry/cipher-suite.js'
import type { NamedGroupName } from '../../src/registry/named-group.js'
import type { SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { pinnedCertificates } from '../../src/x509/index.js'
import { type PkiKind, pki } from '../../test/support/pki.js'
import { freeKey, freeProvider } from './free-provider.js'
import { type Call, KnownKeys, Recorder } from './recorder.js'

export interface Scenario {
  readonly title: string
  readonly suite: CipherSuiteName
  readonly kind: PkiKind
  readonly group: NamedGroupName
  readonly scheme: SignatureSchemeName
  readonly mutual: boolean
}

const scenario = (
  title: string,
  suite: CipherSuiteName,
  kind: PkiKind,
  group: NamedGroupName,
  scheme: SignatureSchemeName,
): readonly Scenario[] =>
  [false, true].map((mutual) => ({
    title: `${title}, ${mutual ? 'mutual' : 'full'}`,
    ...{ suite, kind, group, scheme, mutual },
  }))

const ecdsa = 'ecdsa_secp256r1_sha256'
const pss = 'rsa_pss_rsae_sha256'

export const scenarios: readonly Scenario[] = [
  ...scenario(
    'ECDHE_ECDSA P-256 x25519 AES128-GCM',
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'ecdsaP256',
    'x25519',
    ecdsa,
  ),
  ...scenario(
    'ECDHE_ECDSA P-256 x25519 CHACHA20',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'ecdsaP256',
    'x25519',
    ecdsa,
  ),
  ...scenario('ECDHE_RSA-2048 x25519 CHACHA20', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'rsa', 'x25519', pss),
  ...scenario('DHE_RSA-2048 ffdhe2048 AES128-GCM', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 'rsa', 'ffdhe2048', pss),
  ...scenario('RSA-2048 AES128-GCM', 'TLS_RSA_WITH_AES_128_GCM_SHA256', 'rsa', 'x25519', pss),
]

const suiteOnly = (suite: CipherSuiteName, mutual = false): Scenario => ({
  ...{ title: suite, suite, kind: 'rsa', group: 'x25519', scheme: pss, mutual },
})

/** For bulk data, and for the one suite that node-forge has too. */
export const bulkScenarios = {
  ciphers: [
    { cipher: 'AES_128_GCM', scenario: suiteOnly('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256') },
    { cipher: 'AES_256_GCM', scenario: suiteOnly('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384') },
    { cipher: 'CHACHA20_POLY1305', scenario: suiteOnly('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256') },
  ],
  peer: (mutual: boolean) => suiteOnly('TLS_RSA_WITH_AES_128_CBC_SHA', mutual),
} as const

/** What the handshakes of one process share: imported keys, and verifiers that know their pins. */
export interface Party {
  readonly provider: CryptoProvider
  readonly client: Credential
  readonly server: Credential
  readonly verifyServer: Environment['verifyCertificate']
  readonly verifyClient: Environment['verifyCertificate']
}

function credential(provider: CryptoProvider, side: 'client' | 'server', kind: PkiKind): Credential {
  const { certificateChain, privateKeyInfo } = pki[side][kind]
  return { certificateChain, key: provider.importPrivateKey(privateKeyInfo) }
}

const verifiers = (provider: CryptoProvider, kind: PkiKind) => ({
  verifyServer: pinnedCertificates([pki.server[kind].certificate], provider),
  verifyClient: pinnedCertificates([pki.client[kind].certificate], provider),
})

export const partyFor = (provider: CryptoProvider, { kind }: Scenario): Party => ({
  provider,
  client: credential(provider, 'client', kind),
  server: credential(provider, 'server', kind),
  ...verifiers(provider, kind),
})

/** A whole handshake, both ends in this process. Throws unless both arrive. */
export function handshake({ suite, group, scheme, mutual }: Scenario, who: Party): readonly [Endpoint, Endpoint] {
  // P-256 is there for the certificate's key, and comes second for the key exchange.
  const groups: readonly NamedGroupName[] = [group, 'secp256r1']
  const common = { cipherSuites: [suite], groups, signatureSchemes: [scheme] }
  const client = clientEndpoint(who.provider, {
    ...common,
    serverName: 'localhost',
    verifier: who.verifyServer,
    credentials: mutual ? [who.client] : [],
  })
  const server = serverEndpoint(who.provider, {
    ...common,
    credentials: [who.server],
    ...(mutual ? { clientAuthentication: 'require', verifier: who.verifyClient } : {}),
  })
  joinInMemory(client, server)
  if (client.connection.state.name !== 'Connected' || server.connection.state.name !== 'Connected') {
    throw new Error(`${suite}: no handshake`)
  }
  return [client, server]
}

/** The calls that one warm handshake makes: keys are imported, pins are hashed. */
function recordWarm(one: Scenario, who: Party, known: KnownKeys): readonly Call[] {
  const recorder = new Recorder(who.provider, known)
  const judging = verifiers(recorder.provider, one.kind)
  recorder.calls.length = 0
  const { provider } = recorder
  handshake(one, {
    provider,
    client: recorder.credential(who.client),
    server: recorder.credential(who.server),
    ...judging,
  })
  return recorder.calls
}

/** The calls that a cold handshake makes: everything is imported and hashed for it. */
function recordCold(one: Scenario, provider: CryptoProvider): readonly Call[] {
  const recorder = new Recorder(provider, new KnownKeys())
  handshake(one, partyFor(recorder.provider, one))
  return recorder.calls
}

/** A handshake, and its cryptography alone, each to be run as often as one likes. */
export interface Measurable {
  readonly whole: () => void
  readonly primitives: () => void
}

/** A handshake whose cryptography costs nothing. */
export function libraryAlone(one: Scenario): () => void {
  const { client, server } = partyFor(nobleProvider(), one)
  const who: Party = {
    provider: freeProvider,
    client: { ...client, key: freeKey(client.key) },
    server: { ...server, key: freeKey(server.key) },
    ...verifiers(freeProvider, one.kind), // every hash is the same, so every certificate is the pinned one
  }
  return () => void handshake(one, who)
}

/** Several recordings take turns, since no two handshakes sign or encrypt the same. */
const RECORDINGS = 8

function replay(recordings: readonly (readonly Call[])[]): () => void {
  let turn = 0
  return () => {
    for (const call of recordings[turn++ % recordings.length] ?? []) call.again()
  }
}

export function warm(one: Scenario): Measurable {
  const who = partyFor(nobleProvider(), one)
  const known = new KnownKeys()
  handshake(one, who)
  return {
    whole: () => void handshake(one, who),
    primitives: replay(Array.from({ length: RECORDINGS }, () => recordWarm(one, who, known))),
  }
}

export function cold(one: Scenario): Measurable {
  const provider = nobleProvider()
  return {
    whole: () => void handshake(one, partyFor(nobleProvider(), one)),
    primitives: replay(Array.from({ length: RECORDINGS }, () => recordCold(one, provider))),
  }
}
