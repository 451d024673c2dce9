import { publicEqual } from '../bytes/equal.js'
import { AlertDescription } from '../registry/alert-description.js'
import type { Action } from './action.js'
import { failWith, heed, heedWhileConnected, isCloseNotify, isDecline, truncated, warn } from './common-rows.js'
import type { Closing, Connected, PeerClosed } from './connected.js'
import type { Entropy, EventType, HandledEvent, MachineEvent, RenegotiationWish } from './event.js'
import type { PeerProof } from './evidence.js'
import { refuse } from './fault.js'
import type { Citation, ClosedState, FailedState, NamedState, Outcome, Row, Step } from './machine.js'
import type { Negotiated } from './negotiated.js'
import type { HandshakeConfig } from './negotiation.js'
import { unsafeToRenegotiate } from './safe-to-renegotiate.js'

/*
 * A handshake inside a connection (RFC 5746). The state `Renegotiating` holds the connection as it was and, in
 * `handshake`, a state of the ordinary handshake, which is stepped by the ordinary table: its handlers do not know where
 * they are. What makes a renegotiation special is here and in the two roles' renegotiation.ts:
 *
 *  - policy: whose wish is followed, how often, and what answers it otherwise;
 *  - the configuration that the inner handshake runs under: bound to the Finished messages before it (RFC 5746 §3.5,
 *    RFC 5746 §3.7), never with another application protocol, never with less authentication;
 *  - continuity, held after every step: same name, same master secret computation, same certificate of the peer;
 *  - application data, which belongs to the connection before until each direction changes its keys.
 */

/** A handshake that runs inside the connection `previous`. */
export interface Renegotiating<H extends NamedState> {
  readonly name: 'Renegotiating'
  /** The connection as it was: data that arrives under the old keys belongs to it. */
  readonly previous: Connected
  readonly handshake: H
  /** Which keys the peer sends under. Data under the new ones is refused until its Finished was verified. */
  readonly reading: 'old keys' | 'new keys'
  /**
   * Whether we may send data: `freely` until our hello, whose answer a peer in mid-handshake would not want it before, and
   * certainly not under `new keys` while the peer's Finished is outstanding.
   */
  readonly writing: 'freely' | 'held' | 'new keys'
  readonly wish: RenegotiationWish
}

/** What a handshake has shown so far of what must not change. */
export interface Seen {
  readonly negotiated: Negotiated | undefined
  readonly certificateChain: readonly Uint8Array[] | undefined
}

/** What the two roles bring: the handshake's own table and step, and the configuration that it runs under in here. */
export interface Inside<Context extends Configured, H extends NamedState> {
  /** The peer's message that asks for a renegotiation. */
  readonly asks: 'hello_request' | 'client_hello'
  readonly cite: Citation
  readonly table: readonly Row<Context, H | Connected | ClosedState>[]
  readonly step: Step<Context, H | Connected | ClosedState>
  readonly start: H
  /** What goes out before a renegotiation that our side begins: a server asks for it. */
  readonly invitation: readonly Action[]
  within(context: Context, previous: Connected, wish: RenegotiationWish): Context
  seen(handshake: H): Seen
}

interface Configured {
  readonly config: HandshakeConfig
}

const closed: ClosedState = { name: 'Closed' }
const answerClose = (): Outcome<ClosedState> => ({
  state: closed,
  actions: [{ type: 'peerClosed' }, warn(AlertDescription.close_notify)],
})

type Begun<H extends NamedState> = Outcome<Renegotiating<H>>

const isConnected = (state: NamedState): state is Connected => state.name === 'Connected'
const isFailed = (state: NamedState): state is FailedState => state.name === 'Failed'
const isClosed = (state: NamedState): state is ClosedState => state.name === 'Closed'

/**
 * RFC 5746 §5 names what may surprise an application: another certificate, another name. An answer to the signalling of
 * RFC 5746 or RFC 7627 that differs from the one before is a sign that the peer is not the one before (RFC 7627 §6.1).
 */
