import type { ConnectionOutput } from '../../connection/connection.js'
import type { RenegotiationWish } from '../../handshake/event.js'
import { TlsFault } from '../../handshake/fault.js'
import type { ConnectionSummary } from '../../handshake/negotiated.js'
import type { Endpoint } from '../endpoint.js'
import { abortedBy, type HandshakeLimits, limitHandshake, RenegotiationLimit } from '../handshake-limits.js'
import { type ByteChannel, ChannelLink } from './channel-link.js'

/** Bytes that each of the two streams holds: four full records. */
const byteCounting = { highWaterMark: 65_536, size: (chunk: Uint8Array | undefined) => chunk?.byteLength ?? 0 }

/** A larger write is sealed in pieces of this size, each when the channel wants it. */
const PIECE = 65_536

interface Settled<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
}

/** A promise to be settled from outside. Whoever does not look at it is not told of its rejection: the streams tell. */
function settledLater<T>(): Settled<T> {
  let resolve: (value: T) => void = () => {}
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<T>((fulfil, refuse) => {
    resolve = fulfil
    reject = refuse
  })
  promise.catch(() => {})
  return { promise, resolve, reject }
}

/**
 * A TLS connection as a pair of WHATWG streams, over any other such pair.
 *
 * What is written waits until the handshake is complete and the peer is verified, and never leaves otherwise; in a
 * renegotiation it waits again from our hello on, at most for `handshakeTimeout`. Closing
 * `writable` sends close_notify behind all that was written; `readable` goes on to the peer's close_notify, and closes then
 * only: a channel that just ends errors both streams with the fault `truncated`. After the peer's close_notify `writable`
 * stays open until it is closed. (An endpoint of `onPeerClose: 'close'` answers at once instead, and later writes reject.) Aborting `writable` ends the connection at once and tells the peer; cancelling
 * `readable` drops what still arrives and leaves `writable` alone. Errors are `TlsFault`s, or the channel's own.
 */
export class TlsStreams {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly #endpoint: Endpoint
  readonly #link: ChannelLink
  readonly #established = settledLater<ConnectionSummary>()
  readonly #closed = settledLater<void>()
  #source: ReadableStreamDefaultController<Uint8Array> | undefined
  #sink: WritableStreamDefaultController | undefined
  readonly #renegotiationLimit: RenegotiationLimit
  /** Who is told how the renegotiation ended that our side began. */
  #renegotiation: Settled<ConnectionSummary> | undefined
  /** Wakes the write or the close that waits for the end of a renegotiation. */
  #onRelease: () => void = () => {}
  #liftLimits: () => void = () => {}
  #isEstablished = false
  #peerClosed = false
  #cancelled = false
  #over = false

  /**
   * Locks the channel's streams and begins the handshake. Throws `TypeError` where one is locked already, and a `misuse`
   * fault for an endpoint that was used before.
   */
  constructor(channel: ByteChannel, endpoint: Endpoint, limits: HandshakeLimits = {}) {
    if (endpoint.connection.state.name !== 'Start') throw new TlsFault('misuse', 'the endpoint was used before')
    this.#endpoint = endpoint
    this.#renegotiationLimit = new RenegotiationLimit(endpoint, limits)
    this.readable = this.#makeReadable()
    this.writable = this.#makeWritable()
    const { signal } = limits
    const liftLimits = signal?.aborted ? () => {} : limitHandshake(endpoint, limits)
    this.#liftLimits = liftLimits
    try {
      this.#link = this.#makeLink(channel)
    } catch (error) {
      liftLimits()
      throw error
    }
    if (signal?.aborted) {
      this.#fail(abortedBy(signal))
      return
    }
    endpoint.onOutput = (output) => this.#perform(output)
    endpoint.onAdvance = () => this.#advance()
    endpoint.start()
    this.#link.attach()
  }

  /** What was negotiated and what the peer proved, once the handshake is complete; rejects where it fails. */
  get established(): Promise<ConnectionSummary> {
    return this.#established.promise
  }

  /** Fulfilled after a complete close, rejected with what ended the connection otherwise. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /**
   * Begins another handshake: see `TlsConnection.renegotiate`. Fulfilled when it is complete, rejected where the peer
   * declines it or the connection ends; a client that was asked may never answer. Throws a `misuse` fault where none can
   * begin.
   */
  renegotiate(wish?: RenegotiationWish): Promise<ConnectionSummary> {
    const before = this.#renegotiation
    const outcome = settledLater<ConnectionSummary>()
    this.#renegotiation = outcome
    try {
      this.#endpoint.renegotiate(wish)
    } catch (error) {
      this.#renegotiation = before
      throw error
    }
    return outcome.promise
  }

