/** Servers that do not say when they are ready, or on which port: readiness is a port that answers. */
import { connect } from 'node:net'
import { freePort, Program } from '../program.js'
import type { PeerServer } from './peer.js'

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      resolve(true)
      socket.destroy()
    })
  })

/** Starts a server on a free port and waits until it answers. */
export async function startOnPort(
  command: string,
  args: (port: number) => readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<PeerServer> {
  const port = await freePort()
  const program = new Program(command, args(port), environment)
  for (let attempt = 0; attempt < 200 && program.ended === undefined; attempt++) {
    if (await isOpen(port)) return { port, program, stop: () => program.stop() }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`no server: ${program.describe()}`)
}

/** Waits until a server has said which port it chose. */
export async function startSaying(program: Program, pattern: RegExp): Promise<PeerServer> {
  const gone = program.exit().then(() => Promise.reject(new Error(`no server: ${program.describe()}`)))
  const [, port] = await Promise.race([program.says(pattern), gone])
  return { port: Number(port), program, stop: () => program.stop() }
}
