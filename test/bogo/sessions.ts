import type { ClientOptions, CommonOptions, ServerOptions } from '../../src/adapters/options.js'
import type { Environment } from '../../src/crypto/environment.js'
import type { MaybePromise } from '../../src/crypto/maybe-promise.js'
import type { Session } from '../../src/crypto/session.js'
import { allSuites, suiteParameters } from '../../src/crypto/suite-parameters.js'
import type { Settings } from './flags.js'
import type { Observations } from './observations.js'
import type { Shared } from './shared-state.js'
import { judge } from './verify.js'

/** BoringSSL resumes sessions without an extended master secret; a library of today should not. */
const common: Pick<CommonOptions, 'resumeWithoutExtendedMasterSecret'> = { resumeWithoutExtendedMasterSecret: true }

/** The session of the connection before is offered again; what it was told of the server is believed unless a test asks. */
export const clientSessions = (settings: Settings, shared: Shared, isResumption: boolean): ClientOptions => ({
  ...common,
  sessionTickets: settings.has('-no-ticket') ? 'off' : 'on',
  ...(isResumption && shared.session !== undefined ? { session: shared.session } : {}),
  ...believing(settings),
})

/** Sessions by id, and by ticket where tickets are not switched off. */
export const serverSessions = (settings: Settings, shared: Shared): ServerOptions => ({
  ...common,
  sessionStore: shared.store,
  ...(settings.has('-no-ticket') ? {} : { ticketKeys: shared.ticketKeys }),
  ...believing(settings),
})

/** Unless a test wants certificates verified again, what a session says of one is believed. */
const believing = (settings: Settings): Pick<CommonOptions, 'environment'> =>
  settings.has('-reverify-on-resume') ? {} : { environment: { reverifySession: judge } }

/** Whether the client offers a suite of the same key exchange that comes before the session's own here. */
function preferredOver(session: Session, { clientHello }: Observations): boolean {
  const own = suiteParameters(session.cipherSuite)
  const ofKind = allSuites.filter(({ keyExchange }) => keyExchange === own?.keyExchange)
  return ofKind.find(({ cipherSuite }) => clientHello?.cipherSuites.includes(cipherSuite)) !== own
}

/**
 * BoringSSL lets a session go where the client by now offers a suite that is preferred to its own. RFC 5246 §7.4.1.2 leaves
 * it to the server whether to resume, and this library resumes what fits.
 */
export function onlyPreferred(environment: Environment, observations: Observations): Environment {
  const leave = <T extends { readonly session: Session }>(found: T | undefined): T | undefined => {
    if (found === undefined || !preferredOver(found.session, observations)) return found
    found.session.masterSecret.wipe()
    return undefined
  }
  return {
    ...environment,
    openTicket: (request, signal) => after(environment.openTicket(request, signal), leave),
    resumeSession: (request, signal) =>
      after(environment.resumeSession(request, signal), (session) => leave(session && { session })?.session),
  }
}

/** Goes on at once where the answer is there at once. */
const after = <T, R>(answer: MaybePromise<T>, go: (answer: T) => R): MaybePromise<R> =>
  answer instanceof Promise ? answer.then(go) : go(answer)
