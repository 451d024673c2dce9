import { damaged, KeystoreError } from './keystore-error.js'

/** What reading a keystore may cost. Files come from elsewhere, and all of these are numbers that the file chooses. */
export interface KeystoreLimits {
  /** Bytes of the file; 4 MiB by default. */
  readonly maxBytes?: number
  /**
   * Hash iterations of all key derivations together; 10,000,000 by default. GnuTLS spends up to 6,000,000 on one file,
   * some ten seconds in plain JavaScript, OpenSSL 10,000. Of scrypt each call of Salsa20/8 counts, some 500,000 as OpenSSL
   * writes keys.
   */
  readonly maxIterations?: number
  /** Bytes that one scrypt may take; 64 MiB by default. OpenSSL writes keys that take 16, and reads up to 32. */
  readonly maxMemory?: number
}

const MAX_BYTES = 4 * 1024 * 1024
const MAX_ITERATIONS = 10_000_000
const MAX_MEMORY = 64 * 1024 * 1024
const MAX_ELEMENTS = 50_000
const MAX_DEPTH = 24

/** Counts down what is left of the limits while one keystore is read. */
export class WorkBudget {
  readonly #maxIterations: number
  readonly #maxMemory: number
  #iterations: number
  #elements = MAX_ELEMENTS

  constructor(length: number, limits: KeystoreLimits = {}) {
    const { maxBytes = MAX_BYTES, maxIterations = MAX_ITERATIONS, maxMemory = MAX_MEMORY } = limits
    if (length > maxBytes) {
      throw new KeystoreError('over_budget', `the keystore has ${length} bytes, and ${maxBytes} are allowed`)
    }
    this.#maxIterations = maxIterations
    this.#maxMemory = maxMemory
    this.#iterations = maxIterations
  }

  /** Takes `count` iterations before they are made. */
  spendIterations(count: number): void {
    if (count > this.#iterations) {
      throw new KeystoreError(
        'over_budget',
        `the keystore wants more than the ${this.#maxIterations} hash iterations that maxIterations allows`,
      )
    }
    this.#iterations -= count
  }

  /** Asks for so many bytes at once, before they are allocated. */
  spendMemory(bytes: number): void {
    if (bytes <= this.#maxMemory) return
    throw new KeystoreError(
      'over_budget',
      `the keystore wants ${bytes} bytes of memory for scrypt, and maxMemory allows ${this.#maxMemory}`,
    )
  }

  /** Takes one element of an encoding, at this depth of nesting. */
  spendElement(depth: number): void {
    if (depth > MAX_DEPTH) throw damaged(`elements are nested more than ${MAX_DEPTH} deep`)
    if (this.#elements-- <= 0) throw new KeystoreError('over_budget', `it has more than ${MAX_ELEMENTS} elements`)
  }
}
