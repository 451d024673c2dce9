/** Implementations of TLS 1.2 in JavaScript that are not ours; each is left out where it is not installed. */
import type { Duplex } from 'node:stream'
import { pki } from '../../../test/support/pki.js'
import { forgeHandshake } from '../forge.js'
import {
  bothReady,
  type Connected,
  type ConnectedStreams,
  type Contestant,
  duplexPair,
  type Setting,
} from './contestant.js'
import { nodeTlsServer } from './node-tls.js'

/** A package of bench/package.json, typed by the caller; its own types are there only where it is installed. */
async function load<T>(name: string): Promise<T | undefined> {
  try {
    return (await import(name)) as T
  } catch {
    return undefined
  }
}

interface LemonTls {
  readonly TLSSocket: new (transport: Duplex, options: object) => Duplex
  createSecureContext(options: object): object
}

const X25519 = 0x1d
const schemes = { rsa: 0x0804, ecdsaP256: 0x0403 }
const suites = { rsa: 0xc02f, ecdsaP256: 0xc02b }

/** lemon-tls, which does its arithmetic with node:crypto. */
export async function lemonTls(): Promise<Contestant<ConnectedStreams> | undefined> {
  const lemon = await load<LemonTls>('lemon-tls')
  if (lemon === undefined) return undefined
  return {
    name: 'lemon-tls',
    prepare: (setting) => {
      if (setting.mutual) return undefined // its TLS 1.2 server demands the client's certificate before it can have come
      const common = {
        ...{ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', groups: [X25519], sessionTickets: false },
        ...{ signatureAlgorithms: [schemes[setting.kind]], allowedCipherSuites: [suites[setting.kind]] },
        ca: pki.ca[setting.kind === 'rsa' ? 'rsa' : 'ecdsa'].certPem, // one certificate: it reads no more of a bundle
      }
      const { chainPem, keyPem } = pki.server[setting.kind]
      const secureContext = lemon.createSecureContext({ cert: chainPem, key: keyPem })
      return () => lemonHandshake(lemon, common, secureContext)
    },
  }
}

async function lemonHandshake(
  { TLSSocket }: LemonTls,
  common: object,
  secureContext: object,
): Promise<ConnectedStreams> {
  const [near, far] = duplexPair()
  const SNICallback = (_name: string, done: (error: null, context: object) => void): void => done(null, secureContext)
  const server = new TLSSocket(far, { ...common, isServer: true, SNICallback, secureContext })
  const client = new TLSSocket(near, { ...common, servername: 'localhost', rejectUnauthorized: true })
  await bothReady(client, 'secureConnect', server, 'secureConnect')
  const dispose = (): void => {
    for (const stream of [client, server, near, far]) stream.destroy()
  }
  return { client, server, dispose }
}

/** node-forge, which is no match for the others: RSA key transport with CBC, under TLS 1.1, is the best that it speaks. */
export const nodeForge: Contestant = {
  name: 'node-forge, TLS 1.1 and RSA key transport',
  prepare: ({ kind, mutual }) => {
    const handshake = kind === 'rsa' ? forgeHandshake(mutual) : undefined
    if (handshake === undefined) return undefined
    return async () => {
      handshake()
      return { dispose: () => {} }
    }
  },
}

interface Reclaim {
  setCryptoImplementation(implementation: object): void
  loadX509FromPem(pem: string): object
  makeTLSClient(options: object): {
    startHandshake(): Promise<void>
    handleReceivedBytes(bytes: Uint8Array): void
  }
}

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

/** @reclaimprotocol/tls, a client; with `node:tls` as its server, whose time is part of the result. */
export async function reclaim(crypto: 'webcrypto' | 'purejs-crypto'): Promise<Contestant<Connected> | undefined> {
  const library = await load<Reclaim>('@reclaimprotocol/tls')
  const implementation = await load<Record<string, object>>(`@reclaimprotocol/tls/${crypto}`)
  const chosen = implementation?.[crypto === 'webcrypto' ? 'webcryptoCrypto' : 'pureJsCrypto']
  if (library === undefined || chosen === undefined) return undefined
  return {
    name: `@reclaimprotocol/tls ${crypto} with a node:tls server`,
    prepare: (setting) => {
      if (setting.mutual) return undefined
      const serve = nodeTlsServer(setting)
      const rootCAs = [pki.ca.rsa, pki.ca.ecdsa].map(({ certPem }) => library.loadX509FromPem(certPem))
      return () => {
        library.setCryptoImplementation(chosen)
        return reclaimHandshake(library, setting, serve, rootCAs)
      }
    },
  }
}

function reclaimHandshake(
  library: Reclaim,
  { kind }: Setting,
  serve: (transport: Duplex) => Duplex,
  rootCAs: readonly object[],
): Promise<Connected> {
  const [near, far] = duplexPair()
  const server = serve(far)
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    const dispose = (): void => {
      for (const stream of [server, near, far]) stream.destroy()
    }
    const client = library.makeTLSClient({
      ...{ host: 'localhost', rootCAs, logger: silent, supportedProtocolVersions: ['TLS1_2'] },
      cipherSuites: [
        kind === 'rsa' ? 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' : 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
      ],
      ...{ namedCurves: ['X25519', 'SECP256R1'] },
      signatureAlgorithms: [kind === 'rsa' ? 'RSA_PSS_RSAE_SHA256' : 'ECDSA_SECP256R1_SHA256'],
      write: ({ header, content }: { readonly header: Uint8Array; readonly content: Uint8Array }) => {
        near.write(header)
        near.write(content)
      },
      onHandshake: () => resolve({ dispose }),
      onTlsEnd: (error: unknown) => reject(error ?? new Error('ended')),
    })
    near.on('data', (bytes: Uint8Array) => client.handleReceivedBytes(bytes))
    void client.startHandshake()
  })
}
