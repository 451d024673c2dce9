/**
 * What a reader of a capture could find out about one thing that an end had to check. `not checked` always says why: a key
 * is missing, a message is, or this library does not know the algorithm.
 */
export interface CaptureCheck {
  readonly what: CheckedThing
  readonly verdict: 'right' | 'wrong' | 'not checked'
  /** For people: what was compared with what, or why it could not be. */
  readonly detail: string
}

/** Everything that both ends of a handshake have to check and that a reader of a capture looks at too. */
export type CheckedThing =
  /** The bytes of a message. */
  | 'form'
  /** The sequence of messages, against both transition tables. */
  | 'order'
  /** What a ClientHello must have and must not have. */
  | 'offer'
  /** Suite and compression of a ServerHello, among those that were offered. */
  | 'choices'
  /** The extensions of a ServerHello, each against the one that it answers. */
  | 'extensions'
  | 'encrypt_then_mac'
  | 'renegotiation_info'
  /** The marks by which servers tell that they speak a higher version. */
  | 'downgrade'
  /** What a session id that is given back, or is not, promises of the road. */
  | 'session id'
  /** Whether a resumed session is used as it was made. */
  | 'session'
  | 'ticket'
  /** Whether the key in a certificate can do what the handshake wants of it. */
  | 'certificate key'
  | 'certificate status'
  | 'group'
  | 'public value'
  | 'signature'
  | 'pre-master secret'
  | 'master secret'
  | 'Finished'

export const right = (what: CheckedThing, detail: string): CaptureCheck => ({ what, verdict: 'right', detail })
export const wrong = (what: CheckedThing, detail: string): CaptureCheck => ({ what, verdict: 'wrong', detail })
export const notChecked = (what: CheckedThing, detail: string): CaptureCheck => ({
  what,
  verdict: 'not checked',
  detail,
})
