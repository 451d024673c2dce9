import { type Codec, named, rest } from '../../codec/codec.js'

/**
 * extension_data of session_ticket in a ClientHello (RFC 5077 §3.2): the ticket itself, with no length of its own;
 * nothing where the client only says that it takes tickets. In a ServerHello it is empty.
 *
 *     +------------+
 *     |   ticket   |
 *     | to the end |
 *     +------------+
 */
export type SessionTicket = Uint8Array

export const SessionTicket: Codec<SessionTicket> = named('SessionTicket', rest)
