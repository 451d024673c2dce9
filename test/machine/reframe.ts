/** Cuts a stream of records in other ways: what a peer, its transport or someone between them may do to it. */
import { concat } from '../../src/bytes/convert.js'
import { ContentType } from '../../src/registry/content-type.js'
import { HandshakeType } from '../../src/registry/handshake-type.js'
import { sequence } from '../support/fake-provider.js'

/**
 * - `bytes`: one byte at a time
 * - `messages`: one record at a time, as the library sends them: every handshake message in a record of its own
 * - `flight`: all handshake messages of a flight in one record, and the whole flight at once
 * - `fragments`: every plaintext handshake message cut into records of a few bytes
 * - `random`: cut anywhere
 */
export type Feeding = 'bytes' | 'messages' | 'flight' | 'fragments' | 'random'

export const feedings: readonly Feeding[] = ['bytes', 'messages', 'flight', 'fragments', 'random']

const HEADER = 5
const FRAGMENT = 5

export interface RawRecord {
  readonly type: number
  readonly fragment: Uint8Array
}

export const record = (type: number, fragment: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(type, 3, 3, fragment.length >> 8, fragment.length), fragment)

/** Whole records, as their sender made them. */
export function recordsOf(bytes: Uint8Array): RawRecord[] {
  const records: RawRecord[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0)
    records.push({ type: bytes[at] ?? 0, fragment: bytes.slice(at + HEADER, at + HEADER + length) })
    at += HEADER + length
  }
  return records
}

const pieces = (bytes: Uint8Array, length: () => number): Uint8Array[] => {
  const cut: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const next = Math.max(1, length())
    cut.push(bytes.slice(at, at + next))
    at += next
  }
  return cut
}

/** The messages with which a side has said all it can say for now, in plaintext. */
const endsFlight = ({ fragment }: RawRecord): boolean =>
  fragment[0] === HandshakeType.client_hello || fragment[0] === HandshakeType.server_hello_done

/** Re-cuts what one side sends. Protected records pass as they are, for nobody between the two could cut them. */
export class Reframer {
  readonly #feeding: Feeding
  readonly #next: () => number
  #protected = false
  /** Messages that wait for the rest of their flight, and records that may go. */
  readonly #held: Uint8Array[] = []
  readonly #ready: Uint8Array[] = []

  constructor(feeding: Feeding, seed: number) {
    this.#feeding = feeding
    this.#next = sequence(seed)
  }

  /** What arrives at the other side for these bytes, in deliveries. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    switch (this.#feeding) {
      case 'bytes':
        return pieces(bytes, () => 1)
      case 'random':
        return pieces(bytes, () => this.#next() % 97)
      case 'messages':
        return recordsOf(bytes).map(({ type, fragment }) => record(type, fragment))
      case 'fragments':
        return recordsOf(bytes).flatMap((one) => this.#fragments(one))
      case 'flight':
        for (const one of recordsOf(bytes)) this.#pack(one)
        return this.#ready.length === 0 ? [] : [concat(...this.#ready.splice(0))]
    }
  }

  #plaintextHandshake({ type }: RawRecord): boolean {
    if (type === ContentType.change_cipher_spec) this.#protected = true
    return type === ContentType.handshake && !this.#protected
  }

  #fragments(one: RawRecord): readonly Uint8Array[] {
    if (!this.#plaintextHandshake(one)) return [record(one.type, one.fragment)]
    return pieces(one.fragment, () => FRAGMENT).map((piece) => record(one.type, piece))
  }

  /** Holds plaintext messages back until the flight ends or something else must follow them. */
  #pack(one: RawRecord): void {
    const isHeld = this.#plaintextHandshake(one)
    if (isHeld) this.#held.push(one.fragment)
    if (isHeld && !endsFlight(one)) return
    if (this.#held.length > 0) this.#ready.push(record(ContentType.handshake, concat(...this.#held.splice(0))))
    if (!isHeld) this.#ready.push(record(one.type, one.fragment))
  }
}
