import { HandshakeType } from '../../registry/handshake-type.js'
import type { Side } from '../trace.js'
import { bigEndian } from './byte-order.js'
import { type Direction, opposite } from './tcp-stream.js'
import type { ConnectionBegin } from './tcp-table.js'

const { uint16 } = bigEndian

const RECORD_HEADER = 5
const MESSAGE_HEADER = 4

/** Messages that only one end sends (RFC 5246 §7.3), by their number. */
const senders: ReadonlyMap<number, Side> = new Map([
  [HandshakeType.hello_request, 'server'],
  [HandshakeType.client_hello, 'client'],
  [HandshakeType.server_hello, 'server'],
  [HandshakeType.new_session_ticket, 'server'],
  [HandshakeType.server_key_exchange, 'server'],
  [HandshakeType.certificate_request, 'server'],
  [HandshakeType.server_hello_done, 'server'],
  [HandshakeType.certificate_verify, 'client'],
  [HandshakeType.client_key_exchange, 'client'],
  [HandshakeType.certificate_status, 'server'],
])

/** Messages without a body, with which a record ends: what is encrypted begins with zeros often, where its nonce counts from zero. */
const bodiless: ReadonlySet<number> = new Set([HandshakeType.hello_request, HandshakeType.server_hello_done])

/** Says who sends by the handshake messages in the clear that a segment begins with; `undefined` where both may send them. */
export function senderByContent(bytes: Uint8Array): Side | undefined {
  let at = 0
  let end = 0
  while (at < bytes.length) {
    if (at === end) {
      if (bytes[at] !== 22) return undefined
      end = at + RECORD_HEADER + uint16(bytes, at + 3)
      at += RECORD_HEADER
    }
    const type = bytes[at] ?? 0
    // What is encrypted may look like any type, but seldom like one with a length under 64 KB. All are shorter than that.
    if (at + MESSAGE_HEADER > Math.min(end, bytes.length) || bytes[at + 1] !== 0) return undefined
    const size = uint16(bytes, at + 2)
    if (bodiless.has(type) && (size !== 0 || end - at !== MESSAGE_HEADER)) return undefined
    if (type !== HandshakeType.certificate) return senders.get(type)
    at += MESSAGE_HEADER + size
    if (at > end) return undefined
  }
  return undefined
}

/** Ports below this are servers' where one is and one is not. */
const FIRST_CLIENT_PORT = 1024
const portOf = (end: string): number => Number(end.slice(end.lastIndexOf('/') + 1))

export interface Speaker {
  readonly sender: Side
  /** For people: on what a guess rests. Absent where it is known. */
  readonly guess?: string
}

const guessed = (sender: Side, why: string): Speaker => ({
  sender,
  guess: `who is the client is a guess: neither the opening of the connection nor a message that tells was seen first, and ${why}`,
})

/** Who speaks where the content does not say it: whoever opened the connection is the client, else who has the higher port. */
export function senderByTransport({ opener, ends }: ConnectionBegin, direction: Direction): Speaker {
  if (opener !== undefined) return { sender: opener === direction ? 'client' : 'server' }
  const [own, other] = [portOf(ends[direction]), portOf(ends[opposite(direction)])]
  if (own === other) return guessed('client', 'both have the same port: it is taken for the one that speaks first')
  const lower = Math.min(own, other)
  const isWellKnown = lower < FIRST_CLIENT_PORT && Math.max(own, other) >= FIRST_CLIENT_PORT
  const why = isWellKnown ? `below ${FIRST_CLIENT_PORT}` : 'the lower one'
  return guessed(own === lower ? 'server' : 'client', `port ${lower}, ${why}, is taken for the server's`)
}
