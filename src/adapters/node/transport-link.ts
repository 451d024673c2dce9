import type { Duplex } from 'node:stream'

/** What a link tells its owner. Nothing is told after `shutDown`. */
export interface TransportEvents {
  readonly onData: (bytes: Uint8Array) => void
  /** The transport delivers nothing more: it ended, or it was closed without a word. */
  readonly onEnd: () => void
  readonly onError: (error: Error) => void
  /** The transport has taken what it was given: it may have stopped being overfull. */
  readonly onWritten: () => void
}

type Done = (error?: Error | null) => void

/**
 * A transport that was shut down stays open this long for the peer to read our last bytes: to close a TCP socket with
 * unread input resets it, and a reset may overtake the alert that says why.
 */
const LINGER_MILLISECONDS = 2_000

/** Bytes beyond its high-water mark that a transport may hold before input waits: see `isOverfull`. */
const MOST_UNSENT_ANSWERS = 2 ** 20

const ignore = (): void => {}

/** The encrypted side of a TLS stream: any Node duplex, with its backpressure and its end. */
export class TransportLink {
  readonly #transport: Duplex
  readonly #events: TransportEvents
  #whenFlushed: Done | undefined
  #whenFinished: Done[] = []
  #finish: 'no' | 'begun' | 'done' = 'no'
  #finishError: Error | undefined
  #ended = false
  #isShutDown = false

  constructor(transport: Duplex, events: TransportEvents) {
    this.#transport = transport
    this.#events = events
  }

  /** Starts to deliver. A transport that is over already is reported in the next tick, like any other end. */
  attach(): void {
    const transport = this.#transport
    transport.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd).on('error', this.#onError)
    if (transport.destroyed || transport.readableEnded) process.nextTick(this.#onEnd)
    else transport.resume()
  }

  /** True while the transport asks to be given no more. */
  get isCongested(): boolean {
    return this.#transport.writableNeedDrain
  }

  /**
   * True when the transport holds more than application data can have put there. The rest are answers to the peer's
   * own messages: one that provokes them and never reads must not fill our memory.
   */
  get isOverfull(): boolean {
    const { writableLength, writableHighWaterMark } = this.#transport
    return writableLength > writableHighWaterMark + MOST_UNSENT_ANSWERS
  }

  /** Sends; dropped once `finish` was called, since nothing can follow the end. */
  write(bytes: Uint8Array): void {
    if (this.#finish === 'no') this.#transport.write(bytes, this.#onWritten)
  }

  /** Runs `send`, and hands what it writes to the transport as one. */
  together(send: () => void): void {
    this.#transport.cork()
    try {
      send()
    } finally {
      this.#transport.uncork()
    }
  }

  /** Calls back as soon as the transport takes more, at once if it does now. One call may wait at a time. */
  whenFlushed(done: Done): void {
    if (this.isCongested) this.#whenFlushed = done
    else done()
  }

  /** Ends our direction behind all that was written, and calls back when it has left. */
  finish(done: Done = ignore): void {
    if (this.#finish === 'done') {
      done(this.#finishError)
      return
    }
    this.#whenFinished.push(done)
    if (this.#finish === 'begun') return
    this.#finish = 'begun'
    this.#transport.end((error?: Error | null) => {
      this.#finish = 'done'
      this.#finishError = error ?? undefined
      for (const waiting of this.#whenFinished.splice(0)) waiting(error)
    })
  }

  /** Lets input flow, or holds it back. */
  setReading(wanted: boolean): void {
    if (this.#ended || wanted !== this.#transport.isPaused()) return
    if (wanted) this.#transport.resume()
    else this.#transport.pause()
  }

  /** The last call: ends our direction, reads away what still comes, and destroys the transport soon. */
  shutDown(): void {
    const transport = this.#transport
    transport.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd).off('error', this.#onError)
    this.#isShutDown = true
    this.#whenFlushed = undefined
    if (transport.destroyed) return
    transport.on('error', ignore).on('data', ignore)
    const destroy = (): void => void transport.destroy()
    const timer = setTimeout(destroy, LINGER_MILLISECONDS).unref()
    const destroyWhenOver = (): void => {
      if (transport.readableEnded && this.#finish === 'done') destroy()
    }
    transport.once('close', () => clearTimeout(timer)).once('end', destroyWhenOver)
    this.finish(destroyWhenOver)
    transport.resume()
  }

  readonly #onData = (chunk: unknown): void => {
    if (chunk instanceof Uint8Array) this.#events.onData(chunk)
    else
      this.#events.onError(new TypeError('the transport must deliver bytes: set no encoding and no object mode on it'))
  }

  readonly #onEnd = (): void => {
    if (this.#ended) return
    this.#ended = true
    this.#events.onEnd()
  }

  readonly #onError = (error: Error): void => this.#events.onError(error)

  readonly #onWritten = (error?: Error | null): void => {
    if (!this.#isShutDown) this.#events.onWritten()
    if (this.isCongested && !error) return
    const done = this.#whenFlushed
    this.#whenFlushed = undefined
    done?.(error)
  }
}
