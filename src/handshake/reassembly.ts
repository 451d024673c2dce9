import { HANDSHAKE_HEADER_LENGTH, readHandshakeHeader } from '../messages/handshake.js'
import { HandshakeType } from '../registry/handshake-type.js'
import { nameOf } from '../registry/registry.js'
import { refuse } from './fault.js'

/**
 * The longest body of each message, judged by its header before any of it is kept. The general limit is above what any
 * message but a certificate chain needs; the chain's own fits eight certificates of 4096-bit RSA with room to spare, and
 * is what bounds the memory that an unauthenticated peer can take.
 */
export const DEFAULT_MESSAGE_LIMIT = 16_384
export const DEFAULT_CERTIFICATE_LIMIT = 65_536

export interface MessageLimits {
  readonly message: number
  readonly certificate: number
}

/** Cuts the stream of handshake bytes into messages: one may span several fragments, a fragment may hold several. */
export class Reassembly {
  readonly #limits: MessageLimits
  #buffer = new Uint8Array(0)
  #start = 0
  #end = 0

  constructor(limits: MessageLimits) {
    this.#limits = limits
  }

  /** Bytes that wait for the rest of their message. */
  get buffered(): number {
    return this.#end - this.#start
  }

  push(fragment: Uint8Array): void {
    if (this.#end + fragment.length > this.#buffer.length) this.#makeRoom(fragment.length)
    this.#buffer.set(fragment, this.#end)
    this.#end += fragment.length
  }

  /** The next whole message with its header, as a copy; `undefined` while it is incomplete. Throws `message_too_long`. */
  next(): Uint8Array | undefined {
    if (this.buffered < HANDSHAKE_HEADER_LENGTH) return undefined
    const { msgType, length } = readHandshakeHeader(this.#buffer.subarray(this.#start, this.#end))
    const limit = msgType === HandshakeType.certificate ? this.#limits.certificate : this.#limits.message
    if (length > limit) {
      refuse(
        'message_too_long',
        `${nameOf(HandshakeType, msgType)} of ${length} bytes; at most ${limit} are accepted, see messageLimits`,
      )
    }
    if (this.buffered < HANDSHAKE_HEADER_LENGTH + length) return undefined
    const start = this.#start
    this.#start += HANDSHAKE_HEADER_LENGTH + length
    return this.#buffer.slice(start, this.#start)
  }

  /** Moves what is waiting to the front of a buffer that doubles as needed, so that feeding byte by byte stays linear. */
  #makeRoom(extra: number): void {
    const waiting = this.#buffer.subarray(this.#start, this.#end)
    const needed = waiting.length + extra
    const target = needed > this.#buffer.length / 2 ? new Uint8Array(2 * needed) : this.#buffer
    target.set(waiting)
    this.#buffer = target
    this.#start = 0
    this.#end = waiting.length
  }
}
