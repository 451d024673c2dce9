import { AlertDescription, type AlertName } from '../registry/alert-description.js'
import { AlertLevel } from '../registry/alert-level.js'
import { nameOf } from '../registry/registry.js'
import type { Action } from './action.js'
import type { Closing, Connected, PeerClosed } from './connected.js'
import type { HandledEvent } from './event.js'
import { refuse, TlsFault } from './fault.js'
import type { ClosedState, NamedState, Outcome, Row } from './machine.js'
import type { HandshakeConfig } from './negotiation.js'

/*
 * Rows that every live state has, generated, so that closing, alerts, faults and the end of the transport are edges of
 * the table like everything else.
 */

const closed: ClosedState = { name: 'Closed' }

/** An alert of level warning, as close_notify, user_canceled and no_renegotiation are sent. */
export const warn = (description: AlertDescription): Action => ({
  type: 'sendAlert',
  level: AlertLevel.warning,
  description,
})

const isAlertName = (name: string): name is AlertName => name in AlertDescription

export const isCloseNotify = ({ alert }: HandledEvent<'alert'>): boolean =>
  alert.description === AlertDescription.close_notify

export const isDecline = ({ alert }: HandledEvent<'alert'>): boolean =>
  alert.description === AlertDescription.no_renegotiation

/** Throws for a fatal alert of the peer's, returns for a warning that changes nothing (RFC 5246 §7.2.2). */
export function heed({ alert }: HandledEvent<'alert'>): void {
  if (alert.level === AlertLevel.warning) return
  if (alert.level !== AlertLevel.fatal) refuse('bad_alert_level', `alert level ${alert.level} does not exist`)
  const name = nameOf(AlertDescription, alert.description)
  const details = isAlertName(name) ? { alert: name } : {}
  throw new TlsFault('alert_received', `the peer ended the connection with the alert ${name}`, details)
}

export function failWith(_context: unknown, _state: unknown, { fault }: HandledEvent<'fault'>): never {
  throw fault
}

function refused(_context: unknown, _state: unknown, { need, cause }: HandledEvent<'need_refused'>): never {
  // Misuse by whoever answers has no alert of its own, and the peer must not be left waiting.
  if (cause instanceof TlsFault && cause.origin !== 'misuse') throw cause
  throw new TlsFault('need_refused', `the environment could not answer ${need}`, { cause })
}

/** Gives up a handshake, and tells the peer so (RFC 5246 §7.2.2, user_canceled goes before close_notify). */
const cancel = (): Outcome<ClosedState> => ({
  state: closed,
  actions: [warn(AlertDescription.user_canceled), warn(AlertDescription.close_notify)],
})

/**
 * The rows that all states in mid-handshake share. `awaiting` are those that wait for our own side; those in `tolerant`
 * have a row of their own for an answer that is refused.
 */
export function handshakeRows<Context, S extends NamedState, const Name extends S['name']>(
  expecting: readonly Name[],
  awaiting: readonly Name[],
  tolerant: readonly Name[] = [],
): readonly Row<Context, S | ClosedState, Name>[] {
  const shared = (from: Name): readonly Row<Context, S | ClosedState, Name>[] => [
    {
      from,
      event: 'alert',
      to: [from],
      cite: '5246 §7.2.2',
      handle: (_context, state, event: HandledEvent<'alert'>) => {
        if (isCloseNotify(event)) refuse('closed_during_handshake', 'the peer closed in mid-handshake')
        heed(event)
        return { state, actions: [] }
      },
    },
    { from, event: 'fault', to: [], cite: '5246 §7.2.2', handle: failWith },
    { from, event: 'close', to: ['Closed'], cite: '5246 §7.2.2', handle: cancel },
    {
      from,
      event: 'transport_end',
      to: [],
      cite: '5246 §7.2.1',
      handle: () => refuse('truncated', 'the transport ended in mid-handshake'),
    },
  ]
  return [
    ...[...expecting, ...awaiting].flatMap(shared),
    ...awaiting
      .filter((from) => !tolerant.includes(from))
      .map(
        (from): Row<Context, S | ClosedState, Name> => ({
          from,
          event: 'need_refused',
          to: [],
          cite: '5246 §7.2.2',
          handle: refused,
        }),
      ),
  ]
}

type Open = Connected | Closing | PeerClosed
type OpenRow<Context> = Row<Context, Open | ClosedState, Open['name']>
interface Configured {
  readonly config: HandshakeConfig
}

const stay = <S extends Open>(_context: unknown, state: S): Outcome<S> => ({ state, actions: [] })
const done = (): Outcome<ClosedState> => ({ state: closed, actions: [] })

function deliver<S extends Open>(_context: unknown, state: S, { data }: HandledEvent<'application_data'>): Outcome<S> {
  return { state, actions: [{ type: 'deliver', data }] }
}

