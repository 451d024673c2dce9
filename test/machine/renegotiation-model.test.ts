/** The order of messages in another handshake on an open connection, by the model and by both machines (RFC 5746 §3.5, RFC 5746 §3.7). */
import { describe, expect, test } from 'vitest'
import { isAgainInOrder, type Renegotiation, roadsOf, type Said } from './message-order.js'
import { clientSubject, serverSubject } from './puppets.js'
import { renegotiatingScenarios } from './scenarios.js'
import type { Scenario } from './subject.js'
import { alphabet, Machine, type Position } from './walk.js'

type Role = 'client' | 'server'

const subjectOf = (role: Role, scenario: Scenario) =>
  role === 'client' ? clientSubject(scenario) : serverSubject(scenario)

const circumstancesOf = (scenario: Scenario) => ({ ...scenario, statusPromised: scenario.status })

/** The machine after a first handshake, in which the peer passed over nothing that it may say. */
function connected(role: Role, scenario: Scenario) {
  const machine = new Machine<{ readonly name: string }>(subjectOf(role, scenario), scenario)
  const [road = []] = roadsOf(role, circumstancesOf(scenario))
  let position: Position<{ readonly name: string }> | undefined = machine.begin(false)
  for (const { message } of road) position = position && machine.hear(position, message)
  if (position?.state.name !== 'Connected')
    throw new Error(`${role} is in ${position?.state.name} after the first road`)
  return { machine, position, proved: road.some(({ message }) => message === 'certificate') }
}

/** What may stand anywhere and leads nowhere: one of these at one place is enough. */
const isAside = (role: Role, message: Said, wishes: number): boolean =>
  message === 'application_data' || (role === 'client' && message === 'hello_request' && wishes === 0)

/** How many asides there are in what was said; the wish itself is none. */
function asidesIn(role: Role, askedBy: Renegotiation['askedBy'], said: readonly Said[]): number {
  let wishes = role === 'client' && askedBy === 'peer' ? 1 : 0
  let asides = 0
  for (const one of said) {
    if (isAside(role, one, wishes)) asides++
    else if (one === 'hello_request') wishes--
  }
  return asides
}

/** Offers every message after every sequence that both accept, and notes where only one of them does. */
function compare(role: Role, scenario: Scenario, askedBy: Renegotiation['askedBy']) {
  const { machine, position, proved } = connected(role, scenario)
  const renegotiation: Renegotiation = { askedBy, proved }
  const [accepted, disagreements]: [Said[][], string[]] = [[], []]
  let offered = 0
  const isBegun = (said: readonly Said[]): boolean =>
    askedBy === 'machine' || said.some((message) => message !== 'application_data')
  const goOn = (said: readonly Said[], from: Position<{ readonly name: string }>): void => {
    const whole = said.at(-1) === 'finished'
    if (whole !== (isBegun(said) && from.state.name === 'Connected')) {
      disagreements.push(`${said.join(', ')}: ${whole ? 'whole' : 'not whole'}, yet ${from.state.name}`)
    }
    if (whole) {
      accepted.push([...said])
      return
    }
    for (const message of alphabet) {
      if (asidesIn(role, askedBy, [...said, message]) > 1) continue
      offered++
      const next = machine.hear(from, message)
      const inOrder = isAgainInOrder(role, circumstancesOf(scenario), renegotiation, [...said, message])
      if (inOrder !== (next !== undefined)) {
        disagreements.push(`${[...said, message].join(', ')}: ${inOrder ? 'in order' : 'out of order'}`)
      } else if (next !== undefined) goOn([...said, message], next)
    }
  }
  goOn([], askedBy === 'machine' ? machine.ask(position) : position)
  return { accepted, disagreements, offered }
}

const cases = renegotiatingScenarios.flatMap((scenario) =>
  (['client', 'server'] as const).flatMap((role) =>
    (['peer', 'machine'] as const).map((askedBy) => ({ role, askedBy, ...scenario })),
  ),
)

describe('in a renegotiation each machine accepts exactly what the model accepts', () => {
  test.each(cases)('a $role, $keyExchange, asked for by the $askedBy', ({ role, askedBy, ...scenario }) => {
    const { accepted, disagreements, offered } = compare(role, scenario, askedBy)
    expect(disagreements).toEqual([])
    const bare = accepted.filter((said) => asidesIn(role, askedBy, said) === 0)
    expect(bare.length).toBeGreaterThan(0)
    // data at any one place before the change of keys, and at none after it
    expect(accepted.length).toBeGreaterThanOrEqual(4 * bare.length)
    expect(offered).toBeGreaterThan(100)
  })
})

describe('a wish of the peer on an open connection', () => {
  const [scenario] = renegotiatingScenarios
  const wishOf = { client: 'hello_request', server: 'client_hello' } as const
  test.each(
    (['client', 'server'] as const).flatMap((role) =>
      (['refuse', 'ignore', 'abort', 'freely', 'once'] as const).map((renegotiation) => [role, renegotiation] as const),
    ),
  )('leads a %s whose policy is %s where it should', (role, renegotiation) => {
    if (scenario === undefined) throw new Error('there is a scenario')
    const { machine, position } = connected(role, { ...scenario, renegotiation })
    const led = machine.hear(position, wishOf[role])
    const expected = {
      refuse: 'Connected',
      ignore: 'Connected',
      abort: undefined,
      freely: 'Renegotiating',
      once: 'Renegotiating',
    }
    expect(led?.state.name).toBe(expected[renegotiation])
  })

  test.each(['client', 'server'] as const)('is followed by a %s once, where policy says once', (role) => {
    if (scenario === undefined) throw new Error('there is a scenario')
    const { machine, position } = connected(role, { ...scenario, renegotiation: 'once' })
    const [road = []] = roadsOf(role, circumstancesOf(scenario))
    const said =
      role === 'client' ? ['hello_request', ...road.map(({ message }) => message)] : road.map(({ message }) => message)
    const again = said.reduce<typeof position | undefined>((at, message) => at && machine.hear(at, message), position)
    expect(again?.state.name).toBe('Connected')
    expect(again && machine.hear(again, wishOf[role])).toBeUndefined()
  })

  test('is no other message', () => {
    if (scenario === undefined) throw new Error('there is a scenario')
    for (const role of ['client', 'server'] as const) {
      const { machine, position } = connected(role, scenario)
      const taken = alphabet.filter((message) => machine.hear(position, message) !== undefined)
      expect(taken).toEqual([wishOf[role], 'application_data'])
    }
  })
})

describe('the model itself', () => {
  const full = { keyExchange: 'ECDHE_RSA', statusPromised: false, clientAuthentication: 'require' } as const
  const client = [
    'client_hello',
    'certificate',
    'client_key_exchange',
    'certificate_verify',
    'change_cipher_spec',
    'finished',
  ]
  const byPeer = { askedBy: 'peer', proved: true } as const
  const inOrder = (said: readonly Said[]): boolean => isAgainInOrder('server', full, byPeer, said)

  test.each([
    [client, true, 'figure 1'],
    [['application_data', ...client], true, 'data before it'],
    [client.toSpliced(3, 0, 'application_data'), true, 'data within it, under the old keys'],
    [client.toSpliced(5, 0, 'application_data'), false, 'data under keys that nobody confirmed'],
    [client.toSpliced(1, 1), false, 'no certificate'],
    [['change_cipher_spec'], false, 'a change of keys out of the blue'],
    [['finished'], false, 'a Finished out of the blue'],
  ])('%j: %s, %s', (said, expected) => {
    expect(inOrder(said)).toBe(expected)
  })
})
