import type { SealedTicket } from '../../crypto/session-needs.js'
import { connectedBy } from '../connected.js'
import type { HandledEvent } from '../event.js'
import { PeerProof, ResumableSession, VerifiedFinished } from '../evidence.js'
import { refuse } from '../fault.js'
import { ask, Flight } from '../flight.js'
import { deriveConnectionKeys, deriveVerifyData } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import { agreedAnyway } from './agree.js'
import { beginFullHandshake, type Chosen } from './client-hello.js'
import type { ServerContext } from './context.js'
import { sendServerHello } from './hello-flight.js'
import { fitsOffer, suiteOf } from './session-search.js'
import type { FoundSession, Greeted, Resuming, ServerState } from './states.js'

/*
 * The server's abbreviated road (RFC 5246 figure 2, RFC 5077 figure 2):
 *  1. the session that the client shows is there, and fits the offer;
 *  2. its client's certificate, if there is one, would be accepted today;
 *  3. its ticket is renewed where its time is nearly over;
 *  4. ServerHello, [NewSessionTicket], ChangeCipherSpec and Finished go out, and the client's are awaited.
 * Whatever is missing on the way leads to a full handshake (RFC 5077 §3.1).
 */

type State<N extends ServerState['name']> = StateOf<ServerState, N>
type Considered = Outcome<State<'AwaitSessionReverification' | Chosen>>
type Reverified = Outcome<State<'AwaitTicketRenewal' | 'ExpectResumingChangeCipherSpec' | Chosen>>

const greetedOf = ({ transcript, entropy, offer, terms, applicationProtocol }: Greeted): Greeted => ({
  transcript,
  entropy,
  offer,
  terms,
  applicationProtocol,
})

export function receiveOpenedTicket(
  context: ServerContext,
  state: State<'AwaitTicketOpening'>,
  { answer }: HandledEvent<'answer:openTicket'>,
): Considered | Reverified {
  if (answer === undefined) return beginFullHandshake(state)
  const found: FoundSession = { session: answer.session, by: 'ticket', renew: answer.renew }
  return consider(state, found, (resumable) => prepare(context, state, found, resumable))
}

export function receiveSession(
  context: ServerContext,
  state: State<'AwaitSessionLookup'>,
  { answer: session }: HandledEvent<'answer:resumeSession'>,
): Considered | Outcome<State<'ExpectResumingChangeCipherSpec'>> {
  if (session === undefined) return beginFullHandshake(state)
  const found: FoundSession = { session, by: 'session id', renew: false }
  return consider(state, found, (resumable) => resume(context, state, { resumable, by: found.by }, undefined))
}

/** Who cannot look, open or judge has nothing to resume. */
export const giveUpSession = (
  _context: ServerContext,
  state: State<'AwaitTicketOpening' | 'AwaitSessionLookup' | 'AwaitSessionReverification'>,
  _event: HandledEvent<'need_refused'>,
): Outcome<State<Chosen>> => beginFullHandshake(state)

/** Goes on with `proceed` where the session fits and there is no certificate to look at. */
function consider<R>(
  greeted: Greeted,
  found: FoundSession,
  proceed: (resumable: ResumableSession) => R,
): Considered | R {
  const { session } = found
  if (!fitsOffer(greeted.terms, session, greeted.offer)) return beginFullHandshake(greeted)
  if (session.peer.type === 'none') return proceed(ResumableSession.unauthenticated(session))
  const need = ask('reverifySession', {
    peer: 'client',
    certificateChain: session.peer.certificateChain,
    keyUsage: 'digitalSignature',
    verifiedAt: session.establishedAt,
    ...(session.peer.certificateType === 'RawPublicKey' ? { certificateType: session.peer.certificateType } : {}),
  })
  return { state: { name: 'AwaitSessionReverification', ...greetedOf(greeted), found }, actions: [need] }
}

export function receiveReverification(
  context: ServerContext,
  state: State<'AwaitSessionReverification'>,
  { answer }: HandledEvent<'answer:reverifySession'>,
): Reverified {
  const { found } = state
  if (answer.accepted !== true) return beginFullHandshake(state)
  return prepare(context, state, found, ResumableSession.reverified(found.session, answer))
}

