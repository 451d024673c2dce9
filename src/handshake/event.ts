import type { Secret } from '../bytes/secret.js'
import type { KeptSession } from '../crypto/session.js'
import type { Alert } from '../messages/alert.js'
import type { HandshakeMessages } from '../messages/handshake.js'
import type { HandshakeTypeName } from '../registry/handshake-type.js'
import type { AlignedRecords } from './evidence.js'
import type { TlsFault } from './fault.js'
import type { AnswerEvent, NeedType } from './need.js'
import type { Transcript } from './transcript.js'

/** Fresh randomness, given with the event that begins a handshake: the machine has no generator of its own. */
export interface Entropy {
  /** The hello random: 32 bytes, all of them random (RFC 5246 §7.4.1.2; the clock of gmt_unix_time only tracks users). */
  readonly random: Uint8Array
  /** 32 bytes: the id of a session that a server keeps, or the one that goes with a client's ticket (RFC 5077 §3.4). */
  readonly sessionId: Uint8Array
  /** 46 bytes that stand in for a pre-master secret that cannot be decrypted (RFC 5246 §7.4.7.1). Servers only. */
  readonly substitutePreMaster: Secret
}

/** What our side wants of a renegotiation that it begins. */
export interface RenegotiationWish {
  /** Servers only: whether this handshake asks for a client certificate, whatever the first one did (RFC 5246 §7.4.4). */
  readonly clientAuthentication?: 'request' | 'require'
}

/** What happens to a machine other than handshake messages. */
export type PlainEvent =
  /** `session`: what a client would like to resume, its secret the machine's own from here on. */
  | { readonly type: 'start'; readonly entropy: Entropy; readonly session?: KeptSession }
  /** Our side wants another handshake on an established connection. */
  | { readonly type: 'renegotiate'; readonly entropy: Entropy; readonly wish: RenegotiationWish }
  | { readonly type: 'change_cipher_spec'; readonly aligned: AlignedRecords }
  | { readonly type: 'alert'; readonly alert: Alert }
  | { readonly type: 'application_data'; readonly data: Uint8Array }
  /** Something below the handshake is wrong (a record, an alert, a time limit): it ends the connection. */
  | { readonly type: 'fault'; readonly fault: TlsFault }
  /** Our side wants to close. */
  | { readonly type: 'close' }
  /** The transport ended. */
  | { readonly type: 'transport_end' }
  /** The environment cannot answer. */
  | { readonly type: 'need_refused'; readonly need: NeedType; readonly cause: unknown }
  | AnswerEvent

/**
 * A handshake message as it arrived, header included. The message is decoded by `step` itself, after the table has said
 * that one of its type may come now: so a message and its bytes cannot disagree, and order is judged before form.
 */
export type MessageEvent<N extends HandshakeTypeName = HandshakeTypeName> = {
  [K in N]: {
    readonly type: K
    readonly raw: Uint8Array
    /** What the transcript has of it, where it was sent in another form than `raw`. */
    readonly asSent?: Uint8Array
    /** For a handshake that this message may begin: comes with HelloRequest and ClientHello on an open connection. */
    readonly entropy?: Entropy
  }
}[N]

/** What goes into `step`. */
export type MachineEvent = PlainEvent | MessageEvent

export type EventType = MachineEvent['type']

/** A handshake message as its handler sees it, with the transcript up to it and including it. */
export interface Received<N extends HandshakeTypeName> {
  readonly type: N
  readonly message: HandshakeMessages[N]
  readonly raw: Uint8Array
  /** All messages before this one: what the peer's Finished and CertificateVerify are computed over. */
  readonly before: Transcript
  readonly through: Transcript
  readonly entropy?: Entropy
}

/** What the handler of an event of type `E` is given. */
export type HandledEvent<E extends EventType> = E extends HandshakeTypeName
  ? Received<E>
  : Extract<PlainEvent, { readonly type: E }>
