/** Ours: as Node streams, and as bare connections that hand each other their bytes (level 3). */
import type { Duplex } from 'node:stream'
import type { Endpoint } from '../../../src/adapters/endpoint.js'
import { joinInMemory } from '../../../src/adapters/in-memory.js'
import { secureDuplex } from '../../../src/adapters/node/index.js'
import {
  type ClientOptions,
  clientEndpoints,
  type ServerOptions,
  serverEndpoints,
} from '../../../src/adapters/options.js'
import type { CertificateVerifier } from '../../../src/crypto/environment.js'
import type { Credential } from '../../../src/crypto/key-types.js'
import type { CryptoProvider } from '../../../src/crypto/provider.js'
import { trustAnchors } from '../../../src/index.js'
import { pki } from '../../../test/support/pki.js'
import { bothReady, type Connected, type ConnectedStreams, type Contestant, type Setting } from './contestant.js'

/** What is made once for all handshakes of a setting, as a context of `node:tls` is. */
export interface Reused {
  readonly provider: CryptoProvider
  readonly client: Credential
  readonly server: Credential
  readonly verifier: CertificateVerifier
}

export function reused(provider: CryptoProvider, { kind }: Setting): Reused {
  const credential = (side: 'client' | 'server'): Credential => {
    const { certificateChain, privateKeyInfo } = pki[side][kind]
    return { certificateChain, key: provider.importPrivateKey(privateKeyInfo) }
  }
  const verifier = trustAnchors(pki.ca.certificates, { provider })
  return { provider, client: credential('client'), server: credential('server'), verifier }
}

/** What a measurement adds to the options of both ends. */
export interface EndOptions {
  readonly client?: ClientOptions
  readonly server?: ServerOptions
}

type Ends = readonly [Endpoint, Endpoint]

/** Makes both ends of one handshake after another, not yet joined. */
export function ends({ kind, mutual }: Setting, shared: Reused, more: EndOptions = {}): () => Ends {
  const { provider, verifier } = shared
  const common = {
    cipherSuites: [
      kind === 'rsa' ? 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' : 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    ],
    groups: ['x25519', 'secp256r1'],
    signatureSchemes: [kind === 'rsa' ? 'rsa_pss_rsae_sha256' : 'ecdsa_secp256r1_sha256'],
    verifier,
    onPeerClose: 'wait',
  } as const
  const newClient = clientEndpoints(provider, {
    ...{ ...common, serverName: 'localhost', credentials: mutual ? [shared.client] : [] },
    ...more.client,
  })
  const newServer = serverEndpoints(provider, {
    ...{ ...common, credentials: [shared.server], clientAuthentication: mutual ? 'require' : 'none' },
    ...more.server,
  })
  return () => [newClient(), newServer()]
}

/** Both ends after a handshake in memory. Throws unless both arrive. */
export function joined([client, server]: Ends): Ends {
  joinInMemory(client, server)
  if (client.connection.state.name !== 'Connected' || server.connection.state.name !== 'Connected') {
    throw new Error('tls12: no handshake')
  }
  return [client, server]
}

export const bare = (name: string, provider: CryptoProvider): Contestant<Connected> => ({
  name: `tls12 ${name}, level 3`,
  prepare: (setting) => {
    const newEnds = ends(setting, reused(provider, setting))
    return async () => {
      joined(newEnds())
      return { dispose: () => {} }
    }
  },
})

export const streams = (
  name: string,
  provider: CryptoProvider,
  pair: () => Promise<readonly [Duplex, Duplex]>,
): Contestant<ConnectedStreams> => ({
  name: `tls12 ${name}`,
  prepare: (setting) => {
    const newEnds = ends(setting, reused(provider, setting))
    return async () => {
      const [near, far] = await pair()
      const [clientEnd, serverEnd] = newEnds()
      const server = secureDuplex(far, serverEnd)
      const client = secureDuplex(near, clientEnd)
      await bothReady(client, 'secureConnect', server, 'secureConnect')
      const dispose = (): void => {
        for (const stream of [client, server, near, far]) stream.destroy()
      }
      return { client, server, dispose }
    }
  },
})
