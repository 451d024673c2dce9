/** A page in headless Chromium: served on loopback, left to run, and closed once it has posted what it found. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PATIENCE = 90_000

// No network but the page, and no sandbox: that needs privileges which containers lack, and the page is our own.
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run ' +
  '--disable-background-networking --disable-component-update --disable-sync --disable-extensions'

export interface Served {
  readonly type: string
  readonly body: string | Uint8Array
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer) // of a request without an encoding
  return Buffer.concat(parts).toString('utf8')
}

/** Serves `files` by path; what is posted to /report goes to `onReport`. */
function serve(files: Readonly<Record<string, Served>>, onReport: (body: string) => void): Server {
  return createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/report') {
      bodyOf(request).then((body) => {
        response.writeHead(204).end()
        onReport(body)
      }, onReport)
      return
    }
    const file = files[request.url ?? '']
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': file.type }).end(file.body)
  })
}

/** Chromium is many processes: they are a group of their own, and end together. */
function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('close', () => resolve())
    process.kill(-child.pid, 'SIGKILL')
  })
}

/** Opens `/` of `files` in Chromium and resolves with what the page posts to /report. */
export async function visit(chromium: string, files: Readonly<Record<string, Served>>): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'tls12-chromium-'))
  let child: ChildProcess | undefined
  let server: Server | undefined
  let said = ''
  try {
    return await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why}\n${said}`))
      const timer = setTimeout(() => fail(`the page reported nothing within ${PATIENCE} ms`), PATIENCE)
      timer.unref()
      server = serve(files, resolve).listen(0, '127.0.0.1', () => {
        const { port } = (server as Server).address() as AddressInfo // listening on TCP
        const args = [...FLAGS.split(' '), `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`]
        child = spawn(chromium, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
        child.stderr?.on('data', (data: Buffer) => {
          said = (said + data.toString('utf8')).slice(-4_000)
        })
        child.once('error', (error) => fail(String(error)))
        child.once('close', (code) => fail(`Chromium ended by itself (${code})`))
      })
    })
  } finally {
    if (child !== undefined) await stop(child)
    server?.closeAllConnections()
    server?.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}
