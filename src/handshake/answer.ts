import type { PlainEvent } from './event.js'
import type { AnswerEvent, NeedAnswer, NeedType } from './need.js'

/** The needs that may be answered by saying that there is nothing, as the environment's own types have it. */
const mayBeNothing: { readonly [K in NeedType]: undefined extends NeedAnswer<K> ? true : false } = {
  reviewClientHello: false,
  selectCredential: true,
  selectPsk: true,
  openTicket: true,
  resumeSession: true,
  reverifySession: false,
  sealTicket: true,
  verifyCertificate: false,
  verifySignature: false,
  sign: false,
  generateKeyShare: true,
  agreeKey: true,
  encryptPreMaster: false,
  decryptPreMaster: false,
}

/**
 * The event that an answer comes back as. Programs without types, and stores that are databases, say null where ours say
 * `undefined`: both mean that there is nothing. Where a need cannot be answered so, that is a refusal like any other, and
 * names itself: so a session that nobody judges is not resumed.
 */
export function answerEvent<T extends NeedType>(need: T, answer: NeedAnswer<T> | null): PlainEvent {
  if ((answer === null || answer === undefined) && !mayBeNothing[need]) {
    return { type: 'need_refused', need, cause: new TypeError(`${need} was answered with ${String(answer)}`) }
  }
  // A generic key does not distribute over the union by itself; type and answer come from the same `T`.
  return { type: `answer:${need}`, answer: answer ?? undefined } as AnswerEvent
}
