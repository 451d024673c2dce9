import { MalformedError } from '../bytes/reader.js'
import { Secret } from '../bytes/secret.js'
import { RawPublicKey } from '../messages/certificate.js'
import { decodeHandshakeBody, messageCodecs } from '../messages/handshake.js'
import { AlertDescription } from '../registry/alert-description.js'
import { AlertLevel } from '../registry/alert-level.js'
import { HandshakeType, type HandshakeTypeName } from '../registry/handshake-type.js'
import type { Action } from './action.js'
import type { EventType, HandledEvent, MachineEvent, MessageEvent, Received } from './event.js'
import { alertToSend, TlsFault } from './fault.js'
import { Transcript } from './transcript.js'

/*
 * A machine is a table: rows of (state, event) → the states it may go to, where the RFC says so, and the handler.
 *
 *  - What is not in the table fails with `unexpected_message`. `Failed` is implicit in every row.
 *  - A handler is pure and runs once. To wait, it emits a need and enters an `Await…` state; the answer is an event.
 *  - A handler refuses by throwing a `TlsFault` (`refuse`); `step` turns that into `Failed`, so that it never throws.
 *  - HelloRequest is no part of the transcript (RFC 5246 §7.4.1.1); every other message is, exactly as it arrived.
 *  - Secrets that a step leaves behind, in neither the new state nor an action, are forgotten by `step`, not by handlers.
 */

/** Where a row's behaviour is written down: `5246 §7.4.9`. */
export type Citation = `${number} §${string}` | `${number} Appendix ${string}`

export interface FailedState {
  readonly name: 'Failed'
  readonly fault: TlsFault
}

export interface ClosedState {
  readonly name: 'Closed'
}

export interface NamedState {
  readonly name: string
}

/** The states of `S` that are called `N`. */
export type StateOf<S, N> = Extract<S, { readonly name: N }>

export interface Outcome<S> {
  readonly state: S
  readonly actions: readonly Action[]
}

/** One edge bundle of the machine. `handle` is a method so that a handler may ask for the narrower state and event that its row names. */
export interface Row<Context, S extends NamedState, From extends string = string, To extends string = string> {
  readonly from: From
  readonly event: EventType
  readonly to: readonly To[]
  readonly cite: Citation
  /** The state holds a machine of its own, which is handed the event as it is and decodes it for itself. */
  readonly nested?: true
  handle(context: Context, state: S, event: MachineEvent | Received<HandshakeTypeName>): Outcome<S>
}

export type Step<Context, S> = (context: Context, state: S, event: MachineEvent) => Outcome<S | FailedState>

/**
 * The row constructor of one role. `to` is data; the handler's return type is tied to it, and `NoInfer` keeps inference
 * from widening `to` to whatever the handler happens to return.
 */
export function rowsOf<Context, S extends NamedState>() {
  return function on<const From extends S['name'], E extends EventType, const To extends S['name']>(
    from: From | readonly From[],
    event: E,
    to: readonly To[],
    cite: Citation,
    handle: (context: Context, state: StateOf<S, From>, event: HandledEvent<E>) => Outcome<StateOf<S, NoInfer<To>>>,
  ): readonly Row<Context, S, From, To>[] {
    const names: readonly From[] = typeof from === 'string' ? [from] : from
    // The method's parameters are bivariant: dispatch by `from` and `event` is what makes the narrower handler safe.
    return names.map((name) => ({ from: name, event, to, cite, handle: handle as Row<Context, S>['handle'] }))
  }
}

const terminal: ReadonlySet<string> = new Set(['Closed', 'Failed'])

/** The states that a complete table must have rows for. */
type Live<S extends NamedState> = Exclude<S['name'], 'Closed' | 'Failed'>

/** Compiles only if every live state has a row that leaves it; otherwise the missing names are in the error. */
export function completeTable<Context, S extends NamedState>() {
  return function complete<const R extends Row<Context, S>>(
    rows: readonly R[] &
      ([Exclude<Live<S>, R['from']>] extends [never] ? unknown : { missing: Exclude<Live<S>, R['from']> }),
  ): readonly Row<Context, S>[] {
    return rows
  }
}

const isMessage = (event: MachineEvent): event is MessageEvent => 'raw' in event && event.type in HandshakeType

/** A state that has seen handshake messages has them as its transcript. */
const transcriptOf = (state: NamedState): Transcript =>
  'transcript' in state && state.transcript instanceof Transcript ? state.transcript : Transcript.empty

const rawKeyCodecs: typeof messageCodecs = { ...messageCodecs, certificate: RawPublicKey }

/** Certificate is the one message whose form depends on what was agreed: it may hold a raw public key (RFC 7250 §3). */
const codecsIn = (state: NamedState): typeof messageCodecs =>
  'certificateType' in state && state.certificateType === 'RawPublicKey' ? rawKeyCodecs : messageCodecs

