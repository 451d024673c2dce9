import type { Environment } from '../../crypto/environment.js'
import { isPromise, type MaybePromise } from '../../crypto/maybe-promise.js'
import type { Session } from '../../crypto/session.js'

const after = <T, U>(value: MaybePromise<T>, then: (value: T) => MaybePromise<U>): MaybePromise<U> =>
  isPromise(value) ? Promise.resolve(value).then(then) : then(value)

/**
 * A session that began with a pre-shared key is resumed only while the server still has that key: as a certificate is
 * judged again, so is the name of a key looked up again, and one that was withdrawn opens no more connections.
 */
export function whileKeysAreShared(environment: Environment): Environment {
  const kept = <T>(
    answer: T | undefined,
    session: Session | undefined,
    serverName: string | undefined,
    signal: AbortSignal,
  ): MaybePromise<T | undefined> => {
    const identity = session?.pskIdentity
    if (identity === undefined) return answer
    const question = { role: 'server', identity, ...(serverName === undefined ? {} : { serverName }) } as const
    return after(environment.selectPsk(question, signal), (key) =>
      // null is what programs without types have for nothing
      key === undefined || key === null ? undefined : answer,
    )
  }
  return {
    ...environment,
    openTicket: (request, signal) =>
      after(environment.openTicket(request, signal), (opened) =>
        kept(opened, opened?.session, request.serverName, signal),
      ),
    resumeSession: (request, signal) =>
      after(environment.resumeSession(request, signal), (session) =>
        kept(session, session, request.serverName, signal),
      ),
  }
}
