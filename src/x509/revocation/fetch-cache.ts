import { CertificateError } from '../certificate-error.js'
import { parseCrl } from './crl.js'
import { parseOcspResponse } from './ocsp-response.js'
import { type RevocationRequest, requestKey } from './sources.js'

interface Entry {
  readonly bytes: Uint8Array
  /** Milliseconds since the epoch. */
  readonly until: number
}

export interface CacheLimits {
  /** Octets in all, of the answers and of the requests by which they are found again. */
  readonly bytes: number
  /** Milliseconds for which an entry is kept at most, whatever it says of itself. */
  readonly age: number
}

const SHORT = 60 * 60_000

/** Looking at every entry for each new one would cost more than the room that it makes. */
const SWEEP_EVERY = 60_000

const sizeOf = (key: string, bytes: Uint8Array): number => key.length + bytes.length

/**
 * When what was fetched will have been replaced by its issuer. Nothing is believed for that: a forged time shortens or
 * lengthens how long a thing is kept that will be refused anyway.
 */
function nextUpdate({ kind }: RevocationRequest, bytes: Uint8Array, now: number): number | undefined {
  try {
    if (kind === 'issuer') return now + SHORT
    if (kind === 'crl') return parseCrl(bytes).nextUpdate
    const response = parseOcspResponse(bytes)
    if (response.responseStatus !== 'successful') return undefined
    const times = response.basic.responses.map((single) => single.nextUpdate ?? now)
    return times.length === 0 ? undefined : Math.min(...times)
  } catch (cause) {
    if (cause instanceof CertificateError) return undefined
    throw cause
  }
}

/** What was fetched, until its nextUpdate; what is past that goes first, then the least recently used. */
export class FetchCache {
  readonly #entries = new Map<string, Entry>()
  readonly #limits: CacheLimits
  #bytes = 0
  #swept = 0

  constructor(limits: CacheLimits) {
    this.#limits = limits
  }

  get(request: RevocationRequest, now: number): Uint8Array | undefined {
    const key = requestKey(request)
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#drop(key)
    if (entry.until <= now) return undefined
    this.#keep(key, entry)
    return entry.bytes
  }

  put(request: RevocationRequest, bytes: Uint8Array, now: number): void {
    const next = nextUpdate(request, bytes, now)
    const key = requestKey(request)
    if (next === undefined || next <= now || sizeOf(key, bytes) > this.#limits.bytes) return
    this.#sweep(now)
    this.#drop(key)
    this.#keep(key, { bytes, until: Math.min(next, now + this.#limits.age) })
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limits.bytes) return
      this.#drop(oldest)
    }
  }

  delete(request: RevocationRequest): void {
    this.#drop(requestKey(request))
  }

  /** What nobody asks for again would otherwise take room until it is the least recently used. */
  #sweep(now: number): void {
    if (Math.abs(now - this.#swept) < SWEEP_EVERY) return
    this.#swept = now
    for (const [key, { until }] of this.#entries) if (until <= now) this.#drop(key)
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.set(key, entry)
    this.#bytes += sizeOf(key, entry.bytes)
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#bytes -= sizeOf(key, entry.bytes)
    this.#entries.delete(key)
  }
}
