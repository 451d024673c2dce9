import type { Socket } from 'node:net'
import type { Endpoint } from '../../src/adapters/endpoint.js'
import type { ConnectionOutput } from '../../src/connection/connection.js'
import { copySession, type KeptSession } from '../../src/crypto/session.js'
import type { TlsFault } from '../../src/handshake/fault.js'
import { describeFault } from './error-names.js'
import { unmetAfterEnd, unmetAfterHandshake } from './expectations.js'
import type { Settings } from './flags.js'
import type { Observations } from './observations.js'
import type { Shared } from './shared-state.js'

export interface ConversationParts {
  readonly settings: Settings
  readonly shared: Shared
  readonly isResumption: boolean
  readonly observations: Observations
  readonly endpoint: Endpoint
  readonly socket: Socket
  /** Called once, with what went wrong or nothing. */
  readonly resolve: (failure: string | undefined) => void
}

const INITIAL_WRITE = 'hello'

/**
 * What the shim does with a connection: after the handshake it checks, says what it is asked to say, then answers each
 * byte by its complement until the peer is done, and closes as the test wants.
 */
export class Conversation {
  readonly #parts: ConversationParts
  #stage: 'handshake' | 'open' | 'shutting down' | 'over' = 'handshake'

  #renegotiations = 0

  constructor(parts: ConversationParts) {
    this.#parts = parts
  }

  onOutput(output: ConnectionOutput): void {
    if (output.type === 'transmit') this.#parts.socket.write(output.bytes)
    else if (this.#stage === 'over') return
    else if (output.type === 'session') this.#onSession(output.kept)
    else if (output.type === 'established') this.#onEstablished()
    else if (output.type === 'application_data') this.#onData(output.data)
    else if (output.type === 'peerClosed') this.#onPeerClosed()
    else if (output.type === 'failed') this.#onFailed(output.fault)
  }

  /** Without a close_notify. Between messages the shim takes that for an end, as many applications do. */
  onTransportEnd(): void {
    if (this.#stage === 'shutting down') this.#finish('Unexpected SSL_shutdown result: -1 != 1')
    this.#parts.endpoint.endOfTransport()
  }

  #finish(failure?: string): void {
    if (this.#stage === 'over') return
    this.#stage = 'over'
    this.#parts.resolve(failure ?? unmetAfterEnd(this.#parts, this.#renegotiations))
  }

  /** The endpoint's owner keeps a client's session; a server has a store, which keeps its own. */
  #onSession(kept: KeptSession): void {
    const { shared, observations } = this.#parts
    shared.session = { handle: kept.handle, session: copySession(kept.session) }
    observations.gotSession = true
  }

  #onEstablished(): void {
    const { settings } = this.#parts
    if (this.#stage !== 'handshake') {
      this.#renegotiations++
      return
    }
    const unmet = settings.has('-implicit-handshake') ? undefined : unmetAfterHandshake(this.#parts)
    if (unmet === undefined) this.#converse()
    else this.#finish(unmet)
  }

  #converse(): void {
    const { settings, endpoint } = this.#parts
    this.#stage = 'open'
    const length = settings.number('-export-keying-material') ?? 0
    if (length > 0) endpoint.send(this.#exported(length))
    if (settings.has('-tls-unique')) this.#sendBinding()
    if (settings.has('-shim-writes-first')) endpoint.send(Buffer.from(INITIAL_WRITE))
    if (settings.has('-shim-shuts-down')) this.#shutDown()
  }

  /** There is none for a connection whose master secret is not bound to it. */
  #sendBinding(): void {
    const { endpoint } = this.#parts
    try {
      endpoint.send(endpoint.connection.channelBinding('tls-unique'))
    } catch {
      this.#finish('failed to get tls-unique')
    }
  }

  #exported(length: number): Uint8Array {
    const { settings, endpoint } = this.#parts
    const context = settings.has('-use-export-context')
      ? Buffer.from(settings.text('-export-context') ?? '')
      : undefined
    return endpoint.connection.exportKeyingMaterial(settings.text('-export-label') ?? '', length, context)
  }

  #onData(data: Uint8Array): void {
    if (this.#stage === 'shutting down') this.#finish(':APPLICATION_DATA_ON_SHUTDOWN:')
    else this.#parts.endpoint.send(data.map((byte) => byte ^ 0xff))
  }

  /** Some tests want keying material all the time, to see that there is none in the middle of a renegotiation. */
  onRead(): void {
    if (this.#stage !== 'open' || !this.#parts.settings.has('-use-exporter-between-reads')) return
    try {
      this.#parts.endpoint.connection.exportKeyingMaterial('', 1)
    } catch {
      this.#finish('failed to export keying material')
    }
  }

  /** Of what comes while the shim closes, it looks at wishes for a handshake too: it cannot have one any more. */
  onMessage(name: string): void {
    const { settings, endpoint } = this.#parts
    if (name !== 'hello_request') return
    if (this.#stage === 'shutting down' && !settings.has('-renegotiate-ignore')) this.#finish(':NO_RENEGOTIATION:')
    if (this.#stage === 'open' && settings.has('-renegotiate-explicit')) setImmediate(() => endpoint.renegotiate())
  }

  #onPeerClosed(): void {
    if (this.#stage === 'open' && this.#parts.settings.has('-check-close-notify')) this.#parts.endpoint.close()
    this.#finish()
  }

  /** Unless a test looks for close_notify, the shim goes without a word. */
  #shutDown(): void {
    if (this.#parts.settings.has('-check-close-notify')) {
      this.#stage = 'shutting down'
      this.#parts.endpoint.close()
    } else this.#finish()
  }

  #onFailed(fault: TlsFault): void {
    const endedQuietly = fault.code === 'truncated' && this.#stage === 'open'
    if (!endedQuietly) this.#finish(describeFault(fault, this.#parts.observations.lastEvent))
    else if (this.#parts.settings.has('-check-close-notify')) this.#finish('Unexpected SSL_shutdown result: -1 != 1')
    else this.#finish()
  }
}
