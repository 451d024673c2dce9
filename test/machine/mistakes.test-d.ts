/**
 * Mistakes that must not compile. Each is announced with the number of the error that it has to give; mistakes.test.ts
 * checks that it gives that one, and that nothing else in this file is wrong. Never run.
 */
import type { Session } from '../../src/crypto/session.js'
import type { ClientContext } from '../../src/handshake/client/context.js'
import type { ClientState } from '../../src/handshake/client/states.js'
import type { HandledEvent } from '../../src/handshake/event.js'
import {
  AlignedRecords,
  PeerProof,
  ResumableSession,
  VerifiedFinished,
  VerifiedIdentity,
  VerifiedSignature,
} from '../../src/handshake/evidence.js'
import { ask } from '../../src/handshake/flight.js'
import { completeTable, type Outcome, rowsOf, type StateOf } from '../../src/handshake/machine.js'
import type { Negotiated } from '../../src/handshake/negotiated.js'

type State<N extends ClientState['name']> = StateOf<ClientState, N>
const on = rowsOf<ClientContext, ClientState>()

declare const connected: State<'Connected'>
declare const negotiated: Negotiated
declare const identity: VerifiedIdentity
declare const signature: VerifiedSignature
declare const finished: VerifiedFinished
declare const session: Session

const CITE = '5246 §7.4.9'
const connect = (): Outcome<State<'Connected'>> => ({ state: connected, actions: [] })

// inline, so that the compiler could widen the targets to what the handler returns, if it were free to
export const rows = {
  right: on('ExpectServerFinished', 'finished', ['Connected'], CITE, () => ({ state: connected, actions: [] })),

  // @ts-expect-error TS2322: a target that the row does not declare
  undeclared: on('ExpectServerFinished', 'finished', ['Closed'], CITE, () => ({ state: connected, actions: [] })),

  // @ts-expect-error TS2322: a row that declares no target may only fail
  noTarget: on('ExpectServerFinished', 'finished', [], CITE, () => ({ state: connected, actions: [] })),

  // @ts-expect-error TS2322: a target that is no state of this machine
  unknownTarget: on('ExpectServerFinished', 'finished', ['ExpectClientHello'], CITE, connect),

  // @ts-expect-error TS2345: a state that this machine does not have
  unknownState: on('ExpectClientHello', 'finished', ['Connected'], CITE, connect),

  // @ts-expect-error TS2345: an event that does not exist
  unknownEvent: on('ExpectServerFinished', 'finnished', ['Connected'], CITE, connect),

  // @ts-expect-error TS2345: a citation without a section
  badCitation: on('ExpectServerFinished', 'finished', ['Connected'], 'somewhere', connect),
}

export const readsAnotherStatesField = on(
  'ExpectServerHello',
  'server_hello',
  [],
  '5246 §7.4.1.3',
  (_context, state) => {
    // @ts-expect-error TS2339: the master secret does not exist yet
    throw new Error(`${state.masterSecret.length} bytes`)
  },
)

export const readsAnotherEventsField = on(
  'ExpectServerHello',
  'server_hello',
  [],
  '5246 §7.4.1.3',
  (_context, _state, event) => {
    // @ts-expect-error TS2339: verify_data is a field of Finished
    throw new Error(`${event.message.verifyData.length} bytes`)
  },
)

const verify = (
  _context: ClientContext,
  _state: State<'ExpectServerFinished'>,
  _event: HandledEvent<'finished'>,
): Outcome<State<'Connected'>> => ({ state: connected, actions: [] })

export const misplaced = {
  inPlace: on('ExpectServerFinished', 'finished', ['Connected'], CITE, verify),

  // @ts-expect-error TS2345: the handler of another event
  otherEvent: on('ExpectServerFinished', 'server_hello', ['Connected'], CITE, verify),

  // @ts-expect-error TS2345: the handler of another state
  otherState: on('ExpectServerHello', 'finished', ['Connected'], CITE, verify),

  // @ts-expect-error TS2345: a state that lacks what the handler needs, beside one that has it
  someOtherState: on(['ExpectServerFinished', 'ExpectServerHello'], 'finished', ['Connected'], CITE, verify),
}

type TwoStates = { readonly name: 'One' } | { readonly name: 'Other' } | { readonly name: 'Closed' }
const onTwo = rowsOf<object, TwoStates>()
const one = onTwo('One', 'close', ['Other'], '5246 §7.2.1', () => ({ state: { name: 'Other' }, actions: [] }))
const other = onTwo('Other', 'close', ['Closed'], '5246 §7.2.1', () => ({ state: { name: 'Closed' }, actions: [] }))

export const complete = completeTable<object, TwoStates>()([...one, ...other])

// @ts-expect-error TS2345: no row leaves the state Other
export const missingRow = completeTable<object, TwoStates>()([...one])

// @ts-expect-error TS2673: identities come from a verdict
export const madeIdentity = new VerifiedIdentity([], identity.publicKey, [])

// @ts-expect-error TS2673: signatures come from a verification
export const madeSignature = new VerifiedSignature(identity)

// @ts-expect-error TS2673: alignment comes from a count of bytes
export const madeAlignment = new AlignedRecords()

// @ts-expect-error TS2673: a Finished comes from a comparison
export const madeFinished = new VerifiedFinished(new Uint8Array(12))

// @ts-expect-error TS2673: a proof comes from evidence
export const madeProof = new PeerProof('none', undefined)

// @ts-expect-error TS2741: an object that looks like an identity is none
export const lookAlike: VerifiedIdentity = {
  certificateChain: [],
  publicKey: identity.publicKey,
  checked: [],
  identities: [],
  certificateType: 'X509',
  path: [],
}

// @ts-expect-error TS2741: what looks like a Finished is none
export const lookAlikeFinished: VerifiedFinished = { verifyData: new Uint8Array(12) }

// @ts-expect-error TS2741: a copy of evidence is none
export const copied: VerifiedSignature = { ...signature }

// @ts-expect-error TS2740: one kind of evidence for another
export const otherKind: VerifiedIdentity = signature

// @ts-expect-error TS2345: an identity that nobody proved is no proof by signature
export const unproved = PeerProof.bySignature(identity, finished)

// @ts-expect-error TS2554: no proof without a Finished
export const unfinished = PeerProof.bySignature(signature)

// @ts-expect-error TS2741: a session that nobody judged anew is none to resume
export const notReverified: ResumableSession = { session, identity }

// @ts-expect-error TS2673: a session is resumable by a fresh verdict
export const madeResumable = new ResumableSession(session, identity)

// @ts-expect-error TS2741: a connection without proof of the peer
export const unproven: State<'Connected'>['summary'] = { negotiated, resumed: undefined, authenticatedToPeer: true }

// @ts-expect-error TS2741: a change of keys without evidence that no message straddles it
export const unaligned: HandledEvent<'change_cipher_spec'> = { type: 'change_cipher_spec' }

// @ts-expect-error TS2353: the request of another need
export const otherRequest = ask('sign', { group: 'x25519' })
