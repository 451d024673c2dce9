import type { KeySchedule, PrfHash } from '../crypto/key-schedule.js'

/**
 * The handshake messages so far, exactly as they crossed the wire, in both directions (RFC 5246 §7.4.9). Immutable:
 * `append` gives a new one. Hashed on demand, since the hash is not known before ServerHello, and never re-encoded.
 */
export class Transcript {
  static readonly empty = new Transcript([])
  readonly messages: readonly Uint8Array[]

  private constructor(messages: readonly Uint8Array[]) {
    this.messages = messages
  }

  append(raw: Uint8Array): Transcript {
    return new Transcript([...this.messages, raw])
  }

  hash(schedule: KeySchedule, hash: PrfHash): Uint8Array {
    return schedule.hash(hash, ...this.messages)
  }
}
