import { Buffer } from 'node:buffer'
import { Duplex } from 'node:stream'
import type { Secret } from '../../bytes/secret.js'
import type { ConnectionOutput } from '../../connection/connection.js'
import { encodeKeptSession, type KeptSession } from '../../crypto/session.js'
import { TlsFault } from '../../handshake/fault.js'
import type { ConnectionSummary } from '../../handshake/negotiated.js'
import type { Endpoint } from '../endpoint.js'
import { abortedBy, type HandshakeLimits, limitHandshake, RenegotiationLimit } from '../handshake-limits.js'
import { ClientSessions } from '../sessions/client-sessions.js'
import { SocketShape, type Transport } from './socket-shape.js'
import { TransportLink } from './transport-link.js'

type Done = (error?: Error | null) => void

/** What is written is sealed in pieces of this size, each when the transport wants it: no write is held twice as a whole. */
const PIECE = 65_536

/** As a Buffer with memory of its own: small ones share a pool, which anybody can read who has any of them. */
const unpooled = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const pipeError = (): Error =>
  Object.assign(new Error('the peer closed the connection before this could be sent'), { code: 'EPIPE' })

/** As `node:tls` has them. */
export interface RenegotiateOptions {
  readonly requestCert?: boolean
  readonly rejectUnauthorized?: boolean
}

/**
 * A TLS connection as a Node stream, over any duplex stream.
 *
 * What is written waits until the handshake is complete and the peer is verified (`secureConnect`), and never leaves
 * otherwise; in a renegotiation it waits again from our hello on, at most for `handshakeTimeout`. `end()` sends close_notify behind all that was written and goes on reading. The peer's close_notify ends the
 * readable side; once its reader has had everything, what was written by then leaves and our close_notify follows it.
 * What is written later fails. (An endpoint of `onPeerClose: 'close'` answers at once instead: `EPIPE` from then on.)
 * `end` is emitted only after a close_notify: a transport that just ends destroys the stream with the fault `truncated`,
 * even after `end()`. `destroy()` tells the peer that something is amiss. Errors are `TlsFault`s, or the transport's own.
 */
export class TlsDuplex extends SocketShape {
  readonly #endpoint: Endpoint
  readonly #transport: Transport
  readonly #link: TransportLink
  readonly #renegotiationLimit: RenegotiationLimit
  #liftLimits: () => void = () => {}
  #summary: ConnectionSummary | undefined
  /** What the write or the end in progress does once the handshake is complete, or the renegotiation over. */
  #held: (() => void) | undefined
  /** Called when the write or the end in progress is over, in whatever way. */
  #pending: Done | undefined
  #readerWantsMore = true
  #peerClosed = false
  /** What a client may show next time, and whether `session` is still to tell of it. */
  #session: Secret | undefined
  #sessionIsNews = false
  /** Who is told how the renegotiation ended that our side began. */
  readonly #afterRenegotiation: ((error: Error | null) => void)[] = []

