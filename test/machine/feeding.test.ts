import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../src/adapters/endpoint.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import type { ConnectionOutput } from '../../src/connection/connection.js'
import { providerEnvironment } from '../../src/connection/environment.js'
import type { Credential } from '../../src/crypto/key-types.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'
import { selectFrom } from '../../src/x509/select-credential.js'
import type { ImmediateVerifier } from '../../src/x509/verifier.js'
import { credentialOf, kindFor, noble, pinTo } from '../support/endpoints.js'
import { fakeCredential, fakeIdentity, fakeVerifier, type Pace, paced } from '../support/fake-environment.js'
import { fakeProvider } from '../support/fake-provider.js'
import { type Feeding, feedings, Reframer, recordsOf } from './reframe.js'
import { suiteFor } from './subject.js'

type Side = 'client' | 'server'
type Authentication = 'none' | 'request' | 'require'

const keyExchanges: readonly KeyExchange[] = ['RSA', 'DHE_RSA', 'ECDHE_RSA', 'ECDHE_ECDSA']
const authentications: readonly Authentication[] = ['none', 'request', 'require']
const paces: readonly Pace[] = ['synchronous', 'microtask', 'immediate', 'mixed']

/** One side: its cryptography, what it shows and whom it believes. */
interface Party {
  readonly provider: CryptoProvider
  readonly credentials: readonly Credential[]
  readonly verifier: ImmediateVerifier
}

interface Case {
  readonly keyExchange: KeyExchange
  readonly authentication: Authentication
  readonly pace: Pace
  readonly feeding: Feeding
  readonly parties: Readonly<Record<Side, Party>>
}

interface Run {
  readonly ends: Readonly<Record<Side, Endpoint>>
  readonly outputs: Readonly<Record<Side, ConnectionOutput[]>>
  readonly keyLogs: Readonly<Record<Side, string[]>>
}

function optionsOf({ keyExchange, pace, parties }: Case, side: Side, keyLog: string[]): ClientOptions {
  const { provider, credentials, verifier } = parties[side]
  const environment = providerEnvironment(provider, {
    verifyCertificate: verifier,
    selectCredential: selectFrom(credentials),
  })
  return {
    cipherSuites: [suiteFor(keyExchange).name],
    environment: paced(environment, pace, side === 'client' ? 11 : 12),
    keyLog: (line) => void keyLog.push(line),
  }
}

/** Starts both sides with the reframers between them. With synchronous environments the handshake is over on return. */
function begin(one: Case): Run {
  const keyLogs = { client: [], server: [] }
  const serverOptions: ServerOptions = {
    ...optionsOf(one, 'server', keyLogs.server),
    clientAuthentication: one.authentication,
  }
  const ends = {
    client: clientEndpoint(one.parties.client.provider, {
      ...optionsOf(one, 'client', keyLogs.client),
      serverName: 'localhost',
    }),
    server: serverEndpoint(one.parties.server.provider, serverOptions),
  }
  const outputs: Run['outputs'] = { client: [], server: [] }
  join(ends, outputs, one.feeding)
  ends.server.start()
  ends.client.start()
  return { ends, outputs, keyLogs }
}

function join(ends: Run['ends'], outputs: Run['outputs'], feeding: Feeding): void {
  const wire: (() => void)[] = []
  let carrying = false
  const carry = (): void => {
    if (carrying) return
    carrying = true
    for (let next = wire.shift(); next !== undefined; next = wire.shift()) next()
    carrying = false
  }
  const attach = (side: Side, peer: Side, seed: number): void => {
    const reframer = new Reframer(feeding, seed)
    ends[side].onOutput = (output) => {
      outputs[side].push(output)
      if (output.type !== 'transmit') return
      for (const bytes of reframer.push(output.bytes)) wire.push(() => ends[peer].receive(bytes))
      carry()
    }
  }
  attach('client', 'server', 21)
  attach('server', 'client', 22)
}

const states = ({ ends }: Run): readonly string[] => [
  ends.client.connection.state.name,
  ends.server.connection.state.name,
]

/** Turns the event loop until `done`. */
async function until(done: () => boolean): Promise<void> {
  for (let turns = 0; turns < 1_000 && !done(); turns++) await new Promise((resolve) => setImmediate(resolve))
}

const connected = (run: Run): boolean => states(run).every((name) => name === 'Connected')

/** What both sides must agree on, and what each run of one case must have in common. */
const resultOf = ({ ends, keyLogs }: Run) => {
  const [client, server] = [ends.client.connection.summary, ends.server.connection.summary]
  return {
    masterSecret: keyLogs.client,
    negotiated: client?.negotiated,
    proofs: [client?.peer.kind, server?.peer.kind],
    authenticated: [client?.authenticatedToPeer, server?.authenticatedToPeer],
  }
}

function expectAgreement(run: Run, { keyExchange, authentication }: Case): void {
  expect(states(run)).toEqual(['Connected', 'Connected'])
  expect(run.keyLogs.client.length).toBe(1)
  expect(run.keyLogs.server).toEqual(run.keyLogs.client)
  const { client, server } = run.ends
  expect(server.connection.summary?.negotiated).toEqual(client.connection.summary?.negotiated)
  const serverProof = keyExchange === 'RSA' ? 'certificate and key transport' : 'certificate and signature'
  const clientProof = authentication === 'require' ? 'certificate and signature' : 'none'
  expect(resultOf(run).proofs).toEqual([serverProof, clientProof])
  expect(resultOf(run).authenticated).toEqual([authentication === 'require', true])
}

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 0xff)
/** More than one record holds. */
const PING = bytes(17_000)
const PONG = Uint8Array.of(1, 2, 3)

