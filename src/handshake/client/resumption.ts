import { publicEqual } from '../../bytes/equal.js'
import type { KeptSession, Session } from '../../crypto/session.js'
import type { NewSessionTicket } from '../../messages/new-session-ticket.js'
import type { Action } from '../action.js'
import { connectedBy } from '../connected.js'
import type { HandledEvent } from '../event.js'
import { PeerProof, VerifiedFinished } from '../evidence.js'
import { refuse } from '../fault.js'
import { Flight } from '../flight.js'
import { deriveConnectionKeys, deriveVerifyData } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import { store } from '../session-policy.js'
import type { Transcript } from '../transcript.js'
import type { ClientContext } from './context.js'
import type { ServerExtensions } from './extensions/index.js'
import type { ClientState, OfferedSession, Resuming } from './states.js'

/*
 * The client's abbreviated road (RFC 5246 figure 2, RFC 5077 figure 2): the server resumes the session that was offered,
 * [renews its ticket], changes keys and is finished; then the client does.
 */

type State<N extends ClientState['name']> = StateOf<ClientState, N>

/** A server resumes by giving back the id that came with the offer, the made-up one of a ticket too (RFC 5077 §3.4). */
export const isResumed = (offered: Uint8Array, answered: Uint8Array): boolean =>
  offered.length > 0 && publicEqual(offered, answered)

/**
 * Nobody shows a certificate now: what it held when the session was made still holds. So does the length of fragments,
 * unless record_size_limit takes its place (RFC 6066 §1.1, RFC 8449 §5).
 */
export const withSession = (answered: ServerExtensions, { resumable }: OfferedSession): ServerExtensions => {
  const { peer, maxFragmentLength } = resumable.session
  return {
    ...answered,
    ...(peer.type === 'none' ? {} : { serverCertificateType: peer.certificateType }),
    ...(answered.serverRecordSizeLimit === undefined && maxFragmentLength !== undefined ? { maxFragmentLength } : {}),
  }
}

/** Suite and master secret belong to the session: a server that resumes it has no choice in them (RFC 7627 §5.3). */
function checkSession({ cipherSuite, extendedMasterSecret }: Session, negotiated: Negotiated): void {
  if (cipherSuite !== negotiated.suite.cipherSuite) {
    refuse('resumed_suite_changed', `the server resumes the session under another suite, ${negotiated.suite.name}`)
  }
  if (extendedMasterSecret && !negotiated.extendedMasterSecret) {
    refuse(
      'resumed_extended_master_secret_missing',
      'the server resumes a session with extended master secret and does not say so',
    )
  }
  if (!extendedMasterSecret && negotiated.extendedMasterSecret) {
    refuse(
      'resumed_extended_master_secret_unexpected',
      'the server resumes a session without extended master secret as if it had one',
    )
  }
}

/** ServerHello resumed the session: the keys are there at once. */
export function resume(
  { keySchedule }: ClientContext,
  { resumable, handle }: OfferedSession,
  negotiated: Negotiated,
  transcript: Transcript,
  before: readonly Action[],
): Outcome<State<'ExpectRenewedTicket' | 'ExpectResumingChangeCipherSpec'>> {
  checkSession(resumable.session, negotiated)
  const { masterSecret } = resumable.session
  const resuming = { resumable, by: handle.by }
  const keys = deriveConnectionKeys(keySchedule, negotiated, masterSecret)
  const rest = { transcript, negotiated, masterSecret, resuming, writeKeys: keys.client, readKeys: keys.server }
  return {
    state: negotiated.sessionTicket
      ? { name: 'ExpectRenewedTicket', ...rest }
      : { name: 'ExpectResumingChangeCipherSpec', ...rest, newTicket: undefined },
    actions: [...before, { type: 'logMasterSecret', clientRandom: negotiated.clientRandom, masterSecret }],
  }
}

/** The ticket takes the place of the one that was shown; an empty one leaves that as it is (RFC 5077 §3.3). */
export function receiveRenewedTicket(
  _context: ClientContext,
  { negotiated, masterSecret, resuming, writeKeys, readKeys }: State<'ExpectRenewedTicket'>,
  { message: newTicket, through: transcript }: HandledEvent<'new_session_ticket'>,
): Outcome<State<'ExpectResumingChangeCipherSpec'>> {
  const rest = { transcript, negotiated, masterSecret, resuming, writeKeys, readKeys, newTicket }
  return { state: { name: 'ExpectResumingChangeCipherSpec', ...rest }, actions: [] }
}

export function receiveResumingChangeCipherSpec(
  _context: ClientContext,
  {
    negotiated,
    masterSecret,
    resuming,
    writeKeys,
    readKeys,
    newTicket,
    transcript,
  }: State<'ExpectResumingChangeCipherSpec'>,
  _event: HandledEvent<'change_cipher_spec'>,
): Outcome<State<'ExpectResumingFinished'>> {
  const rest = { transcript, negotiated, masterSecret, resuming, writeKeys, newTicket }
  return {
    state: { name: 'ExpectResumingFinished', ...rest },
    actions: [{ type: 'installReadKeys', keys: readKeys }],
  }
}

/** What the client may show next time instead of what it showed now. */
function storeRenewed({ resumable }: Resuming, ticket: NewSessionTicket | undefined): readonly Action[] {
  if (ticket === undefined || ticket.ticket.length === 0) return []
  const handle: KeptSession['handle'] = {
    by: 'ticket',
    ticket: ticket.ticket,
    lifetimeHint: ticket.ticketLifetimeHint,
  }
  return [store(resumable.session, handle)]
}

/** The server's Finished shows that it has the master secret; ours follows and covers it too (RFC 5246 §7.4.9). */
export function receiveResumingFinished(
  { keySchedule }: ClientContext,
  { negotiated, masterSecret, resuming, writeKeys, newTicket }: State<'ExpectResumingFinished'>,
  { message, before, through }: HandledEvent<'finished'>,
): Outcome<State<'Connected'>> {
  const expected = deriveVerifyData(keySchedule, negotiated, masterSecret, 'server', before)
  const peerFinished = VerifiedFinished.of(expected, message.verifyData)
  const flight = new Flight(through)
  flight.changeCipherSpec(writeKeys)
  const ownVerifyData = deriveVerifyData(keySchedule, negotiated, masterSecret, 'client', through)
  flight.handshake('finished', { verifyData: ownVerifyData })
  const { resumable, by } = resuming
  const summary = {
    negotiated,
    resumed: by,
    peer: PeerProof.resumed(resumable, peerFinished),
    authenticatedToPeer: resumable.session.authenticatedToPeer,
  }
  for (const action of storeRenewed(resuming, newTicket)) flight.do(action)
  flight.do({ type: 'established', summary })
  return {
    state: connectedBy(summary, { masterSecret, peerFinished, ownVerifyData }),
    actions: flight.actions,
  }
}