function checkContinuity(
  config: HandshakeConfig,
  { summary: before, encryptedThenMac }: Connected,
  { negotiated, certificateChain }: Seen,
): void {
  if (negotiated !== undefined) {
    if (!negotiated.secureRenegotiation) {
      refuse('renegotiation_info_mismatch', 'a renegotiation must be bound to its connection by renegotiation_info')
    }
    if (negotiated.extendedMasterSecret !== before.negotiated.extendedMasterSecret) {
      refuse('extended_master_secret_changed', 'extended_master_secret must be used again if and only if it was before')
    }
    if (encryptedThenMac && negotiated.suite.bulk.type === 'block' && !negotiated.encryptThenMac) {
      refuse('encrypt_then_mac_dropped', 'encrypt_then_mac was in use, and CBC must not be without it from then on')
    }
    if (negotiated.serverName !== before.negotiated.serverName) {
      refuse('server_name_changed', 'a renegotiation is for the host name of the connection, not for another')
    }
  }
  const protocol = negotiated?.applicationProtocol
  if (protocol !== undefined && protocol !== before.negotiated.applicationProtocol) {
    refuse('application_protocol_changed', `the application protocol would become ${protocol} in mid-connection`)
  }
  const [endEntity] = certificateChain ?? []
  const [known] = before.peer.identity?.certificateChain ?? []
  if (endEntity === undefined || known === undefined || publicEqual(endEntity, known)) return
  // RFC 7627 §6.1: without the extended master secret another certificate is the third step of a triple handshake.
  if (config.renegotiatedCertificate !== 'any' || !before.negotiated.extendedMasterSecret) {
    refuse('peer_certificate_changed', 'the peer shows another certificate than when the connection was established')
  }
}

/** Whoever showed a certificate shows one again, and whoever had a shared key has the same one. */
const provesAsMuch = (before: PeerProof, after: PeerProof): boolean =>
  (before.identity === undefined || after.identity !== undefined) &&
  (before.pskIdentity === undefined ||
    (after.pskIdentity !== undefined && publicEqual(before.pskIdentity, after.pskIdentity)))

/** Whether our side will not do without: not asking, and asking only, are said in so many words. */
const wishesCertificate = ({ clientAuthentication }: RenegotiationWish): boolean =>
  clientAuthentication !== undefined && clientAuthentication !== 'request'

/** The inner handshake is through. The application protocol is the connection's, for it is not negotiated again. */
function finish(
  { previous, wish }: Pick<Renegotiating<NamedState>, 'previous' | 'wish'>,
  inner: Connected,
  actions: readonly Action[],
): Outcome<Connected> {
  // Whatever came in between: a suite without certificates, a review of the hello that asks for none.
  if (wishesCertificate(wish) && inner.summary.peer.identity === undefined) {
    refuse('client_certificate_missing', 'this renegotiation was to have the client show a certificate, and it did not')
  }
  if (!provesAsMuch(previous.summary.peer, inner.summary.peer)) {
    refuse('peer_certificate_changed', 'the peer proved who it is before, and must do so again')
  }
  const { applicationProtocol } = previous.summary.negotiated
  const summary = { ...inner.summary, negotiated: { ...inner.summary.negotiated, applicationProtocol } }
  return {
    state: {
      ...inner,
      summary,
      renegotiations: previous.renegotiations + 1,
      encryptedThenMac: previous.encryptedThenMac || inner.encryptedThenMac,
    },
    actions: actions.map((action) => (action.type === 'established' ? { type: 'established', summary } : action)),
  }
}

/** Where both directions are after a step that did `actions`. */
function progress<H extends NamedState>(
  { reading, writing }: Renegotiating<H>,
  actions: readonly Action[],
): Pick<Renegotiating<H>, 'reading' | 'writing'> {
  const did = (type: Action['type']): boolean => actions.some((action) => action.type === type)
  return {
    reading: did('installReadKeys') ? 'new keys' : reading,
    writing: did('installWriteKeys') ? 'new keys' : writing === 'freely' && did('sendHandshake') ? 'held' : writing,
  }
}

