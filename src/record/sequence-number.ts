import { RecordError } from './record-error.js'

const HALF = 2 ** 32

/**
 * The 64-bit count of records under one set of keys, which never wraps (RFC 5246 §6.1). Kept as two halves, so that
 * counting needs no BigInt.
 */
export class SequenceNumber {
  #high: number
  #low: number

  /** `first` is for tests of the far end; a connection state begins at zero. */
  constructor(first = 0n) {
    this.#high = Number(first >> 32n)
    this.#low = Number(first & 0xffff_ffffn)
  }

  /** Throws `RecordError` with `sequence_exhausted` unless `count` more numbers can be taken. */
  require(count: number): void {
    const remaining = (HALF - 1 - this.#high) * HALF + (HALF - this.#low)
    if (remaining >= count) return
    throw new RecordError(
      'sequence_exhausted',
      'all sequence numbers under these keys are used: a new handshake is needed',
    )
  }

  /** Writes the current number into the first 8 bytes of `output` and moves on. `require` goes before. */
  take(output: Uint8Array): void {
    writeUint32(output, 0, this.#high)
    writeUint32(output, 4, this.#low)
    this.#low++
    if (this.#low === HALF) {
      this.#low = 0
      this.#high++ // may become 2^32 after the very last number; `require` then finds none left
    }
  }
}

function writeUint32(output: Uint8Array, at: number, value: number): void {
  output[at] = value >>> 24
  output[at + 1] = (value >>> 16) & 0xff
  output[at + 2] = (value >>> 8) & 0xff
  output[at + 3] = value & 0xff
}
