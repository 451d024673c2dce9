/** The attacked side: a real endpoint with real cryptography, and an application that talks as soon as it may. */
import type { Endpoint } from '../../src/adapters/endpoint.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import { concat, fromHex } from '../../src/bytes/convert.js'
import type { TlsFault } from '../../src/handshake/fault.js'
import { noble } from '../support/endpoints.js'

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const text = (data: Uint8Array): string => new TextDecoder().decode(data)

/** What the victim's application sends the moment that its library says it may: no attack may ever see it. */
export const GREETING = 'what the victim tells its peer only'

/** Everything that can be seen of a victim besides its bytes on the wire. */
export class Victim {
  readonly endpoint: Endpoint
  /** Application data that reached the victim's application. */
  readonly delivered: string[] = []
  /** The kinds of output in order, bytes to transmit as their record types. */
  readonly outputs: string[] = []
  /** The state after each step of the machine. */
  readonly states: string[] = []
  fault: TlsFault | undefined
  /** From the victim's key log: lets the test read what the victim protects, whatever the attacker knows. */
  masterSecret: Uint8Array | undefined
  #transmitted: Uint8Array[] = []

  constructor(make: (spy: Pick<ClientOptions, 'keyLog' | 'observe'>) => Endpoint) {
    this.endpoint = make({
      keyLog: (line) => {
        this.masterSecret = fromHex(line.split(' ')[2] ?? '')
      },
      observe: ({ after }) => this.states.push(after.name),
    })
    this.endpoint.onOutput = (output) => {
      this.outputs.push(output.type)
      if (output.type === 'transmit') this.#transmitted.push(output.bytes)
      else if (output.type === 'application_data') this.delivered.push(text(output.data))
      else if (output.type === 'failed') this.fault = output.fault
      else if (output.type === 'established') this.endpoint.send(bytes(GREETING))
    }
  }

  get state(): string {
    return this.endpoint.connection.state.name
  }

  get established(): boolean {
    return this.outputs.includes('established')
  }

  /** What the victim put on the wire since the last call. */
  takeTransmitted(): Uint8Array {
    const taken = concat(...this.#transmitted)
    this.#transmitted = []
    return taken
  }
}

export const victimClient = (options: ClientOptions): Victim =>
  new Victim((spy) => clientEndpoint(noble, { ...options, ...spy }))

export const victimServer = (options: ServerOptions): Victim =>
  new Victim((spy) => serverEndpoint(noble, { ...options, ...spy }))
