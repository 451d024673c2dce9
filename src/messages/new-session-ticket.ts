import { type Codec, opaque, struct, uint32 } from '../codec/codec.js'

/**
 * NewSessionTicket (RFC 5077 §3.3). An empty ticket is legal: the server promised one and changed its mind.
 *
 *     +----------------------+---+------------+
 *     | ticket_lifetime_hint | n |   ticket   |
 *     |          4           | 2 | 0..2^16-1  |
 *     +----------------------+---+------------+
 */
export interface NewSessionTicket {
  /** Seconds; 0 leaves the lifetime to the client. */
  readonly ticketLifetimeHint: number
  readonly ticket: Uint8Array
}

export const NewSessionTicket: Codec<NewSessionTicket> = struct<NewSessionTicket>('NewSessionTicket', {
  ticketLifetimeHint: uint32,
  ticket: opaque(0, 0xffff),
})
