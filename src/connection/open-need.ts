import type { Need, NeedType } from '../handshake/need.js'

/**
 * A need that was handed out. It is its own token: only this very object can bring the answer, so a second driver can
 * never answer, or ask again, what is already being asked.
 */
export type OpenNeed<T extends NeedType = NeedType> = {
  [K in T]: {
    readonly type: K
    readonly request: Need<K>['request']
    /** Aborted when the answer is no longer wanted: close, timeout, fault, end of transport. */
    readonly signal: AbortSignal
  }
}[T]
