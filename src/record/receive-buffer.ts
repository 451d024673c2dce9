/** Room for two of the largest records: one being completed, one behind it. */
const USUAL_CAPACITY = 2 ** 15 + 2 ** 13

/** What a handshake's flights take as a rule: many connections never hold more, and clearing 40 KiB is felt in each. */
const FIRST_CAPACITY = 2 ** 12

/**
 * Bytes that wait to be consumed, in one piece. Appending and consuming take linear time in total, however the input is
 * cut: live bytes move only once at least as many were consumed or appended since they last moved.
 */
export class ReceiveBuffer {
  #storage = new Uint8Array(0)
  #start = 0
  #end = 0

  get length(): number {
    return this.#end - this.#start
  }

  append(bytes: Uint8Array): void {
    if (bytes.length > this.#storage.length - this.#end) this.#makeRoom(bytes.length)
    this.#storage.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** A view of `length` bytes from `offset` on, valid until the next `append` or `consume`. */
  view(offset: number, length: number): Uint8Array {
    return this.#storage.subarray(this.#start + offset, this.#start + offset + length)
  }

  /** Whether `bytes` lie in this buffer's memory, and so must be copied to be kept. */
  owns(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#storage.buffer
  }

  consume(length: number): void {
    this.#start += length
    if (this.#start < this.#end) return
    this.#start = 0
    this.#end = 0
    // what one large delivery needed is not kept for the life of the connection
    if (this.#storage.length > USUAL_CAPACITY) this.#storage = new Uint8Array(0)
  }

  /** Forgets everything. */
  clear(): void {
    this.#storage = new Uint8Array(0)
    this.#start = 0
    this.#end = 0
  }

  #makeRoom(incoming: number): void {
    const live = this.length
    const needed = live + incoming
    if (needed <= this.#storage.length && live * 2 <= this.#storage.length) {
      this.#storage.copyWithin(0, this.#start, this.#end)
    } else {
      const least = this.#storage.length === 0 ? FIRST_CAPACITY : USUAL_CAPACITY
      const larger = new Uint8Array(Math.max(least, live === 0 ? needed : 2 * needed))
      larger.set(this.#storage.subarray(this.#start, this.#end))
      this.#storage = larger
    }
    this.#start = 0
    this.#end = live
  }
}
