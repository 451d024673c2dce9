import type { SuiteParameters } from '../../crypto/suite-parameters.js'
import type { HandshakeTypeName } from '../../registry/handshake-type.js'
import type { Side } from '../trace.js'
import type { KnownSecret } from './key-store.js'

/** One thing of a handshake, in the order of capture. */
export type HandshakeItem =
  | {
      readonly type: 'message'
      readonly sender: Side
      readonly name: HandshakeTypeName
      /** Header and body. */
      readonly raw: Uint8Array
    }
  | { readonly type: 'change_cipher_spec'; readonly sender: Side }
  /** One that could be read and came before both sides were finished. */
  | { readonly type: 'alert'; readonly sender: Side; readonly level: number; readonly description: number }

/** How the master secret came about, as far as it was seen. */
export type HandshakeRoad = 'full' | 'resumed by id' | 'resumed by ticket' | 'not known'

/** A handshake as it was captured: what a replay needs. The master secret is there where it is known. */
export interface CapturedHandshake {
  readonly items: readonly HandshakeItem[]
  readonly road: HandshakeRoad
  /** Absent where the suite is none of this library's, or no ServerHello was seen. */
  readonly suite: SuiteParameters | undefined
  readonly known: KnownSecret | undefined
  /** Why not all of it is in `items`; absent where all is. */
  readonly broken?: string
}
