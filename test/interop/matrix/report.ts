/** The live matrix as a table for people and as JSON for programs. */
import type { PkiKind } from '../../support/pki.js'
import { allKinds, type Peer, type Role } from '../peers/peer.js'
import { type Case, nameOf } from './case.js'
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

/** Rows by name, each with two questions: the server alone authenticated, and both. */
function rowsOf(cells: readonly Cell[]): readonly (readonly [string, Question, Question])[] {
  const suites = [...new Set(cells.map(({ of }) => of.suite.name))]
  const bySuite = suites.map((name) => {
    const is = (one: Case): boolean => one.panel === 'suite' && one.suite.name === name
    return [
      name,
      (one: Case) => is(one) && one.clientKind === undefined,
      (one: Case) => is(one) && one.clientKind !== undefined,
    ] as const
  })
  const shows =
    (kind: PkiKind): Question =>
    (one) =>
      one.panel === 'authentication' && one.clientKind === undefined && one.serverKind === kind
  const authenticates =
    (kind: PkiKind): Question =>
    (one) =>
      one.panel === 'authentication' && one.clientKind === kind
  const byKind = allKinds.map((kind) => [`certificates: ${kind}`, shows(kind), authenticates(kind)] as const)
  const byResumption = (['id', 'ticket'] as const).map((resume) => {
    const is = (one: Case): boolean => one.resume === resume
    return [
      `resumed by ${resume}`,
      (one: Case) => is(one) && one.clientKind === undefined,
      (one: Case) => is(one) && one.clientKind !== undefined,
    ] as const
  })
  return [...bySuite, ...byKind, ...byResumption]
}

const WIDTH = 46

export function table(peers: readonly Peer[], cells: readonly Cell[]): string {
  const present = peers.filter(({ absent }) => absent === undefined)
  const column = (name: string): string => name.slice(0, 8).padEnd(9)
  const lines = rowsOf(cells).map(([name, alone, mutual]) => {
    const columns = present.map((peer) =>
      roles.map((role) => markOf(cells, peer, role, alone) + markOf(cells, peer, role, mutual)).join(' '),
    )
    return `${name.padEnd(WIDTH)}${columns.map((text) => text.padEnd(9)).join('')}`
  })
  const key = [
    'Four marks a peer: its server alone with a certificate, its server and our client with one, its client and our',
    'server, its client with a certificate. o green, ~ not green for a reason given below, X red, . it cannot be asked.',
  ]
  return [...key, '', ' '.repeat(WIDTH) + present.map(({ name }) => column(name)).join(''), ...lines].join('\n')
}

/** Everything that is not green, by what went wrong. */
export function remarks(cells: readonly Cell[]): string {
  const groups = new Map<string, Case[]>()
  for (const { of, outcome, detail, reason } of cells) {
    if (outcome === 'green') continue
    const title = outcome === 'red' ? `RED: ${of.peer}, ${of.role}: ${detail}` : `${of.peer}, ${of.role}: ${reason}`
    groups.set(title, [...(groups.get(title) ?? []), of])
  }
  const few = (all: readonly Case[]): string => {
    const named = all.slice(0, 3).map((one) => `    ${nameOf(one)}`)
    return [...named, ...(all.length > 3 ? [`    and ${all.length - 3} more`] : [])].join('\n')
  }
  return [...groups].map(([title, all]) => `${title}\n${few(all)}`).join('\n')
}

export function json(peers: readonly Peer[], cells: readonly Cell[]): string {
  const result = {
    peers: peers.map(({ name, version, absent }) => ({ name, version, ...(absent === undefined ? {} : { absent }) })),
    cells: cells.map(({ of, ...rest }) => ({
      ...of,
      suite: of.suite.name,
      ...rest,
      milliseconds: Math.round(rest.milliseconds),
    })),
  }
  return `${JSON.stringify(result, undefined, 1)}\n`
}
