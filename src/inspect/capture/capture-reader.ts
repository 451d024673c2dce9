import type { Side } from '../trace.js'
import { type CapturedFrame, CaptureFile } from './capture-file.js'
import type { ConnectionStory } from './connection-story.js'
import { Conversation } from './conversation.js'
import { KeyStore } from './key-store.js'
import { formatEndpoint, type PassedOver, segmentOf } from './packet.js'
import type { CaptureCrypto } from './record-opener.js'
import { type KeptTotal, StoryLog } from './story-log.js'
import type { Direction, TcpStream } from './tcp-stream.js'
import { type ConnectionBegin, type ConnectionEnd, type ConnectionFollower, TcpTable } from './tcp-table.js'

export interface CaptureReaderOptions {
  /** Hashes, record ciphers and signatures: a provider. */
  readonly crypto: CaptureCrypto
  /** Text of NSS key logs. Those inside of a pcapng capture are used without asking. */
  readonly keyLog?: string
  /** DER PrivateKeyInfo of servers' RSA keys: they open handshakes with RSA key exchange. */
  readonly rsaKeys?: readonly Uint8Array[]
  /** Octets of decrypted application data to keep in each entry; 4,096 by default. */
  readonly keepApplicationData?: number
  /** Called with each connection that spoke TLS, when it ends. */
  readonly onConnection?: (story: ConnectionStory) => void
  /** Called with decrypted application data as it comes: for the whole of it, whatever the stories keep. */
  readonly onApplicationData?: (data: CapturedApplicationData) => void
}

export interface CapturedApplicationData {
  readonly client: string
  readonly server: string
  readonly sender: Side
  /** Valid during the call. */
  readonly data: Uint8Array
  readonly time: number
}

/** What a capture held, besides the stories. */
export interface CaptureSummary {
  readonly bytes: number
  readonly frames: number
  /** Connections that spoke TLS, and those that did not. */
  readonly connections: number
  readonly otherConnections: number
  /** Frames that are in no connection, by reason. */
  readonly passedOver: Readonly<Record<PassedOver, number>>
  /** Lines of key logs that were found in the capture itself. */
  readonly keyLogLines: number
  /** Octets at the end that are no whole record: the capture was cut. */
  readonly cutOff: number
}

const DEFAULT_KEPT_DATA = 4096

/** The first octets of a record of TLS: a content type, and a version that begins with 3. */
const looksLikeTls = (bytes: Uint8Array): boolean =>
  (bytes[0] ?? 0) >= 20 && (bytes[0] ?? 0) <= 24 && (bytes.length < 2 || bytes[1] === 3)

/** Says who sends by the first message of a handshake: ClientHello is the client's, HelloRequest and ServerHello are not. */
function senderByContent(bytes: Uint8Array): Side | undefined {
  if (bytes[0] !== 22 || bytes.length < 6) return undefined
  return bytes[5] === 1 ? 'client' : bytes[5] === 0 || bytes[5] === 2 ? 'server' : undefined
}

/** One connection: found to speak TLS or not by its first octets. */
class Follower implements ConnectionFollower {
  readonly #reader: ReaderParts
  readonly #begin: ConnectionBegin
  /** `not TLS` once the first octets have shown that; `undefined` before there were any. */
  #conversation: Conversation | 'not TLS' | undefined
  #log: StoryLog | undefined
  #client: Direction = 0

  constructor(reader: ReaderParts, begin: ConnectionBegin) {
    this.#reader = reader
    this.#begin = begin
  }

  data(direction: Direction, bytes: Uint8Array, time: number): void {
    this.#conversation ??= looksLikeTls(bytes) ? this.#start(direction, bytes) : 'not TLS'
    if (this.#conversation !== 'not TLS') this.#conversation.data(this.#side(direction), bytes, time)
  }

  gap(direction: Direction, length: number): void {
    if (this.#conversation instanceof Conversation) this.#conversation.gap(this.#side(direction), length)
  }

  end(ended: ConnectionEnd, stream: TcpStream): void {
    if (!(this.#conversation instanceof Conversation) || this.#log === undefined) {
      this.#reader.other()
      return
    }
    const handshakes = this.#conversation.close()
    this.#reader.tell({
      ...this.#ends(),
      time: this.#begin.time,
      began: this.#begin.opener === undefined ? 'in mid-stream' : 'opened',
      ended,
      ...this.#log.close(),
      handshakes,
      totals: this.#conversation.totals,
      tcp: { ...stream.statistics },
    })
  }

  #side(direction: Direction): Side {
    return direction === this.#client ? 'client' : 'server'
  }