/** Steps the inner handshake. Its fault is ours; a state that it stays in is one that we stay in. */
function advance<Context extends Configured, H extends NamedState>(
  inside: Inside<Context, H>,
  context: Context,
  state: Renegotiating<H>,
  event: MachineEvent,
): Outcome<Renegotiating<H> | Connected> {
  const { previous, wish } = state
  const { state: handshake, actions } = inside.step(inside.within(context, previous, wish), state.handshake, event)
  if (isFailed(handshake)) throw handshake.fault
  if (isConnected(handshake)) return finish(state, handshake, actions)
  if (isClosed(handshake)) return refuse('internal_error', 'the inner handshake is never closed')
  if (handshake === state.handshake) return { state, actions }
  checkContinuity(context.config, previous, inside.seen(handshake))
  return { state: { ...state, handshake, ...progress(state, actions) }, actions }
}

/** Begins the inner handshake, on our own account or with the peer's first message. */
function begin<Context extends Configured, H extends NamedState>(
  inside: Inside<Context, H>,
  context: Context,
  previous: Connected,
  entropy: Entropy,
  { wish = {}, first }: { readonly wish?: RenegotiationWish; readonly first?: MachineEvent } = {},
): Begun<H> {
  const before: Renegotiating<H> = {
    name: 'Renegotiating',
    previous,
    handshake: inside.start,
    reading: 'old keys',
    writing: 'freely',
    wish,
  }
  const started = advance(inside, context, before, { type: 'start', entropy })
  if (isConnected(started.state)) return refuse('internal_error', 'no handshake is complete when it begins')
  if (first === undefined) return { state: started.state, actions: started.actions }
  const answered = advance(inside, context, started.state, first)
  if (isConnected(answered.state)) return refuse('internal_error', 'no handshake is complete with its first message')
  return { state: answered.state, actions: [...started.actions, ...answered.actions] }
}

/** Our own wish. No policy renegotiates where it is not safe. */
function follow<Context extends Configured, H extends NamedState>(
  inside: Inside<Context, H>,
  context: Context,
  state: Connected,
  { entropy, wish }: HandledEvent<'renegotiate'>,
): Begun<H> {
  const unsafe = unsafeToRenegotiate(state.summary)
  if (unsafe !== undefined) refuse('misuse', unsafe)
  const begun = begin(inside, context, state, entropy, { wish })
  return { state: begun.state, actions: [...inside.invitation, ...begun.actions] }
}

/** A wish of the peer's: followed, declined with a warning, passed over, or the end, as policy has it. */
function heedWish<Context extends Configured, H extends NamedState>(
  inside: Inside<Context, H>,
  context: Context,
  state: Connected,
  { entropy, type, raw }: HandledEvent<'hello_request'> | HandledEvent<'client_hello'>,
): Outcome<Renegotiating<H> | Connected> {
  const { renegotiation } = context.config
  const { summary, renegotiations } = state
  const unsafe = unsafeToRenegotiate(summary) !== undefined
  // A peer without RFC 5746 must be told, so that it does not wait (RFC 5746 §4.2): then silence is no answer.
  if (renegotiation === 'ignore' && !unsafe) return { state, actions: [] }
  if (renegotiation === 'abort' || (renegotiation === 'once' && renegotiations > 0)) {
    refuse('renegotiation_refused', `${type} asks for a renegotiation, which policy refuses`)
  }
  const mayBegin = renegotiation === 'once' || renegotiation === 'freely'
  if (!mayBegin || entropy === undefined || unsafe) {
    return { state, actions: [warn(AlertDescription.no_renegotiation)] }
  }
  return begin(inside, context, state, entropy, type === 'client_hello' ? { first: { type, raw } } : {})
}

function deliverBefore<H extends NamedState>(
  _context: unknown,
  state: Renegotiating<H>,
  { data }: HandledEvent<'application_data'>,
): Outcome<Renegotiating<H>> {
  if (state.reading === 'new keys') refuse('unexpected_message', 'application data under new keys, before Finished')
  return { state, actions: [{ type: 'deliver', data }] }
}

/** Whether our side has asked and the peer has said nothing yet: then it may still decline. */
const mayDecline = <H extends NamedState>({ handshake }: Renegotiating<H>): boolean =>
  handshake.name === 'ExpectServerHello' || handshake.name === 'ExpectClientHello'

