import { publicEqual } from '../bytes/equal.js'
import type { HandshakeMessages } from '../messages/handshake.js'
import { localStep } from './describe-checks.js'
import { type Fact, fact, type UnnumberedStep } from './described-step.js'
import type { Story } from './story.js'
import { otherSide, type TraceEntry } from './trace.js'
import { bytesText, plural } from './words.js'

/*
 * What handshakes after the first one have of their own: sessions that are resumed, by id or by ticket, and handshakes
 * within a connection.
 */

/** The session id of a ClientHello, which beside a ticket means nothing by itself (RFC 5077 §3.4). */
export function offeredIdText(sessionId: Uint8Array, showsTicket: boolean, listsVersions = false): string {
  const meaning = showsTicket
    ? 'made up: the server gives it back if it takes the ticket'
    : listsVersions
      ? 'by which the client would resume a session, or made up, as clients of TLS 1.3 do'
      : 'by which the client would resume a session'
  return sessionId.length === 0 ? 'empty: no session to resume' : `${bytesText(sessionId, '')}, ${meaning}`
}

/** The session id of a ServerHello: that of the client is a yes to the session that it showed. */
export function answeredIdText(sessionId: Uint8Array, { offer }: Story): string {
  if (sessionId.length === 0) return 'empty: this session cannot be resumed by id'
  const bytes = bytesText(sessionId, '')
  if (offer !== undefined && publicEqual(offer.sessionId, sessionId)) return `${bytes}, the client's: it is resumed`
  return `${bytes}, new: a later ClientHello may name this session by it`
}

export const offeredTicketText = (data: Uint8Array): string =>
  data.length === 0
    ? 'empty: the client takes tickets, and has none to show'
    : `${plural(data.length, 'byte')}: the ticket of a session that the client would resume`

const VERIFY_DATA = 'verify data of the last Finished'

/** renegotiation_info has one octet of length before the verify data (RFC 5746 §3.2). */
export function bindingText(data: Uint8Array, sender: 'client' | 'server'): string {
  if (data.length <= 1) return 'empty: the first handshake of this connection'
  const whose = sender === 'client' ? "the client's" : "first the client's, then the server's"
  return `${plural(data.length - 1, 'byte')}, ${whose} ${VERIFY_DATA}: nobody can put another handshake before this one`
}

export const resumptionNote =
  'an abbreviated handshake (RFC 5246 §7.3): no certificate and no key exchange follow, and the server is finished first'

/** A server hands the client what it would otherwise have to keep itself (RFC 5077 §3.3). */
export function describeTicket({ ticketLifetimeHint, ticket }: HandshakeMessages['new_session_ticket']): Fact[] {
  if (ticket.length === 0) return [fact('ticket', 'none: the server announced one, and gives none after all')]
  const lifetime =
    ticketLifetimeHint === 0
      ? 'not said: as long as the client likes'
      : `${plural(ticketLifetimeHint, 'second')}, a hint`
  return [
    fact('ticket', `${plural(ticket.length, 'byte')} that nobody but the server can read`),
    fact('holds', "the session, sealed under a key of the server's own: so it need not keep it"),
    fact('for', 'the client shows it in a later ClientHello; both go on from the same master secret then'),
    fact('lifetime', lifetime),
  ]
}

export const ticketNote =
  'goes before ChangeCipherSpec, in a first handshake for all to see: a copy is worth nothing without the master secret'

/** What a handshake within a connection is. */
export const againFacts = ({ askedBy }: Story): Fact[] =>
  askedBy === undefined
    ? []
    : [
        fact(
          'asked for by',
          askedBy === 'client' ? 'the client, with this message' : 'the server, with a HelloRequest',
        ),
        fact('travels', 'under the keys of the handshake before, as does the data meanwhile'),
      ]

export const replacesFact = ({ askedBy }: Story): Fact[] =>
  askedBy === undefined
    ? []
    : [fact('replace', 'those of the handshake before, in each direction from its ChangeCipherSpec on')]

/** A certificate that came with a session is looked at again before the session is resumed. */
export function describeRejudgement({ by, accepted }: Extract<TraceEntry, { type: 'session_judged' }>): UnnumberedStep {
  const peer = otherSide(by)
  return localStep(`The ${by} judges its session again`, by, [
    fact('certificate', `the ${peer}'s, shown when the session was made, ${accepted ? 'is' : 'is not'} accepted today`),
    fact('so', accepted ? 'the session may be resumed' : 'the session is left, and a full handshake is made'),
  ])
}