/**
 * RFC 5246 §7.2.1 wants a close_notify answered at once, and whatever was still to be sent discarded. Deployed stacks let
 * the other direction finish, as RFC 8446 §6.1 has it since; which of the two is for the configuration to say.
 */
export function heedWhileConnected(
  { config }: Configured,
  state: Connected,
  event: HandledEvent<'alert'>,
): Outcome<Connected | PeerClosed | ClosedState> {
  if (!isCloseNotify(event)) {
    heed(event)
    return { state, actions: [] }
  }
  if (config.onPeerClose === 'wait') {
    return { state: { name: 'PeerClosed', summary: state.summary }, actions: [{ type: 'peerClosed' }] }
  }
  return { state: closed, actions: [{ type: 'peerClosed' }, warn(AlertDescription.close_notify)] }
}

function heedWhileClosing(
  _context: unknown,
  state: Closing,
  event: HandledEvent<'alert'>,
): Outcome<Closing | ClosedState> {
  if (isCloseNotify(event)) return { state: closed, actions: [{ type: 'peerClosed' }] }
  heed(event)
  return { state, actions: [] }
}

function heedAfterPeer(_context: unknown, state: PeerClosed, event: HandledEvent<'alert'>): Outcome<PeerClosed> {
  heed(event)
  return { state, actions: [] }
}

const beginClosing = (_context: unknown, { summary }: Connected): Outcome<Closing> => ({
  state: { name: 'Closing', summary },
  actions: [warn(AlertDescription.close_notify)],
})

const finishClosing = (): Outcome<ClosedState> => ({ state: closed, actions: [warn(AlertDescription.close_notify)] })

/** Our close_notify went out, so nothing can be said any more: a wish that crossed it has no answer. */
function heedLateWish({ config }: Configured, state: Closing): Outcome<Closing> {
  if (config.renegotiation === 'abort') refuse('renegotiation_refused', 'policy refuses renegotiation')
  return { state, actions: [] }
}

export const truncated = (): never =>
  refuse('truncated', 'the transport ended without close_notify: data may be missing')

/** An established connection: data, closing and alerts. The peer's message `renegotiation` asks for another handshake. */
// biome-ignore format: a table is read in columns
export const connectedRows = <Context extends Configured>(renegotiation: 'hello_request' | 'client_hello'): readonly OpenRow<Context>[] => [
  { from: 'Connected', event: 'application_data', to: ['Connected'], cite: '5246 §10', handle: deliver },
  { from: 'Connected', event: 'alert', to: ['Connected', 'PeerClosed', 'Closed'], cite: '5246 §7.2.1', handle: heedWhileConnected },
  { from: 'Connected', event: 'close', to: ['Closing'], cite: '5246 §7.2.1', handle: beginClosing },
  { from: 'Connected', event: 'transport_end', to: [], cite: '5246 §7.2.1', handle: truncated },
  { from: 'Connected', event: 'fault', to: [], cite: '5246 §7.2.2', handle: failWith },
  { from: 'Closing', event: 'application_data', to: ['Closing'], cite: '5246 §7.2.1', handle: deliver },
  { from: 'Closing', event: renegotiation, to: ['Closing'], cite: '5246 §7.2.1', handle: heedLateWish },
  { from: 'Closing', event: 'alert', to: ['Closing', 'Closed'], cite: '5246 §7.2.1', handle: heedWhileClosing },
  // Whoever closes first need not wait for the answer.
  { from: 'Closing', event: 'close', to: ['Closed'], cite: '5246 §7.2.1', handle: done },
  { from: 'Closing', event: 'transport_end', to: ['Closed'], cite: '5246 §7.2.1', handle: done },
  { from: 'Closing', event: 'fault', to: [], cite: '5246 §7.2.2', handle: failWith },
  // The peer said that it sends nothing more: what comes all the same is ignored, and our side may finish.
  { from: 'PeerClosed', event: 'application_data', to: ['PeerClosed'], cite: '5246 §7.2.1', handle: stay },
  { from: 'PeerClosed', event: renegotiation, to: ['PeerClosed'], cite: '5246 §7.2.1', handle: stay },
  { from: 'PeerClosed', event: 'alert', to: ['PeerClosed'], cite: '5246 §7.2.2', handle: heedAfterPeer },
  { from: 'PeerClosed', event: 'transport_end', to: ['PeerClosed'], cite: '8446 §6.1', handle: stay },
  { from: 'PeerClosed', event: 'close', to: ['Closed'], cite: '5246 §7.2.1', handle: finishClosing },
  { from: 'PeerClosed', event: 'fault', to: [], cite: '5246 §7.2.2', handle: failWith },
]
