import type { KeptSession, Session } from '../../crypto/session.js'
import type { HandledEvent } from '../event.js'
import { ResumableSession } from '../evidence.js'
import { ask } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import { requiresBinding } from '../negotiation.js'
import { mayResume } from '../session-policy.js'
import type { ClientConfig, ClientContext } from './context.js'
import { sendClientHello } from './hello.js'
import type { ClientState } from './states.js'

/*
 * Before ClientHello: which session to offer, if any. The server's certificate is judged anew before its session is
 * offered, not once the server has taken it up: one that is refused by now costs a full handshake, not a connection.
 */

type State<N extends ClientState['name']> = StateOf<ClientState, N>

/** A server is known by a key that is shared, or by its certificate: one of a kind that policy still accepts. */
const peerFits = ({ serverCertificateTypes }: ClientConfig, { peer, pskIdentity }: Session): boolean =>
  peer.type === 'none' ? pskIdentity !== undefined : serverCertificateTypes.includes(peer.certificateType)

/** A session is offered only to whom it was made with, under a configuration that would make it again. */
function mayOffer(config: ClientConfig, { session, handle }: KeptSession): boolean {
  const { sessions, cipherSuites, extendedMasterSecret, serverName, maxFragmentLength } = config
  const kind = handle.by === 'ticket' ? sessions.tickets : sessions.ids
  const suite = cipherSuites.some(({ cipherSuite }) => cipherSuite === session.cipherSuite)
  // A hello for an abbreviated handshake must carry the extension (RFC 7627 §5.3).
  const bound = session.extendedMasterSecret ? extendedMasterSecret !== 'off' : !requiresBinding(config)
  return (
    kind &&
    suite &&
    bound &&
    mayResume(sessions, session.extendedMasterSecret) &&
    session.serverName === serverName &&
    // What the session brings along must be what would be asked for (RFC 6066 §4).
    (session.maxFragmentLength === undefined || session.maxFragmentLength === maxFragmentLength) &&
    peerFits(config, session)
  )
}

/** Start: with a session that is still good, or with nothing. */
export function begin(
  context: ClientContext,
  _state: State<'Start'>,
  { entropy, session: kept }: HandledEvent<'start'>,
): Outcome<State<'AwaitSessionReverification' | 'ExpectServerHello'>> {
  const { config } = context
  if (kept === undefined || !mayOffer(config, kept)) return sendClientHello(context, entropy, undefined)
  const { session, handle } = kept
  const { peer, establishedAt } = session
  if (peer.type === 'none') {
    return sendClientHello(context, entropy, { resumable: ResumableSession.unauthenticated(session), handle })
  }
  const need = ask('reverifySession', {
    peer: 'server',
    certificateChain: peer.certificateChain,
    keyUsage: peer.proof === 'key transport' ? 'keyEncipherment' : 'digitalSignature',
    verifiedAt: establishedAt,
    ...(peer.certificateType === 'RawPublicKey' ? { certificateType: peer.certificateType } : {}),
    ...(config.serverName === undefined ? {} : { serverName: config.serverName }),
    ...(config.requestCertificateStatus ? { statusRequested: true } : {}),
    ...(peer.ocspResponse === undefined ? {} : { ocspResponse: peer.ocspResponse }),
  })
  return { state: { name: 'AwaitSessionReverification', entropy, kept }, actions: [need] }
}

/** Judged anew: what was accepted is offered, what was refused is left. */
export function receiveReverification(
  context: ClientContext,
  { entropy, kept: { session, handle } }: State<'AwaitSessionReverification'>,
  { answer }: HandledEvent<'answer:reverifySession'>,
): Outcome<State<'ExpectServerHello'>> {
  if (answer.accepted !== true) return sendClientHello(context, entropy, undefined)
  return sendClientHello(context, entropy, { resumable: ResumableSession.reverified(session, answer), handle })
}

/** Nobody can say: so it is not resumed. */
export const receiveReverificationRefused = (
  context: ClientContext,
  { entropy }: State<'AwaitSessionReverification'>,
  _event: HandledEvent<'need_refused'>,
): Outcome<State<'ExpectServerHello'>> => sendClientHello(context, entropy, undefined)
