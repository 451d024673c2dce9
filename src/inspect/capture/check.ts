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

export type CheckedThing =
  | 'form'
  | 'order'
  | 'choices'
  | 'renegotiation_info'
  | 'signature'
  | 'master secret'
  | 'Finished'

export const right = (what: CheckedThing, detail: string): CaptureCheck => ({ what, verdict: 'right', detail })
export const wrong = (what: CheckedThing, detail: string): CaptureCheck => ({ what, verdict: 'wrong', detail })
export const notChecked = (what: CheckedThing, detail: string): CaptureCheck => ({
  what,
  verdict: 'not checked',
  detail,
})
