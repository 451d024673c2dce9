/** Most of what is written is a field or two, and V8 makes arrays up to this size without asking for memory. */
const INITIAL_CAPACITY = 64

/**
 * A growing byte buffer. A length prefix is reserved before its content is known and patched afterwards. A prefix that
 * nobody patched never leaves: `bytes` refuses, and should it be read all the same, it holds 0xff in every byte and so
 * claims more than follows it in any message of ordinary size.
 */
export class Writer {
  private buffer = new Uint8Array(INITIAL_CAPACITY)
  private used = 0
  private unpatched = 0

  get length(): number {
    return this.used
  }

  /** Writes a big-endian unsigned integer of `width` bytes (at most 4). Throws `RangeError` for a value that does not fit. */
  uint(width: number, value: number): void {
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** width) {
      throw new RangeError(`${value} does not fit an unsigned integer of ${width} bytes`)
    }
    this.put(this.grow(width), width, value)
  }

  /** Throws `TypeError` for what is not bytes, whatever its type said: an answer from outside may be anything. */
  raw(bytes: Uint8Array): void {
    if (!ArrayBuffer.isView(bytes)) throw new TypeError('bytes are to be written, and these are no Uint8Array')
    const start = this.grow(bytes.length) // before `buffer` is read: growing replaces it
    this.buffer.set(bytes, start)
  }

  /** Reserves a length prefix of `width` bytes and returns its position, which `close` wants back. */
  open(width: number): number {
    this.unpatched++
    const start = this.grow(width)
    this.buffer.fill(0xff, start, start + width)
    return start
  }

  /** Patches the prefix reserved at `start` with the count of bytes written since, and returns that count. */
  close(start: number, width: number): number {
    const length = this.used - start - width
    if (length >= 256 ** width) throw new RangeError(`${length} bytes do not fit a length prefix of ${width} bytes`)
    this.put(start, width, length)
    this.unpatched--
    return length
  }

  /** A copy of what was written. Throws while a length prefix is still open. */
  bytes(): Uint8Array {
    if (this.unpatched !== 0) throw new Error(`${this.unpatched} length prefixes were opened and not closed`)
    return this.buffer.slice(0, this.used)
  }

  private put(start: number, width: number, value: number): void {
    for (let i = start + width - 1, rest = value; i >= start; i--, rest = Math.floor(rest / 256)) {
      this.buffer[i] = rest % 256
    }
  }

  private grow(count: number): number {
    const start = this.used
    this.used += count
    if (this.used > this.buffer.length) {
      const larger = new Uint8Array(Math.max(this.used, this.buffer.length * 4))
      larger.set(this.buffer)
      this.buffer = larger
    }
    return start
  }
}
