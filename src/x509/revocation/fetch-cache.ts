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
  /** Octets in all. */
  readonly bytes: number
  /** Milliseconds for which an entry is kept at most, whatever it says of itself. */
  readonly age: number
}

const SHORT = 60 * 60_000

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

/** What was fetched, until its nextUpdate; the least recently used goes first. */
export class FetchCache {
  readonly #entries = new Map<string, Entry>()
  readonly #limits: CacheLimits
  #bytes = 0

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
    if (next === undefined || next <= now || bytes.length > this.#limits.bytes) return
    const key = requestKey(request)
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

  #keep(key: string, entry: Entry): void {
    this.#entries.set(key, entry)
    this.#bytes += entry.bytes.length
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes.length ?? 0
    this.#entries.delete(key)
  }
}
