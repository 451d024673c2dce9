import type { Endpoint } from '../../src/adapters/endpoint.js'
import { joinInMemory } from '../../src/adapters/in-memory.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import type { ConnectionOutput } from '../../src/connection/connection.js'
import type { Credential } from '../../src/crypto/key-types.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'
import type { TlsFault } from '../../src/handshake/fault.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { type ImmediateVerifier, pinnedCertificates } from '../../src/x509/index.js'
import { type PkiKind, pki } from './pki.js'

/** One provider for all tests that do not compare providers: it has no state but caches. */
export const noble: CryptoProvider = nobleProvider()

const credentialsBy = new WeakMap<CryptoProvider, Map<string, Credential>>()

/** A credential of the test PKI; imported once by each provider. */
export function credentialOf(side: 'client' | 'server', kind: PkiKind, provider = noble): Credential {
  const credentials = credentialsBy.get(provider) ?? new Map<string, Credential>()
  credentialsBy.set(provider, credentials)
  const name = `${side} ${kind}`
  const known = credentials.get(name)
  if (known !== undefined) return known
  const { certificateChain, privateKeyInfo } = pki[side][kind]
  const credential = { certificateChain, key: provider.importPrivateKey(privateKeyInfo) }
  credentials.set(name, credential)
  return credential
}

/** A verifier that pins the test PKI's certificate of one side and kind. */
export const pinTo = (side: 'client' | 'server', kind: PkiKind, provider = noble): ImmediateVerifier =>
  pinnedCertificates([pki[side][kind].certificate], provider)

/** A kind of server key that serves each key exchange. */
export const kindFor = (keyExchange: KeyExchange): PkiKind => (keyExchange === 'ECDHE_ECDSA' ? 'ecdsaP256' : 'rsa')

/** The providers of both ends of a connection. */
export interface Providers {
  readonly client: CryptoProvider
  readonly server: CryptoProvider
}

const nobles: Providers = { client: noble, server: noble }

/** Options of a client and a server that authenticate each other with keys of one kind. */
export const mutual = (
  kind: PkiKind,
  providers = nobles,
): { readonly client: ClientOptions; readonly server: ServerOptions } => ({
  client: {
    serverName: 'localhost',
    credentials: [credentialOf('client', kind, providers.client)],
    verifier: pinTo('server', kind, providers.client),
  },
  server: {
    credentials: [credentialOf('server', kind, providers.server)],
    clientAuthentication: 'require',
    verifier: pinTo('client', kind, providers.server),
  },
})

/** What became of a handshake in memory: both ends, and everything but bytes that each put out. */
export interface Played {
  readonly client: Endpoint
  readonly server: Endpoint
  readonly outputs: readonly { readonly side: 'client' | 'server'; readonly output: ConnectionOutput }[]
  faultOf(side: 'client' | 'server'): TlsFault | undefined
  dataOf(side: 'client' | 'server'): Uint8Array
}

/** Joins a client and a server in memory and plays whatever happens at once. */
export function play(
  clientOptions: ClientOptions,
  serverOptions: ServerOptions,
  provider: CryptoProvider | Providers = nobles,
): Played {
  const providers = 'client' in provider ? provider : { client: provider, server: provider }
  const client = clientEndpoint(providers.client, clientOptions)
  const server = serverEndpoint(providers.server, serverOptions)
  const outputs: { side: 'client' | 'server'; output: ConnectionOutput }[] = []
  joinInMemory(client, server, (side, output) => {
    if (output.type !== 'transmit') outputs.push({ side, output })
  })
  const of = (side: 'client' | 'server') => outputs.filter((one) => one.side === side).map(({ output }) => output)
  return {
    client,
    server,
    outputs,
    faultOf: (side) => of(side).find((output) => output.type === 'failed')?.fault,
    dataOf: (side) =>
      Uint8Array.from(of(side).flatMap((output) => (output.type === 'application_data' ? [...output.data] : []))),
  }
}
