import { describe, expect, test } from 'vitest'
import { defaultGroups, defaultSignatureSchemes } from '../../src/adapters/defaults.js'
import { joinInMemory } from '../../src/adapters/in-memory.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import { Secret } from '../../src/bytes/secret.js'
import type { ConnectionOutput } from '../../src/connection/connection.js'
import { providerEnvironment } from '../../src/connection/environment.js'
import { HandshakeProtocol } from '../../src/connection/handshake-protocol.js'
import { clientRunner, type RoleRunner, serverRunner } from '../../src/connection/role.js'
import { satisfy } from '../../src/connection/satisfy.js'
import type { Environment } from '../../src/crypto/environment.js'
import { keySchedule } from '../../src/crypto/key-schedule.js'
import { allSuites } from '../../src/crypto/suite-parameters.js'
import { quietClientExtensions, quietServerExtensions } from '../../src/handshake/quiet-extensions.js'
import type { RecordLayer, TlsRecord } from '../../src/record/record-layer.js'
import type { ContentType } from '../../src/registry/content-type.js'
import { selectFrom } from '../../src/x509/select-credential.js'
import { credentialOf, kindFor, mutual, noble, pinTo } from '../support/endpoints.js'

/**
 * One message per datagram, its type in front, no protection: for a transport that keeps boundaries and secrets itself.
 * The keys that it is given are wiped unused.
 */
class DatagramLayer implements RecordLayer {
  readonly #arrived: Uint8Array[] = []
  readonly sent: Uint8Array[] = []
  keyChanges = 0
  closed = false

  get buffered(): number {
    return this.#arrived.reduce((total, { length }) => total + length, 0)
  }

  receive(datagram: Uint8Array): void {
    // `poll` joins what was sealed in a row, so boundaries travel as lengths here
    for (let at = 0; at < datagram.length; ) {
      const length = new DataView(datagram.buffer, datagram.byteOffset).getUint32(at)
      this.#arrived.push(datagram.slice(at + 4, at + 4 + length))
      at += 4 + length
    }
  }

  peek(): ContentType | undefined {
    return this.#arrived[0]?.[0]
  }

  next(): TlsRecord | undefined {
    const datagram = this.#arrived.shift()
    return datagram === undefined ? undefined : { type: datagram[0] ?? 0, fragment: datagram.slice(1) }
  }

  seal(type: ContentType, payload: Uint8Array): Uint8Array {
    const datagram = new Uint8Array(5 + payload.length)
    new DataView(datagram.buffer).setUint32(0, 1 + payload.length)
    datagram[4] = type
    datagram.set(payload, 5)
    this.sent.push(datagram)
    return datagram
  }

  limitRecords(): void {}

  installReadKeys(): void {
    this.keyChanges++
  }

  installWriteKeys(): void {
    this.keyChanges++
  }

