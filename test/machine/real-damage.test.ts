import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../src/adapters/endpoint.js'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { concat, fromAscii, toHex } from '../../src/bytes/convert.js'
import type { ConnectionOutput } from '../../src/connection/connection.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import type { CipherSuiteName } from '../../src/registry/cipher-suite.js'
import { kindFor, mutual, noble } from '../support/endpoints.js'
import { certificateSuites, pskSuites } from '../support/suites.js'
import { type Attack, attack, Wire } from './wire.js'

/*
 * The same with real keys, signatures and ciphers: what the fake provider's checks are taken to do is done here. 60 cases;
 * REAL_CASES in the environment makes it more.
 */
const CASES = Number(process.env['REAL_CASES'] ?? 60)

const node = nodeProvider()
const suites = [...certificateSuites, ...pskSuites].map(({ name }) => name)

const scenario = fc.record({
  suite: fc.constantFrom(...suites),
  // the pure one is slow, and has its share
  provider: fc.oneof({ weight: 9, arbitrary: fc.constant('node') }, { weight: 1, arbitrary: fc.constant('noble') }),
  required: fc.boolean(),
  encryptThenMac: fc.boolean(),
  attacks: fc.array(attack, { maxLength: 3 }),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never
type Side = Attack['from']

const preSharedKeys = [preSharedKey('both know it', fromAscii('a key that both sides hold'))]
const words: Readonly<Record<Side, Uint8Array>> = { client: fromAscii('question'), server: fromAscii('answer') }

interface Ends {
  readonly client: Endpoint
  readonly server: Endpoint
  readonly keyLogs: Readonly<Record<Side, readonly string[]>>
}

function endsOf({ suite, required, encryptThenMac }: Scenario, provider: CryptoProvider): Ends {
  const parameters = [...certificateSuites, ...pskSuites].find(({ name }) => name === suite)
  const { client, server } = mutual(kindFor(parameters?.keyExchange ?? 'ECDHE_RSA'), {
    client: provider,
    server: provider,
  })
  const keyLogs: Record<Side, string[]> = { client: [], server: [] }
  const common = { cipherSuites: [suite] as readonly CipherSuiteName[], preSharedKeys, encryptThenMac }
  const keyLog = (side: Side) => (line: string) => void keyLogs[side].push(line)
  return {
    client: clientEndpoint(provider, { ...client, ...common, keyLog: keyLog('client') }),
    server: serverEndpoint(provider, {
      ...{ ...server, ...common, keyLog: keyLog('server') },
      clientAuthentication: required ? 'require' : 'none',
    }),
    keyLogs,
  }
}

/** What each end told its owner. */
type Told = Readonly<Record<Side, readonly ConnectionOutput[]>>

/** Plays over the two wires; each end speaks as soon as it is connected. Then the transport ends. */
function play({ client, server }: Ends, attacks: readonly Attack[]): Told {
  const told: Record<Side, ConnectionOutput[]> = { client: [], server: [] }
  const onTheWay: { readonly to: Endpoint; readonly bytes: Uint8Array }[] = []
  const attach = (side: Side, from: Endpoint, to: Endpoint): void => {
    const wire = new Wire(attacks.filter((one) => one.from === side))
    from.onOutput = (output) => {
      told[side].push(output)
      if (output.type === 'transmit') onTheWay.push({ to, bytes: wire.pass(output.bytes) })
      if (output.type === 'established') from.send(words[side])
    }
  }
  const settle = (): void => {
    for (let moves = 0; onTheWay.length > 0; moves++) {
      if (moves > 1_000) throw new Error('this goes on for ever')
      const next = onTheWay.shift()
      next?.to.receive(next.bytes)
    }
  }
  attach('client', client, server)
  attach('server', server, client)
  server.start()
  client.start()
  settle()
  client.endOfTransport()
  server.endOfTransport()
  settle()
  return told
}

const dataOf = (outputs: readonly ConnectionOutput[]): string =>
  toHex(concat(...outputs.flatMap((output) => (output.type === 'application_data' ? [output.data] : []))))

const summaryOf = (outputs: readonly ConnectionOutput[]) =>
  outputs.find((output) => output.type === 'established')?.summary

function check(one: Scenario): number {
  const ends = endsOf(one, one.provider === 'noble' ? noble : node)
  const told = play(ends, one.attacks)
  expect([ends.client.connection.ended, ends.server.connection.ended]).toEqual([true, true])
  const [ours, theirs] = [summaryOf(told.client), summaryOf(told.server)]
  if ((ours ?? theirs) !== undefined) expect(ends.keyLogs.client).toEqual(ends.keyLogs.server)
  for (const [heard, said] of [
    [dataOf(told.client), words.server],
    [dataOf(told.server), words.client],
  ] as const) {
    if (heard === '') continue
    expect(heard).toBe(toHex(said))
    expect(ours?.negotiated).toEqual(theirs?.negotiated)
    expect(theirs?.peer.kind === 'none').toBe(!one.required && !one.suite.includes('PSK'))
  }
  return [ours, theirs].filter((summary) => summary !== undefined).length
}

describe('whatever is done to the bytes on their way, with real keys', () => {
  test(`either both ends agree on everything or neither trusts the other, in ${CASES} cases`, {
    timeout: 3_600_000,
  }, () => {
    const outcomes = [0, 0, 0]
    fc.assert(
      fc.property(scenario, (one) => {
        const count = check(one)
        outcomes[count] = (outcomes[count] ?? 0) + 1
      }),
      { seed: 4279, numRuns: CASES },
    )
    // the sample reaches the two ends of what may happen
    expect(Math.min(outcomes[0] ?? 0, outcomes[2] ?? 0)).toBeGreaterThan(CASES / 20)
  })

  test('nothing is wrong with the means: untouched, both agree and hear each other', () => {
    for (const suite of ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_PSK_WITH_AES_128_CBC_SHA'] as const) {
      expect(check({ suite, provider: 'node', required: true, encryptThenMac: true, attacks: [] })).toBe(2)
    }
  })
})
