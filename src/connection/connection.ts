import { concat } from '../bytes/convert.js'
import type { KeySchedule } from '../crypto/key-schedule.js'
import type { KeptSession } from '../crypto/session.js'
import type { Entropy, RenegotiationWish } from '../handshake/event.js'
import { TlsFault } from '../handshake/fault.js'
import type { NeedAnswer, NeedType } from '../handshake/need.js'
import type { ConnectionSummary } from '../handshake/negotiated.js'
import { type RecordLayer, type TlsRecord, VERSION_2_HELLO } from '../record/record-layer.js'
import { ContentType } from '../registry/content-type.js'
import { AlertProtocol, encodeAlert, type TrafficLimits } from './alert-protocol.js'
import { type ChannelBindingType, channelBinding } from './channel-bindings.js'
import { checkBytes, recordFault } from './connection-faults.js'
import type { ConnectionOutput } from './connection-output.js'
import { drawEntropy } from './draw-entropy.js'
import { exportKeyingMaterial } from './exporter.js'
import { type HandshakeProtocol, isNews, type ProtocolOutput } from './handshake-protocol.js'
import type { OpenNeed } from './open-need.js'

export type { ConnectionOutput } from './connection-output.js'

export interface ConnectionParts {
  readonly protocol: HandshakeProtocol
  readonly recordLayer: RecordLayer
  readonly keySchedule: KeySchedule
  readonly randomBytes: (length: number) => Uint8Array
  /** Bytes that may wait behind an open need before `wantsInput` turns false; they are kept all the same. */
  readonly inputHighWaterMark: number
  readonly trafficLimits: TrafficLimits
}

/** How a connection begins. */
export interface StartOptions {
  /** What a client would like to resume. Not offered where it does not fit: another server name, a suite no longer enabled. */
  readonly session?: KeptSession | undefined
  readonly entropy?: Entropy
}

/** A flight is one packet to its transport; records of application data are not worth the copy that joins them. */
const LARGEST_JOINED = 16_384

const CHANGE_CIPHER_SPEC = Uint8Array.of(1)

/**
 * A TLS connection without a transport (level 3): bytes in, bytes out. `receive` what the peer sent, `poll` what is to be
 * done, and answer needs (`satisfy` does). Nothing throws for what a peer sent; calls that make no sense in the present
 * state throw a `TlsFault` of origin `misuse` and change nothing.
 */
