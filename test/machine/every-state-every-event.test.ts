import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { clientStateFields } from '../../src/handshake/client/states.js'
import { clientTable } from '../../src/handshake/client/table.js'
import type { Edge } from '../../src/handshake/diagram.js'
import { alertToSend, TlsFault } from '../../src/handshake/fault.js'
import { serverStateFields } from '../../src/handshake/server/states.js'
import { serverTable } from '../../src/handshake/server/table.js'
import { AlertDescription } from '../../src/registry/alert-description.js'
import { HandshakeType } from '../../src/registry/handshake-type.js'
import { explore, type Visit } from './explore.js'
import { deepFreeze, leaks, plain, secretsIn } from './plain.js'
import { clientSubject, serverSubject } from './puppets.js'
import {
  clientScenarios,
  renegotiatingScenarios,
  resumingClientScenarios,
  resumingServerScenarios,
  serverScenarios,
} from './scenarios.js'
import { markedSecret, placeOf, type Subject, sharedKey, unaskedAnswers } from './subject.js'

const eventTypes: ReadonlySet<string> = new Set([
  ...Object.keys(HandshakeType),
  ...Object.keys(unaskedAnswers).map((type) => `answer:${type}`),
  ...[
    'start',
    'renegotiate',
    'change_cipher_spec',
    'alert',
    'application_data',
    'fault',
    'close',
    'transport_end',
    'need_refused',
  ],
])

interface Machine {
  readonly table: readonly Edge[]
  readonly fields: Readonly<Record<string, readonly string[]>>
  readonly visits: readonly Visit<{ readonly name: string }>[]
}

/** Explores each configuration. Everything that the tests below look at is found here, once. */
function visitsOf<S extends { readonly name: string }>(subjects: readonly Subject<S>[]): Visit<S>[] {
  const visits: Visit<S>[] = []
  for (const subject of subjects) explore(subject, (visit) => visits.push(visit))
  return visits
}

const machines: Readonly<Record<'client' | 'server', Machine>> = {
  client: {
    table: clientTable,
    fields: clientStateFields,
    visits: visitsOf([...clientScenarios, ...renegotiatingScenarios, ...resumingClientScenarios].map(clientSubject)),
  },
  server: {
    table: serverTable,
    fields: serverStateFields,
    visits: visitsOf([...serverScenarios, ...renegotiatingScenarios, ...resumingServerScenarios].map(serverSubject)),
  },
}

const where = ({ subject, before, variant }: Visit<{ readonly name: string }>): string =>
  `${subject.label}: ${variant.label} in ${placeOf(before)}`

const faultOf = ({ outcome: { state } }: Visit<object>): TlsFault | undefined =>
  'fault' in state && state.fault instanceof TlsFault ? state.fault : undefined

const rowFrom = ({ table }: Machine, state: string, type: string): Edge | undefined =>
  table.find(({ from, event }) => from === state && event === type)

/** The row that a visit took. A state that holds another has rows for whatever may happen in there, at some time. */
function rowOf(machine: Machine, { before, variant }: Visit<{ readonly name: string }>): Edge | undefined {
  const row = rowFrom(machine, before.name, variant.event.type)
  const inner = placeOf(before).split('/')[1]
  if (row === undefined || inner === undefined || !row.nested) return row
  return rowFrom(machine, inner, variant.event.type) === undefined ? undefined : row
}

/** One visit of each kind, for checks that cost more than the step itself: key exchange, state, event and outcome. */
function oneOfEach({ visits }: Machine): Visit<{ readonly name: string }>[] {
  const kinds = new Map<string, Visit<{ readonly name: string }>>()
  for (const visit of visits) {
    const { subject, before, variant, outcome } = visit
    kinds.set([subject.keyExchange, placeOf(before), variant.label, outcome.state.name].join(), visit)
  }
  return [...kinds.values()]
}