function receive<N extends HandshakeTypeName>(
  state: NamedState,
  { type, raw, asSent = raw, entropy }: Omit<MessageEvent, 'type'> & { readonly type: N },
): Received<N> {
  const before = transcriptOf(state)
  const through = type === 'hello_request' ? before : before.append(asSent)
  const received = { type, message: decodeHandshakeBody(type, raw, codecsIn(state)[type]), raw, before, through }
  return entropy === undefined ? received : { ...received, entropy }
}

/** Turns whatever a handler threw into a fault: malformed bytes are the peer's, anything unknown is a bug of ours. */
function faultFrom(error: unknown): TlsFault {
  if (error instanceof TlsFault) return error
  if (error instanceof MalformedError) return new TlsFault('malformed_message', error.message, { cause: error })
  return new TlsFault('internal_error', 'an error inside the library or its environment', { cause: error })
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** A credential or pre-shared key belongs to the application and outlives the handshake: it is not ours to forget. */
const isCredential = (value: object): boolean => 'key' in value && ('certificateChain' in value || 'identity' in value)

/** Bytes, lists and the messages of a transcript are the bulk of a state, and no place where one of our secrets could be. */
const mayHoldSecrets = (value: object): boolean =>
  !ArrayBuffer.isView(value) && !Array.isArray(value) && !(value instanceof Transcript) && !isCredential(value)

/** Deeper than this no state, event or action of ours holds a secret: a session in one handshake within another lies deepest. */
const DEPTH = 6

/** Adds the secrets reachable from a state, an event or an action. Runs at every step, so it walks by keys and makes no lists. */
function collectSecrets(value: object, found: Secret[], depth = DEPTH): void {
  if (value instanceof Secret) found.push(value)
  else if (depth > 0 && mayHoldSecrets(value)) {
    for (const key in value) {
      const part: unknown = value[key as keyof typeof value] // a key that `in` gave, of an object of any shape
      if (isObject(part)) collectSecrets(part, found, depth - 1)
    }
  }
}

/** A state is never changed, and what one step arrives in the next one leaves: it is walked once. */
const known = new WeakMap<NamedState, readonly Secret[]>()

function secretsOf(state: NamedState): readonly Secret[] {
  const before = known.get(state)
  if (before !== undefined) return before
  const found: Secret[] = []
  collectSecrets(state, found)
  known.set(state, found)
  return found
}

/** What this step leaves behind. A state that stays as it is leaves nothing, which keeps application data cheap. */
function forgotten(before: NamedState, event: MachineEvent, after: NamedState, actions: readonly Action[]): Action[] {
  const left: Secret[] = []
  collectSecrets(event, left)
  if (before !== after) left.push(...secretsOf(before))
  if (left.length === 0) return []
  const kept = [...secretsOf(after)]
  for (const action of actions) collectSecrets(action, kept)
  return [...new Set(left)].filter((secret) => !kept.includes(secret)).map((secret) => ({ type: 'forget', secret }))
}

/**
 * The actions that end a connection for `fault`: its alert, if it has one, then the news. Nothing may follow our own
 * close_notify (RFC 5246 §7.2.1), so a connection that is closing fails in silence.
 */
function failureActions(fault: TlsFault, state: NamedState): Action[] {
  const description = state.name === 'Closing' ? undefined : alertToSend(fault)
  const level = description === AlertDescription.close_notify ? AlertLevel.warning : AlertLevel.fatal
  const alert: Action[] = description === undefined ? [] : [{ type: 'sendAlert', level, description }]
  return [...alert, { type: 'failed', fault }]
}

const describeEvent = (event: MachineEvent): string => (isMessage(event) ? event.type : event.type.replaceAll('_', ' '))

/** Builds `step` from a table: total and pure, whatever comes in. */
export function machine<Context, S extends NamedState>(rows: readonly Row<Context, S>[]): Step<Context, S> {
  const table = new Map<string, Map<EventType, Row<Context, S>>>()
  for (const row of rows) {
    const ofState = table.get(row.from) ?? new Map<EventType, Row<Context, S>>()
    if (ofState.has(row.event)) throw new Error(`two rows for ${row.from} ${row.event}`)
    table.set(row.from, ofState.set(row.event, row))
  }

  const run = (context: Context, state: S, event: MachineEvent): Outcome<S | FailedState> => {
    const row = table.get(state.name)?.get(event.type)
    if (row === undefined) {
      throw new TlsFault('unexpected_message', `${describeEvent(event)} does not belong in ${state.name}`)
    }
    const handled = isMessage(event) && row.nested !== true ? receive(state, event) : event
    const outcome = row.handle(context, state, handled)
    if (!row.to.includes(outcome.state.name)) throw new Error(`${row.from} may not go to ${outcome.state.name}`)
    return outcome
  }

  return (context, state, event) => {
    if (terminal.has(state.name)) return { state, actions: [] }
    let outcome: Outcome<S | FailedState>
    try {
      outcome = run(context, state, event)
    } catch (error) {
      const fault = faultFrom(error).in(state.name)
      outcome = { state: { name: 'Failed', fault }, actions: failureActions(fault, state) }
    }
    const forget = forgotten(state, event, outcome.state, outcome.actions)
    return forget.length === 0 ? outcome : { state: outcome.state, actions: [...outcome.actions, ...forget] }
  }
}