  #makeReadable(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#source = controller
        },
        pull: () => this.#advance(),
        cancel: () => this.#cancel(),
      },
      byteCounting,
    )
  }

  #makeWritable(): WritableStream<Uint8Array> {
    return new WritableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#sink = controller
          // Unlike the sink's own `abort`, the signal does not wait for a write that waits for the handshake. A microtask
          // later, since Node's streams fail an assertion of theirs where one is made to err from within its abort.
          const abort = (): void => this.#abort(controller.signal.reason)
          controller.signal.addEventListener('abort', () => queueMicrotask(abort))
        },
        write: (chunk) => this.#write(chunk),
        close: () => this.#close(),
      },
      byteCounting,
    )
  }

  #makeLink(channel: ByteChannel): ChannelLink {
    return new ChannelLink(channel, {
      wantsInput: () => this.#wantsInput(),
      onData: (bytes) => this.#endpoint.receive(bytes),
      onEnd: () => this.#endOfChannel(),
      onError: (error) => this.#channelError(error),
    })
  }

  /** What follows from any change: input flows or waits, and so does what was written. */
  #advance(): void {
    this.#renegotiationLimit.watch(this.#readerIsReady)
    if (!this.#endpoint.connection.holdsData) this.#onRelease()
    this.#link.resume()
  }

  get #readerIsReady(): boolean {
    return !this.#isEstablished || this.#cancelled || (this.#source?.desiredSize ?? 0) > 0
  }

  #wantsInput(): boolean {
    return this.#readerIsReady && this.#endpoint.connection.wantsInput && !this.#link.isOverfull
  }

  #perform(output: ConnectionOutput): void {
    if (output.type === 'transmit') this.#link.write(output.bytes)
    else if (!this.#over) this.#deliver(output)
  }

  #deliver(output: Exclude<ConnectionOutput, { type: 'transmit' }>): void {
    switch (output.type) {
      case 'established':
        this.#liftLimits()
        this.#renegotiationLimit.lift()
        this.#isEstablished = true
        this.#established.resolve(output.summary)
        this.#renegotiation?.resolve(output.summary)
        return
      case 'renegotiationDeclined':
        this.#renegotiation?.reject(new Error('the peer does not want to renegotiate'))
        return
      case 'application_data':
        if (!this.#cancelled) this.#source?.enqueue(output.data)
        return
      case 'peerClosed':
        this.#peerClosed = true
        if (!this.#cancelled) this.#source?.close()
        // Where we answer at once, our close_notify comes right behind this output, and must leave before the end.
        if (!this.#endpoint.connection.canSend) queueMicrotask(() => this.#finish())
        return
      case 'failed':
        this.#fail(output.fault)
    }
  }

  async #write(chunk: unknown): Promise<void> {
    if (!(chunk instanceof Uint8Array)) {
      const fault = new TlsFault('misuse', 'only Uint8Array chunks can be written')
      this.#abort(fault)
      throw fault
    }
    await this.#established.promise
    for (let offset = 0; offset < chunk.length; offset += PIECE) {
      await this.#untilReleased()
      if (!this.#endpoint.connection.canSend) {
        throw new Error('the connection was closed before this could be sent')
      }
      this.#endpoint.send(chunk.subarray(offset, offset + PIECE))
      await this.#link.whenFlushed()
    }
  }

  /** What waits here and not in the connection is bounded by what the stream's writer is told (`ready`). */
  async #untilReleased(): Promise<void> {
    while (this.#endpoint.connection.holdsData) {
      await new Promise<void>((resolve) => {
        this.#onRelease = resolve
      })
    }
  }

  async #close(): Promise<void> {
    await this.#established.promise
    await this.#untilReleased()
    if (this.#endpoint.connection.canSend) this.#endpoint.close()
    if (this.#cancelled || this.#peerClosed) this.#finish()
    if (!this.#peerClosed) await this.#link.finish()
  }

  #cancel(): void {
    this.#cancelled = true
    if (this.#endpoint.connection.state.name === 'Closing') this.#finish()
    else this.#link.resume()
  }

  #abort(reason: unknown): void {
    this.#endpoint.abort('aborted', 'the writable side was aborted', reason)
  }

  /** Both directions are over, as they should be. */
  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#renegotiation?.reject(new TlsFault('aborted', 'the connection was closed'))
    const done = (): void => this.#closed.resolve()
    // A peer that has closed need not wait for our answer: that it could not be delivered matters to nobody.
    this.#link.finish().then(done, done)
    this.#link.shutDown()
  }

  #fail(reason: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#liftLimits()
    this.#renegotiationLimit.lift()
    if (!this.#endpoint.connection.ended) this.#endpoint.abort('aborted', 'the channel failed', reason)
    if (!this.#cancelled) this.#source?.error(reason)
    this.#sink?.error(reason)
    this.#established.reject(reason)
    this.#renegotiation?.reject(reason)
    this.#onRelease()
    this.#closed.reject(reason)
    this.#link.shutDown(reason)
  }

  #endOfChannel(): void {
    if (this.#over || this.#peerClosed) return
    this.#endpoint.endOfTransport()
    // After our own close_notify the core is content with any end, but a reader must not take this one for the whole.
    if (this.#cancelled && this.#endpoint.connection.state.name === 'Closed') this.#finish()
    else this.#fail(new TlsFault('truncated', 'the channel ended without close_notify: data may be missing'))
  }

  #channelError(error: unknown): void {
    if (!this.#peerClosed) this.#fail(error)
  }
}
