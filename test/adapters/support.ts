/** Transports and environments for adapter tests: in-memory duplexes that record, loopback TCP, slow answers. */
import net from 'node:net'
import { Duplex } from 'node:stream'
import { Endpoint } from '../../src/adapters/endpoint.js'
import type { TlsDuplex } from '../../src/adapters/node/index.js'
import type { Environment } from '../../src/crypto/environment.js'
import { ContentType } from '../../src/registry/content-type.js'

/** A duplex that is no socket: what is written to one end arrives at the other, recorded, in pieces of `cut` bytes. */
class MemoryDuplex extends Duplex {
  readonly sent: Uint8Array[] = []
  readonly #cut: number
  #other: MemoryDuplex | undefined
  #release: (() => void) | undefined

  constructor(cut: number) {
    super()
    this.#cut = cut
  }

  join(other: MemoryDuplex): void {
    this.#other = other
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.sent.push(Uint8Array.from(chunk))
    this.#pour(chunk, done)
  }

  #pour(chunk: Buffer, done: () => void): void {
    const other = this.#other
    if (other === undefined || other.destroyed) {
      done()
      return
    }
    for (let offset = 0; offset < chunk.length; offset += this.#cut) {
      const piece = Buffer.from(chunk.subarray(offset, offset + this.#cut)) // a copy: nobody may hold on to our memory
      if (!other.push(piece)) {
        const rest = chunk.subarray(offset + this.#cut)
        other.#release = () => this.#pour(rest, done)
        return
      }
    }
    setImmediate(done)
  }

  override _read(): void {
    const release = this.#release
    this.#release = undefined
    release?.()
  }

  override _final(done: () => void): void {
    this.#other?.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other
    if (other !== undefined && !other.destroyed && !other.readableEnded) setImmediate(() => other.push(null))
    done(error)
  }
}

export interface MemoryPair {
  readonly left: MemoryDuplex
  readonly right: MemoryDuplex
}

export function memoryPair(cut = 65_536): MemoryPair {
  const [left, right] = [new MemoryDuplex(cut), new MemoryDuplex(cut)]
  left.join(right)
  right.join(left)
  return { left, right }
}

/** The content types of the records in what was sent, one after the other. */
export function recordTypes(sent: readonly Uint8Array[]): number[] {
  const bytes = Buffer.concat(sent)
  const types: number[] = []
  for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) types.push(bytes.readUInt8(at))
  return types
}

export const hasApplicationData = (sent: readonly Uint8Array[]): boolean =>
  recordTypes(sent).includes(ContentType.application_data)

/** A TCP server on loopback that is closed, with all its connections, by `close`. */
export interface Loopback {
  readonly port: number
  connect(): net.Socket
  close(): Promise<void>
}

export async function loopback(onSocket: (socket: net.Socket) => void): Promise<Loopback> {
  const sockets = new Set<net.Socket>()
  const keep = (socket: net.Socket): net.Socket => {
    sockets.add(socket)
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }
  const server = net.createServer({ allowHalfOpen: true }, (socket) => onSocket(keep(socket)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { port } = address
  return {
    port,
    connect: () => keep(net.connect(port, '127.0.0.1')),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** The same endpoint whose every answer comes later. */
export const delayed = (endpoint: Endpoint, wait: () => Promise<void>): Endpoint => {
  const { environment } = endpoint
  const late =
    <Request, Answer>(answer: (request: Request, signal: AbortSignal) => Answer | Promise<Answer>) =>
    async (request: Request, signal: AbortSignal): Promise<Answer> => {
      await wait()
      return answer.call(environment, request, signal)
    }
  const slow: Environment = {
    reviewClientHello: late(environment.reviewClientHello),
    selectCredential: late(environment.selectCredential),
    selectPsk: late(environment.selectPsk),
    verifyCertificate: late(environment.verifyCertificate),
    verifySignature: late(environment.verifySignature),
    sign: late(environment.sign),
    generateKeyShare: late(environment.generateKeyShare),
    agreeKey: late(environment.agreeKey),
    encryptPreMaster: late(environment.encryptPreMaster),
    decryptPreMaster: late(environment.decryptPreMaster),
    openTicket: late(environment.openTicket),
    resumeSession: late(environment.resumeSession),
    reverifySession: late(environment.reverifySession),
    sealTicket: late(environment.sealTicket),
  }
  return new Endpoint(endpoint.connection, slow, endpoint.sessions)
}

/** What happened to a stream, in order, and all that it read. */
export interface Witness {
  readonly events: string[]
  readonly data: () => Buffer
  /** Settles with the error, or with `undefined`, when the stream is closed. */
  readonly closed: Promise<Error | undefined>
}

export function witness(stream: TlsDuplex): Witness {
  const events: string[] = []
  const chunks: Buffer[] = []
  let failure: Error | undefined
  const closed = new Promise<Error | undefined>((resolve) => stream.on('close', () => resolve(failure)))
  for (const name of ['secureConnect', 'end', 'finish', 'close']) stream.on(name, () => events.push(name))
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.on('error', (error) => {
    failure = error
    events.push('error')
  })
  return { events, data: () => Buffer.concat(chunks), closed }
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Waits until something holds; the test's own time limit ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(2)
}

/** `length` bytes that differ from each other enough to show any loss, repetition or exchange. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0, value = 1; at < length; at++, value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0) {
    bytes[at] = value >>> 16
  }
  return bytes
}
