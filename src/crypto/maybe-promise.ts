/** An answer that is there at once, or later: every need may be answered either way. */
export type MaybePromise<T> = T | Promise<T>

/** Whether an answer comes later: any object with a `then` of its own, whoever made it. */
export const isPromise = <T>(value: MaybePromise<T>): value is Promise<T> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