/** A new ticket must be there before ServerHello announces it. Only a client that takes tickets has shown one. */
function prepare(
  context: ServerContext,
  greeted: Greeted,
  { by, renew }: FoundSession,
  resumable: ResumableSession,
): Outcome<State<'AwaitTicketRenewal' | 'ExpectResumingChangeCipherSpec'>> {
  if (!renew) return resume(context, greeted, { resumable, by }, undefined)
  return {
    state: { name: 'AwaitTicketRenewal', ...greetedOf(greeted), resuming: { resumable, by } },
    actions: [ask('sealTicket', { session: resumable.session })],
  }
}

export const receiveRenewal = (
  context: ServerContext,
  state: State<'AwaitTicketRenewal'>,
  { answer }: HandledEvent<'answer:sealTicket'>,
): Outcome<State<'ExpectResumingChangeCipherSpec'>> => resume(context, state, state.resuming, answer)

/** The ticket that the client has still serves. */
export const receiveRenewalRefused = (
  context: ServerContext,
  state: State<'AwaitTicketRenewal'>,
  _event: HandledEvent<'need_refused'>,
): Outcome<State<'ExpectResumingChangeCipherSpec'>> => resume(context, state, state.resuming, undefined)

function negotiate(greeted: Greeted, { session }: ResumableSession, sessionTicket: boolean): Negotiated {
  const suite = suiteOf(greeted.terms, session)
  return {
    sessionId: greeted.offer.sessionId,
    sessionTicket,
    extendedMasterSecret: session.extendedMasterSecret,
    clientCertificateType: session.peer.type === 'none' ? 'X509' : session.peer.certificateType,
    serverCertificateType: 'X509',
    signedCertificateTimestamps: undefined,
    ...agreedAnyway(
      greeted,
      suite ?? refuse('internal_error', 'the suite of the session was enabled a step ago'),
      session,
    ),
  }
}

function resume(
  { keySchedule }: ServerContext,
  greeted: Greeted,
  resuming: Resuming,
  renewed: SealedTicket | undefined,
): Outcome<State<'ExpectResumingChangeCipherSpec'>> {
  const negotiated = negotiate(greeted, resuming.resumable, renewed !== undefined)
  const { masterSecret } = resuming.resumable.session
  const keys = deriveConnectionKeys(keySchedule, negotiated, masterSecret)
  const flight = new Flight(greeted.transcript)
  sendServerHello(flight, {
    negotiated,
    offer: greeted.offer,
    terms: greeted.terms,
    credential: undefined,
    abbreviated: true,
  })
  flight.do({ type: 'logMasterSecret', clientRandom: negotiated.clientRandom, masterSecret })
  if (renewed !== undefined) flight.handshake('new_session_ticket', renewed)
  flight.changeCipherSpec(keys.server)
  const ownVerifyData = deriveVerifyData(keySchedule, negotiated, masterSecret, 'server', flight.transcript)
  flight.handshake('finished', { verifyData: ownVerifyData })
  const { transcript } = flight
  const rest = { transcript, negotiated, masterSecret, resuming, ownVerifyData, readKeys: keys.client }
  return { state: { name: 'ExpectResumingChangeCipherSpec', ...rest }, actions: flight.actions }
}

export function receiveResumingChangeCipherSpec(
  _context: ServerContext,
  { negotiated, masterSecret, resuming, ownVerifyData, readKeys, transcript }: State<'ExpectResumingChangeCipherSpec'>,
  _event: HandledEvent<'change_cipher_spec'>,
): Outcome<State<'ExpectResumingFinished'>> {
  const rest = { transcript, negotiated, masterSecret, resuming, ownVerifyData }
  return {
    state: { name: 'ExpectResumingFinished', ...rest },
    actions: [{ type: 'installReadKeys', keys: readKeys }],
  }
}

/** The client's Finished shows that it has the master secret: whoever only copied an id or a ticket fails here. */
export function receiveResumingFinished(
  { keySchedule }: ServerContext,
  { negotiated, masterSecret, resuming, ownVerifyData }: State<'ExpectResumingFinished'>,
  { message, before }: HandledEvent<'finished'>,
): Outcome<State<'Connected'>> {
  const expected = deriveVerifyData(keySchedule, negotiated, masterSecret, 'client', before)
  const peerFinished = VerifiedFinished.of(expected, message.verifyData)
  const { resumable, by } = resuming
  const summary = {
    negotiated,
    resumed: by,
    peer: PeerProof.resumed(resumable, peerFinished),
    authenticatedToPeer: resumable.session.authenticatedToPeer,
  }
  return {
    state: connectedBy(summary, { masterSecret, peerFinished, ownVerifyData }),
    actions: [{ type: 'established', summary }],
  }
}
