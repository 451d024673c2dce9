import type { ClientHelloToReview, HelloChanges } from '../../crypto/hello-review.js'
import type { HandledEvent } from '../event.js'
import { refuse, TlsFault } from '../fault.js'
import { ask } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import { requiresBinding } from '../negotiation.js'
import { choosePskSuite, credentialRequest, findCommon } from './choice.js'
import type { ServerConfig, ServerContext } from './context.js'
import { type Heard, settleWithoutCertificate } from './hello.js'
import { type ClientOffer, readOffer } from './offer.js'
import { lookForSession } from './session-search.js'
import type { Greeted, ServerState } from './states.js'

/*
 * ClientHello:
 *  1. read the offer, and refuse what no client may send;
 *  2. where the configuration says so, have it reviewed: the terms of this handshake may change, or there is none;
 *  3. where the client shows a session, look for that (session-search.ts, resumption.ts);
 *  4. else find what both sides have in common, and ask for the credential to show.
 */

type State<N extends ServerState['name']> = StateOf<ServerState, N>
type AfterReview = 'AwaitTicketOpening' | 'AwaitSessionLookup' | Chosen

export const begin = (
  _context: ServerContext,
  _state: State<'Start'>,
  { entropy }: HandledEvent<'start'>,
): Outcome<State<'ExpectClientHello'>> => ({ state: { name: 'ExpectClientHello', entropy }, actions: [] })

const reviewRequest = (offer: ClientOffer, raw: Uint8Array): ClientHelloToReview => ({
  ...offer.hello,
  extensions: offer.hello.extensions ?? [],
  raw,
  serverName: offer.serverName,
  applicationProtocols: offer.applicationProtocols,
  groups: offer.groups,
  signatureSchemes: offer.signatureSchemes,
})

export function receiveClientHello(
  { config }: ServerContext,
  { entropy }: State<'ExpectClientHello'>,
  { message, raw, through }: HandledEvent<'client_hello'>,
): Outcome<State<'AwaitHelloReview' | AfterReview>> {
  const offer = readOffer(message, config.renegotiated)
  if (!config.reviewClientHello) return choose(config, { entropy, offer, transcript: through })
  return {
    state: { name: 'AwaitHelloReview', transcript: through, entropy, offer },
    actions: [ask('reviewClientHello', reviewRequest(offer, raw))],
  }
}

const rank = (demand: ServerConfig['clientAuthentication']): number =>
  demand === 'none' ? 0 : demand === 'request' ? 1 : 2

/** A review may ask less of a client than the configuration does, but not in a renegotiation, which asks for what it is for. */
function stricterDemand(config: ServerConfig, changes: HelloChanges = {}): Pick<ServerConfig, 'clientAuthentication'> {
  const { clientAuthentication: asked } = config
  const { clientAuthentication: changed = asked } = changes
  const keep = config.renegotiated !== undefined && rank(changed) < rank(asked)
  return { clientAuthentication: keep ? asked : changed }
}

export function receiveHelloReview(
  { config }: ServerContext,
  { entropy, offer, transcript }: State<'AwaitHelloReview'>,
  { answer }: HandledEvent<'answer:reviewClientHello'>,
): Outcome<State<AfterReview>> {
  if (answer.accepted !== true) {
    throw new TlsFault('hello_refused', answer.message, answer.alert === undefined ? {} : { alert: answer.alert })
  }
  return choose(
    { ...config, ...answer.changes, ...stricterDemand(config, answer.changes) },
    { entropy, offer, transcript },
  )
}

/** Where a ClientHello leads that is acceptable: without a certificate there is no credential to ask for. */
export type Chosen = 'AwaitCredential' | 'AwaitKeyShare' | 'ExpectClientKeyExchange'

/** ALPN: our most preferred protocol that the client names; naming none of ours is fatal (RFC 7301 §3.2, and ALPACA). */
function chooseProtocol({ applicationProtocols }: ServerConfig, offer: ClientOffer): string | undefined {
  if (applicationProtocols.length === 0 || offer.applicationProtocols === undefined) return undefined
  return (
    applicationProtocols.find((protocol) => offer.applicationProtocols?.includes(protocol)) ??
    refuse('no_application_protocol', `the client speaks none of ${applicationProtocols.join(', ')}`)
  )
}

/** Where the client shows a session that may be here, that is looked for first (session-search.ts, resumption.ts). */
function choose(
  terms: ServerConfig,
  { entropy, offer, transcript }: Omit<State<'AwaitHelloReview'>, 'name'>,
): Outcome<State<AfterReview>> {
  if (requiresBinding(terms) && !offer.extendedMasterSecret) {
    refuse('extended_master_secret_missing', 'the client does not know extended_master_secret; policy requires it')
  }
  const greeted = { transcript, entropy, offer, terms, applicationProtocol: chooseProtocol(terms, offer) }
  return lookForSession(greeted) ?? beginFullHandshake(greeted)
}

/** No session is resumed: a suite is looked for, and a credential where it needs one. */
export function beginFullHandshake(greeted: Greeted): Outcome<State<Chosen>> {
  const { transcript, entropy, offer, terms, applicationProtocol } = greeted
  const common = findCommon(terms, offer)
  const heard: Heard = { transcript, entropy, offer, terms, common, applicationProtocol }
  const choice = choosePskSuite(common)
  if (choice !== undefined) return settleWithoutCertificate(heard, choice)
  return {
    state: { name: 'AwaitCredential', ...heard },
    actions: [ask('selectCredential', credentialRequest(terms, common, offer))],
  }
}