/**
 * A peer that closes gives up the handshake too. Under the old keys the connection is what it was, and our side may
 * finish if it is let; under new ones that the peer never confirmed it may not.
 */
function heedWhileRenegotiating<Context extends Configured, H extends NamedState>(
  context: Context,
  state: Renegotiating<H>,
  event: HandledEvent<'alert'>,
): Outcome<Renegotiating<H> | Connected | PeerClosed | ClosedState> {
  if (isCloseNotify(event)) {
    return state.writing === 'new keys' ? answerClose() : heedWhileConnected(context, state.previous, event)
  }
  heed(event)
  if (!isDecline(event) || !mayDecline(state)) return { state, actions: [] }
  return { state: state.previous, actions: [{ type: 'renegotiationDeclined' }] }
}

/** Our side closes. Only where no hello of ours is on its way can what still comes be read as data and a close_notify. */
function close<H extends NamedState>(_context: unknown, state: Renegotiating<H>): Outcome<Closing | ClosedState> {
  if (state.writing !== 'freely') return { state: closed, actions: [warn(AlertDescription.close_notify)] }
  return {
    state: { name: 'Closing', summary: state.previous.summary },
    actions: [warn(AlertDescription.close_notify)],
  }
}

type RenegotiationRow<Context, H extends NamedState> = Row<
  Context,
  Renegotiating<H> | Connected | Closing | PeerClosed | ClosedState,
  'Connected' | 'Renegotiating'
>

const ownRows: ReadonlySet<EventType> = new Set([
  'start',
  'alert',
  'application_data',
  'close',
  'transport_end',
  'fault',
])

/** The rows of the inner handshake, as rows of `Renegotiating`: one for each event that moves it. */
function innerRows<Context extends Configured, H extends NamedState>(
  inside: Inside<Context, H>,
): readonly RenegotiationRow<Context, H>[] {
  const states = new Set<string>(inside.table.map(({ from }) => from))
  const events = [...new Set(inside.table.map(({ event }) => event))].filter((event) => !ownRows.has(event))
  return events.map((event) => {
    const targets = inside.table.filter((row) => row.event === event).flatMap(({ to }) => to)
    const stays = targets.some((name) => states.has(name))
    return {
      from: 'Renegotiating',
      event,
      to: [...(stays ? ['Renegotiating'] : []), ...(targets.includes('Connected') ? ['Connected'] : [])],
      cite: inside.cite,
      nested: true,
      handle: (context, state: Renegotiating<H>, one: MachineEvent) => advance(inside, context, state, one),
    }
  })
}

/** The edges out of `Connected` that begin a renegotiation, and those of the renegotiation itself. */
// biome-ignore format: a table is read in columns
export function renegotiationRows<Context extends Configured, H extends NamedState>(
  inside: Inside<Context, H>,
): readonly RenegotiationRow<Context, H>[] {
  const { asks, cite } = inside
  return [
    { from: 'Connected', event: asks, to: ['Connected', 'Renegotiating'], cite, handle: (context, state: Connected, event: HandledEvent<'hello_request'> | HandledEvent<'client_hello'>) => heedWish(inside, context, state, event) },
    { from: 'Connected', event: 'renegotiate', to: ['Renegotiating'], cite, handle: (context, state: Connected, event: HandledEvent<'renegotiate'>) => follow(inside, context, state, event) },
    ...innerRows(inside),
    { from: 'Renegotiating', event: 'application_data', to: ['Renegotiating'], cite: '5246 §10', handle: deliverBefore },
    { from: 'Renegotiating', event: 'alert', to: ['Renegotiating', 'Connected', 'PeerClosed', 'Closed'], cite: '5246 §7.2.2', handle: heedWhileRenegotiating },
    { from: 'Renegotiating', event: 'close', to: asks === 'client_hello' ? ['Closing', 'Closed'] : ['Closed'], cite: '5246 §7.2.1', handle: close },
    { from: 'Renegotiating', event: 'transport_end', to: [], cite: '5246 §7.2.1', handle: truncated },
    { from: 'Renegotiating', event: 'fault', to: [], cite: '5246 §7.2.2', handle: failWith },
  ]
}