  /** Takes the transport over and begins the handshake. Throws a `misuse` fault for an endpoint that was used before. */
  constructor(transport: Transport, endpoint: Endpoint, limits: HandshakeLimits = {}) {
    super(transport)
    if (endpoint.connection.state.name !== 'Start') throw new TlsFault('misuse', 'the endpoint was used before')
    if (!(transport instanceof Duplex)) throw new TlsFault('misuse', 'the transport must be a duplex stream of Node')
    this.#transport = transport
    this.#endpoint = endpoint
    this.#renegotiationLimit = new RenegotiationLimit(endpoint, limits)
    this.#link = new TransportLink(transport, {
      onData: (bytes) => endpoint.receive(bytes),
      onEnd: () => this.#endOfTransport(),
      onError: (error) => this.#transportError(error),
      onWritten: () => this.#advance(),
    })
    if (limits.signal?.aborted) {
      this.destroy(abortedBy(limits.signal))
      return
    }
    this.#liftLimits = limitHandshake(endpoint, limits)
    endpoint.onOutput = (output) => this.#perform(output)
    endpoint.onAdvance = () => this.#advance()
    transport.on('timeout', this.#onTimeout)
    this.#link.attach()
    endpoint.start()
  }

  override get summary(): ConnectionSummary | undefined {
    return this.#summary
  }

  /** Keying material bound to this connection (RFC 5705 §4). Throws a `misuse` fault unless the connection is open. */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    return unpooled(this.#endpoint.connection.exportKeyingMaterial(label, length, context))
  }

  /**
   * Begins another handshake, as `node:tls` names it: on a server `requestCert` asks the client for a certificate, and it
   * must show one unless `rejectUnauthorized` is false. `done` is told how it ended; a client that was
   * asked may never answer. Throws a `misuse` fault unless the connection is open and no renegotiation runs.
   */
  renegotiate(options: RenegotiateOptions = {}, done: (error: Error | null) => void = () => {}): void {
    const clientAuthentication = options.rejectUnauthorized === false ? 'request' : 'require'
    this.#afterRenegotiation.push(done)
    try {
      this.#endpoint.renegotiate(options.requestCert === true ? { clientAuthentication } : {})
    } catch (error) {
      this.#afterRenegotiation.pop()
      throw error
    }
  }

  /**
   * What a later client resumes this session by, as its option `session`; `undefined` where the server gave nothing new, at
   * servers, and once the stream was destroyed. The event `session` brings the same. The master secret is in it: to be kept
   * like a key.
   */
  getSession(): Buffer | undefined {
    return this.#session?.use((bytes) => unpooled(bytes.slice()))
  }

  override _read(): void {
    this.#readerWantsMore = true
    this.#advance()
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.#whenOpen(done, () => this.#send([chunk]))
  }

  /** All that was written while something else was on its way. */
  override _writev(writes: readonly { readonly chunk: Uint8Array }[], done: Done): void {
    this.#whenOpen(done, () => this.#send(writes.map(({ chunk }) => chunk)))
  }

  override _final(done: Done): void {
    this.#whenOpen(done, () => this.#close())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#session?.wipe()
    this.#session = undefined
    this.#liftLimits()
    this.#renegotiationLimit.lift()
    if (!this.#endpoint.connection.ended) {
      this.#endpoint.abort('aborted', 'the stream was destroyed', error ?? undefined)
    }
    this.#transport.off('timeout', this.#onTimeout)
    // Called from within an output, the alert is handed out only when that is done with: it must leave before the end.
    process.nextTick(() => this.#link.shutDown())
    done(error)
    this.#renegotiated(error ?? new TlsFault('aborted', 'the stream was destroyed'))
    this.#settle(error ?? new TlsFault('aborted', 'the stream was destroyed before what was written could be sent'))
  }

  /** The first time the stream opens; afterwards only what is known of the peer may have changed. */
  #establish(summary: ConnectionSummary): void {
    const isFirst = this.#summary === undefined
    this.#summary = summary
    if (isFirst) this.emit('secureConnect')
    else this.#renegotiated(null)
  }

  #renegotiated(error: Error | null): void {
    for (const done of this.#afterRenegotiation.splice(0)) done(error)
  }

  readonly #onTimeout = (): void => {
    this.emit('timeout')
  }

  #perform(output: ConnectionOutput): void {
    if (output.type === 'transmit') this.#link.write(output.bytes)
    else if (!this.destroyed) this.#deliver(output)
  }

  #deliver(output: Exclude<ConnectionOutput, { type: 'transmit' }>): void {
    switch (output.type) {
      case 'established':
        this.#liftLimits()
        this.#renegotiationLimit.lift()
        this.#establish(output.summary)
        this.#announceSession()
        return
      case 'session':
        this.#keepSession(output.kept)
        return
      case 'renegotiationDeclined':
        this.#renegotiated(new Error('the peer does not want to renegotiate'))
        return
      case 'application_data':
        if (!this.push(output.data)) this.#readerWantsMore = false
        return
      case 'peerClosed':
        this.#peerClosed = true
        this.push(null)
        return
      case 'failed':
        this.destroy(output.fault)
    }
  }

  /** The output's own secret is wiped when this returns. */
  #keepSession({ session, handle }: KeptSession): void {
    if (!(this.#endpoint.sessions instanceof ClientSessions)) return
    this.#session?.wipe()
    const establishedAt = session.establishedAt ?? Date.now()
    this.#session = encodeKeptSession({ handle, session: { ...session, establishedAt } })
    this.#sessionIsNews = true
  }

  #announceSession(): void {
    if (!this.#sessionIsNews || this.destroyed) return
    this.#sessionIsNews = false
    if (this.listenerCount('session') > 0) this.emit('session', this.getSession())
  }

  /** What follows from any change: input flows or waits, what was held leaves, and a connection that is over is ended. */
  #advance(): void {
    if (this.destroyed) return
    const { connection } = this.#endpoint
    const readerIsReady = this.#summary === undefined || this.#readerWantsMore
    this.#link.setReading(connection.wantsInput && readerIsReady && !connection.ended && !this.#link.isOverfull)
    this.#renegotiationLimit.watch(readerIsReady)
    this.#release()
    if (connection.ended) this.#link.finish()
  }

  #whenOpen(done: Done, proceed: () => void): void {
    this.#pending = done
    this.#held = proceed
    this.#release()
  }

  /** What waits here and not in the connection is bounded by what a writer is told (`write` answers false). */
  #release(): void {
    if (this.#summary === undefined || this.#endpoint.connection.holdsData) return
    const held = this.#held
    this.#held = undefined
    held?.()
  }

  #settle(error?: Error | null): void {
    const done = this.#pending
    this.#pending = undefined
    done?.(error)
  }

  /** Seals one piece and goes on in a later turn: called from within an output, it is written only after that. */
  #send(waiting: readonly Uint8Array[]): void {
    if (!this.#endpoint.connection.canSend) {
      this.#failWrite(pipeError())
      return
    }
    const rest = this.#sealPiece(waiting)
    this.#afterOutputs((error) => {
      if (error) this.#failWrite(error)
      else if (rest.length === 0) this.#settle()
      else {
        this.#held = () => this.#send(rest)
        this.#release()
      }
    })
  }

  /** Seals the first `PIECE` bytes, and answers what is left. */
  #sealPiece(waiting: readonly Uint8Array[]): readonly Uint8Array[] {
    const { connection } = this.#endpoint
    let room = PIECE
    let at = 0
    let cut: readonly Uint8Array[] = []
    this.#link.together(() => {
      for (; at < waiting.length && room > 0 && connection.canSend; at++) {
        const data = waiting[at] ?? new Uint8Array(0)
        this.#endpoint.send(data.subarray(0, room))
        if (data.length > room) cut = [data.subarray(room)]
        room -= data.length
      }
    })
    return [...cut, ...waiting.slice(at)]
  }

  #afterOutputs(flushed: Done): void {
    process.nextTick(() => {
      if (!this.destroyed) this.#link.whenFlushed(flushed)
    })
  }

  /** A write that fails destroys the stream: after a complete close, only when its reader has had everything. */
  #failWrite(error: Error): void {
    const hasReader = this.readableFlowing !== null || this.listenerCount('readable') > 0
    if (this.#peerClosed && hasReader && !this.readableEnded) this.once('end', () => this.#settle(error))
    else this.#settle(error)
  }

  #close(): void {
    if (this.#endpoint.connection.canSend) this.#endpoint.close()
    process.nextTick(() => {
      // A peer that has closed need not wait for our answer: that it could not be delivered matters to nobody.
      this.#link.finish((error) => this.#settle(this.#peerClosed ? null : error))
    })
  }

  #endOfTransport(): void {
    if (this.#peerClosed) return
    this.#endpoint.endOfTransport()
    // After our own close_notify the core is content with any end, but a reader must not take this one for the whole.
    this.destroy(new TlsFault('truncated', 'the transport ended without close_notify: data may be missing'))
  }

  #transportError(error: Error): void {
    if (!this.#peerClosed) this.destroy(error)
  }
}
