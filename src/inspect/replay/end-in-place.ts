import type { Action } from '../../handshake/action.js'
import type { Entropy, MachineEvent } from '../../handshake/event.js'
import { AlignedRecords } from '../../handshake/evidence.js'
import type { TlsFault } from '../../handshake/fault.js'
import type { FailedState, NamedState, Step } from '../../handshake/machine.js'
import type { Need, NeedType } from '../../handshake/need.js'
import { AlertDescription } from '../../registry/alert-description.js'
import { AlertLevel } from '../../registry/alert-level.js'
import type { HandshakeTypeName } from '../../registry/handshake-type.js'
import { nameOf } from '../../registry/registry.js'
import type { HandshakeItem } from '../capture/captured-handshake.js'
import { otherSide, type Side } from '../trace.js'
import type { Answers } from './captured-environment.js'
import type { CapturedMessages } from './captured-messages.js'
import { differencesBetween } from './differences.js'
import type { EndReport, ReplayedMessage } from './replay-report.js'

/** What our machine is given to play one captured handshake. */
export interface Part<Context> {
  readonly captured: CapturedMessages
  readonly context: Context
  readonly answers: Answers
  /** The captured randoms, for the event that begins the handshake. */
  readonly entropy: Entropy
  /** What happens first on our own side; absent where the other one begins. */
  readonly first: MachineEvent | undefined
}

/** Warnings are each end's own affair; what our machine must say too is the alert that ended the handshake. */
const isOwnAffair = (item: HandshakeItem): boolean => item.type === 'alert' && item.level !== AlertLevel.fatal

const nameOfItem = (item: HandshakeItem | undefined): string =>
  item === undefined ? 'nothing' : item.type === 'message' ? item.name : item.type

/** One of our machines in the place of a captured end, for as long as the connection lasts. */
export class EndInPlace<Context, S extends NamedState> {
  readonly #role: Side
  readonly #step: Step<Context, S>
  #state: S | FailedState
  /** What it was in before the last handshake. */
  #before: S | FailedState

  constructor(role: Side, step: Step<Context, S>, start: S) {
    this.#role = role
    this.#step = step
    this.#state = start
    this.#before = start
  }

  get isConnected(): boolean {
    return this.#state.name === 'Connected'
  }

  /** Plays the last handshake once more, as if it had not been played. */
  playAgain(part: Part<Context>): EndReport {
    this.#state = this.#before
    return this.play(part)
  }