  close(): void {
    this.closed = true
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('a record layer of one message per datagram, without protection, put in for the standard one', () => {
  test.each(allSuites.slice(0, 4))('$name: mutual handshake, data both ways, clean close', ({ name, keyExchange }) => {
    const layers = { client: new DatagramLayer(), server: new DatagramLayer() }
    const options = mutual(kindFor(keyExchange))
    const withLayer = <O extends ClientOptions | ServerOptions>(one: O, recordLayer: RecordLayer): O => ({
      ...one,
      cipherSuites: [name],
      recordLayer,
    })
    const client = clientEndpoint(noble, withLayer(options.client, layers.client))
    const server = serverEndpoint(noble, withLayer(options.server, layers.server))
    const outputs: Record<'client' | 'server', ConnectionOutput[]> = { client: [], server: [] }
    joinInMemory(client, server, (side, output) => outputs[side].push(output))

    expect([client.connection.state.name, server.connection.state.name]).toEqual(['Connected', 'Connected'])
    expect(server.connection.summary?.peer.kind).toBe('certificate and signature')
    expect([layers.client.keyChanges, layers.server.keyChanges]).toEqual([2, 2])
    // figure 1: ClientHello, Certificate, ClientKeyExchange, CertificateVerify, ChangeCipherSpec, Finished
    expect(layers.client.sent.map((datagram) => datagram[4])).toEqual([22, 22, 22, 22, 20, 22])

    client.send(bytes('ping'))
    server.send(bytes('pong'))
    const data = (side: 'client' | 'server') =>
      outputs[side].flatMap((output) => (output.type === 'application_data' ? [text(output.data)] : []))
    expect([data('client'), data('server')]).toEqual([['pong'], ['ping']])
    // no protection: what was said is there to be read
    expect(layers.client.sent.some((datagram) => text(datagram).includes('ping'))).toBe(true)

    server.close()
    expect([client.connection.state.name, server.connection.state.name]).toEqual(['Closed', 'Closed'])
    expect([layers.client.closed, layers.server.closed]).toEqual([true, true])
  })
})

/** A carrier without records at all: actions travel as they are. */
class Carrier {
  readonly protocol: HandshakeProtocol
  readonly #environment: Environment
  readonly carried: string[] = []
  readonly delivered: Uint8Array[] = []
  peer: Carrier | undefined

  constructor(runner: RoleRunner, environment: Environment) {
    this.protocol = new HandshakeProtocol(runner, { limits: { message: 16_384, certificate: 65_536 } })
    this.#environment = environment
  }

  /** Carries everything that is there to the peer, which may bring more; all answers are there at once. */
  run(): void {
    satisfy(this.protocol, this.#environment)
    for (let output = this.protocol.poll(); output !== undefined; output = this.protocol.poll()) {
      this.carried.push(output.type === 'sendHandshake' ? output.name : output.type)
      const peer = this.peer?.protocol
      if (output.type === 'sendHandshake') peer?.receiveHandshake(output.raw)
      else if (output.type === 'sendChangeCipherSpec') peer?.receiveChangeCipherSpec()
      else if (output.type === 'sendAlert') peer?.receiveAlert(output)
      else if (output.type === 'deliver') this.delivered.push(output.data)
    }
  }
}

function carriers(): { readonly client: Carrier; readonly server: Carrier } {
  const config = {
    cipherSuites: allSuites.slice(0, 1),
    groups: defaultGroups,
    signatureSchemes: defaultSignatureSchemes,
    applicationProtocols: [],
    extendedMasterSecret: 'require',
    onPeerClose: 'close',
    renegotiation: 'refuse',
    renegotiatedCertificate: 'same',
  } as const
  const environmentOf = (side: 'client' | 'server', peer: 'client' | 'server') =>
    providerEnvironment(noble, {
      verifyCertificate: pinTo(peer, 'ecdsaP256'),
      selectCredential: selectFrom([credentialOf(side, 'ecdsaP256')]),
    })
  const schedule = keySchedule(noble)
  const sessions = { ids: false, tickets: false, withoutExtendedMasterSecret: 'refuse' } as const
  const client = clientRunner({
    config: {
      ...config,
      ...quietClientExtensions,
      sessions,
      serverName: 'localhost',
      requestCertificateStatus: false,
      secureRenegotiation: 'require',
      otherDhGroups: 'refuse',
      strayHelloRequest: 'ignore',
      fallback: false,
    },
    keySchedule: schedule,
  })
  const server = serverRunner({
    config: {
      ...config,
      sessions,
      ...quietServerExtensions,
      clientAuthentication: 'require',
      certificateAuthorities: [],
      pskIdentityHint: undefined,
      unknownPskIdentity: 'hide',
    },
    keySchedule: schedule,
  })
  const ends = {
    client: new Carrier(client, environmentOf('client', 'server')),
    server: new Carrier(server, environmentOf('server', 'client')),
  }
  ends.client.peer = ends.server
  ends.server.peer = ends.client
  return ends
}

const entropy = () => ({
  random: noble.randomBytes(32),
  sessionId: noble.randomBytes(32),
  substitutePreMaster: new Secret(noble.randomBytes(46)),
})

describe('the handshake protocol over a carrier of its own', () => {
  const connected = () => {
    const { client, server } = carriers()
    for (const end of [server, client]) {
      end.protocol.start(entropy())
    }
    for (let turn = 0; turn < 6; turn++) for (const end of [client, server]) end.run()
    return { client, server }
  }

  test('completes a mutual handshake, and says in which order to do what', () => {
    const { client, server } = connected()
    expect([client.protocol.state.name, server.protocol.state.name]).toEqual(['Connected', 'Connected'])
    expect(client.carried).toEqual([
      // what both sides said of the length of records holds from ServerHello on
      ...['client_hello', 'limitRecords', 'certificate', 'client_key_exchange', 'certificate_verify'],
      ...['sendChangeCipherSpec', 'installWriteKeys', 'finished', 'installReadKeys', 'established'],
    ])
    expect(server.carried).toEqual([
      ...['server_hello', 'limitRecords', 'certificate', 'server_key_exchange', 'certificate_request'],
      'server_hello_done',
      ...['installReadKeys', 'sendChangeCipherSpec', 'installWriteKeys', 'finished', 'established'],
    ])
  })

  test('delivers application data of its carrier only once it is connected', () => {
    const early = carriers().server
    early.protocol.start(entropy())
    early.protocol.receiveApplicationData(bytes('too early'))
    early.run()
    expect(early.protocol.state).toMatchObject({ name: 'Failed', fault: { code: 'unexpected_message' } })
    expect(early.delivered).toEqual([])

    const { server } = connected()
    server.protocol.receiveApplicationData(bytes('in time'))
    server.run()
    expect(server.delivered.map(text)).toEqual(['in time'])
  })
})
