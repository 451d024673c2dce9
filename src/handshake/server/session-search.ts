import type { Session } from '../../crypto/session.js'
import type { SuiteParameters } from '../../crypto/suite-parameters.js'
import { refuse } from '../fault.js'
import { ask } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import { showsCertificate } from '../negotiation.js'
import { mayResume } from '../session-policy.js'
import { requiresCertificate, type ServerConfig } from './context.js'
import type { ClientOffer } from './offer.js'
import type { Greeted, ServerState } from './states.js'

type State<N extends ServerState['name']> = StateOf<ServerState, N>

const named = ({ serverName }: ClientOffer): { readonly serverName?: string } =>
  serverName === undefined ? {} : { serverName }

/**
 * Asks for the session that the client shows, if it shows one. Beside a ticket a session id means nothing: the client
 * made it up (RFC 5077 §3.4).
 */
export function lookForSession(
  greeted: Greeted,
): Outcome<State<'AwaitTicketOpening' | 'AwaitSessionLookup'>> | undefined {
  const { offer } = greeted
  const { sessions } = greeted.terms
  const { ticket, sessionId } = offer
  if (ticket !== undefined && ticket.length > 0) {
    if (!sessions.tickets) return undefined
    return {
      state: { name: 'AwaitTicketOpening', ...greeted },
      actions: [ask('openTicket', { ticket, ...named(offer) })],
    }
  }
  if (!sessions.ids || sessionId.length === 0) return undefined
  return {
    state: { name: 'AwaitSessionLookup', ...greeted },
    actions: [ask('resumeSession', { sessionId, ...named(offer) })],
  }
}

/** The suite of a session, where it is still enabled and the client offers it, as it must (RFC 5246 §7.4.1.2). */
export const suiteOf = ({ cipherSuites }: ServerConfig, { cipherSuite }: Session): SuiteParameters | undefined =>
  cipherSuites.find((suite) => suite.cipherSuite === cipherSuite)

/** A session with extended master secret is resumed with it, one without it only without (RFC 7627 §5.3). */
function bindingFits({ extendedMasterSecret: policy, sessions }: ServerConfig, session: Session, offer: ClientOffer) {
  if (session.extendedMasterSecret && !offer.extendedMasterSecret) {
    refuse(
      'resumed_extended_master_secret_missing',
      'the client wants to resume a session with extended master secret and does not offer the extension',
    )
  }
  const now = offer.extendedMasterSecret && policy !== 'off'
  return session.extendedMasterSecret === now && mayResume(sessions, now)
}

/**
 * A client that showed no certificate is none for a server that requires one, nor one of a kind no longer accepted. Where
 * the suite has no certificates at all, the key that is shared stands in for them (RFC 4279 §2).
 */
function clientFits(config: ServerConfig, { peer }: Session, { keyExchange }: SuiteParameters): boolean {
  if (peer.type === 'certificate') return config.clientCertificateTypes.includes(peer.certificateType)
  return !requiresCertificate(config) || !showsCertificate(keyExchange)
}

/**
 * Whether the session may be resumed for this offer; if not, there is a full handshake. Throws where the RFC wants the
 * handshake ended.
 */
export function fitsOffer(config: ServerConfig, session: Session, offer: ClientOffer): boolean {
  const suite = suiteOf(config, session)
  return (
    bindingFits(config, session, offer) &&
    suite !== undefined &&
    offer.cipherSuites.includes(suite.cipherSuite) &&
    session.serverName === offer.serverName &&
    clientFits(config, session, suite)
  )
}
