import { ExtensionType } from '../../../registry/extension-type.js'
import { type ClientExtension, mustBeEmpty } from './client-extension.js'

/** session_ticket (RFC 5077 §3.2): the ticket to show, or nothing to say that one would be taken. */
export const sessionTicket: ClientExtension = {
  type: ExtensionType.session_ticket,
  offer: ({ sessions }, ticket) => (sessions.tickets ? ticket : undefined),
  accept: (data) => {
    mustBeEmpty(data, 'session_ticket')
    return { ticketPromised: true }
  },
}
