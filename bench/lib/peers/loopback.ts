/** TCP connections over loopback, for those contestants that are measured over sockets too. */
import { connect, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Opens connections to a server of its own; `close` ends the server. */
export interface Loopback {
  pair(): Promise<readonly [Duplex, Duplex]>
  close(): void
}

export async function openLoopback(): Promise<Loopback> {
  const accepted: ((socket: Socket) => void)[] = []
  const server = createServer({ noDelay: true }, (socket) => accepted.shift()?.(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    pair: async () => {
      const other = new Promise<Socket>((resolve) => accepted.push(resolve))
      const socket = connect({ host: '127.0.0.1', port: address.port, noDelay: true })
      await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
      return [socket, await other]
    },
    close: () => void server.close(),
  }
}
