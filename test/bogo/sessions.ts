import type { ClientOptions, CommonOptions, ServerOptions } from '../../src/adapters/options.js'
import type { Settings } from './flags.js'
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
