import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, toHex } from '../../src/bytes/convert.js'
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'
import { Bench, type End, type Side } from './bench.js'
import { type RawRecord, record, recordsOf } from './reframe.js'

/*
 * Whoever sits on the wire may change, drop, repeat and reorder whatever passes. Then either both ends agree on everything,
 * or neither takes a byte of data for the other's. Signatures and ciphers are the fake provider's, which nobody here tries
 * to forge. 2,000 cases; CASES in the environment makes it more.
 */
const CASES = Number(process.env['CASES'] ?? 2_000)

type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly mask: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'swap' }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'split'; readonly at: number }
  | { readonly kind: 'retype'; readonly type: number }
  | { readonly kind: 'header'; readonly at: number; readonly mask: number }
  | { readonly kind: 'replay'; readonly earlier: number }

/** What happens to the record with this number, counted from the beginning in one direction. */
interface Attack {
  readonly from: Side
  readonly record: number
  readonly damage: Damage
}

const mask = fc.integer({ min: 1, max: 255 })
const at = fc.integer({ min: 0, max: 400 })

const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), at, mask }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('swap' as const) }) },
  fc.record({ kind: fc.constant('cut' as const), at }),
  fc.record({
    kind: fc.constant('insert' as const),
    at,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => new Uint8Array(bytes)),
  }),
  // this does no harm to plaintext: the handshake must then succeed
  fc.record({ kind: fc.constant('split' as const), at }),
  fc.record({ kind: fc.constant('retype' as const), type: fc.integer({ min: 19, max: 24 }) }),
  fc.record({ kind: fc.constant('header' as const), at: fc.integer({ min: 0, max: 4 }), mask }),
  fc.record({ kind: fc.constant('replay' as const), earlier: fc.integer({ min: 0, max: 8 }) }),
)

const attack: fc.Arbitrary<Attack> = fc.record({
  from: fc.constantFrom<Side>('client', 'server'),
  record: fc.integer({ min: 0, max: 8 }),
  damage,
})

const scenario = fc.record({
  keyExchange: fc.constantFrom<KeyExchange>('RSA', 'DHE_RSA', 'ECDHE_RSA', 'ECDHE_ECDSA'),
  clientAuthentication: fc.constantFrom('none' as const, 'require' as const),
  extendedMasterSecret: fc.constantFrom('prefer' as const, 'off' as const),
  attacks: fc.array(attack, { maxLength: 3 }),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

const whole = ({ type, fragment }: RawRecord): Uint8Array => record(type, fragment)

const spliced = (bytes: Uint8Array, start: number, remove: number, insert: Uint8Array): Uint8Array =>
  concat(bytes.subarray(0, start), insert, bytes.subarray(start + remove))

/** The wire in one direction, and the one who sits on it. Counts records across deliveries. */
class Wire {
  readonly #attacks: readonly Attack[]
  readonly #seen: RawRecord[] = []
  #heldBack: Uint8Array | undefined

  constructor(attacks: readonly Attack[]) {
    this.#attacks = attacks
  }

  pass(bytes: Uint8Array): Uint8Array {
    return concat(...recordsOf(bytes).map((one) => this.#passOne(one)))
  }

  #passOne(one: RawRecord): Uint8Array {
    const number = this.#seen.push(one) - 1
    const passed = this.#attacks
      .filter((attack) => attack.record === number)
      .reduce((passing, { damage }) => this.#apply(damage, passing, one), whole(one))
    const held = this.#heldBack
    if (held === undefined || passed.length === 0) return passed
    this.#heldBack = undefined
    return concat(passed, held)
  }

  #apply(damage: Damage, bytes: Uint8Array, one: RawRecord): Uint8Array {
    const length = one.fragment.length
    const inside = (offset: number): number => 5 + (length === 0 ? 0 : offset % length)
    switch (damage.kind) {
      case 'flip':
        return bytes.map((byte, i) => (i === inside(damage.at) ? byte ^ damage.mask : byte))
      case 'header':
        return bytes.map((byte, i) => (i === damage.at ? byte ^ damage.mask : byte))
      case 'drop':
        return new Uint8Array()
      case 'repeat':
        return concat(bytes, bytes)
      case 'swap':
        this.#heldBack = bytes
        return new Uint8Array()
      case 'cut':
        return record(one.type, one.fragment.subarray(0, inside(damage.at) - 5))
      case 'insert':
        return record(one.type, spliced(one.fragment, inside(damage.at) - 5, 0, damage.bytes))
      case 'split': {
        const first = one.fragment.subarray(0, inside(damage.at) - 5)
        const parts = [first, one.fragment.subarray(first.length)].filter((part) => part.length > 0)
        return concat(...parts.map((part) => record(one.type, part)))
      }
      case 'retype':
        return record(damage.type, one.fragment)
      case 'replay': {
        const earlier = this.#seen[damage.earlier]
        return earlier === undefined ? bytes : concat(bytes, whole(earlier))
      }
    }
  }
}

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
