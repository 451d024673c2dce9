import type { ConnectionOutput, TlsConnection } from '../connection/connection.js'
import { satisfy } from '../connection/satisfy.js'
import type { Environment } from '../crypto/environment.js'
import type { RenegotiationWish } from '../handshake/event.js'
import type { SessionKeeper } from './sessions/session-keeper.js'

/**
 * A connection together with the environment that answers its needs: what an adapter drives. Whatever comes out is
 * handed to `onOutput` in order. With synchronous answers everything happens inside the call that caused it.
 */
export class Endpoint {
  readonly connection: TlsConnection
  readonly environment: Environment
  /**
   * Receives every output in order. Set it before `start`. Must not throw. The secret of a `session` is wiped after the
   * call: `encodeKeptSession` and `copySession` make what can be kept.
   */
  onOutput: (output: ConnectionOutput) => void = () => {}
  /**
   * Called after outputs were handed out and after every answer of the environment, even one that put nothing out:
   * `connection.wantsInput` may have changed. Must not throw.
   */
  onAdvance: () => void = () => {}
  /** What is offered for resumption, and what hears of sessions. */
  readonly sessions: SessionKeeper | undefined
  #draining = false

  constructor(connection: TlsConnection, environment: Environment, sessions?: SessionKeeper) {
    this.connection = connection
    this.environment = environment
    this.sessions = sessions
  }

  /** Begins the handshake. Throws a `misuse` fault where it was begun before. */
  start(): void {
    this.connection.start({ session: this.sessions?.offer() })
    this.#advance()
  }

  /** Takes bytes from the transport. */
  receive(bytes: Uint8Array): void {
    this.connection.receive(bytes)
    this.#advance()
  }

  /** The transport ended. */
  endOfTransport(): void {
    this.connection.endOfTransport()
    this.#advance()
  }

  /** Sends application data; throws a `misuse` fault before the connection is established. */
  send(data: Uint8Array): void {
    this.connection.send(data)
    this.#drain()
  }

  /** Begins another handshake on the established connection: see `TlsConnection.renegotiate`. */
  renegotiate(wish?: RenegotiationWish): void {
    this.connection.renegotiate(wish)
    this.#advance()
  }

  /** Sends close_notify. */
  close(): void {
    this.connection.close()
    this.#advance()
  }

  /** Ends at once, whatever the connection waits for. */
  abort(code: 'handshake_timeout' | 'aborted', message: string, cause?: unknown): void {
    this.connection.abort(code, message, cause)
    this.#advance()
  }

  /** What is there goes out before the environment is asked: a slow answer must not hold back what the peer waits for. */
  #advance(): void {
    const { connection } = this
    void satisfy(
      {
        takeNeed: () => {
          this.#drain()
          return connection.takeNeed()
        },
        fulfil: (need, answer) => connection.fulfil(need, answer),
        reject: (need, cause) => connection.reject(need, cause),
      },
      this.environment,
    )
  }

  /** An output's receiver may call back into the endpoint; what that causes is handed out after what came before it. */
  #drain(): void {
    if (this.#draining) return
    this.#draining = true
    try {
      for (let output = this.connection.poll(); output !== undefined; output = this.connection.poll()) {
        this.#hand(output)
      }
    } finally {
      this.#draining = false
    }
    this.onAdvance()
  }
  #hand(output: ConnectionOutput): void {
    this.sessions?.hear(output)
    this.onOutput(output)
    if (output.type === 'session') output.kept.session.masterSecret.wipe()
  }
}
