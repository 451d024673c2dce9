import type { KeptSession, Session, SessionPeer } from '../../crypto/session.js'
import type { NewSessionTicket } from '../../messages/new-session-ticket.js'
import type { Action } from '../action.js'
import { connectedBy } from '../connected.js'
import type { HandledEvent } from '../event.js'
import { PeerProof, VerifiedFinished } from '../evidence.js'
import { refuse } from '../fault.js'
import { deriveVerifyData } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import { serverCertificateIn } from '../server-certificate.js'
import { mayResume, sessionOf, store } from '../session-policy.js'
import type { ClientConfig, ClientContext } from './context.js'
import type { Agreed, ClientState, ServerIdentity } from './states.js'

type State<N extends ClientState['name']> = StateOf<ClientState, N>

/** The ticket is no good before the server's Finished has shown whose it is (RFC 5077 §3.3). */
export function receiveNewSessionTicket(
  _context: ClientContext,
  { agreed, masterSecret, ownVerifyData, readKeys }: State<'ExpectNewSessionTicket'>,
  { message: newTicket, through: transcript }: HandledEvent<'new_session_ticket'>,
): Outcome<State<'ExpectServerChangeCipherSpec'>> {
  const rest = { transcript, agreed, masterSecret, ownVerifyData, readKeys, newTicket }
  return { state: { name: 'ExpectServerChangeCipherSpec', ...rest }, actions: [] }
}

/** The server changes to the new keys; `aligned` shows that no message straddles the change (RFC 5246 §7.1). */
export function receiveChangeCipherSpec(
  _context: ClientContext,
  { agreed, masterSecret, ownVerifyData, readKeys, newTicket, transcript }: State<'ExpectServerChangeCipherSpec'>,
  _event: HandledEvent<'change_cipher_spec'>,
): Outcome<State<'ExpectServerFinished'>> {
  return {
    state: { name: 'ExpectServerFinished', transcript, agreed, masterSecret, ownVerifyData, newTicket },
    actions: [{ type: 'installReadKeys', keys: readKeys }],
  }
}

function proofOf({ server, psk }: Agreed, finished: VerifiedFinished): PeerProof {
  if (server.by === 'signature') return PeerProof.bySignature(server.signature, finished)
  if (server.by === 'key transport') return PeerProof.byKeyTransport(server.identity, finished)
  if (psk === undefined) return refuse('internal_error', 'a pre-shared key exchange without a key')
  return PeerProof.byPsk(psk.identity, finished, server.identity)
}

/** What to show next time: a ticket, else the session id (RFC 5077 §3.4); `undefined` where the server gave neither. */
function handleOf(
  { sessions }: ClientConfig,
  { sessionId }: Negotiated,
  newTicket: NewSessionTicket | undefined,
): KeptSession['handle'] | undefined {
  if (newTicket !== undefined && newTicket.ticket.length > 0) {
    return { by: 'ticket', ticket: newTicket.ticket, lifetimeHint: newTicket.ticketLifetimeHint }
  }
  return sessions.ids && sessionId.length > 0 ? { by: 'session id', sessionId } : undefined
}

/** By which of its certificates the server knows this client. */
function ownCertificate({ keySchedule }: ClientContext, { answer }: Agreed): Pick<Session, 'ownCertificate'> {
  const [own] = answer.type === 'credential' ? answer.credential.certificateChain : []
  return own === undefined ? {} : { ownCertificate: keySchedule.hash('sha256', own) }
}

function storeSession(
  context: ClientContext,
  { agreed, masterSecret, newTicket }: State<'ExpectServerFinished'>,
  authenticatedToPeer: boolean,
): readonly Action[] {
  const { config } = context
  const { negotiated, server, psk } = agreed
  const handle = handleOf(config, negotiated, newTicket)
  if (handle === undefined || !mayResume(config.sessions, negotiated.extendedMasterSecret)) return []
  const rest = {
    ...{ masterSecret, authenticatedToPeer, pskIdentity: psk?.identity, peer: peerOf(server, negotiated) },
    ...ownCertificate(context, agreed),
  }
  return [store(sessionOf(negotiated, rest), handle)]
}

function peerOf(server: ServerIdentity, { serverCertificateType: certificateType }: Negotiated): SessionPeer {
  const identity = server.by === 'signature' ? server.signature.identity : server.identity
  if (identity === undefined) return { type: 'none' }
  return {
    type: 'certificate',
    certificateType,
    certificateChain: identity.certificateChain,
    ocspResponse: server.ocspResponse,
    proof: server.by === 'signature' ? 'signature' : 'key transport',
  }
}

/** The server's Finished covers every message before it, our own Finished included (RFC 5246 §7.4.9). */
export function receiveFinished(
  context: ClientContext,
  state: State<'ExpectServerFinished'>,
  { message, before }: HandledEvent<'finished'>,
): Outcome<State<'Connected'>> {
  const { agreed, masterSecret, ownVerifyData } = state
  const { negotiated, answer, psk } = agreed
  const expected = deriveVerifyData(context.keySchedule, negotiated, masterSecret, 'server', before)
  const peerFinished = VerifiedFinished.of(expected, message.verifyData)
  const authenticatedToPeer = answer.type === 'credential' || psk !== undefined
  const summary = {
    negotiated,
    resumed: undefined,
    peer: proofOf(agreed, peerFinished),
    ...serverCertificateIn(before, negotiated.serverCertificateType),
    authenticatedToPeer,
  }
  return {
    state: connectedBy(summary, { masterSecret, peerFinished, ownVerifyData }),
    actions: [...storeSession(context, state, authenticatedToPeer), { type: 'established', summary }],
  }
}
