/** Handshakes in memory whose answers come later. */
import type { Endpoint } from '../../src/adapters/endpoint.js'
import type { Played } from './endpoints.js'

const PATIENCE = 20_000
const WAITED_FOR = new Set(['Connected', 'Closed', 'Failed'])

/** Resolves once neither end has anything left to wait for: both are connected, or the connection is over. */
export function settled({ client, server }: Pick<Played, 'client' | 'server'>): Promise<void> {
  const ends: readonly Endpoint[] = [client, server]
  const states = () => ends.map(({ connection }) => connection.state.name)
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`still ${states().join(' and ')} after ${PATIENCE} ms`))
    const timer = setTimeout(late, PATIENCE)
    const look = (): void => {
      if (!states().every((name) => WAITED_FOR.has(name))) return
      clearTimeout(timer)
      resolve()
    }
    for (const end of ends) end.onAdvance = look
    look()
  })
}