  #ends(): { readonly client: string; readonly server: string } {
    const [first, second] = this.#begin.ends.map(formatEndpoint)
    const [client = '', server = ''] = this.#client === 0 ? [first, second] : [second, first]
    return { client, server }
  }

  #start(direction: Direction, bytes: Uint8Array): Conversation {
    const { opener } = this.#begin
    const byOpening: Side = opener === undefined || opener === direction ? 'client' : 'server'
    const sender = senderByContent(bytes) ?? byOpening
    this.#client = sender === 'client' ? direction : direction === 0 ? 1 : 0
    const { log, options, keys, kept } = this.#reader.parts()
    this.#log = log
    const ends = this.#ends()
    return new Conversation({
      crypto: options.crypto,
      keys,
      log,
      kept,
      onApplicationData: (from, data, time) => options.onApplicationData?.({ ...ends, sender: from, data, time }),
    })
  }
}

interface ReaderParts {
  parts(): {
    readonly log: StoryLog
    readonly options: CaptureReaderOptions
    readonly keys: KeyStore
    readonly kept: KeptTotal
  }
  tell(story: Omit<ConnectionStory, 'number'>): void
  other(): void
}

/**
 * Reads a capture as it comes and tells each connection that spoke TLS when it ends. What it keeps is bounded by the
 * connections that are open, each within stated bounds. Throws `CaptureError` for a file that is no capture or a broken
 * one, and never for the traffic in it.
 */
export class CaptureReader {
  readonly #keys = new KeyStore()
  readonly #kept: KeptTotal = { bytes: 0 }
  readonly #file: CaptureFile
  readonly #table: TcpTable
  readonly #passedOver: Record<PassedOver, number> = {
    'other link type': 0,
    'not IP': 0,
    'not TCP': 0,
    'IP fragment': 0,
    malformed: 0,
  }
  #frames = 0
  #connections = 0
  #others = 0
  #keyLogLines = 0

  /** Throws `TypeError` for an RSA key that is none. */
  constructor(options: CaptureReaderOptions) {
    if (options.keyLog !== undefined) this.#keys.addKeyLog(options.keyLog)
    for (const key of options.rsaKeys ?? []) this.#keys.addRsaKey(key, options.crypto)
    this.#file = new CaptureFile({
      frame: (frame) => this.#frame(frame),
      secrets: (text) => {
        this.#keyLogLines += this.#keys.addKeyLog(text)
      },
    })
    const parts: ReaderParts = {
      parts: () => ({
        log: new StoryLog(this.#kept, options.keepApplicationData ?? DEFAULT_KEPT_DATA),
        options,
        keys: this.#keys,
        kept: this.#kept,
      }),
      tell: (story) => options.onConnection?.({ number: ++this.#connections, ...story }),
      other: () => {
        this.#others++
      },
    }
    this.#table = new TcpTable((begin) => new Follower(parts, begin))
  }

  /** Bytes of the capture that were read. */
  get bytesRead(): number {
    return this.#file.offset
  }

  /** Takes the next piece of the file. Throws `CaptureError`. */
  push(chunk: Uint8Array): void {
    this.#file.push(chunk)
  }

  /** The file is over: tells the connections that are still open. Throws `CaptureError` where it was no capture. */
  finish(): CaptureSummary {
    const cutOff = this.#file.finish()
    this.#table.finish()
    return {
      bytes: this.#file.offset,
      frames: this.#frames,
      connections: this.#connections,
      otherConnections: this.#others,
      passedOver: { ...this.#passedOver },
      keyLogLines: this.#keyLogLines,
      cutOff,
    }
  }

  #frame(frame: CapturedFrame): void {
    this.#frames++
    const segment = segmentOf(frame)
    if (typeof segment === 'string') this.#passedOver[segment]++
    else this.#table.accept(segment)
  }
}
