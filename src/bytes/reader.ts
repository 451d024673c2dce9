/** Why bytes could not be decoded. The handshake turns each into a fault with an alert; nothing below it knows alerts. */
export type MalformedReason = 'truncated' | 'trailing' | 'length' | 'value'

/** Bytes that do not fit their grammar. `offset` counts from the start of the decoded bytes. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError'
  readonly reason: MalformedReason
  readonly offset: number

  constructor(reason: MalformedReason, offset: number, message: string) {
    super(`${message} (at byte ${offset})`)
    this.reason = reason
    this.offset = offset
  }
}

/** What a reader tells an observer that wants the tree of fields and spans; absent in ordinary decoding. */
export interface SpanObserver {
  enter(label: string, typeName: string, offset: number): void
  /** `meaning` is the value in words, where its codec has words for it. */
  leave(offset: number, value: unknown, meaning: string | undefined): void
}

/**
 * A bounds-checked cursor over bytes. Every read either stays inside `[position, end)` or throws `MalformedError`;
 * results of `take` are views, not copies.
 */
export class Reader {
  readonly bytes: Uint8Array
  readonly end: number
  readonly observer: SpanObserver | undefined
  position: number

  constructor(bytes: Uint8Array, position = 0, end = bytes.length, observer?: SpanObserver) {
    this.bytes = bytes
    this.position = position
    this.end = end
    this.observer = observer
  }

  get remaining(): number {
    return this.end - this.position
  }

  /** Reads a big-endian unsigned integer of `width` bytes (at most 4). */
  uint(width: number): number {
    const start = this.advance(width)
    // One and two bytes are nearly all integers of the protocol; without the loop a hello decodes measurably faster.
    if (width === 1) return this.bytes[start] ?? 0
    if (width === 2) return ((this.bytes[start] ?? 0) << 8) | (this.bytes[start + 1] ?? 0)
    let value = 0
    for (let i = start; i < start + width; i++) value = value * 256 + (this.bytes[i] ?? 0)
    return value
  }

  /** Reads `count` big-endian unsigned integers of `width` bytes each. */
  uints(width: number, count: number): number[] {
    const values: number[] = []
    const start = this.advance(width * count)
    for (let item = start; item < this.position; item += width) {
      let value = 0
      for (let i = item; i < item + width; i++) value = value * 256 + (this.bytes[i] ?? 0)
      values.push(value)
    }
    return values
  }

  /** Takes the next `length` bytes as a view. */
  take(length: number): Uint8Array {
    const start = this.advance(length)
    return this.bytes.subarray(start, start + length)
  }

  /** A reader for the next `length` bytes alone; this reader moves past them. Its owner calls `finish` on it. */
  scope(length: number): Reader {
    const start = this.advance(length)
    return new Reader(this.bytes, start, start + length, this.observer)
  }

  /** Refuses bytes left over: every scope must be consumed exactly. */
  finish(what: string): void {
    if (this.position !== this.end) {
      throw new MalformedError('trailing', this.position, `${this.remaining} bytes left over after ${what}`)
    }
  }

  private advance(length: number): number {
    const start = this.position
    if (length > this.end - start) {
      throw new MalformedError('truncated', start, `${length} bytes expected, ${this.end - start} left`)
    }
    this.position = start + length
    return start
  }
}
