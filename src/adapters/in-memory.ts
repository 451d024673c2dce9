import type { ConnectionOutput } from '../connection/connection.js'
import type { Endpoint } from './endpoint.js'

/**
 * Joins two endpoints with nothing in between and starts both. Outputs other than bytes go to `onOutput`. With
 * synchronous environments the whole handshake has happened when this returns.
 */
export function joinInMemory(
  client: Endpoint,
  server: Endpoint,
  onOutput: (side: 'client' | 'server', output: ConnectionOutput) => void = () => {},
): void {
  const wire: { readonly to: Endpoint; readonly bytes: Uint8Array }[] = []
  let carrying = false
  const carry = (): void => {
    if (carrying) return
    carrying = true
    try {
      for (let next = wire.shift(); next !== undefined; next = wire.shift()) next.to.receive(next.bytes)
    } finally {
      carrying = false
    }
  }
  const attach = (side: 'client' | 'server', from: Endpoint, to: Endpoint): void => {
    from.onOutput = (output) => {
      onOutput(side, output)
      if (output.type !== 'transmit') return
      wire.push({ to, bytes: output.bytes })
      carry()
    }
  }
  attach('client', client, server)
  attach('server', server, client)
  server.start()
  client.start()
}