  /** Plays one handshake to its end. */
  play(part: Part<Context>): EndReport {
    this.#before = this.#state
    const scene = new Scene(this.#role, part.captured)
    const events: MachineEvent[] = part.first === undefined ? [] : [part.first]
    for (;;) {
      const event = events.shift() ?? this.#heard(scene, part)
      if (event === undefined || scene.trouble !== undefined || this.#state.name === 'Failed') break
      // not Failed, so a state of the machine: `Step` adds the failed one to every union
      const { state, actions } = this.#step(part.context, this.#state as S, event)
      this.#state = state
      for (const action of actions) {
        scene.say(action)
        if (action.type === 'need') events.push(answer(action.need, part.answers))
      }
    }
    return scene.report(this.#state)
  }

  #heard(scene: Scene, { entropy }: Part<Context>): MachineEvent | undefined {
    const item = scene.theirs.shift()
    if (item === undefined) return undefined
    if (item.type === 'message') return { type: item.name, raw: item.raw, entropy }
    if (item.type === 'change_cipher_spec') return { type: item.type, aligned: AlignedRecords.of(0) }
    const { level, description } = item
    return { type: 'alert', alert: { level, description } }
  }
}

function answer<T extends NeedType>(need: Need<T>, answers: Answers): MachineEvent {
  try {
    // TypeScript cannot see that the answer picked by a union's tag fits the request beside it.
    const find = answers[need.type] as (request: unknown) => unknown
    return { type: `answer:${need.type}`, answer: find(need.request) } as MachineEvent
  } catch (cause) {
    return { type: 'need_refused', need: need.type, cause }
  }
}

/** What was captured of one handshake, from the point of view of one end, and how far our machine has come in it. */
class Scene {
  readonly theirs: HandshakeItem[]
  readonly #own: HandshakeItem[]
  readonly #role: Side
  readonly #captured: CapturedMessages
  readonly #sent: ReplayedMessage[] = []
  #alert: number | undefined
  /** Our machine has something to say where the captured end refused. */
  #goesOn = false
  #trouble: string | undefined

  constructor(role: Side, captured: CapturedMessages) {
    const { items } = captured.handshake
    this.#role = role
    this.#captured = captured
    this.#own = items.filter((item) => item.sender === role && !isOwnAffair(item))
    this.theirs = items.filter((item) => item.sender === otherSide(role))
  }

  /** Why it cannot go on. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** Holds what our machine says against what was said. */
  say(action: Action): void {
    if (action.type === 'sendHandshake') this.#message(action.name, action.raw)
    else if (action.type === 'sendChangeCipherSpec') this.#expect('change_cipher_spec')
    else if (action.type === 'sendAlert' && action.level === AlertLevel.fatal) this.#alert = action.description
  }

  #expect(name: HandshakeTypeName | 'change_cipher_spec'): HandshakeItem | undefined {
    const item = this.#own.shift()
    if (item?.type === 'alert') this.#goesOn = true
    const found = nameOfItem(item)
    if (found !== name) this.#trouble ??= `our machine sends ${name} where ${found} was captured`
    return item
  }

  #message(name: HandshakeTypeName, raw: Uint8Array): void {
    const item = this.#expect(name)
    if (item?.type !== 'message' || item.name !== name) return
    const differences = differencesBetween(name, raw, item.raw, this.#captured.suite)
    const mistake = differences.find(({ what }) => what === 'content')
    if (mistake !== undefined) this.#trouble ??= `in ${name}: ${mistake.detail}`
    this.#sent.push({ name, differences })
  }

  report(state: NamedState | FailedState): EndReport {
    const [role, sent, { refusal }] = [this.#role, this.#sent, this.#captured]
    const fault = 'fault' in state ? state.fault : undefined
    if (this.#goesOn) return { outcome: 'not replayed', role, reason: 'unknown_refusal' }
    if (this.#trouble !== undefined) return { outcome: 'failed', role, sent, state: state.name, reason: this.#trouble }
    if (refusal !== undefined) return this.#refused(refusal, fault)
    if (fault !== undefined) return { outcome: 'failed', role, sent, state: fault.state, reason: whyOf(fault) }
    if (state.name === 'Connected') {
      const [missing] = this.#own
      if (missing === undefined) return { outcome: 'connected', role, sent }
      const reason = `${nameOfItem(missing)} was captured where our machine has nothing more to say`
      return { outcome: 'failed', role, sent, state: state.name, reason }
    }
    return { outcome: 'failed', role, sent, state: state.name, reason: 'our machine waits for more than was captured' }
  }

  /** The handshake was refused: our machine must have refused too, or have heard of it. */
  #refused({ by, alert }: NonNullable<CapturedMessages['refusal']>, fault: TlsFault | undefined): EndReport {
    const [role, sent] = [this.#role, this.#sent]
    const text = nameOf(AlertDescription, alert)
    if (by !== role) {
      return fault?.code === 'alert_received'
        ? { outcome: 'refused', role, sent, by, alert: text }
        : {
            outcome: 'failed',
            role,
            sent,
            state: fault?.state ?? '',
            reason: fault ? whyOf(fault) : 'it hears no alert',
          }
    }
    // That our machine lacks an answer is no judgement of the other side.
    const isJudgement = fault !== undefined && fault.code !== 'internal_error' && fault.code !== 'need_refused'
    if (!isJudgement || this.#alert === undefined) return { outcome: 'not replayed', role, reason: 'unknown_refusal' }
    const ours = nameOf(AlertDescription, this.#alert)
    return { outcome: 'refused', role, sent, by, alert: text, ours }
  }
}

const whyOf = ({ code, message, cause }: TlsFault): string =>
  `${code}: ${message}${cause instanceof Error && code !== 'malformed_message' ? ` (${cause.message})` : ''}`
