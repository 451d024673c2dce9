/** One cell of the live matrix: a real connection, or two where it resumes, with data both ways and a clean close. */
import { type AddressInfo, createServer } from 'node:net'
import type { Endpoint } from '../../../src/adapters/endpoint.js'
import {
  type ClientOptions,
  clientEndpoint,
  type ServerOptions,
  serverEndpoint,
} from '../../../src/adapters/options.js'
import { SessionCache } from '../../../src/adapters/sessions/client-sessions.js'
import { MemorySessionStore } from '../../../src/adapters/sessions/session-store.js'
import { TicketKeys } from '../../../src/adapters/sessions/ticket-keys.js'
import { fromHex } from '../../../src/bytes/convert.js'
import { preSharedKey } from '../../../src/crypto/pre-shared-key.js'
import type { CryptoProvider } from '../../../src/crypto/provider.js'
import type { ConnectionSummary } from '../../../src/handshake/negotiated.js'
import { credentialOf, pinTo } from '../../support/endpoints.js'
import { connectTcp, TcpEnd } from '../../support/tcp.js'
import { type Peer, type PeerServer, request, response, sharedKey, type Terms } from '../peers/peer.js'
import type { Case } from './case.js'

/** What the peer is told: only this suite where we serve, anything where it serves and we choose. */
export const termsFor = ({ suite, serverKind, clientKind, resume, role }: Case): Terms => {
  const own = role === 'server' ? (serverKind ?? 'rsa') : clientKind
  return {
    resume,
    psk: suite.keyExchange.endsWith('PSK'),
    ...(own === undefined ? {} : { kind: own }),
    ...(role === 'client' ? { suites: [suite] } : {}),
    ...(role === 'server' && clientKind !== undefined ? { clientAuth: 'require' } : {}),
  }
}

const keys = ({ suite }: Case) =>
  suite.keyExchange.endsWith('PSK') ? { preSharedKeys: [preSharedKey(sharedKey.identity, fromHex(sharedKey.hex))] } : {}

const schemes = [
  ...(['rsa_pss_pss_sha256', 'rsa_pss_rsae_sha256', 'rsa_pkcs1_sha256', 'ecdsa_secp256r1_sha256'] as const),
  ...(['ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512', 'ed25519', 'ed448'] as const),
  ...(['rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512'] as const),
]

/** Some peers know nothing of extended master secrets, and their sessions are to be resumed all the same. */
const old = { resumeWithoutExtendedMasterSecret: true } as const

function clientOptions(one: Case, provider: CryptoProvider): ClientOptions {
  const { suite, serverKind, clientKind, resume } = one
  return {
    serverName: 'localhost',
    ...(resume === 'none'
      ? {}
      : { sessionCache: new SessionCache(), sessionTickets: resume === 'ticket' ? 'on' : 'off', ...old }),
    cipherSuites: [suite.name],
    signatureSchemes: schemes,
    ...(serverKind === undefined ? {} : { verifier: pinTo('server', serverKind, provider) }),
    ...(clientKind === undefined ? {} : { credentials: [credentialOf('client', clientKind, provider)] }),
    ...keys(one),
  }
}

function serverOptions(one: Case, provider: CryptoProvider): ServerOptions {
  const { suite, serverKind, clientKind, resume } = one
  return {
    ...(resume === 'id' ? { sessionStore: new MemorySessionStore(), ...old } : {}),
    ...(resume === 'ticket' ? { ticketKeys: new TicketKeys({ provider }), ...old } : {}),
    cipherSuites: [suite.name],
    signatureSchemes: schemes,
    ...(serverKind === undefined ? {} : { credentials: [credentialOf('server', serverKind, provider)] }),
    ...(clientKind === undefined
      ? {}
      : { clientAuthentication: 'require', verifier: pinTo('client', clientKind, provider) }),
    ...keys(one),
  }
}

class Unmet extends Error {}

/** Waits for `look`, and no longer than the connection lives. */
async function settles<T>(end: TcpEnd, what: string, look: () => T | undefined): Promise<T> {
  const found = await end.until(what, () => look() ?? (end.fault !== undefined || end.socketClosed ? null : undefined))
  const { fault } = end
  if (found === null) throw new Unmet(fault === undefined ? `closed before ${what}` : `${fault.code}: ${fault.message}`)
  return found
}

/** The connection has ended as RFC 5246 §7.2.1 wants it: both ends have said so. */
function checkEnd(end: TcpEnd): void {
  if (end.fault !== undefined) throw new Unmet(`${end.fault.code}: ${end.fault.message}`)
  if (!end.peerClosed) throw new Unmet('the peer left without close_notify')
}