describe.each(['client', 'server'] as const)('the %s machine', { timeout: 60_000 }, (role) => {
  const machine = machines[role]
  const { table, fields, visits } = machine

  test('meets every event type in every live state', () => {
    const met = new Set(visits.map(({ before, variant }) => `${before.name} ${variant.event.type}`))
    const live = Object.keys(fields).filter((name) => name !== 'Closed' && name !== 'Failed')
    const missing = live
      .flatMap((name) => [...eventTypes].map((type) => `${name} ${type}`))
      .filter((one) => !met.has(one))
    expect(missing).toEqual([])
  })

  test('goes where the table says, or fails as it must', () => {
    for (const visit of visits) {
      const row = rowOf(machine, visit)
      if (row === undefined || visit.before.name === 'Closed') continue
      const expected = row.to.length === 0 ? (visit.variant.fault ?? 'a fault') : visit.variant.fault
      expect(faultOf(visit)?.code, where(visit)).toBe(expected)
      if (expected === undefined) expect(row.to, where(visit)).toContain(visit.outcome.state.name)
    }
  })

  test('refuses everything else with unexpected_message and its alert', () => {
    let refused = 0
    for (const visit of visits) {
      if (rowOf(machine, visit) !== undefined || visit.before.name === 'Closed') continue
      refused++
      const fault = faultOf(visit)
      expect(fault?.code, where(visit)).toBe('unexpected_message')
      // A message for which not even the state inside has a row is refused by the one outside.
      const inside = rowFrom(machine, visit.before.name, visit.variant.event.type)?.nested
      expect(fault?.state, where(visit)).toBe(inside ? placeOf(visit.before) : visit.before.name)
      const description = AlertDescription.unexpected_message
      // Behind our own close_notify nothing may be sent, an alert neither (RFC 5246 §7.2.1).
      const alert = visit.before.name === 'Closing' ? [] : [{ type: 'sendAlert', level: 2, description }]
      expect(visit.outcome.actions.slice(0, alert.length), where(visit)).toEqual(alert)
      expect(visit.outcome.actions[alert.length]?.type, where(visit)).toBe('failed')
    }
    expect(refused).toBeGreaterThan(1000)
  })

  test('sends the alert of its fault, then the news, and afterwards nothing but forgets', () => {
    for (const visit of visits) {
      const fault = faultOf(visit)
      if (fault === undefined || visit.before.name === 'Failed') continue
      const alert = visit.before.name === 'Closing' ? undefined : alertToSend(fault)
      const types = visit.outcome.actions.map((action) => action.type)
      const wanted = alert === undefined ? ['failed'] : ['sendAlert', 'failed']
      expect(
        types.filter((type) => type !== 'forget'),
        where(visit),
      ).toEqual(wanted)
      expect(types.slice(0, wanted.length), where(visit)).toEqual(wanted)
      const secrets = secretsIn([visit.before, visit.variant.event])
      const forgotten = secretsIn(visit.outcome.actions)
      for (const secret of secrets) {
        // the application's own, which outlives the handshake
        if (secret !== sharedKey.key) expect(forgotten.has(secret), where(visit)).toBe(true)
      }
    }
  })

  test('takes every edge of the table, and no other', () => {
    const taken = new Set<string>()
    for (const visit of visits) {
      if (rowOf(machine, visit) === undefined) continue
      taken.add(`${visit.before.name} ${visit.variant.event.type} ${visit.outcome.state.name}`)
    }
    const listed = table.flatMap(({ from, event, to }) =>
      (to.length === 0 ? ['Failed'] : to).map((target) => `${from} ${event} ${target}`),
    )
    expect(listed.filter((edge) => !taken.has(edge))).toEqual([])
    expect([...taken].filter((edge) => !edge.endsWith(' Failed') && !listed.includes(edge))).toEqual([])
  })

  test('has exactly the declared fields in every state', () => {
    const reached = new Map<string, Set<string>>()
    for (const { before, outcome } of visits) {
      for (const state of [before, outcome.state]) {
        const keys = reached.get(state.name) ?? new Set()
        reached.set(state.name, keys.add(Object.keys(state).sort().join(' ')))
      }
    }
    const declared = Object.entries(fields).map(([name, keys]) => [name, [[...keys].sort().join(' ')]])
    const found = Object.keys(fields).map((name) => [name, [...(reached.get(name) ?? [])]])
    expect(found).toEqual(declared)
  })

  test('stays where it is once it has ended', () => {
    const ends = visits.map(({ outcome }) => outcome.state).filter(({ name }) => name === 'Closed' || name === 'Failed')
    const [subject] = visits.map((visit) => visit.subject)
    for (const name of ['Closed', 'Failed']) {
      const end = ends.find((state) => state.name === name)
      if (end === undefined || subject === undefined) throw new Error(`${name} was never reached`)
      for (const { event } of subject.variants(end, undefined)) {
        expect(subject.step(end, event)).toEqual({ state: end, actions: [] })
      }
    }
  })

  test('is pure: the same step again gives the same, and changes nothing that it was given', () => {
    for (const { subject, before, variant } of oneOfEach(machine)) {
      const inputs = plain([subject.context, before, variant.event])
      deepFreeze([subject.context, before, variant.event])
      const first = plain(subject.step(before, variant.event))
      expect(plain(subject.step(before, variant.event))).toEqual(first)
      expect(plain([subject.context, before, variant.event])).toEqual(inputs)
    }
  })

  test('prints no secret', () => {
    const states = new Set<string>()
    for (const visit of oneOfEach(machine)) {
      if (secretsIn([visit.before, visit.outcome]).size === 0) continue
      states.add(visit.before.name)
      expect(leaks(visit.outcome), where(visit)).toEqual([])
    }
    expect(states.size).toBeGreaterThan(5)
  }, 60_000)
})

describe('the means of these tests', () => {
  const bytes = markedSecret(16).use((secret) => secret.slice())

  test.each([
    ['bytes in an object', { key: bytes }],
    ['a buffer', { key: Buffer.from(bytes) }],
    ['an array', [[...bytes]]],
    ['hexadecimal in a message', new Error(`key ${toHex(bytes)}`)],
    ['base64', Buffer.from(bytes).toString('base64')],
    ['an initialization vector of four bytes', bytes.subarray(1, 5)],
    ['deep inside', { a: { b: { c: { d: { e: { f: bytes } } } } } }],
  ])('find a secret printed as %s', (_how, value) => {
    expect(leaks(value)).not.toEqual([])
  })

  test('find a secret without the mark, where it is named', () => {
    const secret = new Secret(Uint8Array.of(1, 2, 3, 4, 5, 6))
    expect(leaks({ copy: secret.use((inside) => inside.slice()) }, [secret])).not.toEqual([])
    expect(leaks({ secret }, [secret])).toEqual([])
  })

  test('every secret that a state or an action holds carries the mark', () => {
    const secrets = [...machines.client.visits, ...machines.server.visits].flatMap(({ outcome }) => [
      ...secretsIn(outcome),
    ])
    const unmarked = secrets.filter((secret) => secret.use((inside) => leaks(inside.slice()).length === 0))
    // what a device answers for bad padding may be of any length, and is dropped in the same step
    expect(unmarked.filter((secret) => secret.length !== 3)).toEqual([])
    expect(secrets.length).toBeGreaterThan(1000)
  })

  test('tell two secrets of one length apart, which print alike', () => {
    const [one, other] = [new Secret(Uint8Array.of(1)), new Secret(Uint8Array.of(2))]
    expect(inspect(one)).toBe(inspect(other))
    expect(plain({ one })).not.toEqual(plain({ one: other }))
  })
})
