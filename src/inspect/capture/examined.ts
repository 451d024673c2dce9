import { type Codec, decode } from '../../codec/codec.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { findExtension } from '../../messages/extensions/extension.js'
import type { HandshakeMessages } from '../../messages/handshake.js'
import type { ServerHello } from '../../messages/server-hello.js'
import type { HandshakeTypeName } from '../../registry/handshake-type.js'
import type { Side } from '../trace.js'
import type { CaptureCheck } from './check.js'
import type { HandshakeFacts } from './handshake-facts.js'
import type { CaptureCrypto } from './record-opener.js'

/** What a renegotiation is bound to: the handshake before it on the same connection. */
export interface PreviousHandshake {
  /** verify_data of both sides (RFC 5746 §3.1). */
  readonly client: Uint8Array
  readonly server: Uint8Array
  readonly encryptThenMac: boolean
}

/** What a check may look at: everything that was seen before the message, and in `facts` the message too. */
export interface Examined {
  readonly facts: HandshakeFacts
  readonly previous: PreviousHandshake | 'none' | 'not known'
  readonly crypto: Pick<CaptureCrypto, 'verifySignature'>
}

/** One check of one kind of message; `undefined` where there is nothing to check. Throws `MalformedError` for malformed parts. */
export type Examine<N extends HandshakeTypeName> = (
  examined: Examined,
  message: HandshakeMessages[N],
  sender: Side,
) => CaptureCheck | undefined

/** The data of an extension. Throws `MalformedError` for data that is none. */
export function readIn<T>(hello: ClientHello | ServerHello | undefined, type: number, codec: Codec<T>): T | undefined {
  const data = findExtension(hello?.extensions, type)
  return data && decode(codec, data)
}
