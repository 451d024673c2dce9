/**
 * A process of its own for the test of the heap: it imports private keys and shakes hands with them, writes what its heap
 * holds before and after to the two files that it is given, and then tells its parent the secrets to look for.
 */

import { readFileSync } from 'node:fs'
import { writeHeapSnapshot } from 'node:v8'
import type { Secret } from '../../src/bytes/secret.js'
import type { ObservedStep } from '../../src/connection/role.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import {
  type CipherSuiteName,
  createClient,
  createServer,
  credentialFromPem,
  joinInMemory,
  pinned,
} from '../../src/index.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import type { NamedSecret } from '../support/traces.js'

type Kind = 'rsa' | 'ecdsaP256' | 'ed25519'

const [folder = '', before = '', after = ''] = process.argv.slice(2)
const pem = (name: string): string => readFileSync(`${folder}/${name}.pem`, 'latin1')

const witnessed: NamedSecret[] = []
const known = new Set<Secret>()

/** Copies each secret's bytes the moment that it shows up, as bytes: a string of it would be found. */
function note(provider: string, value: unknown, name: string): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  if ('use' in value && 'wiped' in value) {
    const secret = value as Secret // what else has both
    if (known.has(secret) || secret.wiped) return
    known.add(secret)
    witnessed.push({ name: `${provider}: ${name}`, bytes: secret.use((bytes) => bytes.slice()) })
  } else {
    for (const [key, part] of Object.entries(value)) note(provider, part, `${name}.${key}`)
  }
}

const alive: unknown[] = []

function handshake(name: string, provider: CryptoProvider, kind: Kind, suite: CipherSuiteName): void {
  const observe = ({ after: state, actions, event }: ObservedStep): void => note(name, { state, actions, event }, suite)
  const credential = (side: string) =>
    credentialFromPem(pem(`${side}/${kind}.chain`), pem(`${side}/${kind}.key`), provider)
  const common = { provider, observe, cipherSuites: [suite] }
  const verifier = (side: string) => pinned(pem(`${side}/${kind}.cert`))
  const client = createClient({
    ...{ ...common, serverName: 'localhost' },
    ...{ credentials: [credential('client')], verifier: verifier('server') },
  })
  const server = createServer({
    ...{ ...common, clientAuthentication: 'require' },
    ...{ credentials: [credential('server')], verifier: verifier('client') },
  })
  const outputs: unknown[] = []
  joinInMemory(client, server, (_side, output) => outputs.push(output))
  client.send(new TextEncoder().encode('data'))
  alive.push(client, server, outputs, client.connection.exportKeyingMaterial('EXPERIMENTAL', 32))
  if (client.connection.state.name !== 'Connected') throw new Error(`${name} ${suite} does not connect`)
}

const runs: readonly (readonly [Kind, CipherSuiteName])[] = [
  ['rsa', 'TLS_RSA_WITH_AES_128_CBC_SHA256'],
  ['rsa', 'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384'],
  ['ecdsaP256', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'],
  ['ed25519', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
]

writeHeapSnapshot(before)
for (const [name, provider] of Object.entries({ noble: nobleProvider(), node: nodeProvider() })) {
  for (const [kind, suite] of runs) handshake(name, provider, kind, suite)
}
// what the search must find, lest it find nothing because it does not work
const planted = (name: string, write: (bytes: Uint8Array) => string): NamedSecret => {
  const bytes = crypto.getRandomValues(new Uint8Array(48))
  bytes[0] = 7 // a number of one length
  alive.push(write(bytes))
  return { name: `planted ${name}`, bytes }
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const controls = [
  planted('in hex', hex),
  planted('as a number', (bytes) => `the number ${BigInt(`0x${hex(bytes)}`)}`),
  planted(
    'in PEM',
    (bytes) => `a line\n${Buffer.from(`x${Buffer.from(bytes).toString('latin1')}`, 'latin1').toString('base64')}\n`,
  ),
]
writeHeapSnapshot(after)
process.send?.([...witnessed, ...controls], () => process.exit(alive.length > 0 ? 0 : 1))
