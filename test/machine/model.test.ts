import { describe, expect, test } from 'vitest'
import { isInOrder, isWhole, roadsOf, type Said } from './message-order.js'
import { clientSubject, serverSubject } from './puppets.js'
import { clientScenarios, resumingClientScenarios, resumingServerScenarios, serverScenarios } from './scenarios.js'
import type { Scenario } from './subject.js'
import { alphabet, Machine, type Position } from './walk.js'

/** What more there is to say where sessions are resumed; only who resumes by ticket can renew one. */
const resumptionAlphabet = ({ resumption }: Scenario): readonly Said[] =>
  resumption === undefined
    ? []
    : [
        ...['resuming client_hello', 'resuming server_hello', 'empty new_session_ticket'],
        ...(resumption === 'ticket' ? ['renewing server_hello'] : []),
      ]

interface Comparison {
  readonly accepted: Said[][]
  readonly disagreements: string[]
  offered: number
}

/** HelloRequest may come at any time and changes nothing: trying it twice in a row would go on for ever. */
const repeats = (said: readonly Said[], message: Said): boolean =>
  message === 'hello_request' && said.includes('hello_request')

/** Offers every message after every sequence that both accept, and notes where only one of them does. */
function compare<S extends { readonly name: string }>(
  role: 'client' | 'server',
  scenario: Scenario,
  machine: Machine<S>,
  offered = false,
): Comparison {
  const found: Comparison = { accepted: [], disagreements: [], offered: 0 }
  const circumstances = { ...scenario, statusPromised: scenario.status, offered }
  const letters = [...alphabet, ...resumptionAlphabet(scenario)]
  const goOn = (said: readonly Said[], position: Position<S>): void => {
    const whole = isWhole(role, circumstances, said)
    if (whole !== (position.state.name === 'Connected')) {
      found.disagreements.push(`${said.join(', ')}: ${whole ? 'whole' : 'not whole'}, yet ${position.state.name}`)
    }
    if (whole) {
      found.accepted.push([...said])
      return // what is said on an open connection is no part of the figure
    }
    for (const message of letters) {
      if (repeats(said, message)) continue
      found.offered++
      const next = machine.hear(position, message)
      const inOrder = isInOrder(role, circumstances, [...said, message])
      if (inOrder !== (next !== undefined)) {
        found.disagreements.push(`${[...said, message].join(', ')}: ${inOrder ? 'in order' : 'out of order'}`)
      } else if (next !== undefined) goOn([...said, message], next)
    }
  }
  goOn([], machine.begin(offered))
  return found
}

const withoutHelloRequest = (sequences: readonly (readonly Said[])[]): readonly string[] =>
  sequences.filter((said) => !said.includes('hello_request')).map((said) => said.join(' '))

/** In how many ways the roads of a server can be walked: with and without each message that may be left out. */
const waysOf = (scenario: Scenario, offered = false): number =>
  roadsOf('client', { ...scenario, statusPromised: scenario.status, offered })
    .map((road) => 2 ** road.filter(({ presence }) => presence === 'may').length)
    .reduce((sum, ways) => sum + ways, 0)

describe('the client accepts exactly what the model of figure 1 accepts', () => {
  test.each(clientScenarios)('$keyExchange, certificate status: $status', (scenario) => {
    const machine = new Machine(clientSubject(scenario), scenario)
    const { accepted, disagreements, offered } = compare('client', scenario, machine)
    expect(disagreements).toEqual([])
    // with and without each message that may be left out: CertificateRequest, a promised CertificateStatus, a hint
    expect(withoutHelloRequest(accepted).length).toBe(waysOf(scenario))
    expect(offered).toBeGreaterThan(200)
  })
})

describe('the server accepts exactly what the model of figure 1 accepts', () => {
  test.each(serverScenarios)('$keyExchange, client authentication: $clientAuthentication', (scenario) => {
    const machine = new Machine(serverSubject(scenario), scenario)
    const { accepted, disagreements, offered } = compare('server', scenario, machine)
    expect(disagreements).toEqual([])
    expect(accepted.length).toBe(roadsOf('server', { ...scenario, statusPromised: scenario.status }).length)
    expect(offered).toBeGreaterThan(30)
  })
})

describe('the client accepts exactly what the model of figure 2 accepts besides', () => {
  const cases = resumingClientScenarios.flatMap((scenario) =>
    [true, false].map((offered) => ({ ...scenario, offered })),
  )
  test.each(cases)('$keyExchange, by $resumption, a session shown: $offered', ({ offered, ...scenario }) => {
    const machine = new Machine(clientSubject(scenario), scenario)
    const { accepted, disagreements } = compare('client', scenario, machine, offered)
    expect(disagreements).toEqual([])
    const whole = withoutHelloRequest(accepted)
    expect(whole.length).toBe(waysOf(scenario, offered))
    expect(whole.includes('resuming server_hello change_cipher_spec finished')).toBe(offered)
  })
})

describe('the server accepts exactly what the model of figure 2 accepts besides', () => {
  test.each(resumingServerScenarios)('$keyExchange, by $resumption', (scenario) => {
    const machine = new Machine(serverSubject(scenario), scenario)
    const { accepted, disagreements } = compare('server', scenario, machine)
    expect(disagreements).toEqual([])
    expect(accepted.map((said) => said.join(' ')).sort()).toEqual([
      'client_hello client_key_exchange change_cipher_spec finished',
      'resuming client_hello change_cipher_spec finished',
    ])
  })
})

describe('the model itself', () => {
  const full = { keyExchange: 'ECDHE_RSA', statusPromised: false, clientAuthentication: 'require' } as const

  test('accepts the messages that figure 1 draws, in their order', () => {
    const server = [
      ...['server_hello', 'certificate', 'server_key_exchange', 'certificate_request', 'server_hello_done'],
      ...['change_cipher_spec', 'finished'],
    ]
    const client = [
      ...['client_hello', 'certificate', 'client_key_exchange', 'certificate_verify'],
      ...['change_cipher_spec', 'finished'],
    ]
    expect(isWhole('client', full, server)).toBe(true)
    expect(isWhole('server', full, client)).toBe(true)
  })

  const resumed = { ...full, resumption: 'ticket', offered: true } as const

  test('accepts the messages that the figures of RFC 5077 draw, in their order', () => {
    const renewed = ['renewing server_hello', 'new_session_ticket', 'change_cipher_spec', 'finished']
    expect(isWhole('client', resumed, renewed)).toBe(true)
    expect(isWhole('client', resumed, renewed.toSpliced(1, 1))).toBe(false)
    const given = ['server_hello', 'certificate', 'server_key_exchange', 'server_hello_done']
    expect(isWhole('client', resumed, [...given, 'new_session_ticket', 'change_cipher_spec', 'finished'])).toBe(true)
    expect(isInOrder('client', resumed, [...given, 'change_cipher_spec'])).toBe(false)
    expect(isInOrder('client', resumed, [...given, 'change_cipher_spec', 'new_session_ticket'])).toBe(false)
  })

  test.each([
    [['server_hello', 'server_hello_done'], 'a server that skips its certificate'],
    [['server_hello', 'certificate', 'server_hello_done'], 'a server that skips its key exchange'],
    [['server_hello', 'certificate', 'certificate_status'], 'a certificate status that was not promised'],
    [['server_hello', 'certificate', 'server_key_exchange', 'change_cipher_spec'], 'an early change of keys'],
  ])('refuses %j: %s', (said) => {
    expect(isInOrder('client', full, said)).toBe(false)
  })
})
