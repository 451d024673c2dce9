import { describe, expect, test } from 'vitest'
import { clientStateFields } from '../../src/handshake/client/states.js'
import { clientTable } from '../../src/handshake/client/table.js'
import { diagram, type Edge } from '../../src/handshake/diagram.js'
import { serverStateFields } from '../../src/handshake/server/states.js'
import { serverTable } from '../../src/handshake/server/table.js'

const arrow = /^ {2}(\w+|\[\*\]) --> (\w+|\[\*\])(?:: ([^:;\n]+))?$/

/** The arrows of a drawing, read by the grammar that Mermaid has for them. */
const arrowsIn = (text: string): RegExpExecArray[] =>
  text
    .split('\n')
    .filter((line) => line.includes('-->'))
    .map((line) => {
      const match = arrow.exec(line)
      if (match === null) throw new Error(`Mermaid would not read ${JSON.stringify(line)}`)
      return match
    })

const small: readonly Edge[] = [
  { from: 'Start', event: 'start', to: ['AwaitSignature'], cite: '5246 §7.4.1.2' },
  { from: 'AwaitSignature', event: 'answer:sign', to: ['Connected'], cite: '5246 §7.4.8' },
  { from: 'AwaitSignature', event: 'alert', to: ['AwaitSignature'], cite: '5246 §7.2.2' },
  { from: 'AwaitSignature', event: 'fault', to: [], cite: '5246 §7.2.2' },
  { from: 'AwaitSignature', event: 'close', to: ['Closed'], cite: '5246 §7.2.2' },
  { from: 'Connected', event: 'close', to: ['Closing'], cite: '5246 §7.2.1' },
]

describe('the diagram of a table', () => {
  test('draws the road of the handshake in the order of the table', () => {
    expect(
      diagram(small)
        .split('\n')
        .filter((line) => !line.includes('%%') && !line.startsWith('  %')),
    ).toEqual(
      expect.arrayContaining([
        'stateDiagram-v2',
        '  [*] --> Start',
        '  Start --> AwaitSignature: start (RFC 5246 §7.4.1.2)',
        '  AwaitSignature --> Connected: sign answered (RFC 5246 §7.4.8)',
        '  Connected --> [*]',
      ]),
    )
    expect(arrowsIn(diagram(small)).length).toBe(4)
  })

  test('draws everything when asked to, and Failed only where a row leads nowhere else', () => {
    const text = diagram(small, { all: true, direction: 'LR' })
    expect(text).toContain('direction LR')
    expect(text).toContain('  AwaitSignature --> Failed: fault (RFC 5246 §7.2.2)')
    expect(text).toContain('  AwaitSignature --> AwaitSignature: alert (RFC 5246 §7.2.2)')
    expect(text.indexOf('sign answered')).toBeLessThan(text.indexOf('fault'))
    expect(text).not.toContain('%%')
  })

  test('is the same every time', () => {
    expect(diagram(clientTable)).toBe(diagram([...clientTable]))
    expect(diagram([])).not.toContain('-->')
  })

  test.each([
    ['client', clientTable, clientStateFields],
    ['server', serverTable, serverStateFields],
  ] as const)('shows every state of the %s between the first and Connected', (_role, table, fields) => {
    const arrows = arrowsIn(diagram(table))
    const drawn = new Set(arrows.flatMap(([, from = '', to = '']) => [from, to]))
    const after = new Set(['Closing', 'PeerClosed', 'Closed', 'Failed'])
    expect([...drawn].sort()).toEqual(['[*]', ...Object.keys(fields).filter((name) => !after.has(name))].sort())
    const labels = arrows.flatMap(([, , , label]) => (label === undefined ? [] : [label]))
    for (const label of labels) expect(label).toMatch(/^[\w ]+ \(RFC \d{4} §[\d.]+\)$/)
  })

  test.each([
    ['client', clientTable],
    ['server', serverTable],
  ] as const)('shows every edge of the %s when asked to', (_role, table) => {
    const edges = table.flatMap(({ to }) => (to.length === 0 ? ['Failed'] : to))
    const first = 1
    const ends = 2
    expect(arrowsIn(diagram(table, { all: true })).length).toBe(first + edges.length + ends)
  })
})
