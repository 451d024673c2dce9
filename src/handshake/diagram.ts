import type { Citation } from './machine.js'

/** The data of a row of a transition table: all that a drawing needs. */
export interface Edge {
  readonly from: string
  readonly event: string
  readonly to: readonly string[]
  readonly cite: Citation
  /** The state holds a machine of its own, whose rows say more. */
  readonly nested?: true
}

export interface DiagramOptions {
  /** Draw every row: alerts, faults, closing and ends of the transport too. Off by default, where the road is what counts. */
  readonly all?: boolean
  /** The way the drawing flows: top to bottom by default. */
  readonly direction?: 'TB' | 'LR'
}

/** Where a connection ends: no part of the road. */
const ends: ReadonlySet<string> = new Set(['Closing', 'PeerClosed', 'Closed'])

/** The row as far as it leads on to another state, from the first to `Connected` and through a renegotiation. */
const onTheRoad = (edge: Edge): Edge => ({
  ...edge,
  to: ends.has(edge.from) ? [] : edge.to.filter((name) => name !== edge.from && !ends.has(name)),
})

/**
 * An event in words. Mermaid ends a label at a second colon, so `answer:sign` cannot stand as it is; messages keep the
 * names of RFC 5246 §7.4.
 */
const wordsFor = (event: string): string =>
  event.startsWith('answer:') ? `${event.slice('answer:'.length)} answered` : event

function arrowsOf({ from, event, to, cite }: Edge): readonly string[] {
  const targets = to.length === 0 ? ['Failed'] : to
  return targets.map((target) => `  ${from} --> ${target}: ${wordsFor(event)} (RFC ${cite})`)
}

const notDrawn = `  %% Not drawn: alerts, faults, close and the end of the transport end any state; in every state an event
  %% without an edge fails with unexpected_message. The option "all" draws every row of the table.`

/**
 * A transition table as the text of a Mermaid state diagram, its edges in the order of the table. The same table gives
 * the same text, so that a drawing beside prose can be compared with the machine. `Failed` is implicit in every row, and
 * drawn only for rows that lead nowhere else.
 */
export function diagram(table: readonly Edge[], { all = false, direction = 'TB' }: DiagramOptions = {}): string {
  const rows = all ? table : table.map(onTheRoad).filter(({ to }) => to.length > 0)
  const first = rows[0] === undefined ? [] : [`  [*] --> ${rows[0].from}`]
  const names = new Set(rows.flatMap(({ to }) => (to.length === 0 ? ['Failed'] : to)))
  const last = (all ? ['Closed', 'Failed'] : ['Connected']).filter((name) => names.has(name))
  return [
    'stateDiagram-v2',
    `  direction ${direction}`,
    ...first,
    ...rows.flatMap(arrowsOf),
    ...last.map((name) => `  ${name} --> [*]`),
    ...(all ? [] : [notDrawn]),
    '',
  ].join('\n')
}
