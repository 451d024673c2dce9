/** Leads a machine from message to message, its own side always doing what it has to. */
import type { Need } from '../../src/handshake/need.js'
import { needAfter } from './explore.js'
import type { Said } from './message-order.js'
import { answerTo, environmentFor, type Scenario, type Subject } from './subject.js'

/** The messages that either model or machine may be offered: those of every type, and what travels beside them. */
export const alphabet: readonly Said[] = [
  ...['hello_request', 'client_hello', 'server_hello', 'new_session_ticket', 'certificate', 'no certificate'],
  ...['server_key_exchange', 'certificate_request', 'server_hello_done', 'certificate_verify'],
  ...['client_key_exchange', 'finished', 'certificate_status', 'change_cipher_spec', 'application_data'],
]

/** How the explorer's variants are called here. */
const labels: Readonly<Record<string, string>> = {
  change_cipher_spec: 'ChangeCipherSpec',
  application_data: 'application data',
}

export interface Position<S> {
  readonly state: S
  readonly need: Need | undefined
}

const ended = (name: string): boolean => name === 'Failed' || name === 'Closed'

export class Machine<S extends { readonly name: string }> {
  readonly #subject: Subject<S>
  readonly #environment

  constructor(subject: Subject<S>, scenario: Scenario) {
    this.#subject = subject
    this.#environment = environmentFor(scenario, scenario.status)
  }

  /** Where the machine is before its peer said a word. */
  begin(offered: boolean): Position<S> {
    return this.#say({ state: this.#subject.initial, need: undefined }, offered ? 'start with a session' : 'start')
  }

  /** Where our own side leads by asking for another handshake. */
  ask(position: Position<S>): Position<S> {
    return this.#say(position, 'renegotiate')
  }

  /** Where a message leads once our own side did what it had to; `undefined` where the machine refuses it. */
  hear(position: Position<S>, message: Said): Position<S> | undefined {
    const after = this.#say(position, labels[message] ?? message)
    return ended(after.state.name) ? undefined : after
  }

  #say({ state, need }: Position<S>, label: string): Position<S> {
    const variants = this.#subject.variants(state, need)
    // on an open connection a message that may begin a handshake brings what one needs
    const named = (name: string) => variants.find((one) => one.label === name)
    const variant = named(`${label} with entropy`) ?? named(label)
    if (variant === undefined) throw new Error(`no event is called ${label}`)
    const outcome = this.#subject.step(state, variant.event)
    return this.#answered({ state: outcome.state, need: needAfter(state, outcome, need) })
  }

  #answered(position: Position<S>): Position<S> {
    const { state, need } = position
    if (need === undefined || ended(state.name)) return position
    const outcome = this.#subject.step(state, answerTo(this.#environment, need))
    return this.#answered({ state: outcome.state, need: needAfter(state, outcome, undefined) })
  }
}
