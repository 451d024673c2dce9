/** Everybody's abbreviated handshakes, server authentication only: the full one that came before is not measured. */
import { constants } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { connect, createSecureContext, createServer, TLSSocket } from 'node:tls'
import type { Endpoint } from '../../../src/adapters/endpoint.js'
import { joinInMemory } from '../../../src/adapters/in-memory.js'
import { secureDuplex } from '../../../src/adapters/node/index.js'
import type { CryptoProvider } from '../../../src/crypto/provider.js'
import { copySession, type KeptSession } from '../../../src/crypto/session.js'
import { MemorySessionStore, type SessionStore, TicketKeys, trustAnchors } from '../../../src/index.js'
import { pki } from '../../../test/support/pki.js'
import { type Call, KnownKeys, Recorder } from '../recorder.js'
import { bothReady, type Connected, type Contestant, type Setting } from './contestant.js'
import { commonSettings } from './node-tls.js'
import { type EndOptions, ends, type Reused, reused } from './tls12.js'

export type By = 'session id' | 'ticket'

/** Torn down without a closing alert, a connection would take its session with it (RFC 5246 §7.2.2): here it must not. */
function lastingStore(): SessionStore {
  const store = new MemorySessionStore()
  return { get: (id) => store.get(id), set: (...kept) => store.set(...kept), delete: () => {} }
}

const expectConnected = (end: Endpoint, by: By | undefined): void => {
  const { summary } = end.connection
  if (summary === undefined || summary.resumed !== by) throw new Error(`tls12: not resumed by ${by}`)
}

/** A session made by a full handshake, and how both ends have to be set up to resume it. */
function established(setting: Setting, shared: Reused, by: By): EndOptions {
  const keys = by === 'ticket' ? { ticketKeys: new TicketKeys({ provider: shared.provider }) } : {}
  const server = by === 'ticket' ? keys : { sessionStore: lastingStore() }
  const sessionTickets = by === 'ticket' ? ('on' as const) : ('off' as const)
  const [client, far] = ends(setting, shared, { client: { sessionTickets }, server })()
  let session: KeptSession | undefined
  joinInMemory(client, far, (side, output) => {
    if (side === 'client' && output.type === 'session') {
      session = { ...output.kept, session: copySession(output.kept.session) }
    }
  })
  expectConnected(client, undefined)
  if (session === undefined) throw new Error('tls12: no session was made')
  return { client: { sessionTickets, session }, server }
}

function resumeOnce(by: By, [client, server]: readonly [Endpoint, Endpoint]): void {
  joinInMemory(client, server)
  expectConnected(client, by)
  expectConnected(server, by)
}

const nothingLeft: Connected = { dispose: () => {} }

export const bareResumed = (name: string, provider: CryptoProvider, by: By): Contestant => ({
  name: `tls12 ${name}, level 3`,
  prepare: (setting) => {
    const shared = reused(provider, setting)
    const newEnds = ends(setting, shared, established(setting, shared, by))
    return async () => {
      resumeOnce(by, newEnds())
      return nothingLeft
    }
  },
})

type Pair = () => readonly [Duplex, Duplex]

export const streamsResumed = (name: string, provider: CryptoProvider, by: By, pair: Pair): Contestant => ({
  name: `tls12 ${name}, Node streams`,
  prepare: (setting) => {
    const shared = reused(provider, setting)
    const newEnds = ends(setting, shared, established(setting, shared, by))
    return async () => {
      const [near, far] = pair()
      const [clientEnd, serverEnd] = newEnds()
      const server = secureDuplex(far, serverEnd)
      const client = secureDuplex(near, clientEnd)
      await bothReady(client, 'secureConnect', server, 'secureConnect')
      expectConnected(clientEnd, by)
      const dispose = (): void => {
        for (const stream of [client, server, near, far]) stream.destroy()
      }
      return { dispose }
    }
  },
})

/** Several recordings take turns, as for full handshakes. */
const RECORDINGS = 8

/** The calls that an abbreviated handshake makes: those on the ticket are among them, since its keys have the recorder too. */
export const primitivesResumed = (name: string, provider: CryptoProvider, by: By): Contestant => ({
  name: `${name}: primitives alone`,
  prepare: (setting) => {
    const shared = reused(provider, setting)
    const known = new KnownKeys()
    const record = (): readonly Call[] => {
      const recorder = new Recorder(provider, known)
      const recorded: Reused = {
        provider: recorder.provider,
        client: recorder.credential(shared.client),
        server: recorder.credential(shared.server),
        verifier: trustAnchors(pki.ca.certificates, { provider: recorder.provider }),
      }
      const newEnds = ends(setting, recorded, established(setting, recorded, by))
      resumeOnce(by, newEnds()) // what a verifier remembers is remembered now
      recorder.calls.length = 0
      resumeOnce(by, newEnds())
      return [...recorder.calls]
    }
    const recordings = Array.from({ length: RECORDINGS }, record)
    let turn = 0
    return async () => {
      for (const call of recordings[turn++ % RECORDINGS] ?? []) call.again()
      return nothingLeft
    }
  },
})

/** `node:tls` with contexts made once; a server of its own keeps sessions by id only where the application does. */
function nodeTlsEnds(setting: Setting, by: By) {
  const { chainPem: cert, keyPem: key } = pki.server[setting.kind]
  const common = { ...commonSettings(setting), secureOptions: by === 'ticket' ? 0 : constants.SSL_OP_NO_TICKET }
  const [near, far] = [createSecureContext(common), createSecureContext({ ...common, cert, key })]
  const sessions = new Map<string, Buffer>()
  const keeper = createServer()
  if (by === 'session id') {
    keeper.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
      sessions.set(id.toString('latin1'), data)
      done()
    })
    keeper.on('resumeSession', (id: Buffer, done: (error: Error | null, data: Buffer | null) => void) => {
      done(null, sessions.get(id.toString('latin1')) ?? null)
    })
  }
  return {
    serve: (transport: Duplex) => new TLSSocket(transport, { isServer: true, secureContext: far, server: keeper }),
    connect: (socket: Duplex, session: Buffer | undefined) =>
      connect({ socket, servername: 'localhost', secureContext: near, ...(session === undefined ? {} : { session }) }),
  }
}

export const nodeTlsResumed = (by: By, pair: Pair): Contestant => ({
  name: 'node:tls, in memory',
  prepare: (setting) => {
    const two = nodeTlsEnds(setting, by)
    let session: Buffer | undefined
    return async () => {
      const [near, far] = pair()
      const server = two.serve(far)
      const client = two.connect(near, session)
      await bothReady(client, 'secureConnect', server, 'secure')
      if (client.isSessionReused() !== (session !== undefined)) throw new Error('node:tls: not resumed')
      session ??= client.getSession()
      const dispose = (): void => {
        for (const stream of [client, server, near, far]) stream.destroy()
      }
      return { dispose }
    }
  },
})
