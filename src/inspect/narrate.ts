import { type Check, describeChecks, unseenChecks } from './describe-checks.js'
import {
  type DataEntry,
  describeAlert,
  describeData,
  describeFailure,
  describeFinished,
  describeKeys,
  describeLoneChange,
  type FinishedCheck,
} from './describe-end.js'
import { describeMessage } from './describe-message.js'
import { describeRejudgement } from './describe-sessions.js'
import type { DescribedStep, UnnumberedStep } from './described-step.js'
import { beginning, follow, type Story, storyOf } from './story.js'
import { otherSide, type Side, type Trace, type TraceEntry } from './trace.js'

export interface NarratorOptions {
  /** The sides under observation, as the trace has them. */
  readonly sides: readonly Side[]
  /** Facts of a DER certificate besides the kind of its key. Whatever text of the peer's they hold must be escaped. */
  readonly describeCertificate?: Story['describeCertificate']
}

type Message = Extract<TraceEntry, { type: 'message' }>

/**
 * Tells a trace as the steps that descriptions of mutual authentication know, in the order of RFC 5246 §7.3. Steps come
 * out as soon as they are complete; what a side checks is told as one step, before that side goes on.
 */
export class Narrator {
  readonly #options: NarratorOptions
  readonly #checks: Record<Side, Check[]> = { client: [], server: [] }
  readonly #checksTold = new Set<Side>()
  readonly #derivedBy: Side[] = []
  readonly #told: UnnumberedStep[] = []
  #story: Story
  #count = 0
  #changedBy: Side | undefined
  #finished: Message | undefined
  #data: DataEntry[] = []

  constructor(options: NarratorOptions) {
    this.#options = options
    this.#story = beginning(options.describeCertificate)
  }

  /** Takes the next entry; returns the steps that are complete with it. */
  accept(entry: TraceEntry): DescribedStep[] {
    if (entry.type !== 'application_data' || entry.sender !== this.#data[0]?.sender) this.#tellData()
    this.#take(entry)
    return this.#complete()
  }

  /** Returns what was waiting for more to come. */
  finish(): DescribedStep[] {
    this.#tellData()
    this.#tellChange('not made')
    return this.#complete()
  }

  #take(entry: TraceEntry): void {
    switch (entry.type) {
      case 'message':
        this.#takeMessage(entry)
        return
      case 'change_cipher_spec':
        this.#takeChange(entry.sender)
        return
      case 'application_data':
        this.#data.push(entry)
        return
      case 'keys_derived':
        this.#derivedBy.push(entry.by)
        return
      case 'finished_accepted':
        this.#tellChange('matched')
        return
      case 'session_judged':
        this.#told.push(describeRejudgement(entry))
        return
      case 'alert':
        this.#tellChange('not made')
        // An alert that ends the checks of a side comes after them.
        if (this.#checks[entry.sender].length > 0) this.#tellChecks(entry.sender)
        this.#told.push(describeAlert(entry))
        return
      case 'failed':
        this.#tellChange('not made')
        // What was found right before is told; for a side that is not seen nothing is made up.
        if (this.#checks[entry.by].length > 0) this.#tellChecks(entry.by)
        this.#told.push(describeFailure(entry))
        return
      default:
        this.#checks[entry.by].push(entry)
    }
  }

  #takeMessage(message: Message): void {
    if (message.name === 'finished') {
      this.#finished = message
      if (!this.#options.sides.includes(otherSide(message.sender))) this.#tellChange('not seen')
      return
    }
    this.#story = storyOf(this.#story, message)
    if (message.name === 'client_hello') this.#checksTold.clear()
    const startsClientFlight = message.sender === 'client' && message.name !== 'client_hello'
    if (startsClientFlight) this.#tellChecks('client')
    this.#told.push(describeMessage(message, this.#story))
    this.#story = follow(this.#story, message)
  }

  #takeChange(sender: Side): void {
    this.#tellChange('not made')
    if (this.#derivedBy.length > 0) {
      this.#tellChecks('client')
      this.#tellChecks('server')
      const seenOn = (['client', 'server'] as const).filter((side) => this.#derivedBy.includes(side))
      this.#told.push(describeKeys(this.#story, seenOn))
      this.#derivedBy.length = 0
    }
    this.#changedBy = sender
  }

  /** Once for each side: before it goes on. */
  #tellChecks(by: Side): void {
    const seen = this.#options.sides.includes(by)
    if (this.#checksTold.has(by)) return
    this.#checksTold.add(by)
    const step = seen ? describeChecks(by, this.#checks[by], this.#story) : this.#unseenChecks(by)
    if (step !== undefined) this.#told.push(step)
    this.#checks[by] = []
  }

  /** In an abbreviated handshake nothing comes that could be checked. */
  #unseenChecks(by: Side): UnnumberedStep | undefined {
    return this.#story.resumed ? undefined : unseenChecks(by, this.#story)
  }

  #tellChange(check: FinishedCheck): void {
    const [sender, message] = [this.#changedBy, this.#finished]
    if (message !== undefined) {
      this.#told.push(describeFinished(message, sender !== undefined, check, this.#story))
      this.#story = follow(this.#story, message)
    } else if (sender !== undefined) {
      this.#told.push(describeLoneChange(sender))
    }
    this.#changedBy = undefined
    this.#finished = undefined
  }

  #tellData(): void {
    const [first] = this.#data
    if (first !== undefined) this.#told.push(describeData(first.sender, this.#data, this.#story))
    this.#data = []
  }

  #complete(): DescribedStep[] {
    return this.#told.splice(0).map((step) => ({ number: ++this.#count, ...step }))
  }
}

/** The steps of a whole trace. */
export function narrate(trace: Trace, options: Omit<NarratorOptions, 'sides'> = {}): DescribedStep[] {
  const narrator = new Narrator({ ...options, sides: trace.sides })
  return [...trace.entries.flatMap((entry) => narrator.accept(entry)), ...narrator.finish()]
}
