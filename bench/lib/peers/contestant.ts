/** What the comparison with other implementations asks of each of them. */
import { Duplex } from 'node:stream'
import type { PkiKind } from '../../../test/support/pki.js'

/** One kind of handshake: X25519 and AES128-GCM, keys and signatures as named. */
export interface Setting {
  readonly kind: Extract<PkiKind, 'ecdsaP256' | 'rsa'>
  readonly mutual: boolean
}

export const settings: readonly Setting[] = (['ecdsaP256', 'rsa'] as const).flatMap((kind) =>
  [false, true].map((mutual) => ({ kind, mutual })),
)

export const titleOf = ({ kind, mutual }: Setting): string =>
  `${kind === 'rsa' ? 'ECDHE-RSA-2048' : 'ECDHE-ECDSA P-256'}, ${mutual ? 'mutual' : 'full'}`

/** Two ends that have completed a handshake. */
export interface Connected {
  /** Throws them away; not measured. */
  dispose(): void
}

/** Two ends that are Node streams. */
export interface ConnectedStreams extends Connected {
  readonly client: Duplex
  readonly server: Duplex
}

/** Makes handshakes of one setting, keys and trust being imported before; `undefined` where it cannot. */
export interface Contestant<Ends extends Connected = Connected> {
  readonly name: string
  prepare(setting: Setting): (() => Promise<Ends>) | undefined
}

/** One end of a duplex pair in memory: what is written here is read there, in a later turn of the event loop's own queue. */
class PairEnd extends Duplex {
  other: PairEnd | undefined
  #taken: (() => void) | undefined

  override _read(): void {
    const taken = this.#taken
    this.#taken = undefined
    if (taken !== undefined) process.nextTick(taken)
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const { other } = this
    if (other === undefined || other.destroyed || other.push(chunk)) process.nextTick(done)
    else other.#taken = done
  }

  override _final(done: () => void): void {
    if (!this.other?.destroyed) this.other?.push(null)
    done()
  }
}

/** What every contestant that wants a stream runs over, unless it is loopback. */
export function duplexPair(): readonly [Duplex, Duplex] {
  const [one, other] = [new PairEnd(), new PairEnd()]
  one.other = other
  other.other = one
  return [one, other]
}

/** Resolves once both have said so, rejects with the first error. */
export function bothReady(client: Duplex, clientEvent: string, server: Duplex, serverEvent: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let waiting = 2
    const arrived = (): void => {
      if (--waiting === 0) resolve()
    }
    for (const [end, event] of [
      [client, clientEvent],
      [server, serverEvent],
    ] as const) {
      end.once(event, arrived)
      end.on('error', reject) // stays: an error of the tear-down has nobody else to go to
    }
  })
}
