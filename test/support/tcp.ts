/** Endpoints on plain TCP sockets, for tests against other implementations: no adapter of ours in between. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Endpoint } from '../../src/adapters/endpoint.js'
import type { ConnectionOutput } from '../../src/connection/connection.js'
import type { TlsFault } from '../../src/handshake/fault.js'
import type { ConnectionSummary } from '../../src/handshake/negotiated.js'

/** How long any single wait of an interoperation test may take. */
export const PATIENCE = 15_000
/** A test's own limit is above that of its waits, so that it is a wait that fails and says for what. */
export const TEST_TIMEOUT = 2 * PATIENCE

/** Something whose state changes, and that can be waited for: at most `PATIENCE`, and the error says what it looked like. */
export class Watched {
  readonly #waiting = new Set<() => void>()

  /** What to show where a wait fails. */
  describe(): string {
    return ''
  }

  protected changed(): void {
    for (const check of [...this.#waiting]) check()
  }

  /** The first value other than `undefined` that `look` returns. */
  until<T>(what: string, look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(check)
      }
      const check = (): void => {
        const found = look()
        if (found === undefined) return
        finish()
        resolve(found)
      }
      const timer = setTimeout(() => {
        finish()
        reject(new Error(`waited in vain for ${what}: ${this.describe()}`))
      }, PATIENCE)
      this.#waiting.add(check)
      check()
    })
  }
}

/** An endpoint on a socket, and what came out of it. The socket is ended once the connection is over. */
export class TcpEnd extends Watched {
  readonly endpoint: Endpoint
  readonly socket: Socket
  summary: ConnectionSummary | undefined
  fault: TlsFault | undefined
  peerClosed = false
  socketClosed = false
  text = ''

  constructor(endpoint: Endpoint, socket: Socket) {
    super()
    this.endpoint = endpoint
    this.socket = socket
    endpoint.onOutput = (output) => this.#take(output)
    socket.on('data', (bytes) => endpoint.receive(bytes))
    socket.on('end', () => endpoint.endOfTransport())
    socket.on('error', () => {}) // a peer that resets the connection has said why in an alert, or `close` follows
    socket.on('close', () => {
      this.socketClosed = true
      endpoint.endOfTransport() // after a reset no `end` has come
      this.changed()
    })
    endpoint.start()
  }

  override describe(): string {
    const { fault, endpoint, text } = this
    return `state ${endpoint.connection.state.name}, fault ${fault?.code} (${fault?.message}), received ${JSON.stringify(text)}`
  }

  /** Waits until the handshake is over; throws the fault that ended it. */
  async established(): Promise<ConnectionSummary> {
    await this.until('the end of the handshake', () => this.summary ?? this.fault)
    if (this.summary === undefined) throw this.fault
    return this.summary
  }

  failed(): Promise<TlsFault> {
    return this.until('a fault', () => this.fault)
  }

  /** Waits for a line of application data that holds `line`. */
  receives(line: string): Promise<true> {
    return this.until(`the data ${JSON.stringify(line)}`, () => this.text.includes(line) || undefined)
  }

  send(text: string): void {
    this.endpoint.send(new TextEncoder().encode(text))
  }

  /** Closes our direction and waits for the peer's close_notify. */
  async close(): Promise<void> {
    this.endpoint.close()
    await this.closedByPeer()
  }

  closedByPeer(): Promise<true> {
    return this.until("the peer's close_notify", () => this.peerClosed || undefined)
  }

  #take(output: ConnectionOutput): void {
    if (output.type === 'transmit') this.socket.write(output.bytes)
    else if (output.type === 'established') this.summary = output.summary
    else if (output.type === 'failed') this.fault = output.fault
    else if (output.type === 'peerClosed') this.peerClosed = true
    else if (output.type === 'application_data') this.text += new TextDecoder().decode(output.data)
    if (this.endpoint.connection.ended) this.socket.end()
    this.changed()
  }
}

/** Connects a client to a port of this machine. */
export async function connectTcp(endpoint: Endpoint, port: number): Promise<TcpEnd> {
  const socket = connect(port, '127.0.0.1')
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return new TcpEnd(endpoint, socket)
}

/** A listener on a free port that serves exactly one connection. */
export interface OneShot {
  readonly port: number
  readonly accepted: Promise<TcpEnd>
  close(): void
}

/** Listens on a free port and serves the first connection with `endpoint`. */
export async function listenOnce(endpoint: Endpoint): Promise<OneShot> {
  let served: Socket | undefined
  const server = createServer({ allowHalfOpen: true })
  const accepted = new Promise<TcpEnd>((resolve) => {
    server.once('connection', (socket) => {
      served = socket
      resolve(new TcpEnd(endpoint, socket))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP, so never a path
  const close = (): void => {
    served?.destroy()
    server.close()
  }
  return { port, accepted, close }
}
