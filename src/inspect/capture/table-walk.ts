import type { Edge } from '../../handshake/diagram.js'
import type { HandshakeTypeName } from '../../registry/handshake-type.js'

export type OrderEvent = HandshakeTypeName | 'change_cipher_spec'

/** What an end does on its own side, which nobody sees from outside. */
const isInvisible = ({ event }: Edge): boolean =>
  event === 'start' || event === 'need_refused' || event.startsWith('answer:')

/**
 * Follows one end through its transition table by what it received alone. What it decided meanwhile is not seen, so it
 * may be in any of several states; what is received rules out those in which it could not come.
 */
export class TableWalk {
  readonly #table: readonly Edge[]
  #states: ReadonlySet<string>

  constructor(table: readonly Edge[]) {
    this.#table = table
    this.#states = this.#closure(['Start'])
  }

  /** The states that the end may be in. */
  get states(): readonly string[] {
    return [...this.#states]
  }

  /** Whether the table speaks of such a message at all. */
  knows(event: OrderEvent): boolean {
    return this.#table.some((edge) => edge.event === event)
  }

  /** Takes what the end received in a state that is not ruled out; false where it may not come now, and nothing changes. */
  receive(event: OrderEvent, isRuledOut: (state: string) => boolean): boolean {
    const edges = this.#table.filter(
      ({ event: name, from }) => name === event && this.#states.has(from) && !isRuledOut(from),
    )
    if (edges.length === 0) return false
    this.#states = this.#closure(edges.flatMap(({ to }) => to))
    return true
  }

  #closure(names: readonly string[]): ReadonlySet<string> {
    const found = new Set(names)
    for (const name of found) {
      for (const edge of this.#table)
        if (edge.from === name && isInvisible(edge)) for (const to of edge.to) found.add(to)
    }
    return found
  }
}
