/** A client and a server that move one step at a time, with needs that can be held back: nothing happens by itself. */
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import type { ConnectionOutput, TlsConnection } from '../../src/connection/connection.js'
import type { OpenNeed } from '../../src/connection/open-need.js'
import type { ObservedStep } from '../../src/connection/role.js'
import { satisfy } from '../../src/connection/satisfy.js'
import type { Environment } from '../../src/crypto/environment.js'
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'
import type { NeedType } from '../../src/handshake/need.js'
import { fakeCredential, fakeIdentity, fakeVerifier } from '../support/fake-environment.js'
import { fakeProvider } from '../support/fake-provider.js'
import { suiteFor } from './subject.js'

export type Side = 'client' | 'server'

export interface BenchOptions {
  readonly keyExchange: KeyExchange
  readonly client?: ClientOptions
  readonly server?: ServerOptions
}

/** One end: its connection, what came out of it, and what it saw. */
export class End {
  readonly connection: TlsConnection
  readonly environment: Environment
  readonly outputs: ConnectionOutput[] = []
  readonly steps: readonly ObservedStep[]
  /** Types of needs that nobody answers; those that came up are in `needs`. */
  readonly held = new Set<NeedType>()
  readonly needs: OpenNeed[] = []

  constructor(endpoint: { connection: TlsConnection; environment: Environment }, steps: readonly ObservedStep[]) {
    this.connection = endpoint.connection
    this.environment = endpoint.environment
    this.steps = steps
  }

  get state(): string {
    return this.connection.state.name
  }

  get fault() {
    return this.outputs.find((output) => output.type === 'failed')?.fault
  }

  /** The held need of that type. */
  need(type: NeedType): OpenNeed {
    const found = this.needs.find((need) => need.type === type)
    if (found === undefined) throw new Error(`nobody needed ${type}`)
    return found
  }

  /** Answers one need, or holds it back; false where none is there to be taken. */
  answerOne(): boolean {
    const { connection } = this
    let need = connection.takeNeed()
    if (need === undefined) return false
    if (this.held.has(need.type)) {
      this.needs.push(need)
      return true
    }
    const source = {
      takeNeed: () => {
        const taken = need
        need = undefined
        return taken
      },
      fulfil: connection.fulfil.bind(connection),
      reject: connection.reject.bind(connection),
    }
    satisfy(source, this.environment)
    return true
  }
}

/** Both ends and the wire between them. */
export class Bench {
  readonly client: End
  readonly server: End

  constructor({ keyExchange, client, server }: BenchOptions) {
    const common = { cipherSuites: [suiteFor(keyExchange).name], verifier: fakeVerifier }
    const make = <O extends ClientOptions>(options: O | undefined, build: (options: O) => End): End =>
      build({ ...common, ...options } as O) // what both roles have in common is part of either
    const steps = { client: [] as ObservedStep[], server: [] as ObservedStep[] }
    this.client = make<ClientOptions>(client, (options) => {
      const credentials = [fakeCredential(fakeIdentity('ECDHE_ECDSA', 'client'))]
      const observe = (step: ObservedStep) => void steps.client.push(step)
      return new End(clientEndpoint(fakeProvider(1), { credentials, observe, ...options }), steps.client)
    })
    this.server = make<ServerOptions>(server, (options) => {
      const credentials = [fakeCredential(fakeIdentity(keyExchange, 'server'))]
      const observe = (step: ObservedStep) => void steps.server.push(step)
      const policy = { clientAuthentication: 'require' as const }
      return new End(serverEndpoint(fakeProvider(2), { credentials, observe, ...policy, ...options }), steps.server)
    })
  }

  start(): this {
    this.server.connection.start()
    this.client.connection.start()
    return this
  }

  /** Does one thing: carries an output, or answers a need. False where nothing is left to do. */
  move(): boolean {
    return this.#carry(this.client, this.server) || this.#carry(this.server, this.client) || this.#answer()
  }

  /** Moves until nothing moves any more. */
  settle(): this {
    for (let moves = 0; this.move(); moves++) {
      if (moves > 10_000) throw new Error('this goes on for ever')
    }
    return this
  }

  #answer(): boolean {
    return this.client.answerOne() || this.server.answerOne()
  }

  #carry(from: End, to: End): boolean {
    const output = from.connection.poll()
    if (output === undefined) return false
    from.outputs.push(output)
    if (output.type === 'transmit') to.connection.receive(output.bytes)
    return true
  }
}
