/** Runs the cases of one peer: servers are started once for each certificate that they show, clients for each case. */
import type { CryptoProvider } from '../../../src/crypto/provider.js'
import type { Negotiated } from '../../../src/handshake/negotiated.js'
import type { Peer, PeerServer, Role } from '../peers/peer.js'
import { type Case, casesOf } from './case.js'
import { covers, known } from './known.js'
import { meetClient, meetServer } from './meet.js'
import { termsFor } from './options.js'

export type Outcome = 'green' | 'known' | 'red'

export interface Cell {
  readonly of: Case
  readonly outcome: Outcome
  /** What went wrong. */
  readonly detail?: string
  readonly reason?: string
  /** What went wrong at the first try, of a cell that was tried once more at the end. */
  readonly firstTry?: string
  /** Extensions that the peer agreed to. */
  readonly agreed?: readonly Agreed[]
  readonly milliseconds: number
}

export type Agreed = 'extendedMasterSecret' | 'encryptThenMac' | 'secureRenegotiation'
const extensions: readonly Agreed[] = ['extendedMasterSecret', 'encryptThenMac', 'secureRenegotiation']

function judged(of: Case, outcome: Negotiated | string, milliseconds: number): Cell {
  if (typeof outcome !== 'string') {
    return { of, outcome: 'green', agreed: extensions.filter((name) => outcome[name]), milliseconds }
  }
  const entry = known.find((entry) => covers(entry, of) && entry.fails.test(outcome))
  if (entry === undefined) return { of, outcome: 'red', detail: outcome, milliseconds }
  return { of, outcome: 'known', detail: outcome, reason: entry.reason, milliseconds }
}

/** Servers that take every suite; started where the first case needs them. */
class Servers {
  readonly #running = new Map<string, Promise<PeerServer>>()
  readonly #peer: Peer

  constructor(peer: Peer) {
    this.#peer = peer
  }

  for(one: Case): Promise<PeerServer> {
    const { suites: _, psk: __, ...terms } = termsFor(one)
    const psk = this.#peer.suites.some(({ keyExchange }) => keyExchange.endsWith('PSK'))
    const name = JSON.stringify(terms)
    const known = this.#running.get(name)
    if (known !== undefined) return known
    const { server } = this.#peer
    if (server === undefined) return Promise.reject(new Error('it has no server'))
    const starting = server.start({ ...terms, psk })
    this.#running.set(name, starting)
    return starting
  }

  async stop(): Promise<void> {
    const started = await Promise.allSettled(this.#running.values())
    for (const one of started) if (one.status === 'fulfilled') await one.value.stop()
  }
}

/** Programs that are waited for in vain are described with all that they said. */
const firstLine = (text: string): string => text.trim().split('\n').slice(0, 2).join(' ').slice(0, 300)

async function tried(one: Case, peer: Peer, servers: Servers, provider: CryptoProvider): Promise<Cell> {
  const began = performance.now()
  const outcome = await attempt(one, peer, servers, provider).catch((error: unknown) =>
    firstLine(error instanceof Error ? error.message : String(error)),
  )
  return judged(one, outcome, performance.now() - began)
}

const attempt = async (one: Case, peer: Peer, servers: Servers, provider: CryptoProvider): Promise<Negotiated> =>
  one.role === 'server' ? meetServer(one, peer, await servers.for(one), provider) : meetClient(one, peer, provider)

/** A red cell is tried once more with a server of its own: on a busy machine a wait may be too short for anyone. */
async function triedAgain(first: Cell, peer: Peer, provider: CryptoProvider): Promise<Cell> {
  const { detail } = first
  if (first.outcome !== 'red' || detail === undefined) return first
  const servers = new Servers(peer)
  try {
    return { ...(await tried(first.of, peer, servers, provider)), firstTry: detail }
  } finally {
    await servers.stop()
  }
}

export async function runPeer(
  peer: Peer,
  provider: CryptoProvider,
  options: {
    readonly roles?: readonly Role[]
    readonly wanted?: (one: Case) => boolean
    readonly onCell?: (cell: Cell) => void
  } = {},
): Promise<readonly Cell[]> {
  const { roles = ['server', 'client'], wanted = () => true, onCell } = options
  const servers = new Servers(peer)
  const once: Cell[] = []
  try {
    for (const one of roles.flatMap((role) => casesOf(peer, role)).filter(wanted)) {
      const cell = await tried(one, peer, servers, provider)
      once.push(cell)
      onCell?.(cell)
    }
  } finally {
    await servers.stop()
  }
  const cells: Cell[] = []
  for (const cell of once) {
    const last = await triedAgain(cell, peer, provider)
    cells.push(last)
    if (last !== cell) onCell?.(last)
  }
  return cells
}
