const describe = (length: number): string => `[secret ${length} bytes]`

/**
 * Key material. However it is printed, it says only its length; `use` is the one way to the bytes, which are the
 * secret's own: look, do not keep. JavaScript cannot promise that no copy survives in memory; `wipe` clears this one.
 */
export class Secret {
  #bytes: Uint8Array
  #wiped = false

  /** Takes ownership of `bytes`: the caller must not keep them. Throws `TypeError` for an ArrayBuffer and all else. */
  constructor(bytes: Uint8Array) {
    if (!ArrayBuffer.isView(bytes)) throw new TypeError('a secret is made of a Uint8Array')
    this.#bytes = bytes
  }

  get length(): number {
    return this.#bytes.length
  }

  get wiped(): boolean {
    return this.#wiped
  }

  /** Calls `f` with the bytes and returns what it returns. Throws if the secret was wiped. */
  use<T>(f: (bytes: Uint8Array) => T): T {
    if (this.#wiped) throw new Error('a secret was used after it was wiped')
    return f(this.#bytes)
  }

  /** Overwrites the bytes with zeros; `use` throws from then on. */
  wipe(): void {
    this.#bytes.fill(0)
    this.#wiped = true
  }

  toString(): string {
    return describe(this.length)
  }

  toJSON(): string {
    return describe(this.length)
  }

  /** What `console.log` shows on Node (the symbol of `util.inspect.custom`, named here so that no Node type is needed). */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return describe(this.length)
  }
}
