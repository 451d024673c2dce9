/** RESULTS.md: what the last whole run of the live matrix found. */
import type { Peer, Role } from '../peers/peer.js'
import { nameOf } from './case.js'
import { covers, seldom } from './known.js'
import { groupsOf, key, type Run, table } from './report.js'
import type { Agreed, Cell, Outcome } from './run.js'

const count = (cells: readonly Cell[], outcome: Outcome): number =>
  cells.filter((cell) => cell.outcome === outcome).length

/** `12`, or `10 + 2 ~`, or `9 + 2 ~ + 1 X`. */
function tally(cells: readonly Cell[]): string {
  if (cells.length === 0) return ''
  const [others, red] = [count(cells, 'known'), count(cells, 'red')]
  return `${count(cells, 'green')}${others > 0 ? ` + ${others} ~` : ''}${red > 0 ? ` + ${red} X` : ''}`
}

const number = (value: number): string => value.toLocaleString('en')

const line = (columns: readonly string[]): string => `| ${columns.join(' | ')} |`
const grid = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')

/** In full handshakes where both could: encrypt-then-MAC is for CBC alone. */
function agrees(cells: readonly Cell[], what: Agreed): string {
  const could = cells.filter(
    ({ of, agreed }) =>
      agreed !== undefined && of.panel === 'suite' && (what !== 'encryptThenMac' || of.suite.bulk.type === 'block'),
  )
  if (could.length === 0) return ''
  const did = could.filter(({ agreed }) => agreed?.includes(what) === true).length
  return did === could.length ? 'yes' : did === 0 ? 'no' : `${did} of ${could.length}`
}

function peerRow({ name, version, absent }: Peer, all: readonly Cell[]): readonly string[] {
  if (absent !== undefined) return [name, `missing: ${absent}`, '', '', '', '', '', '', '']
  const cells = all.filter(({ of }) => of.peer === name)
  const by = (role: Role): string => tally(cells.filter(({ of }) => of.role === role))
  const resumed = (['id', 'ticket'] as const).map((how) => tally(cells.filter(({ of }) => of.resume === how)))
  const mutual = tally(cells.filter(({ of }) => of.clientKind !== undefined))
  const agreed = (['extendedMasterSecret', 'encryptThenMac'] as const).map((what) => agrees(cells, what))
  return [name, version, by('server'), by('client'), mutual, ...resumed, ...agreed]
}

function notGreen(cells: readonly Cell[]): string {
  const groups = [...groupsOf(cells)].map(
    ([title, of]) => `- ${title} (${of.length} ${of.length === 1 ? 'cell' : 'cells'})`,
  )
  return groups.length === 0 ? 'Nothing.' : groups.join('\n')
}

/** Cells whose first try failed, by why. */
function twice(cells: readonly Cell[]): string {
  const lines = cells.flatMap(({ of, firstTry }) => {
    if (firstTry === undefined) return []
    const reason = seldom.find((entry) => covers(entry, of) && entry.fails.test(firstTry))?.reason
    return [`- ${nameOf(of)}: ${reason ?? firstTry}`]
  })
  return lines.length === 0 ? 'None.' : lines.join('\n')
}

function others(runs: readonly Run[]): string {
  const rows = runs.flatMap(({ provider, cells }) =>
    [...new Set(cells.map(({ of }) => of.peer))].map((peer) => {
      const its = cells.filter(({ of }) => of.peer === peer)
      const by = (role: Role): string => tally(its.filter(({ of }) => of.role === role))
      return [provider, peer, by('server'), by('client')]
    }),
  )
  return grid(['our provider', 'peer', 'its server', 'its client'], rows)
}

/** The first run is with every peer, the others with some. */
export function results(peers: readonly Peer[], runs: readonly [Run, ...Run[]]): string {
  const [{ provider, cells }, ...rest] = runs
  const all = runs.flatMap((run) => run.cells)
  const again = all.filter(({ firstTry }) => firstTry !== undefined)
  const head = ['peer', 'version', 'its server', 'its client', 'mutual', 'resumed by id', 'by ticket', 'EMS', 'EtM']
  const present = peers.filter(({ absent }) => absent === undefined)
  const tellers = present.flatMap(({ name, server }) => (server?.shows === undefined ? [] : [name])).join(', ')
  return `# The live matrix

Written by \`npm run interop\`; edit nothing here. ${number(all.length)} cells with ${present.length} peers: ${number(count(all, 'green'))}
green, ${number(count(all, 'known'))} not green for a reason given below, ${count(all, 'red')} red. Tried twice: ${again.length}.

Each cell is a real connection over TCP, or two where it resumes, with data in both directions and close_notify from both
ends. It is green where the suite is the one that was asked for, the certificate that arrived is the right one and was
proved, or the shared key was, and the second handshake of a cell that resumes was abbreviated, by the means that was asked
for. Servers that want a certificate of our client demand and verify it; some say besides whose it was
(${tellers}).

Every suite is tried with and without a certificate of the client, and resumed by every means that the peer has; with
clients that take a second to start, one suite of each kind is. Extensions are varied on our side: without extended master
secret (EMS), without encrypt-then-MAC (EtM), with ALPN, and with a renegotiation that we begin.

## Peers

Numbers are green cells; \`~\` and \`X\` count the others. Our provider is \`${provider}\`.

${grid(
  head,
  peers.map((peer) => peerRow(peer, cells)),
)}

## What is not green

${notGreen(all)}

## Tried twice

A red cell is tried once more with a server of its own, and what then happens counts: on a busy machine a wait may be too
short for anyone.

${twice(all)}

## Cell by cell

${key}

\`\`\`text
${table(peers, cells)}
\`\`\`

## Our other providers

${others(rest)}
`
}
