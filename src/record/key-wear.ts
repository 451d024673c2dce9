import type { BulkProtection } from '../crypto/suite-parameters.js'
import { RecordError } from './record-error.js'

/** How much one set of keys may protect (RFC 9325 §4.4). */
interface WearLimit {
  readonly records: number
  /** On the wire, as they are encrypted. */
  readonly bytes: number
}

const UNLIMITED: WearLimit = { records: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }

/**
 * | records | limit | because |
 * | --- | --- | --- |
 * | AES-GCM, AES-CCM | 2^24.5 records | what RFC 8446 §5.5 allows AES-GCM in full-size records; CCM encrypts in the same counter mode |
 * | ChaCha20-Poly1305 | none | the sequence numbers end before it (RFC 8446 §5.5) |
 * | AES-CBC | none | two blocks of 128 bits are expected to be equal after 2^64 of them only |
 * | 3DES-CBC | 64 MiB | two of 2^23 blocks of 64 bits are equal with a chance of 2^-19 (2^45 pairs, 2^64 values). Two equal blocks tell the XOR of what they hide, and whoever makes a browser send 2^32 blocks finds such a pair (Sweet32) |
 */
function limitOf(bulk: BulkProtection): WearLimit {
  if (bulk.type === 'block') return bulk.blockLength === 8 ? { ...UNLIMITED, bytes: 2 ** 26 } : UNLIMITED
  return bulk.cipher === 'CHACHA20_POLY1305' ? UNLIMITED : { ...UNLIMITED, records: Math.floor(2 ** 24.5) }
}

/** Counts what the keys of one direction have protected. Without a cipher there is nothing that wears out. */
export class KeyWear {
  readonly #limit: WearLimit
  #records = 0
  #bytes = 0

  constructor(bulk?: BulkProtection) {
    this.#limit = bulk === undefined ? UNLIMITED : limitOf(bulk)
  }

  /** Throws `RecordError` with `keys_worn_out` where so much more is too much. */
  require(records: number, bytes: number): void {
    if (this.#records + records <= this.#limit.records && this.#bytes + bytes <= this.#limit.bytes) return
    throw new RecordError(
      'keys_worn_out',
      'these keys have protected as much as their cipher safely can: renegotiate before, or open another connection',
    )
  }

  add(records: number, bytes: number): void {
    this.#records += records
    this.#bytes += bytes
  }
}
