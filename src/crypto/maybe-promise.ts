/** An answer that is there at once, or later: every need may be answered either way. */
export type MaybePromise<T> = T | Promise<T>
