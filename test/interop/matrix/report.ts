/** The live matrix as a table for people and as JSON for programs. */
import type { PkiKind } from '../../support/pki.js'
import { allKinds, type Peer, type Role } from '../peers/peer.js'
import { type Case, nameOf, type Variation } from './case.js'
import type { Cell, Outcome } from './run.js'

const marks: Readonly<Record<Outcome, string>> = { green: 'o', known: '~', red: 'X' }
const NOTHING = '.'

const roles: readonly Role[] = ['server', 'client']

const markOf = (cells: readonly Cell[], peer: Peer, role: Role, is: (one: Case) => boolean): string => {
  const found = cells.filter(({ of }) => of.peer === peer.name && of.role === role && is(of))
  const worst = (['red', 'known', 'green'] as const).find((outcome) => found.some((cell) => cell.outcome === outcome))
  return worst === undefined ? NOTHING : marks[worst]
}

type Question = (one: Case) => boolean
/** Its name, and two questions: the server alone authenticated, and both. */
type Row = readonly [string, Question, Question]

const row = (name: string, is: Question): Row => [
  name,
  (one) => is(one) && one.clientKind === undefined,
  (one) => is(one) && one.clientKind !== undefined,
]

const certificates = (kind: PkiKind): Row => {
  const is: Question = ({ panel }) => panel === 'authentication'
  const shows: Question = (one) => is(one) && one.clientKind === undefined && one.serverKind === kind
  return [`certificates: ${kind}`, shows, (one) => is(one) && one.clientKind === kind]
}

const variations: readonly Variation[] = [
  'no extended master secret',
  'MAC then encrypt',
  'application protocol',
  'renegotiation',
]

function rowsOf(cells: readonly Cell[]): readonly Row[] {
  const suites = [...new Set(cells.map(({ of }) => of.suite.name))]
  return [
    ...suites.map((name) => row(name, ({ panel, suite }) => panel === 'suite' && suite.name === name)),
    ...allKinds.map(certificates),
    ...(['id', 'ticket'] as const).map((by) => row(`every suite resumed by ${by}`, ({ resume }) => resume === by)),
    ...variations.map((name) => row(name, ({ variation }) => variation === name)),
  ]
}

const WIDTH = 46
const AT_ONCE = 8

export function table(peers: readonly Peer[], cells: readonly Cell[]): string {
  const present = peers.filter(({ absent }) => absent === undefined)
  const rows = rowsOf(cells)
  const column = (name: string): string => name.slice(0, 8).padEnd(9)
  const block = (some: readonly Peer[]): string => {
    const lines = rows.map(([name, alone, mutual]) => {
      const columns = some.map((peer) =>
        roles.map((role) => markOf(cells, peer, role, alone) + markOf(cells, peer, role, mutual)).join(' '),
      )
      return `${name.padEnd(WIDTH)}${columns.map((text) => text.padEnd(9)).join('')}`.trimEnd()
    })
    return [(' '.repeat(WIDTH) + some.map(({ name }) => column(name)).join('')).trimEnd(), ...lines].join('\n')
  }
  const blocks = Array.from({ length: Math.ceil(present.length / AT_ONCE) }, (_, at) =>
    block(present.slice(at * AT_ONCE, (at + 1) * AT_ONCE)),
  )
  return blocks.join('\n\n')
}

export const key = [
  'Four marks a peer: its server alone with a certificate, its server and our client with one, its client and our',
  'server, its client with a certificate. o green, ~ not green for a reason given below, X red, . it cannot be asked.',
].join('\n')

/** What is not green, grouped by what went wrong. */
export function groupsOf(cells: readonly Cell[]): ReadonlyMap<string, readonly Case[]> {
  const groups = new Map<string, Case[]>()
  for (const { of, outcome, detail, reason } of cells) {
    if (outcome === 'green') continue
    const title = outcome === 'red' ? `RED: ${of.peer}, ${of.role}: ${detail}` : `${of.peer}, ${of.role}: ${reason}`
    groups.set(title, [...(groups.get(title) ?? []), of])
  }
  return groups
}

export function remarks(cells: readonly Cell[]): string {
  const few = (all: readonly Case[]): string => {
    const named = all.slice(0, 3).map((one) => `    ${nameOf(one)}`)
    return [...named, ...(all.length > 3 ? [`    and ${all.length - 3} more`] : [])].join('\n')
  }
  return [...groupsOf(cells)].map(([title, all]) => `${title}\n${few(all)}`).join('\n')
}

export interface Run {
  readonly provider: string
  readonly cells: readonly Cell[]
}

export function json(peers: readonly Peer[], runs: readonly Run[]): string {
  const result = {
    peers: peers.map(({ name, version, absent }) => ({ name, version, ...(absent === undefined ? {} : { absent }) })),
    cells: runs.flatMap(({ provider, cells }) =>
      cells.map(({ of, ...rest }) => ({
        provider,
        ...of,
        suite: of.suite.name,
        ...rest,
        milliseconds: Math.round(rest.milliseconds),
      })),
    ),
  }
  return `${JSON.stringify(result, undefined, 1)}\n`
}
