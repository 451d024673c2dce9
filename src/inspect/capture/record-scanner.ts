import { concat } from '../../bytes/convert.js'
import { HEADER_LENGTH, MAX_CIPHERTEXT_LENGTH } from '../../record/plaintext.js'

/** The header of one record, and the whole record where all of it is there and was asked for. */
export interface ScannedRecord {
  readonly type: number
  readonly version: number
  /** Octets of the fragment, protected or not. */
  readonly length: number
  /** Header and fragment, a view that is valid during the call. */
  readonly whole: Uint8Array | undefined
}

export interface RecordSink {
  /** Whether the fragments of such records are looked at: those that are not need no memory. */
  wants(type: number): boolean
  record(record: ScannedRecord): void
  /** What comes is no sequence of records, or is not any more behind a gap: nothing further in this direction is read. */
  lost(why: 'not TLS' | 'gap'): void
}

/** change_cipher_spec, alert, handshake, application_data, and heartbeat (which is not for TLS 1.2 alone to refuse here). */
const isType = (type: number): boolean => type >= 20 && type <= 24

/**
 * Cuts one direction of a connection into records. Keeps at most one record; a gap inside of a fragment loses that record
 * alone, since its header has said where the next one begins.
 */
export class RecordScanner {
  readonly #sink: RecordSink
  #kept: Uint8Array = new Uint8Array(0)
  /** A record whose fragment is passed over, and how much of it is still to come. */
  #passing: { readonly header: Omit<ScannedRecord, 'whole'>; left: number } | undefined
  #lost = false

  constructor(sink: RecordSink) {
    this.#sink = sink
  }

  /** True once this direction cannot be read any more. */
  get isLost(): boolean {
    return this.#lost
  }

  /** The beginning of a record that is not complete. */
  get unfinished(): Uint8Array {
    return this.#kept
  }

  push(chunk: Uint8Array): void {
    if (this.#lost) return
    const bytes = this.#kept.length === 0 ? chunk : concat(this.#kept, chunk)
    const used = this.#scan(bytes)
    this.#kept = this.#lost ? new Uint8Array(0) : bytes.slice(used)
  }

  /** So many bytes are missing here. */
  gap(length: number): void {
    if (this.#lost) return
    if (this.#passing === undefined) this.#passKept()
    if (this.#passing === undefined || this.#passing.left < length) this.#lose('gap')
    else this.#pass(length)
  }

  #scan(bytes: Uint8Array): number {
    let at = 0
    while (!this.#lost) {
      if (this.#passing !== undefined) at += this.#pass(bytes.length - at)
      if (this.#passing !== undefined || bytes.length - at < HEADER_LENGTH) break
      const header = this.#header(bytes, at)
      if (header === undefined) break
      const end = at + HEADER_LENGTH + header.length
      if (!this.#sink.wants(header.type)) {
        this.#passing = { header, left: header.length }
        at += HEADER_LENGTH
        if (header.length === 0) this.#pass(0)
      } else if (end <= bytes.length) {
        this.#sink.record({ ...header, whole: bytes.subarray(at, end) })
        at = end
      } else break
    }
    return at
  }

  #header(bytes: Uint8Array, at: number): Omit<ScannedRecord, 'whole'> | undefined {
    const octet = (offset: number): number => bytes[at + offset] ?? 0
    const header = { type: octet(0), version: (octet(1) << 8) | octet(2), length: (octet(3) << 8) | octet(4) }
    if (isType(header.type) && octet(1) === 3 && octet(2) <= 4 && header.length <= MAX_CIPHERTEXT_LENGTH) return header
    this.#lose('not TLS')
    return undefined
  }

  /** Turns a record that is there in part into one that is passed over. */
  #passKept(): void {
    if (this.#kept.length < HEADER_LENGTH) return
    const header = this.#header(this.#kept, 0)
    if (header !== undefined) this.#passing = { header, left: HEADER_LENGTH + header.length - this.#kept.length }
    this.#kept = new Uint8Array(0)
  }

  #pass(available: number): number {
    const passing = this.#passing
    if (passing === undefined) return 0
    const taken = Math.min(passing.left, available)
    passing.left -= taken
    if (passing.left === 0) {
      this.#passing = undefined
      this.#sink.record({ ...passing.header, whole: undefined })
    }
    return taken
  }

  #lose(why: 'not TLS' | 'gap'): void {
    this.#lost = true
    this.#kept = new Uint8Array(0)
    this.#passing = undefined
    this.#sink.lost(why)
  }
}
