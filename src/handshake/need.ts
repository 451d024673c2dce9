import type { Environment } from '../crypto/environment.js'

/** Everything that a handshake may have to wait for, by the environment's own names. */
export type NeedType = keyof Environment

export type NeedRequest<T extends NeedType> = Parameters<Environment[T]>[0]
export type NeedAnswer<T extends NeedType> = Awaited<ReturnType<Environment[T]>>

/** A question to the environment. `Need` is the union over all types, `Need<'sign'>` one of them. */
export type Need<T extends NeedType = NeedType> = {
  [K in T]: { readonly type: K; readonly request: NeedRequest<K> }
}[T]

/** The event that an answer comes back as: `answer:sign` for the need `sign`. */
export type AnswerEvent<T extends NeedType = NeedType> = {
  [K in T]: { readonly type: `answer:${K}`; readonly answer: NeedAnswer<K> }
}[T]
