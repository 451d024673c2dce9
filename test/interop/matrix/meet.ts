/** One cell of the live matrix: a real connection, or two where it resumes, with data both ways and a clean close. */
import { type AddressInfo, createServer } from 'node:net'
import type { Endpoint } from '../../../src/adapters/endpoint.js'
import { clientEndpoint, serverEndpoint } from '../../../src/adapters/options.js'
import type { CryptoProvider } from '../../../src/crypto/provider.js'
import type { ConnectionSummary, Negotiated } from '../../../src/handshake/negotiated.js'
import { pki } from '../../support/pki.js'
import { connectTcp, TcpEnd } from '../../support/tcp.js'
import { type Peer, type PeerServer, request, response } from '../peers/peer.js'
import type { Case } from './case.js'
import { checkEnd, checkSummary, Unmet } from './check.js'
import { clientOptions, serverOptions, termsFor } from './options.js'

/** Waits for `look`, and no longer than the connection lives. */
async function settles<T>(end: TcpEnd, what: string, look: () => T | undefined): Promise<T> {
  const found = await end.until(what, () => look() ?? (end.fault !== undefined || end.socketClosed ? null : undefined))
  const { fault } = end
  if (found === null) throw new Unmet(fault === undefined ? `closed before ${what}` : `${fault.code}: ${fault.message}`)
  return found
}

/** Another handshake on the same connection, begun by us; some servers ask for a certificate in the first one alone. */
async function renegotiate(end: TcpEnd): Promise<void> {
  end.endpoint.renegotiate()
  await settles(end, 'the second handshake', () => {
    const { state } = end.endpoint.connection
    return (state.name === 'Connected' && state.renegotiations === 1) || undefined
  })
}

interface Asked {
  readonly summary: ConnectionSummary
  readonly text: string
}

async function ask(endpoint: Endpoint, port: number, answer: string, one: Case): Promise<Asked> {
  const end = await connectTcp(endpoint, port)
  try {
    const summary = await end.established()
    if (one.variation === 'renegotiation') await renegotiate(end)
    end.send(request)
    await settles(end, `${JSON.stringify(answer)} in the answer`, () => end.text.includes(answer) || undefined)
    end.endpoint.close()
    await end.until('the end', () => end.peerClosed || end.socketClosed || undefined)
    checkEnd(end)
    return { summary, text: end.text }
  } finally {
    end.socket.destroy() // many of these servers serve one client at a time
  }
}

/** Our client and a server that is there. */
export async function meetServer(
  one: Case,
  peer: Peer,
  { port, program }: PeerServer,
  provider: CryptoProvider,
): Promise<Negotiated> {
  const options = clientOptions(one, provider)
  const { answer = 'answer of a peer', shows } = peer.server ?? {}
  const meet = async (again: boolean): Promise<Asked> => {
    const asked = await ask(clientEndpoint(provider, options), port, answer, one)
    checkSummary(one, asked.summary, again)
    return asked
  }
  program.mark()
  const { summary, text } = await meet(false)
  if (shows !== undefined && one.clientKind !== undefined) {
    const shown = shows(pki.client[one.clientKind])
    const says = (): boolean => `${text}\n${program.heard}`.includes(shown)
    await program.until(`${JSON.stringify(shown)} of the server`, () => says() || undefined)
  }
  if (one.resume !== 'none') await meet(true)
  return summary.negotiated
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
export async function meetClient(one: Case, peer: Peer, provider: CryptoProvider): Promise<Negotiated> {
  const { client } = peer
  if (client === undefined) throw new Unmet('it has no client')
  const options = serverOptions(one, provider)
  const listener = await listen(
    () => serverEndpoint(provider, options),
    (end) => void answer(end, one, client.hangsUp === true).catch(() => {}), // what went wrong shows in how it ended
  )
  const program = client.start(termsFor(one), listener.port)
  try {
    if (client.hangsUp === true) {
      await program.until('the answer', () => (program.output.includes('answer of ours') ? true : program.ended))
      program.endInput()
    }
    const code = await program.exit()
    return await judge(one, listener.ends, code, program.output)
  } finally {
    listener.close()
    await program.stop()
  }
}

async function answer(end: TcpEnd, one: Case, peerCloses: boolean): Promise<void> {
  await settles(end, 'its request', () => /\n\r?\n/.test(end.text) || undefined)
  if (one.variation === 'renegotiation') await renegotiate(end)
  end.send(response)
  if (!peerCloses) end.endpoint.close()
}

/** The connection that counts is the last that got through; some programs open others that they do not use. */
async function judge(one: Case, ends: readonly TcpEnd[], code: number | string, output: string): Promise<Negotiated> {
  const said = output.trim().slice(-200)
  const used = ends.filter(({ summary, text }) => summary !== undefined && text !== '')
  const last = used.at(-1)
  if (last?.summary === undefined) {
    const fault = ends.find((end) => end.fault !== undefined)?.fault
    const ended = fault === undefined ? 'it never came' : `${fault.code}: ${fault.message}`
    throw new Unmet(`${ended}; it ended with ${code} and said: ${said}`)
  }
  if (!last.endpoint.connection.ended)
    await last.until('the end', () => last.peerClosed || last.socketClosed || undefined)
  checkSummary(one, last.summary, one.resume !== 'none')
  if (!output.includes('answer of ours')) throw new Unmet(`the answer did not arrive; ended with ${code}: ${said}`)
  if (code !== 0) throw new Unmet(`it ended with ${code}: ${said}`)
  for (const end of used) checkEnd(end)
  return last.summary.negotiated
}
