import { spawn } from 'node:child_process'

/** The process that runs the tests of many launchers. */
export interface ShimServer {
  /** The port that launcher.sh reads from TLS12_BOGO_PORT. */
  readonly port: string
  readonly stop: () => void
}

/** Starts the shim as a server; it ends with this process, or when it is stopped. */
export async function startServer(shim: string): Promise<ShimServer> {
  const child = spawn(process.execPath, [shim, '--serve'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the shim's server ended with ${code}`)))
  })
  return { port, stop: () => child.stdin.end() }
}
