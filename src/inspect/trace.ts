import type { ObservedStep } from '../connection/role.js'
import type { CertificateCheck } from '../crypto/environment.js'
import type { Action } from '../handshake/action.js'
import type { MachineEvent, MessageEvent } from '../handshake/event.js'
import type { TlsFault } from '../handshake/fault.js'
import type { HandshakeTypeName } from '../registry/handshake-type.js'
import type { Judgement } from './judgement.js'

export type Side = 'client' | 'server'

export const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client')

/** One thing that crossed the wire or that one side did, in the order in which it happened. Holds no secret. */
export type TraceEntry =
  | {
      readonly type: 'message'
      readonly sender: Side
      readonly name: HandshakeTypeName
      /** The whole message, header included. */
      readonly raw: Uint8Array
    }
  | { readonly type: 'change_cipher_spec'; readonly sender: Side }
  | {
      readonly type: 'application_data'
      readonly sender: Side
      readonly size: number
      /** Only where the recorder was told to keep it. */
      readonly data?: Uint8Array
    }
  | { readonly type: 'alert'; readonly sender: Side; readonly level: number; readonly description: number }
  /** How a validator judged the peer's chain; what counts is what the verifier then makes of it. */
  | { readonly type: 'certificate_judged'; readonly by: Side; readonly judgement: Judgement }
  /** A verifier accepted the peer's certificate, and says which checks it made. */
  | { readonly type: 'certificate_accepted'; readonly by: Side; readonly checked: readonly CertificateCheck[] }
  /** The certificate that came with a session was looked at again before the session is resumed. */
  | { readonly type: 'session_judged'; readonly by: Side; readonly accepted: boolean }
  /** The peer's signature over its key exchange (by the client) or over the handshake (by the server) is right. */
  | { readonly type: 'signature_accepted'; readonly by: Side }
  /** The peer's public value was fit for the key agreement. */
  | { readonly type: 'public_value_accepted'; readonly by: Side }
  /** The pre-master secret was decrypted, or replaced: nobody can see which (RFC 5246 §7.4.7.1). */
  | { readonly type: 'pre_master_decrypted'; readonly by: Side }
  | { readonly type: 'keys_derived'; readonly by: Side }
  | { readonly type: 'finished_accepted'; readonly by: Side }
  | { readonly type: 'failed'; readonly by: Side; readonly fault: TlsFault }

export interface TraceOptions {
  /** The sides whose steps will be observed: with both, each message stands where it was received. */
  readonly sides: readonly Side[]
  /** Keeps application data too, and not its size alone: whoever sees the trace then reads what the peers said. */
  readonly keepApplicationData?: boolean
  /** Called with each entry as it is made. */
  readonly onEntry?: (entry: TraceEntry) => void
}

const isMessage = (event: MachineEvent): event is MessageEvent => 'raw' in event

/**
 * Records what happens in a handshake. Give `observe` to one connection or, where both ends are at hand, to both. What
 * is secret stays out: of needs and their answers only the outcome is noted.
 */
export class Trace {
  readonly sides: readonly Side[]
  readonly #entries: TraceEntry[] = []
  readonly #options: TraceOptions

  constructor(options: TraceOptions) {
    this.sides = options.sides
    this.#options = options
  }

  get entries(): readonly TraceEntry[] {
    return this.#entries
  }

  /** Takes one step: an `observe` option of a connection. */
  readonly observe = (step: ObservedStep): void => {
    const { role, event, after, actions } = step
    for (const entry of received(role, event, this.#options)) this.#add(entry)
    if (after.name !== 'Failed') for (const entry of accepted(step)) this.#add(entry)
    // With both sides under observation a message is noted where it arrives: its sender is ahead of the story.
    const noteSending = !this.sides.includes(otherSide(role))
    for (const action of actions) for (const entry of done(role, action, noteSending)) this.#add(entry)
  }

  /** Notes application data that this side sent: sending it is no step of the machine. Needed where the other side is not observed. */
  sentApplicationData(sender: Side, data: Uint8Array): void {
    if (!this.sides.includes(otherSide(sender))) this.#add(applicationData(sender, data, this.#options))
  }

  /** Takes the decision records of this side's verifier: an `explain` option of `chainVerifier`. */
  explain(by: Side): (judgement: Judgement) => void {
    return (judgement) => this.#add({ type: 'certificate_judged', by, judgement })
  }

  #add(entry: TraceEntry): void {
    this.#entries.push(entry)
    this.#options.onEntry?.(entry)
  }
}

function applicationData(sender: Side, data: Uint8Array, { keepApplicationData = false }: TraceOptions): TraceEntry {
  const entry = { type: 'application_data', sender, size: data.length } as const
  return keepApplicationData ? { ...entry, data: data.slice() } : entry
}

/** What came from the peer. */
function received(role: Side, event: MachineEvent, options: TraceOptions): TraceEntry[] {
  const sender = otherSide(role)
  if (isMessage(event)) return [{ type: 'message', sender, name: event.type, raw: event.raw }]
  if (event.type === 'change_cipher_spec') return [{ type: 'change_cipher_spec', sender }]
  if (event.type === 'alert') return [{ type: 'alert', sender, ...event.alert }]
  if (event.type === 'application_data') return [applicationData(sender, event.data, options)]
  return []
}

/** What a step that did not fail has found to be right. */
function accepted({ role: by, before, event }: ObservedStep): TraceEntry[] {
  switch (event.type) {
    case 'answer:verifyCertificate':
      return event.answer.accepted ? [{ type: 'certificate_accepted', by, checked: event.answer.checked }] : []
    case 'answer:reverifySession':
      return [{ type: 'session_judged', by, accepted: event.answer.accepted === true }]
    case 'answer:verifySignature':
      return [{ type: 'signature_accepted', by }]
    case 'answer:agreeKey':
      return [{ type: 'public_value_accepted', by }]
    case 'answer:decryptPreMaster':
      return [{ type: 'pre_master_decrypted', by }]
    case 'need_refused':
      return before.name === 'AwaitPreMasterDecryption' ? [{ type: 'pre_master_decrypted', by }] : []
    case 'finished':
      return [{ type: 'finished_accepted', by }]
    default:
      return []
  }
}

/** What this side did. */
function done(role: Side, action: Action, noteSending: boolean): TraceEntry[] {
  if (action.type === 'logMasterSecret') return [{ type: 'keys_derived', by: role }]
  if (action.type === 'failed') return [{ type: 'failed', by: role, fault: action.fault }]
  if (!noteSending) return []
  if (action.type === 'sendHandshake') return [{ type: 'message', sender: role, name: action.name, raw: action.raw }]
  if (action.type === 'sendChangeCipherSpec') return [{ type: 'change_cipher_spec', sender: role }]
  if (action.type === 'sendAlert') {
    return [{ type: 'alert', sender: role, level: action.level, description: action.description }]
  }
  return []
}
