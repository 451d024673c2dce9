/** What all tests against gnutls-serv need. */
import { connect } from 'node:net'
import type { Program } from './program.js'

/** Waits until a server takes connections: what gnutls-serv prints stays in its buffer while it runs. */
export async function answering(server: Program, port: number): Promise<void> {
  for (let attempt = 0; attempt < 200 && server.ended === undefined; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`no server: ${server.describe()}`)
}
