import type { CertificateKind } from '../../crypto/key-types.js'
import type { Session, SessionPeer } from '../../crypto/session.js'
import type { NewSessionTicket } from '../../messages/new-session-ticket.js'
import { connectedBy } from '../connected.js'
import type { HandledEvent } from '../event.js'
import { PeerProof, VerifiedFinished, type VerifiedSignature } from '../evidence.js'
import { ask, Flight } from '../flight.js'
import { deriveConnectionKeys, deriveVerifyData } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import { serverCertificateIn } from '../server-certificate.js'
import { sessionOf, store } from '../session-policy.js'
import type { ServerContext } from './context.js'
import type { ServerState } from './states.js'

type State<N extends ServerState['name']> = StateOf<ServerState, N>

/** The client changes to the new keys; `aligned` shows that no message straddles the change (RFC 5246 §7.1). */
export function receiveChangeCipherSpec(
  { keySchedule }: ServerContext,
  { client, masterSecret, negotiated, pskIdentity, transcript }: State<'ExpectClientChangeCipherSpec'>,
  _event: HandledEvent<'change_cipher_spec'>,
): Outcome<State<'ExpectClientFinished'>> {
  const keys = deriveConnectionKeys(keySchedule, negotiated, masterSecret)
  return {
    state: {
      name: 'ExpectClientFinished',
      transcript,
      negotiated,
      masterSecret,
      pskIdentity,
      client,
      writeKeys: keys.server,
    },
    actions: [{ type: 'installReadKeys', keys: keys.client }],
  }
}

function proofOf(
  client: VerifiedSignature | undefined,
  pskIdentity: Uint8Array | undefined,
  finished: VerifiedFinished,
): PeerProof {
  if (client !== undefined) return PeerProof.bySignature(client, finished, pskIdentity)
  return pskIdentity === undefined ? PeerProof.none(finished) : PeerProof.byPsk(pskIdentity, finished)
}

const peerOf = (client: VerifiedSignature | undefined, certificateType: CertificateKind): SessionPeer =>
  client === undefined
    ? { type: 'none' }
    : {
        type: 'certificate',
        certificateType,
        certificateChain: client.identity.certificateChain,
        ocspResponse: undefined,
        proof: 'signature',
      }

const sessionMade = ({
  client,
  masterSecret,
  negotiated,
  pskIdentity,
}: State<'ExpectClientFinished' | 'AwaitTicketSealing'>): Session =>
  sessionOf(negotiated, {
    masterSecret,
    peer: peerOf(client, negotiated.clientCertificateType),
    pskIdentity,
    authenticatedToPeer: true,
  })

/** The client's Finished covers every message before it. Only a client that is finished is given a ticket (RFC 5077 §3.3). */
export function receiveFinished(
  { keySchedule }: ServerContext,
  state: State<'ExpectClientFinished'>,
  { message, before, through: transcript }: HandledEvent<'finished'>,
): Outcome<State<'AwaitTicketSealing' | 'Connected'>> {
  const { client, masterSecret, negotiated, pskIdentity, writeKeys } = state
  const expected = deriveVerifyData(keySchedule, negotiated, masterSecret, 'client', before)
  const peerFinished = VerifiedFinished.of(expected, message.verifyData)
  const rest = { transcript, negotiated, masterSecret, pskIdentity, client, writeKeys, peerFinished }
  const finished = { name: 'AwaitTicketSealing' as const, ...rest }
  if (!negotiated.sessionTicket) return finish(keySchedule, finished, undefined)
  return { state: finished, actions: [ask('sealTicket', { session: sessionMade(state) })] }
}

const noTicket: NewSessionTicket = { ticketLifetimeHint: 0, ticket: new Uint8Array() }

/** A ticket was announced, so one must follow; an empty one says that there is none after all (RFC 5077 §3.3). */
export const receiveTicket = (
  { keySchedule }: ServerContext,
  state: State<'AwaitTicketSealing'>,
  { answer }: HandledEvent<'answer:sealTicket'>,
): Outcome<State<'Connected'>> => finish(keySchedule, state, answer ?? noTicket)

export const receiveSealingRefused = (
  { keySchedule }: ServerContext,
  state: State<'AwaitTicketSealing'>,
  _event: HandledEvent<'need_refused'>,
): Outcome<State<'Connected'>> => finish(keySchedule, state, noTicket)

/** [NewSessionTicket], ChangeCipherSpec and our Finished, which covers the client's too (RFC 5246 §7.4.9). */
function finish(
  keySchedule: ServerContext['keySchedule'],
  state: State<'AwaitTicketSealing'>,
  ticket: NewSessionTicket | undefined,
): Outcome<State<'Connected'>> {
  const { client, masterSecret, negotiated, pskIdentity, writeKeys, peerFinished, transcript } = state
  const flight = new Flight(transcript)
  if (ticket !== undefined) flight.handshake('new_session_ticket', ticket)
  flight.changeCipherSpec(writeKeys)
  const ownVerifyData = deriveVerifyData(keySchedule, negotiated, masterSecret, 'server', flight.transcript)
  flight.handshake('finished', { verifyData: ownVerifyData })
  const { sessionId } = negotiated
  if (sessionId.length > 0) flight.do(store(sessionMade(state), { by: 'session id', sessionId }))
  const summary = {
    negotiated,
    resumed: undefined,
    peer: proofOf(client, pskIdentity, peerFinished),
    ...serverCertificateIn(transcript, negotiated.serverCertificateType),
    authenticatedToPeer: true,
  }
  flight.do({ type: 'established', summary })
  return {
    state: connectedBy(summary, { masterSecret, peerFinished, ownVerifyData }),
    actions: flight.actions,
  }
}
