import { encode } from '../codec/codec.js'
import type { DirectionKeys, RecordLimits } from '../crypto/connection-keys.js'
import type { CertificateKind } from '../crypto/key-types.js'
import { RawPublicKey } from '../messages/certificate.js'
import { encodeHandshake, frameHandshake, type HandshakeMessages } from '../messages/handshake.js'
import { HandshakeType, type HandshakeTypeName } from '../registry/handshake-type.js'
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
    this.#send(name, encodeHandshake(name, message))
  }

  #send(name: HandshakeTypeName, raw: Uint8Array): void {
    this.#transcript = this.#transcript.append(raw)
    this.#actions.push({ type: 'sendHandshake', name, raw })
  }

  /** A Certificate of either type (RFC 7250 §3). */
  certificate(type: CertificateKind, certificateList: readonly Uint8Array[]): void {
    if (type === 'X509') this.handshake('certificate', { certificateList })
    else this.#send('certificate', frameHandshake(HandshakeType.certificate, encode(RawPublicKey, { certificateList })))
  }

  /** From the next record on: what was agreed on holds at once, not from the next keys on (RFC 6066 §4). */
  limitRecords(limits: RecordLimits): void {
    this.#actions.push({ type: 'limitRecords', limits })
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