const dataOf = (outputs: readonly ConnectionOutput[]): Uint8Array =>
  Buffer.concat(outputs.flatMap((output) => (output.type === 'application_data' ? [output.data] : [])))

/** Data both ways, and an orderly end. */
function expectDataAndClose({ ends, outputs }: Run, ping: Uint8Array): void {
  ends.client.send(ping)
  ends.server.send(PONG)
  expect(Buffer.compare(dataOf(outputs.server), ping)).toBe(0)
  expect(Buffer.compare(dataOf(outputs.client), PONG)).toBe(0)
  ends.server.close()
  expect(states({ ends, outputs, keyLogs: { client: [], server: [] } })).toEqual(['Closed', 'Closed'])
  expect(outputs.client.at(-1)?.type === 'peerClosed' || outputs.client.at(-2)?.type === 'peerClosed').toBe(true)
}

/** Fake parties; a client that is asked and has nothing to show is the case `request`. */
const fakeParties = (keyExchange: KeyExchange, authentication: Authentication): Case['parties'] => ({
  client: {
    provider: fakeProvider(1),
    credentials: authentication === 'require' ? [fakeCredential(fakeIdentity(keyExchange, 'client'))] : [],
    verifier: fakeVerifier,
  },
  server: {
    provider: fakeProvider(2),
    credentials: [fakeCredential(fakeIdentity(keyExchange, 'server'))],
    verifier: fakeVerifier,
  },
})

const combinations = keyExchanges.flatMap((keyExchange) =>
  authentications.map((authentication) => ({ keyExchange, authentication })),
)

describe('with the fake provider, every way of answering and feeding reaches the same result', () => {
  test.each(combinations)('$keyExchange, client authentication: $authentication', async (combination) => {
    const { keyExchange, authentication } = combination
    const results: ReturnType<typeof resultOf>[] = []
    for (const pace of paces) {
      for (const feeding of feedings) {
        const one: Case = { ...combination, pace, feeding, parties: fakeParties(keyExchange, authentication) }
        const run = begin(one)
        // in the very same tick: nothing was awaited since the first call
        if (pace === 'synchronous') expect(states(run)).toEqual(['Connected', 'Connected'])
        await until(() => connected(run))
        expectAgreement(run, one)
        results.push(resultOf(run))
        // byte by byte a long message takes long, and shows nothing that a short one does not
        expectDataAndClose(run, feeding === 'bytes' ? bytes(300) : PING)
      }
    }
    expect(results.length).toBe(paces.length * feedings.length)
    for (const result of results) expect(result).toEqual(results[0])
  })
})

describe('with real cryptography', () => {
  const some = (['synchronous', 'mixed'] as const).flatMap((pace) =>
    (['bytes', 'flight'] as const).flatMap((feeding) =>
      keyExchanges.map((keyExchange) => ({ keyExchange, pace, feeding })),
    ),
  )
  test.each(some)('$keyExchange, $pace answers, fed by $feeding', async ({ keyExchange, pace, feeding }) => {
    const kind = kindFor(keyExchange)
    const party = (side: Side, peer: Side): Party => ({
      provider: noble,
      credentials: [credentialOf(side, kind)],
      verifier: pinTo(peer, kind),
    })
    const parties = { client: party('client', 'server'), server: party('server', 'client') }
    const one: Case = { keyExchange, authentication: 'require', pace, feeding, parties }
    const run = begin(one)
    if (pace === 'synchronous') expect(states(run)).toEqual(['Connected', 'Connected'])
    await until(() => connected(run))
    expectAgreement(run, one)
    expectDataAndClose(run, PING.subarray(0, 1_000))
  })
})

describe('the reframer', () => {
  const handshake = (...types: number[]): Uint8Array =>
    Uint8Array.from([22, 3, 3, 0, types.length * 4, ...types.flatMap((type) => [type, 0, 0, 0])])

  test('packs a flight into one record, and no protected record', () => {
    const reframer = new Reframer('flight', 1)
    expect(reframer.push(handshake(2))).toEqual([])
    expect(reframer.push(handshake(11))).toEqual([])
    expect(reframer.push(handshake(14))).toEqual([handshake(2, 11, 14)])
    const changeAndFinished = Uint8Array.from([20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 4, 20, 0, 0, 0])
    expect(reframer.push(handshake(16))).toEqual([])
    expect(reframer.push(changeAndFinished)).toEqual([Uint8Array.from([...handshake(16), ...changeAndFinished])])
  })

  test('cuts a message into several records', () => {
    const cut = new Reframer('fragments', 1).push(handshake(2, 11, 12))
    expect(cut.map((bytes) => recordsOf(bytes)[0]?.fragment.length)).toEqual([5, 5, 2])
  })

  test('asynchronous answers really come later', async () => {
    const parties = fakeParties('ECDHE_RSA', 'require')
    const run = begin({
      keyExchange: 'ECDHE_RSA',
      authentication: 'require',
      pace: 'microtask',
      feeding: 'messages',
      parties,
    })
    expect(states(run)).toEqual(['ExpectServerHello', 'AwaitCredential'])
    await until(() => connected(run))
    expect(states(run)).toEqual(['Connected', 'Connected'])
  })
})
