import { TlsFault } from '../handshake/fault.js'
import type { Endpoint } from './endpoint.js'

/** What ends a handshake that takes too long or is no longer wanted. */
export interface HandshakeLimits {
  /**
   * Milliseconds from the start until the handshake must be complete; 10,000 by default, `Infinity` for no limit. A
   * renegotiation has as long from our hello on.
   */
  readonly handshakeTimeout?: number
  /** Aborting it ends the handshake at once; without effect on an open connection. */
  readonly signal?: AbortSignal
}

const DEFAULT_HANDSHAKE_TIMEOUT = 10_000

/** Timers count in 32 bits: a longer delay would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** The fault of a handshake that its caller no longer wants. */
export const abortedBy = (signal: AbortSignal): TlsFault =>
  new TlsFault('aborted', 'the handshake was aborted by its caller', { cause: signal.reason })

/** The time limit in milliseconds, or `undefined` for none. Throws a `misuse` fault for one that makes no sense. */
function checkTimeout({ handshakeTimeout = DEFAULT_HANDSHAKE_TIMEOUT }: HandshakeLimits): number | undefined {
  if (handshakeTimeout === Number.POSITIVE_INFINITY) return undefined
  if (typeof handshakeTimeout === 'number' && handshakeTimeout > 0 && handshakeTimeout <= LONGEST_TIMER)
    return handshakeTimeout
  throw new TlsFault(
    'misuse',
    `handshakeTimeout must be milliseconds from 1 to ${LONGEST_TIMER}, or Infinity, not ${String(handshakeTimeout)}`,
  )
}

/**
 * Ends the endpoint's handshake when its time is over or its signal is aborted, whatever it waits for then. Returns a
 * function that lifts both limits. Throws a `misuse` fault, before anything else, for a time that makes no sense.
 */
export function limitHandshake(endpoint: Endpoint, limits: HandshakeLimits): () => void {
  const milliseconds = checkTimeout(limits)
  const { signal } = limits
  const onTime = (): void =>
    endpoint.abort('handshake_timeout', `the handshake was not complete within ${milliseconds} ms`)
  const onAbort = (): void => endpoint.abort('aborted', 'the handshake was aborted by its caller', signal?.reason)
  const timer = milliseconds === undefined ? undefined : setTimeout(onTime, milliseconds)
  signal?.addEventListener('abort', onAbort, { once: true })
  return () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

/**
 * Gives a renegotiation the time that a handshake has, from when data of ours is held for its sake: a peer that does not
 * go on must not keep it for ever. One that was only asked to begin may take as long as it likes.
 */
export class RenegotiationLimit {
  readonly #endpoint: Endpoint
  readonly #limits: HandshakeLimits
  #lift: (() => void) | undefined

  constructor(endpoint: Endpoint, { handshakeTimeout }: HandshakeLimits) {
    this.#endpoint = endpoint
    this.#limits = handshakeTimeout === undefined ? {} : { handshakeTimeout }
  }

  /** To be called after any change. While our own reader keeps us from hearing the peer (`isReading` false) no time passes. */
  watch(isReading: boolean): void {
    if (!isReading || !this.#endpoint.connection.holdsData) this.lift()
    else this.#lift ??= limitHandshake(this.#endpoint, this.#limits)
  }

  lift(): void {
    this.#lift?.()
    this.#lift = undefined
  }
}
