/** Two directions of bytes. They may belong to different channels: nothing here takes them for one. */
export interface ByteChannel {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** What a link tells its owner. */
export interface ChannelEvents {
  /** Asked before every read; see `resume`. */
  readonly wantsInput: () => boolean
  readonly onData: (bytes: Uint8Array) => void
  readonly onEnd: () => void
  readonly onError: (error: unknown) => void
}

/** Bytes that may be on their way before `whenFlushed` waits, however much the channel itself would take. */
const HIGH_WATER_MARK = 2 ** 18

/** Bytes beyond that which only answers to the peer's own messages can cause: see `isOverfull`. */
const MOST_UNSENT_ANSWERS = 2 ** 20

/** A channel that was shut down stays open this long for the peer to take our last bytes, an alert among them. */
const LINGER_MILLISECONDS = 2_000

const ignore = (): void => {}

/** The encrypted side of a TLS stream: two WHATWG streams of bytes, with their backpressure and their ends. */
export class ChannelLink {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #events: ChannelEvents
  #resume: (() => void) | undefined
  #unsent = 0
  #reading: Promise<void> | undefined
  #lastWrite: Promise<void> = Promise.resolve()
  #finished: Promise<void> | undefined
  #isShutDown = false

  /** Locks both streams. Throws `TypeError` where one is locked already. */
  constructor({ readable, writable }: ByteChannel, events: ChannelEvents) {
    this.#reader = readable.getReader()
    this.#writer = writable.getWriter()
    this.#events = events
  }

  /**
   * True when more waits to be sent than application data can have put there: a peer that provokes answers and never
   * reads must not fill our memory.
   */
  get isOverfull(): boolean {
    return this.#unsent > HIGH_WATER_MARK + MOST_UNSENT_ANSWERS
  }

  /** Starts to deliver, until the end, as long as input is wanted. */
  attach(): void {
    this.#reading = this.#read()
  }

  /** Asks again whether input is wanted. */
  resume(): void {
    if (this.#resume === undefined || !(this.#isShutDown || this.#events.wantsInput())) return
    this.#resume()
    this.#resume = undefined
  }

  /** Sends; dropped once `finish` was called, since nothing can follow the end. */
  write(bytes: Uint8Array): void {
    if (this.#finished !== undefined) return
    this.#unsent += bytes.length
    this.#lastWrite = this.#writer.write(bytes).then(
      () => {
        this.#unsent -= bytes.length
        this.resume()
      },
      (error: unknown) => this.#report(error),
    )
  }

  /** Waits until the channel takes more. */
  async whenFlushed(): Promise<void> {
    await this.#writer.ready
    if (this.#unsent > HIGH_WATER_MARK) await this.#lastWrite
  }

  /** Closes our direction behind all that was written. Rejects where the channel could not take it. */
  finish(): Promise<void> {
    if (this.#finished === undefined) {
      this.#finished = this.#writer.close()
      this.#finished.catch((error: unknown) => this.#report(error))
    }
    return this.#finished
  }

  /**
   * The last call: closes our direction and reads away what still comes, until the peer ends its own or for two seconds,
   * then lets go of both. After a fault those begin now, after a complete close when everything has left.
   */
  shutDown(fault?: unknown): void {
    if (this.#isShutDown) return
    this.#isShutDown = true
    this.resume()
    const letGo = (): void => {
      this.#writer.abort(fault).catch(ignore)
      this.#reader.cancel(fault).catch(ignore)
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    const linger = (): void => {
      timer = setTimeout(letGo, LINGER_MILLISECONDS)
    }
    const finished = this.finish().catch(ignore)
    if (fault === undefined) void finished.then(linger)
    else linger()
    void Promise.all([finished, this.#reading]).then(() => {
      clearTimeout(timer)
      letGo()
    })
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        if (!this.#isShutDown && !this.#events.wantsInput()) await this.#untilResumed()
        const { done, value } = await this.#reader.read()
        if (done) break
        if (this.#isShutDown) continue
        if (!(value instanceof Uint8Array)) throw new TypeError('the channel must deliver Uint8Array chunks')
        this.#events.onData(value)
      }
      if (!this.#isShutDown) this.#events.onEnd()
    } catch (error) {
      this.#report(error)
    }
  }

  #report(error: unknown): void {
    if (!this.#isShutDown) this.#events.onError(error)
  }

  #untilResumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }
}