async function ask(endpoint: Endpoint, port: number, one: Case): Promise<ConnectionSummary> {
  const end = await connectTcp(endpoint, port)
  try {
    const summary = await end.established()
    end.send(request)
    await settles(end, 'the answer', () => end.text !== '' || undefined)
    end.endpoint.close()
    await end.until('the end', () => end.peerClosed || end.socketClosed || undefined)
    checkEnd(end)
    checkSummary(one, summary)
    if (one.clientKind !== undefined && !summary.authenticatedToPeer) throw new Unmet('the client was not asked')
    return summary
  } finally {
    end.socket.destroy() // many of these servers serve one client at a time
  }
}

function checkSummary(one: Case, { negotiated, peer }: ConnectionSummary): void {
  if (negotiated.suite !== one.suite) throw new Unmet(`agreed on ${negotiated.suite.name}`)
  if (one.role === 'server' || one.clientKind === undefined) return
  const expected = one.resume === 'none' ? 'certificate and signature' : 'resumed session'
  if (peer.kind !== expected) throw new Unmet(`the client proved: ${peer.kind}`)
}

const handles = { none: undefined, id: 'session id', ticket: 'ticket' } as const

const checkResumed = (one: Case, summary: ConnectionSummary | undefined): void => {
  const by = summary?.resumed
  if (by !== handles[one.resume]) throw new Unmet(`resumed by ${by ?? 'nothing'}`)
}

/** Our client and a server that is there. */
export async function meetServer(one: Case, server: PeerServer, provider: CryptoProvider): Promise<void> {
  const options = clientOptions(one, provider)
  if (one.resume !== 'none') await ask(clientEndpoint(provider, options), server.port, one)
  checkResumed(one, await ask(clientEndpoint(provider, options), server.port, one))
}

/** Serves each connection with an endpoint of its own, and answers what it asks. */
async function listen(make: () => Endpoint, serve: (end: TcpEnd) => void): Promise<Listener> {
  const ends: TcpEnd[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const end = new TcpEnd(make(), socket)
    ends.push(end)
    serve(end)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): void => {
    for (const { socket } of ends) socket.destroy()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, ends, close } // listening on TCP, so never a path
}

interface Listener {
  readonly port: number
  readonly ends: readonly TcpEnd[]
  close(): void
}

/** A client of a peer, and our server. */
export async function meetClient(one: Case, peer: Peer, provider: CryptoProvider): Promise<void> {
  const { client } = peer
  if (client === undefined) throw new Unmet('it has no client')
  const options = serverOptions(one, provider)
  const listener = await listen(
    () => serverEndpoint(provider, options),
    (end) => void answer(end, client.hangsUp === true).catch(() => {}), // what went wrong shows in how it ended
  )
  const program = client.start(termsFor(one), listener.port)
  try {
    if (client.hangsUp === true) {
      await program.until('the answer', () => (program.output.includes('answer of ours') ? true : program.ended))
      program.endInput()
    }
    const code = await program.exit()
    await judge(one, listener.ends, code, program.output)
  } finally {
    listener.close()
    await program.stop()
  }
}

async function answer(end: TcpEnd, peerCloses: boolean): Promise<void> {
  await settles(end, 'its request', () => /\n\r?\n/.test(end.text) || undefined)
  end.send(response)
  if (!peerCloses) end.endpoint.close()
}

/** The connection that counts is the last that got through; some programs open others that they do not use. */
async function judge(one: Case, ends: readonly TcpEnd[], code: number | string, output: string): Promise<void> {
  const last = ends.filter(({ summary, text }) => summary !== undefined && text !== '').at(-1)
  const fault = ends.find((end) => end.fault !== undefined)?.fault
  if (last === undefined)
    throw new Unmet(fault === undefined ? `it never came: ${output.trim().slice(-200)}` : fault.message)
  if (!last.endpoint.connection.ended)
    await last.until('the end', () => last.peerClosed || last.socketClosed || undefined)
  checkEnd(last)
  if (!output.includes('answer of ours')) throw new Unmet(`the answer did not arrive: ${output.trim().slice(-200)}`)
  if (code !== 0) throw new Unmet(`it ended with ${code}: ${output.trim().slice(-200)}`)
  if (last.summary !== undefined) checkSummary(one, last.summary)
  checkResumed(one, last.summary)
}
