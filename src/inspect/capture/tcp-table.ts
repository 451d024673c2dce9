import type { TcpSegment } from './packet.js'
import { type Direction, type TcpSink, TcpStream, type WaitingTotal } from './tcp-stream.js'

/**
 * Connections that are followed at a time. Each may keep a story, two records and a message that is not complete; with
 * this many a hostile capture comes to some hundred megabytes, and few captures have so many open at once.
 */
export const MAX_OPEN_CONNECTIONS = 8192

export interface ConnectionBegin {
  /** Keys of both ends, as `formatEndpoint` reads them: whoever was seen first goes first. */
  readonly ends: readonly [string, string]
  /** Who opened it, where the handshake of TCP was seen. */
  readonly opener: Direction | undefined
  readonly time: number
}

export type ConnectionEnd = 'finished' | 'reset' | 'reused' | 'end of capture' | 'too many connections'

/** Follows one connection. */
export interface ConnectionFollower extends TcpSink {
  end(how: ConnectionEnd, stream: TcpStream): void
}

interface Entry {
  readonly first: string
  /** The sequence number of the SYN of each direction, where it was seen. */
  readonly initial: [number | undefined, number | undefined]
  /** `undefined` once it is over: late segments of it must not look like a new one. */
  open: { readonly stream: TcpStream; readonly follower: ConnectionFollower } | undefined
}

/** A SYN that comes again has the number that it had. One that was not seen before opens what is not over. */
function isAnother({ first, initial, open }: Entry, { from, sequence, acknowledgement }: TcpSegment): boolean {
  const before = initial[from === first ? 0 : 1]
  if (before !== undefined) return before !== sequence
  return open === undefined || acknowledgement === undefined
}

/** Finds the connection that each segment belongs to. */
export class TcpTable {
  readonly #begin: (connection: ConnectionBegin) => ConnectionFollower
  readonly #entries = new Map<string, Entry>()
  readonly #total: WaitingTotal = { bytes: 0 }

  constructor(begin: (connection: ConnectionBegin) => ConnectionFollower) {
    this.#begin = begin
  }

  accept(segment: TcpSegment): void {
    const { from, to } = segment
    const key = from < to ? `${from} ${to}` : `${to} ${from}`
    let entry = this.#entries.get(key)
    if (entry !== undefined && segment.syn && isAnother(entry, segment)) {
      this.#close(entry, 'reused')
      this.#entries.delete(key)
      entry = undefined
    }
    entry ??= this.#open(key, segment)
    if (entry?.open === undefined) return
    const { stream } = entry.open
    const direction = from === entry.first ? 0 : 1
    if (segment.syn) entry.initial[direction] = segment.sequence
    if (segment.rst && stream.mayReset(direction, segment.sequence)) this.#close(entry, 'reset')
    else stream.accept(direction, segment)
    if (stream.finished) this.#close(entry, 'finished')
  }

  /** Ends every connection: the capture is over. */
  finish(): void {
    for (const entry of this.#entries.values()) this.#close(entry, 'end of capture')
    this.#entries.clear()
  }

  #open(key: string, segment: TcpSegment): Entry | undefined {
    // The last acknowledgement of a connection that was open before the capture began is no connection.
    if (!segment.syn && segment.data.length === 0) return undefined
    if (this.#entries.size >= MAX_OPEN_CONNECTIONS) this.#makeRoom()
    const opener = segment.syn ? (segment.acknowledgement === undefined ? 0 : 1) : undefined
    const follower = this.#begin({ ends: [segment.from, segment.to], opener, time: segment.time })
    const entry: Entry = {
      first: segment.from,
      initial: [undefined, undefined],
      open: { stream: new TcpStream(follower, this.#total), follower },
    }
    this.#entries.set(key, entry)
    return entry
  }

  /** Forgets those that are over, then the oldest, a quarter at a time so that this stays rare. */
  #makeRoom(): void {
    for (const [key, { open }] of this.#entries) if (open === undefined) this.#entries.delete(key)
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= (3 * MAX_OPEN_CONNECTIONS) / 4) return
      this.#close(entry, 'too many connections')
      this.#entries.delete(key)
    }
  }

  #close(entry: Entry, how: ConnectionEnd): void {
    const { open } = entry
    if (open === undefined) return
    open.stream.finish()
    entry.open = undefined
    open.follower.end(how, open.stream)
  }
}
