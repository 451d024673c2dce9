/**
 * The shim against a stand-in for BoringSSL's runner, with node:tls as the peer: that it dials, says who it is, handshakes
 * in both roles, answers each byte by its complement, and tells the runner's exit codes and error names.
 */
import { spawn } from 'node:child_process'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { program } from '../support/outside.js'
import { pki } from '../support/pki.js'
import { buildShim } from './build.js'
import { type ShimServer, startServer } from './start-server.js'

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** One way to start the shim. */
interface Way {
  readonly command: string
  readonly env: Readonly<Record<string, string>>
}

const SHIM_ID = 0x0102030405060708n

function run({ command, env }: Way, args: readonly string[]): Promise<Ended> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    )
  })
}

/** Accepts one connection, reads the eight bytes that it begins with, and hands over the socket. */
class FakeRunner {
  readonly #server: Server = createServer()
  readonly ids: bigint[] = []

  async listen(): Promise<readonly string[]> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const { port } = this.#server.address() as AddressInfo // listening on TCP, so never a path
    return ['-port', String(port), '-shim-id', String(SHIM_ID)]
  }

  onConnection(handle: (socket: Socket) => void): void {
    this.#server.on('connection', (socket) => {
      socket.once('readable', () => {
        const id: Buffer | null = socket.read(8)
        if (id !== null) this.ids.push(id.readBigUInt64LE())
        handle(socket)
      })
    })
  }

  close(): void {
    this.#server.close()
  }
}

const { rsa } = pki.server
const secureContext = createSecureContext({ key: rsa.keyPem, cert: rsa.chainPem, maxVersion: 'TLSv1.2' })

/** Speaks TLS with the shim, sends a message, and resolves to what came back. */
function converse(socket: Socket, shimIsServer: boolean, message: Buffer): Promise<Buffer> {
  const peer = new TLSSocket(socket, { isServer: !shimIsServer, secureContext, rejectUnauthorized: false })
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    peer.on('error', reject)
    peer.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      const answer = Buffer.concat(chunks)
      if (answer.length < message.length) return
      peer.end()
      resolve(answer)
    })
    peer.write(message)
  })
}

const bash = program('bash', '--version')
const ways: { one: Way | undefined; many: Way | undefined } = { one: undefined, many: undefined }
let server: ShimServer | undefined

beforeAll(async () => {
  const shim = await buildShim()
  server = await startServer(shim)
  ways.one = { command: shim, env: {} }
  ways.many = {
    command: fileURLToPath(new URL('launcher.sh', import.meta.url)),
    env: { TLS12_BOGO_PORT: server.port },
  }
})

afterAll(() => server?.stop())

const wayCalled = (name: keyof typeof ways): Way => {
  const way = ways[name]
  if (way === undefined) throw new Error('the shim was not built')
  return way
}

describe.each([
  { name: 'one' as const, title: 'a process of its own' },
  { name: 'many' as const, title: 'the process that many tests share' },
])('the shim in $title', ({ name }) => {
  it.skipIf(bash === undefined)('says that it has no handshaker', async () => {
    const ended = await run(wayCalled(name), ['-is-handshaker-supported'])
    expect(ended).toEqual({ code: 0, stdout: 'No\n', stderr: '' })
  })

  it.skipIf(bash === undefined).each([['-no-such-flag'], ['-no-tls12'], ['-min-version', '772']])(
    'ends with 89 for %s',
    async (...args) => {
      expect((await run(wayCalled(name), args)).code).toBe(89)
    },
  )

  it.skipIf(bash === undefined).each([
    { role: 'client', flags: [] },
    { role: 'client', flags: ['-async'] },
    { role: 'server', flags: [] },
    { role: 'server', flags: ['-async'] },
  ])('handshakes as $role $flags and answers each byte by its complement', async ({ role, flags }) => {
    const runner = new FakeRunner()
    const message = Buffer.from(Array.from({ length: 1000 }, (_, at) => at & 0xff))
    const answer = new Promise<Buffer>((resolve, reject) => {
      runner.onConnection((socket) => converse(socket, role === 'server', message).then(resolve, reject))
    })
    const credentials = ['-server', '-cert-file', rsa.chainPath, '-key-file', rsa.keyPath]
    const args = [...(await runner.listen()), ...(role === 'server' ? credentials : []), ...flags]
    const ended = await run(wayCalled(name), args)
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await answer).toEqual(message.map((byte) => byte ^ 0xff))
    expect(runner.ids).toEqual([SHIM_ID])
    runner.close()
  })

  it.skipIf(bash === undefined)("tells a fault by the runner's name, after its alert has gone out", async () => {
    const runner = new FakeRunner()
    const received: Buffer[] = []
    runner.onConnection((socket) => {
      socket.on('data', (chunk) => received.push(chunk))
      socket.end(Buffer.from('160303000000', 'hex'))
    })
    const args = [...(await runner.listen()), '-server', '-cert-file', rsa.chainPath, '-key-file', rsa.keyPath]
    const ended = await run(wayCalled(name), args)
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain(':UNEXPECTED_RECORD:')
    expect(Buffer.concat(received).toString('hex')).toBe('1503030002020a')
    runner.close()
  })

  it.skipIf(bash === undefined)('fails where an expectation is not met', async () => {
    const runner = new FakeRunner()
    runner.onConnection((socket) => {
      converse(socket, false, Buffer.from('unheard')).catch(() => {})
    })
    const ended = await run(wayCalled(name), [...(await runner.listen()), '-expect-alpn', 'foo'])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain('not as expected: application protocol')
    runner.close()
  })
})
