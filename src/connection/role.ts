import type { Action } from '../handshake/action.js'
import type { ClientContext } from '../handshake/client/context.js'
import type { ClientState } from '../handshake/client/states.js'
import { clientStep } from '../handshake/client/table.js'
import type { MachineEvent } from '../handshake/event.js'
import type { Step } from '../handshake/machine.js'
import type { ServerContext } from '../handshake/server/context.js'
import type { ServerState } from '../handshake/server/states.js'
import { serverStep } from '../handshake/server/table.js'

/** One step as an observer sees it: everything that went in and came out. Secrets in it print as their length only. */
export interface ObservedStep {
  readonly role: 'client' | 'server'
  readonly before: ClientState | ServerState
  readonly event: MachineEvent
  readonly after: ClientState | ServerState
  readonly actions: readonly Action[]
}

/** A machine and the state it is in: the one variable of the handshake. */
export interface RoleRunner {
  readonly role: 'client' | 'server'
  readonly state: ClientState | ServerState
  step(event: MachineEvent): ObservedStep
}

class Runner<Context, S extends ClientState | ServerState> implements RoleRunner {
  readonly role: 'client' | 'server'
  readonly #step: Step<Context, S>
  readonly #context: Context
  #state: S

  constructor(role: 'client' | 'server', step: Step<Context, S>, context: Context, initial: S) {
    this.role = role
    this.#step = step
    this.#context = context
    this.#state = initial
  }

  get state(): S {
    return this.#state
  }

  step(event: MachineEvent): ObservedStep {
    const before = this.#state
    const { state: after, actions } = this.#step(this.#context, before, event)
    this.#state = after as S // both roles' unions hold FailedState, which `Step` adds for every role
    return { role: this.role, before, event, after, actions }
  }
}

export const clientRunner = (context: ClientContext): RoleRunner =>
  new Runner<ClientContext, ClientState>('client', clientStep, context, { name: 'Start' })

export const serverRunner = (context: ServerContext): RoleRunner =>
  new Runner<ServerContext, ServerState>('server', serverStep, context, { name: 'Start' })
