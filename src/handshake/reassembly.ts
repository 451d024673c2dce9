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
  #buffer: Uint8Array = new Uint8Array(0)
  #start = 0
  #end = 0
  /** Whether `#buffer` is a fragment of the caller's, to be read and nothing else. */
  #borrowed = false

  constructor(limits: MessageLimits) {
    this.#limits = limits
  }

  /** Bytes that wait for the rest of their message. */
  get buffered(): number {
    return this.#end - this.#start
  }

  /** Takes a fragment, which must stay as it is until `next` has nothing more. */
  push(fragment: Uint8Array): void {
    if (this.buffered === 0) this.#borrow(fragment)
    else {
      if (this.#borrowed || this.#end + fragment.length > this.#buffer.length) this.#makeRoom(fragment.length)
      this.#buffer.set(fragment, this.#end)
      this.#end += fragment.length
    }
  }

  /** The next whole message with its header, as a copy; `undefined` while it is incomplete. Throws `message_too_long`. */
  next(): Uint8Array | undefined {
    const length = this.#completeLength()
    if (length === undefined) {
      if (this.#borrowed) this.#makeRoom(0)
      return undefined
    }
    const start = this.#start
    this.#start += length
    return this.#buffer.slice(start, this.#start)
  }

  /** Octets of the first message with its header, once all of them are there. */
  #completeLength(): number | undefined {
    if (this.buffered < HANDSHAKE_HEADER_LENGTH) return undefined
    const { msgType, length } = readHandshakeHeader(this.#buffer.subarray(this.#start, this.#end))
    const limit = msgType === HandshakeType.certificate ? this.#limits.certificate : this.#limits.message
    if (!(length <= limit)) {
      refuse(
        'message_too_long',
        `${nameOf(HandshakeType, msgType)} of ${length} bytes; at most ${limit} are accepted, see messageLimits`,
      )
    }
    const whole = HANDSHAKE_HEADER_LENGTH + length
    return this.buffered < whole ? undefined : whole
  }

  /** Nearly every fragment is whole messages: there is nothing to join, so it is looked at where it is. */
  #borrow(fragment: Uint8Array): void {
    this.#buffer = fragment
    this.#start = 0
    this.#end = fragment.length
    this.#borrowed = true
  }

  /** Moves what is waiting to the front of a buffer that doubles as needed, so that feeding byte by byte stays linear. */
  #makeRoom(extra: number): void {
    const waiting = this.#buffer.subarray(this.#start, this.#end)
    const needed = waiting.length + extra
    const tooSmall = needed > this.#buffer.length / 2
    const target = this.#borrowed || tooSmall ? new Uint8Array(2 * needed) : this.#buffer
    target.set(waiting)
    this.#buffer = target
    this.#start = 0
    this.#end = waiting.length
    this.#borrowed = false
  }
}
