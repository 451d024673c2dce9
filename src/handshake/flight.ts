import type { DirectionKeys } from '../crypto/connection-keys.js'
import { encodeHandshake, type HandshakeMessages } from '../messages/handshake.js'
import type { HandshakeTypeName } from '../registry/handshake-type.js'
import type { Action } from './action.js'
import type { Need, NeedRequest, NeedType } from './need.js'
import type { Transcript } from './transcript.js'

/**
 * What one step sends, in order. Each message joins the transcript as it is sent, because the session hash (RFC 7627),
 * CertificateVerify and our Finished cover messages of the very same step. Lives inside one handler call.
 */
export class Flight {
  readonly #actions: Action[] = []
  #transcript: Transcript

  constructor(transcript: Transcript) {
    this.#transcript = transcript
  }

  get transcript(): Transcript {
    return this.#transcript
  }

  get actions(): readonly Action[] {
    return this.#actions
  }

  handshake<N extends HandshakeTypeName>(name: N, message: HandshakeMessages[N]): void {
    const raw = encodeHandshake(name, message)
    this.#transcript = this.#transcript.append(raw)
    this.#actions.push({ type: 'sendHandshake', name, raw })
  }

  changeCipherSpec(writeKeys: DirectionKeys): void {
    this.#actions.push({ type: 'sendChangeCipherSpec' }, { type: 'installWriteKeys', keys: writeKeys })
  }

  do(action: Action): void {
    this.#actions.push(action)
  }
}

/** The action that asks the environment. */
export function ask<T extends NeedType>(type: T, request: NeedRequest<T>): Action {
  // A generic key does not distribute over the union by itself; type and request come from the same `T`.
  return { type: 'need', need: { type, request } as Need }
}
