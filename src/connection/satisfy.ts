import type { Environment } from '../crypto/environment.js'
import { isPromise, type MaybePromise } from '../crypto/maybe-promise.js'
import type { NeedAnswer, NeedType } from '../handshake/need.js'
import type { OpenNeed } from './open-need.js'

/** Whatever hands out needs: a `TlsConnection` or a `HandshakeProtocol`. */
export interface NeedSource {
  takeNeed(): OpenNeed | undefined
  fulfil<T extends NeedType>(need: OpenNeed<T>, answer: NeedAnswer<T>): void
  reject(need: OpenNeed, cause: unknown): void
}

function ask<T extends NeedType>(environment: Environment, need: OpenNeed<T>): MaybePromise<NeedAnswer<T>> {
  // TypeScript cannot see that the method picked by a union's tag fits the request beside it.
  const method = environment[need.type] as (request: unknown, signal: AbortSignal) => MaybePromise<NeedAnswer<T>>
  const answer = method.call(environment, need.request, need.signal)
  // A `then` that is nobody's promise may throw or give nothing back: made a promise here, that is a refusal like any other.
  return isPromise(answer) ? Promise.resolve(answer) : answer
}

/**
 * Answers needs until none is left: the one driver for both worlds. Returns nothing where every answer was there at
 * once, so that a whole handshake can run without a microtask, and a promise that never rejects otherwise.
 */
export function satisfy(source: NeedSource, environment: Environment): MaybePromise<void> {
  for (let need = source.takeNeed(); need !== undefined; need = source.takeNeed()) {
    const open = need
    let answer: MaybePromise<NeedAnswer<NeedType>>
    try {
      answer = ask(environment, open)
    } catch (cause) {
      source.reject(open, cause)
      continue
    }
    if (!isPromise(answer)) {
      source.fulfil(open, answer)
      continue
    }
    return answer
      .then(
        (value) => source.fulfil(open, value),
        (cause: unknown) => source.reject(open, cause),
      )
      .then(() => satisfy(source, environment))
  }
}
