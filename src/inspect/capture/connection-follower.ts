import { toLatin1 } from '../../bytes/convert.js'
import type { Side } from '../trace.js'
import type { CaptureReaderOptions } from './capture-reader.js'
import type { ConnectionStory, Preface } from './connection-story.js'
import { Conversation } from './conversation.js'
import type { KeyStore } from './key-store.js'
import { formatEndpoint } from './packet.js'
import type { KeptTotal, StoryLog } from './story-log.js'
import { type Direction, opposite, type TcpStream } from './tcp-stream.js'
import type { ConnectionBegin, ConnectionEnd, ConnectionFollower } from './tcp-table.js'
import { helloIn, looksLikeTls, requestFor, version2HelloLength } from './tls-beginning.js'
import { type Speaker, senderByContent, senderByTransport } from './who-speaks.js'

/** What a follower takes from the reader that made it, and gives it. */
export interface ReaderParts {
  parts(): {
    readonly log: StoryLog
    readonly options: CaptureReaderOptions
    readonly keys: KeyStore
    readonly kept: KeptTotal
  }
  tell(story: Omit<ConnectionStory, 'number'>): void
  /** It ended and never spoke TLS. */
  other(): void
}

/** Octets of both sides in which a beginning of TLS is looked for: other protocols ask for it early or never. */
export const LONGEST_PREFACE = 0x10000
/** Octets of a segment that are kept to tell which protocol asked. */
const SAMPLE = 128

/** Follows one connection: before TLS, if it asks for that only later, and in it. */
export class Follower implements ConnectionFollower {
  readonly #reader: ReaderParts
  readonly #begin: ConnectionBegin
  /** Octets that each direction said before TLS began. */
  readonly #before: [number, number] = [0, 0]
  /** The beginnings of the first and the last segment of each direction. */
  readonly #samples: [string[], string[]] = [[], []]
  #conversation: Conversation | 'never TLS' | undefined
  #log: StoryLog | undefined
  #client: Direction = 0
  /** Octets of a ClientHello of another form that are still to come. */
  #skip = 0

  constructor(reader: ReaderParts, begin: ConnectionBegin) {
    this.#reader = reader
    this.#begin = begin
  }

  data(direction: Direction, bytes: Uint8Array, time: number): void {
    if (this.#conversation === undefined) this.#lookForTls(direction, bytes, time)
    else if (this.#conversation !== 'never TLS') this.#tell(this.#conversation, direction, bytes, time)
  }

  gap(direction: Direction, length: number): void {
    if (this.#conversation instanceof Conversation) this.#conversation.gap(this.#side(direction), length)
    else this.#before[direction] += length
  }

  end(ended: ConnectionEnd, stream: TcpStream): void {
    if (!(this.#conversation instanceof Conversation) || this.#log === undefined) {
      this.#reader.other()
      return
    }
    const handshakes = this.#conversation.close()
    const preface = this.#preface()
    this.#reader.tell({
      ...this.#ends(),
      time: this.#begin.time,
      began: this.#begin.opener === undefined ? 'in mid-stream' : 'opened',
      ended,
      ...(preface === undefined ? {} : { preface }),
      ...this.#log.close(),
      handshakes,
      totals: this.#conversation.totals,
      tcp: { ...stream.statistics },
    })
  }

  #lookForTls(direction: Direction, bytes: Uint8Array, time: number): void {
    const isFirst = this.#before[0] + this.#before[1] === 0
    const hello = helloIn(bytes)
    if (hello >= 0) {
      this.#note(direction, bytes.subarray(0, hello))
      this.#tell(this.#start(direction, time, 'client'), direction, bytes.subarray(hello), time)
    } else if (isFirst && looksLikeTls(bytes)) {
      this.#tell(this.#start(direction, time, senderByContent(bytes)), direction, bytes, time)
    } else if (isFirst && version2HelloLength(bytes) > 0) {
      this.#skip = version2HelloLength(bytes)
      const conversation = this.#start(direction, time, 'client')
      conversation.version2Hello(this.#skip, time)
      this.#tell(conversation, direction, bytes, time)
    } else {
      this.#note(direction, bytes)
      if (this.#before[0] + this.#before[1] > LONGEST_PREFACE) this.#conversation = 'never TLS'
    }
  }

  #tell(conversation: Conversation, direction: Direction, bytes: Uint8Array, time: number): void {
    const skipped = direction === this.#client ? Math.min(this.#skip, bytes.length) : 0
    this.#skip -= skipped
    if (skipped < bytes.length) conversation.data(this.#side(direction), bytes.subarray(skipped), time)
  }

  #note(direction: Direction, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#before[direction] += bytes.length
    const samples = this.#samples[direction]
    samples.splice(1, 1, toLatin1(bytes.subarray(0, SAMPLE)))
    if (samples.length === 1) samples.push(samples[0] ?? '')
  }

  #preface(): Preface | undefined {
    const [client, server] = [this.#before[this.#client], this.#before[opposite(this.#client)]]
    if (client + server === 0) return undefined
    const [first = '', last = ''] = this.#samples[this.#client]
    const request = requestFor({ first, last })
    return { client, server, ...(request === undefined ? {} : { request }) }
  }

  #side(direction: Direction): Side {
    return direction === this.#client ? 'client' : 'server'
  }

  #ends(): { readonly client: string; readonly server: string } {
    const [first, second] = this.#begin.ends.map(formatEndpoint)
    const [client = '', server = ''] = this.#client === 0 ? [first, second] : [second, first]
    return { client, server }
  }

  #start(direction: Direction, time: number, byContent: Side | undefined): Conversation {
    const { sender, guess }: Speaker =
      byContent === undefined ? senderByTransport(this.#begin, direction) : { sender: byContent }
    this.#client = sender === 'client' ? direction : opposite(direction)
    const { log, options, keys, kept } = this.#reader.parts()
    this.#log = log
    if (guess !== undefined) log.add({ type: 'remark', time, text: guess })
    const ends = this.#ends()
    const conversation = new Conversation({
      crypto: options.crypto,
      keys,
      log,
      kept,
      keepRecords: options.keepRecords ?? false,
      onApplicationData: (from, data, time) => options.onApplicationData?.({ ...ends, sender: from, data, time }),
    })
    this.#conversation = conversation
    return conversation
  }
}
