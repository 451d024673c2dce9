import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, toHex } from '../../src/bytes/convert.js'
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'
import { Bench, type End, type Side } from './bench.js'
import { attack, Wire } from './wire.js'

/*
 * Whoever sits on the wire may change, drop, repeat and reorder whatever passes. Then either both ends agree on everything,
 * or neither takes a byte of data for the other's. Signatures and ciphers are the fake provider's, which nobody here tries
 * to forge. 2,000 cases; CASES in the environment makes it more.
 */
const CASES = Number(process.env['CASES'] ?? 2_000)

const scenario = fc.record({
  keyExchange: fc.constantFrom<KeyExchange>('RSA', 'DHE_RSA', 'ECDHE_RSA', 'ECDHE_ECDSA'),
  clientAuthentication: fc.constantFrom('none' as const, 'require' as const),
  extendedMasterSecret: fc.constantFrom('prefer' as const, 'off' as const),
  attacks: fc.array(attack, { maxLength: 3 }),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

interface Played {
  readonly client: End
  readonly server: End
  readonly keyLogs: Readonly<Record<Side, string[]>>
}

const WORDS: Readonly<Record<Side, Uint8Array>> = { client: Uint8Array.of(1, 2, 3), server: Uint8Array.of(4, 5, 6) }

/** Plays a handshake over the two wires; each end speaks as soon as it is connected. Then the transport ends. */
function play({ attacks, ...options }: Scenario): Played {
  const keyLogs: Played['keyLogs'] = { client: [], server: [] }
  const { keyExchange, extendedMasterSecret, clientAuthentication } = options
  const { client, server } = new Bench({
    keyExchange,
    client: { extendedMasterSecret, keyLog: (line) => void keyLogs.client.push(line) },
    server: { extendedMasterSecret, clientAuthentication, keyLog: (line) => void keyLogs.server.push(line) },
  }).start()
  const wires = {
    client: new Wire(attacks.filter(({ from }) => from === 'client')),
    server: new Wire(attacks.filter(({ from }) => from === 'server')),
  }
  const carry = (side: Side, from: End, to: End): boolean => {
    const output = from.connection.poll()
    if (output === undefined) return false
    from.outputs.push(output)
    if (output.type === 'transmit') to.connection.receive(wires[side].pass(output.bytes))
    if (output.type === 'established') from.connection.send(WORDS[side])
    return true
  }
  const move = (): boolean =>
    carry('client', client, server) || carry('server', server, client) || client.answerOne() || server.answerOne()
  const settle = (): void => {
    for (let moves = 0; move(); moves++) if (moves > 1_000) throw new Error('this goes on for ever')
  }
  settle()
  client.connection.endOfTransport()
  server.connection.endOfTransport()
  settle()
  return { client, server, keyLogs }
}

const delivered = ({ outputs }: End): Uint8Array =>
  concat(...outputs.flatMap((output) => (output.type === 'application_data' ? [output.data] : [])))

const summaryOf = ({ outputs }: End) => outputs.find((output) => output.type === 'established')?.summary

function check(one: Scenario): Played {
  const played = play(one)
  const { client, server, keyLogs } = played
  expect([client.connection.ended, server.connection.ended]).toEqual([true, true])
  // one end may be alone in believing that all is well, but only about the same handshake and the same peer
  const somebody = summaryOf(client) ?? summaryOf(server)
  if (somebody !== undefined) expect(keyLogs.client).toEqual(keyLogs.server)
  for (const [end, words] of [[client, WORDS.server] as const, [server, WORDS.client] as const]) {
    const data = delivered(end)
    if (data.length === 0) continue
    expect(toHex(data)).toBe(toHex(words))
    expect(summaryOf(client)?.negotiated).toEqual(summaryOf(server)?.negotiated)
    expect(summaryOf(client)?.authenticatedToPeer).toBe(one.clientAuthentication === 'require')
    expect(summaryOf(server)?.peer.kind).toBe(
      one.clientAuthentication === 'require' ? 'certificate and signature' : 'none',
    )
  }
  return played
}

describe('whatever is done to the bytes on their way', () => {
  test(`either both ends agree on everything or neither trusts the other, in ${CASES} cases`, {
    timeout: 600_000,
  }, () => {
    const outcomes = { both: 0, one: 0, none: 0 }
    fc.assert(
      fc.property(scenario, (one) => {
        const { client, server } = check(one)
        const count = [client, server].filter((end) => summaryOf(end) !== undefined).length
        outcomes[count === 2 ? 'both' : count === 1 ? 'one' : 'none']++
      }),
      { seed: 5246, numRuns: CASES },
    )
    // the sample reaches every kind of outcome, so that each of the checks above was made
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(CASES / 200)
  })

  const base = { keyExchange: 'ECDHE_RSA', clientAuthentication: 'require', extendedMasterSecret: 'prefer' } as const

  test('nothing is wrong with the means: untouched, both agree and hear each other', () => {
    const { client, server } = check({ ...base, attacks: [] })
    expect([toHex(delivered(client)), toHex(delivered(server))]).toEqual(['040506', '010203'])
  })

  test('splitting plaintext records does no harm', () => {
    for (const from of ['client', 'server'] as const) {
      const { client, server } = check({ ...base, attacks: [{ from, record: 0, damage: { kind: 'split', at: 17 } }] })
      expect([delivered(client).length, delivered(server).length]).toEqual([3, 3])
    }
  })

  test.each([0, 1, 2, 3, 5])('the record %i of the client, repeated, ends the handshake', (number) => {
    const { client, server } = check({
      ...base,
      attacks: [{ from: 'client', record: number, damage: { kind: 'repeat' } }],
    })
    expect([summaryOf(client), server.fault === undefined]).toEqual([
      number === 5 ? expect.anything() : undefined,
      false,
    ])
  })
})
