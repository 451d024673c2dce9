/** What runs in the page: both ends of handshakes, with nothing but what a browser has. */
import { joinInMemory } from '../../src/adapters/in-memory.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import { fromHex } from '../../src/bytes/convert.js'
import type { Credential } from '../../src/crypto/key-types.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import {
  importNonExtractableKeys,
  type WebCryptoKey,
  webCryptoCapabilities,
  webCryptoCredential,
  webCryptoProvider,
} from '../../src/providers/webcrypto/index.js'
import { secureClient, secureServer } from '../../src/web.js'
import { pinnedCertificates } from '../../src/x509/pinned.js'
import type { Material, Outcome, Party, Report } from './material.js'

const noble = nobleProvider()
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (octets: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(octets))
const chainOf = ({ certificateChain }: Party): Uint8Array[] => certificateChain.map(fromHex)

const inMemory = (party: Party): Credential => ({
  certificateChain: chainOf(party),
  key: noble.importPrivateKey(fromHex(party.privateKeyInfo)),
})

interface Options {
  readonly client: ClientOptions
  readonly server: ServerOptions
}

function mutual(client: Credential, server: Credential, provider: CryptoProvider): Options {
  const pinTo = ({ certificateChain }: Credential) => pinnedCertificates(certificateChain.slice(0, 1), provider)
  return {
    client: { serverName: 'localhost', credentials: [client], verifier: pinTo(server) },
    server: { credentials: [server], clientAuthentication: 'require', verifier: pinTo(client) },
  }
}

/** Everything has happened when this returns: no promise anywhere. */
function withNobleAlone(material: Material): Outcome {
  const { client: one, server: other } = material['ecdsaP256'] ?? missing('ecdsaP256')
  const options = mutual(inMemory(one), inMemory(other), noble)
  const [client, server] = [clientEndpoint(noble, options.client), serverEndpoint(noble, options.server)]
  const heard: Record<'client' | 'server', number[]> = { client: [], server: [] }
  joinInMemory(client, server, (side, output) => {
    if (output.type === 'application_data') heard[side].push(...output.data)
    if (output.type === 'failed') throw output.fault
  })
  client.send(bytes('from client to server'))
  server.send(bytes('from server to client'))
  const [ours, theirs] = [client.connection.summary, server.connection.summary]
  return {
    cipherSuite: ours?.negotiated.suite.name ?? 'none',
    proofs: [ours?.peer.kind ?? 'none', theirs?.peer.kind ?? 'none'],
    heard: [text(heard.client), text(heard.server)],
  }
}

const missing = (what: string): never => {
  throw new Error(`${what} is missing`)
}

async function readAll(readable: ReadableStream<Uint8Array>): Promise<string> {
  const reader = readable.getReader()
  const octets: number[] = []
  for (let next = await reader.read(); !next.done; next = await reader.read()) octets.push(...next.value)
  return text(octets)
}

async function say(writable: WritableStream<Uint8Array>, words: string): Promise<void> {
  const writer = writable.getWriter()
  await writer.write(bytes(words))
  await writer.close()
}

/** Over streams, with keys on both sides that the page cannot see. */
async function withWebCrypto(one: Credential, other: Credential, provider: CryptoProvider): Promise<Outcome> {
  const options = mutual(one, other, provider)
  const [up, down] = [new TransformStream<Uint8Array>(), new TransformStream<Uint8Array>()]
  const client = secureClient(
    { readable: down.readable, writable: up.writable },
    { ...options.client, provider, onPeerClose: 'wait' },
  )
  const server = secureServer(
    { readable: up.readable, writable: down.writable },
    { ...options.server, provider, onPeerClose: 'wait' },
  )
  const [byClient, byServer] = await Promise.all([
    readAll(client.readable),
    readAll(server.readable),
    say(client.writable, 'from client to server'),
    say(server.writable, 'from server to client'),
  ])
  const [ours, theirs] = await Promise.all([client.established, server.established])
  return {
    cipherSuite: ours.negotiated.suite.name,
    proofs: [ours.peer.kind, theirs.peer.kind],
    heard: [byClient, byServer],
  }
}

const importKeys = (party: Party): Promise<readonly WebCryptoKey[]> =>
  importNonExtractableKeys(fromHex(party.privateKeyInfo), { beside: noble })

/** The error of each way to take a key out; a way that works would give the word itself. */
function attemptExports(keys: readonly WebCryptoKey[]): Promise<string[]> {
  const attempts = keys.flatMap((key) => (['pkcs8', 'jwk', 'raw', 'spki'] as const).map((format) => ({ key, format })))
  return Promise.all(
    attempts.map(({ key, format }) =>
      crypto.subtle.exportKey(format, key as CryptoKey).then(
        // what it is; our own type names only what is looked at
        () => 'exported',
        (error: unknown) => (error instanceof DOMException ? error.name : String(error)),
      ),
    ),
  )
}

async function run(): Promise<Report> {
  const response = await fetch('/material.json')
  const material: Material = await response.json()
  const provider = webCryptoProvider({ beside: noble })
  const webcrypto: Record<string, Outcome> = {}
  const exports: Record<string, { extractable: boolean[]; errors: string[] }> = {}
  for (const [kind, { client, server }] of Object.entries(material)) {
    const keys = await importKeys(client)
    const own = webCryptoCredential(chainOf(client), keys)
    const other = webCryptoCredential(chainOf(server), await importKeys(server))
    webcrypto[kind] = await withWebCrypto(own, other, provider)
    exports[kind] = { extractable: keys.map(({ extractable }) => extractable), errors: await attemptExports(keys) }
  }
  return {
    noble: withNobleAlone(material),
    webcrypto,
    exports,
    capabilities: await webCryptoCapabilities({ beside: noble }),
  }
}

const report = await run().catch((error: unknown): Report => ({ error: String(error) }))
await fetch('/report', { method: 'POST', body: JSON.stringify(report) })