export class TlsConnection {
  readonly #parts: ConnectionParts
  readonly #alerts: AlertProtocol
  readonly #outputs: ConnectionOutput[] = []
  /** News among the outputs: nothing more is read before it was polled. */
  #news = 0
  #transportEnded = false
  /** Application data that waits for the end of a renegotiation. */
  readonly #held: Uint8Array[] = []

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#alerts = new AlertProtocol(parts.trafficLimits)
  }

  get state(): HandshakeProtocol['state'] {
    return this.#parts.protocol.state
  }

  /** True once nothing more can be sent or received. */
  get ended(): boolean {
    return this.#parts.protocol.ended
  }

  /** What was negotiated and proved; `undefined` before the handshake is complete, and after the end. */
  get summary(): ConnectionSummary | undefined {
    const { state } = this
    if (state.name === 'Renegotiating') return state.previous.summary
    return 'summary' in state ? state.summary : undefined
  }

  /** True from the end of the handshake until our own close_notify: `send` may be called. */
  get canSend(): boolean {
    return ['Connected', 'Renegotiating', 'PeerClosed'].includes(this.state.name)
  }

  /** True while what is given to `send` waits for the end of a renegotiation. */
  get holdsData(): boolean {
    return this.state.name === 'Renegotiating' && this.state.writing !== 'freely'
  }

  /** False while so much waits behind an open need that the transport should be held back. */
  get wantsInput(): boolean {
    const { protocol, recordLayer, inputHighWaterMark } = this.#parts
    return (!protocol.blocked && this.#news === 0) || recordLayer.buffered < inputHighWaterMark
  }

  /**
   * Begins the handshake: a client's ClientHello is there to `poll` afterwards, once a session to resume was reverified.
   * That session's secret becomes the connection's own. `entropy` is given in replays only.
   */
  start({ session, entropy = drawEntropy(this.#parts.randomBytes) }: StartOptions = {}): void {
    this.#parts.protocol.start(entropy, session)
    this.#proceed()
  }

  /**
   * Begins another handshake on the established connection: a client sends ClientHello; a server asks for one with
   * HelloRequest, and for a client certificate where `wish` says so. Whatever the policy for the peer's wishes. An output
   * tells how it ends: `established`, `renegotiationDeclined` or `failed`; a peer may also never answer. Throws unless the
   * connection is established and safe to renegotiate: with RFC 5746, and with RFC 7627 if its session was resumed.
   */
  renegotiate(wish: RenegotiationWish = {}, entropy: Entropy = drawEntropy(this.#parts.randomBytes)): void {
    this.#parts.protocol.renegotiate(entropy, wish)
    this.#proceed()
  }

  /** Takes bytes from the transport, however they are cut. Ignored once the connection ended. */
  receive(bytes: Uint8Array): void {
    checkBytes('receive', bytes)
    if (this.state.name === 'Start') throw new TlsFault('misuse', 'receive was called before start')
    if (this.ended) return
    this.#parts.recordLayer.receive(bytes)
    this.#proceed()
  }

  /** The transport ended. Without a close_notify before it this is a truncation. */
  endOfTransport(): void {
    this.#transportEnded = true
    this.#proceed()
  }

  /**
   * Protects application data. Throws unless the connection is established: no byte goes out to a peer that has not proved
   * itself. In a renegotiation it is held from our hello to the end, and then goes out first.
   */
  send(data: Uint8Array): void {
    checkBytes('send', data)
    if (!this.canSend) {
      throw new TlsFault('misuse', `application data cannot be sent in state ${this.state.name}`)
    }
    if (data.length === 0) return
    this.#carryOut() // an observer may call within a step, and the keys that go with this state are then still to come
    if (this.holdsData) this.#held.push(data.slice())
    else this.#seal(ContentType.application_data, data)
  }

  /**
   * Sends close_notify; in mid-handshake, user_canceled before it. What the peer still sends is delivered until it closes
   * too, but not in a renegotiation, which is given up: what is held leaves before, if the keys allow it, or is lost.
   */
  close(): void {
    if (this.state.name === 'Renegotiating' && this.state.writing !== 'new keys') this.#release()
    this.#parts.protocol.close()
    this.#proceed()
  }

  /** Ends at once with a fault: for timeouts and cancellation, whatever the connection waits for. */
  abort(code: 'handshake_timeout' | 'aborted', message: string, cause?: unknown): void {
    this.#fail(new TlsFault(code, message, { cause }))
    this.#proceed()
  }

  /** The open need, handed out once: see `satisfy`. */
  takeNeed(): OpenNeed | undefined {
    return this.#parts.protocol.takeNeed()
  }

  fulfil<T extends NeedType>(need: OpenNeed<T>, answer: NeedAnswer<T>): void {
    this.#parts.protocol.fulfil(need, answer)
    this.#proceed()
  }

  reject(need: OpenNeed, cause: unknown): void {
    this.#parts.protocol.reject(need, cause)
    this.#proceed()
  }

  /**
   * The next output, or `undefined`. Bytes to transmit are joined as far as their order allows, up to 16 KiB. What arrived behind an
   * output is looked at once that was polled, so the connection is then still in the state that the output tells of.
   */
  poll(): ConnectionOutput | undefined {
    if (this.#outputs.length === 0) this.#proceed()
    const first = this.#outputs.shift()
    if (first !== undefined && isNews(first)) this.#news--
    if (first?.type !== 'transmit') return first
    const chunks = [first.bytes]
    let length = first.bytes.length
    for (let next = this.#outputs[0]; next?.type === 'transmit'; next = this.#outputs[0]) {
      length += next.bytes.length
      if (length > LARGEST_JOINED) break
      chunks.push(next.bytes)
      this.#outputs.shift()
    }
    return chunks.length === 1 ? first : { type: 'transmit', bytes: concat(...chunks) }
  }

  /**
   * Keying material for the application, bound to this connection (RFC 5705 §4). `context` absent and empty give different
   * results. Throws unless established, and `keying_material_unavailable` without extended master secret (RFC 7627 §5.4).
   */
  exportKeyingMaterial(label: string, length: number, context?: Uint8Array): Uint8Array {
    if (this.state.name !== 'Connected') {
      throw new TlsFault('misuse', `keying material cannot be exported in state ${this.state.name}`)
    }
    return exportKeyingMaterial(this.#parts.keySchedule, this.state, label, length, context)
  }

  /**
   * What an application protocol can bind its authentication to (RFC 5929, RFC 9266). Throws a `misuse` fault unless the
   * connection is established, and `channel_binding_unavailable` where the binding is not defined for it.
   */
  channelBinding(type: ChannelBindingType): Uint8Array {
    const { protocol, keySchedule } = this.#parts
    if (this.state.name === 'Connected') return channelBinding(keySchedule, protocol.role, this.state, type)
    throw new TlsFault('misuse', `there is no channel binding in state ${this.state.name}`)
  }

  /** Opens and handles records until none is complete, there is news, or the next one must wait for our own side. */
  #proceed(): void {
    const { protocol } = this.#parts
    this.#carryOut()
    while (!protocol.ended && this.#news === 0) {
      const record = this.#nextRecord()
      if (record === undefined) break
      this.#handle(record)
      this.#carryOut()
    }
    if (this.#transportEnded && this.#news === 0) {
      this.#transportEnded = false
      protocol.endOfTransport()
    }
    this.#carryOut()
    if (protocol.ended) this.#parts.recordLayer.close()
  }

  /** While our own side is awaited, keys may be about to change: so only alerts and data may pass. */
  #nextRecord(): TlsRecord | undefined {
    const { protocol, recordLayer } = this.#parts
    try {
      if (protocol.blocked) {
        const type = recordLayer.peek()
        if (type !== ContentType.alert && (type !== ContentType.application_data || protocol.holdsData))
          return undefined
      }
      return recordLayer.next()
    } catch (error) {
      this.#fail(recordFault(error))
      return undefined
    }
  }

  #handle({ type, fragment }: TlsRecord): void {
    const { protocol } = this.#parts
    const impatience = this.#alerts.count(type, fragment.length)
    if (impatience !== undefined) {
      this.#fail(impatience)
    } else if (type === ContentType.handshake) {
      protocol.receiveHandshake(fragment)
    } else if (type === ContentType.application_data) {
      protocol.receiveApplicationData(fragment)
    } else if (type === VERSION_2_HELLO) {
      protocol.receiveVersion2ClientHello(fragment)
    } else if (type === ContentType.alert) {
      this.#handleAlert(fragment)
    } else {
      this.#handleChangeCipherSpec(fragment)
    }
  }

  #handleAlert(fragment: Uint8Array): void {
    try {
      this.#parts.protocol.receiveAlert(this.#alerts.receive(fragment))
    } catch (error) {
      this.#fail(recordFault(error))
    }
  }

  #handleChangeCipherSpec(fragment: Uint8Array): void {
    if (fragment.length === 1 && fragment[0] === 1) this.#parts.protocol.receiveChangeCipherSpec()
    else this.#fail(new TlsFault('malformed_change_cipher_spec', 'ChangeCipherSpec is one byte of value 1'))
  }

  #fail(fault: TlsFault): void {
    this.#parts.protocol.fail(fault)
  }

  #carryOut(): void {
    const { protocol } = this.#parts
    while (this.#news === 0 || protocol.ended) {
      const output = protocol.poll()
      if (output === undefined) return
      this.#perform(output)
    }
  }

  #perform(output: ProtocolOutput): void {
    const { recordLayer } = this.#parts
    switch (output.type) {
      case 'sendHandshake':
        this.#seal(ContentType.handshake, output.raw)
        return
      case 'sendChangeCipherSpec':
        this.#seal(ContentType.change_cipher_spec, CHANGE_CIPHER_SPEC)
        return
      case 'sendAlert':
        this.#seal(ContentType.alert, encodeAlert(output.level, output.description))
        return
      case 'installWriteKeys':
        recordLayer.installWriteKeys(output.keys)
        return
      case 'installReadKeys':
        recordLayer.installReadKeys(output.keys)
        return
      case 'limitRecords':
        recordLayer.limitRecords(output.limits)
        return
      case 'deliver':
        if (output.data.length > 0) this.#tell({ type: 'application_data', data: output.data })
        return
      case 'storeSession':
        this.#tell({ type: 'session', kept: output.kept })
        return
      case 'established':
      case 'renegotiationDeclined':
      case 'peerClosed':
      case 'failed':
        this.#tell(output)
        if (this.canSend) this.#release()
    }
  }

  /** What was held leaves, now that the keys are what both sides agree on. */
  #release(): void {
    for (const data of this.#held.splice(0)) this.#seal(ContentType.application_data, data)
  }

  #tell(output: ConnectionOutput): void {
    this.#outputs.push(output)
    if (isNews(output)) this.#news++
  }

  #seal(type: ContentType, payload: Uint8Array): void {
    try {
      this.#outputs.push({ type: 'transmit', bytes: this.#parts.recordLayer.seal(type, payload) })
    } catch (error) {
      // Where sequence numbers ran out no alert can be sealed either, and the fault is all there is (RFC 5246 §6.1).
      if (!this.ended) this.#fail(recordFault(error))
    }
  }
}
