/** A map of bounded size: what was not used for longest makes room. A `Map` remembers the order of insertion, which is all it takes. */
export class Recent<V> {
  readonly #entries = new Map<string, V>()
  readonly #capacity: number
  readonly #onLeave: (value: V) => void

  /** `onLeave` is called with each value that is replaced, removed or has to make room. */
  constructor(capacity: number, onLeave: (value: V) => void) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`a capacity of ${capacity} holds nothing`)
    this.#capacity = capacity
    this.#onLeave = onLeave
  }

  get size(): number {
    return this.#entries.size
  }

  /** The value, which counts as used. */
  get(key: string): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: string, value: V): void {
    this.delete(key)
    this.#entries.set(key, value)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const value = this.#entries.get(key)
    if (value === undefined) return
    this.#entries.delete(key)
    this.#onLeave(value)
  }
}
