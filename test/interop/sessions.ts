/** What all tests of resumption with other implementations need: our two sides, authenticated to each other. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect } from 'vitest'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import { SessionCache } from '../../src/adapters/sessions/client-sessions.js'
import { MemorySessionStore } from '../../src/adapters/sessions/session-store.js'
import { TicketKeys } from '../../src/adapters/sessions/ticket-keys.js'
import type { ConnectionSummary } from '../../src/handshake/negotiated.js'
import { credentialOf, noble, pinTo } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { connectTcp, TcpEnd, Watched } from '../support/tcp.js'

export type By = 'session id' | 'ticket'
export const kinds: readonly By[] = ['session id', 'ticket']

/** A client of ours that keeps sessions, and shows its certificate. */
export const keepingClient = (by: By): ClientOptions => ({
  serverName: 'localhost',
  verifier: pinTo('server', 'ecdsaP256'),
  credentials: [credentialOf('client', 'ecdsaP256')],
  sessionCache: new SessionCache(),
  sessionTickets: by === 'ticket' ? 'on' : 'off',
})

/** A server of ours that resumes by one means, and requires a certificate. */
export const resumingServer = (by: By): ServerOptions => ({
  credentials: [credentialOf('server', 'ecdsaP256')],
  clientAuthentication: 'require',
  verifier: pinTo('client', 'ecdsaP256'),
  ...(by === 'ticket'
    ? { ticketKeys: new TicketKeys({ provider: noble }) }
    : { sessionStore: new MemorySessionStore() }),
})

/** Our server on a free port, for as many connections as there will be. */
export class Listener extends Watched {
  readonly ends: TcpEnd[] = []
  readonly #sockets: Socket[] = []
  readonly #server

  constructor(options: ServerOptions) {
    super()
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.push(socket)
      this.ends.push(new TcpEnd(serverEndpoint(noble, options), socket))
      this.changed()
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port // listening on TCP, so never a path
  }

  connection(index: number): Promise<TcpEnd> {
    return this.until(`connection ${index}`, () => this.ends[index])
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}

/** How one handshake in a row must have come about; whoever was authenticated in the first is in all of them. */
export function expectResumed(summary: ConnectionSummary, by: By | undefined, peer: 'client' | 'server'): void {
  expect(summary.resumed).toBe(by)
  expect(summary.peer.kind).toBe(by === undefined ? 'certificate and signature' : 'resumed session')
  const [certificate] = summary.peer.identity?.certificateChain ?? []
  expect(Buffer.from(certificate ?? [])).toEqual(Buffer.from(pki[peer].ecdsaP256.certificateChain[0] ?? []))
  expect(summary.authenticatedToPeer).toBe(true)
  expect(summary.negotiated.extendedMasterSecret).toBe(true)
}

/** Three connections of one client with a server that echoes in some way: one full handshake, then two abbreviated. */
export async function resumeThrice(by: By, port: number, echo: (text: string) => string): Promise<void> {
  const options = keepingClient(by)
  for (const [round, expected] of [undefined, by, by].entries()) {
    const end = await connectTcp(clientEndpoint(noble, options), port)
    expectResumed(await end.established(), expected, 'server')
    end.send(`round ${round}\n`)
    await end.receives(echo(`round ${round}`))
    await end.close()
    expect(end.fault).toBeUndefined()
  }
}
