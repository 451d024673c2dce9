/** Runs the cases of one peer: servers are started once for each certificate that they show, clients for each case. */
import type { CryptoProvider } from '../../../src/crypto/provider.js'
import type { Peer, PeerServer, Role } from '../peers/peer.js'
import { type Case, casesOf } from './case.js'
import { covers, type Known, known } from './known.js'
import { meetClient, meetServer, termsFor } from './meet.js'

export type Outcome = 'green' | 'known' | 'red'

export interface Cell {
  readonly of: Case
  readonly outcome: Outcome
  /** What went wrong. */
  readonly detail?: string
  readonly reason?: string
  readonly milliseconds: number
}

function judged(one: Case, failure: string | undefined, milliseconds: number): Cell {
  if (failure === undefined) return { of: one, outcome: 'green', milliseconds }
  const entry: Known | undefined = known.find((entry) => covers(entry, one) && entry.fails.test(failure))
  if (entry === undefined) return { of: one, outcome: 'red', detail: failure, milliseconds }
  return { of: one, outcome: 'known', detail: failure, reason: entry.reason, milliseconds }
}

const failureOf = async (attempt: () => Promise<void>): Promise<string | undefined> => {
  try {
    await attempt()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
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
  const cells: Cell[] = []
  try {
    for (const one of roles.flatMap((role) => casesOf(peer, role)).filter(wanted)) {
      const began = performance.now()
      const failure = await failureOf(async () =>
        one.role === 'server' ? meetServer(one, await servers.for(one), provider) : meetClient(one, peer, provider),
      )
      const cell = judged(one, failure, performance.now() - began)
      cells.push(cell)
      onCell?.(cell)
    }
  } finally {
    await servers.stop()
  }
  return cells
}
