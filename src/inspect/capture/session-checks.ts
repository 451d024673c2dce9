import { publicEqual } from '../../bytes/equal.js'
import { findExtension } from '../../messages/extensions/extension.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { nameOf } from '../../registry/registry.js'
import { type CaptureCheck, notChecked, right, wrong } from './check.js'
import type { Examine } from './examined.js'
import type { HandshakeFacts } from './handshake-facts.js'
import { ticketOf } from './hello-checks.js'
import type { KnownSession } from './key-store.js'

/** A client knows by its session id, given back, that its session is resumed (RFC 5246 §7.4.1.3, RFC 5077 §3.4). */
const isGivenBack = ({ clientHello, serverHello }: HandshakeFacts): boolean =>
  clientHello !== undefined &&
  serverHello !== undefined &&
  clientHello.sessionId.length > 0 &&
  publicEqual(clientHello.sessionId, serverHello.sessionId)

/** ServerHelloDone: the handshake is a full one, so the session id must not say otherwise. */
export const checkNewSession: Examine<'server_hello_done'> = ({ facts }) => {
  const { clientHello, serverHello } = facts
  if (clientHello === undefined || serverHello === undefined)
    return notChecked('session id', 'a hello is not in the capture')
  if (isGivenBack(facts)) return wrong('session id', 'is given back, and then no session is resumed')
  if (serverHello.sessionId.length === 0) return right('session id', 'empty: this session has no id')
  return right('session id', 'one of a new session, in a full handshake')
}

/** Keys change and no ServerHelloDone came: a session is resumed, which the session id must have said. */
export function checkResumption(facts: HandshakeFacts, session: KnownSession | undefined): readonly CaptureCheck[] {
  const { clientHello, serverHello } = facts
  if (clientHello === undefined || serverHello === undefined) return []
  return [checkSessionId(facts), checkSession(facts, session)]
}

function checkSessionId(facts: HandshakeFacts): CaptureCheck {
  if (isGivenBack(facts)) return right('session id', 'given back: the session is resumed')
  const { clientHello } = facts
  // A ticket may come alone; then the client has to wait for what the server says next (RFC 5077 §3.4).
  if (clientHello !== undefined && ticketOf(clientHello) !== undefined && clientHello.sessionId.length === 0)
    return right('session id', 'none was offered beside the ticket')
  return wrong('session id', 'is not given back, and yet a session is resumed')
}

/** Suite and binding belong to the session (RFC 5246 §7.4.1.3, RFC 7627 §5.3). */
function checkSession({ serverHello, extendedMasterSecret }: HandshakeFacts, session: KnownSession | undefined) {
  if (session === undefined) return notChecked('session', 'the handshake that made it is not in what was read')
  if (serverHello?.cipherSuite !== session.cipherSuite)
    return wrong('session', `is resumed under another suite than ${nameOf(CipherSuite, session.cipherSuite, 2)}`)
  if (extendedMasterSecret !== session.extendedMasterSecret)
    return wrong('session', 'extended_master_secret is not as it was when the session was made')
  return right('session', 'its suite and its extended_master_secret are those that it was made with')
}

const isAnnounced = ({ serverHello }: HandshakeFacts): boolean =>
  findExtension(serverHello?.extensions, ExtensionType.session_ticket) !== undefined

/** A ticket comes if and only if the ServerHello has announced it (RFC 5077 §3.3). */
export const checkTicket: Examine<'new_session_ticket'> = ({ facts }) => {
  if (facts.serverHello === undefined) return notChecked('ticket', 'the ServerHello is not in the capture')
  return isAnnounced(facts)
    ? right('ticket', 'the ServerHello has announced it')
    : wrong('ticket', 'the ServerHello has not announced it')
}

/** The server's Finished is behind where a ticket could have come. */
export const checkMissingTicket: Examine<'finished'> = ({ facts }, _message, sender) => {
  const came = facts.items.some((item) => item.type === 'message' && item.name === 'new_session_ticket')
  return sender === 'server' && isAnnounced(facts) && !came
    ? wrong('ticket', 'the ServerHello announced one that did not come')
    : undefined
}

/** A stapled response comes only where the ServerHello has announced one (RFC 6066 §8). */
export const checkStatus: Examine<'certificate_status'> = ({ facts: { serverHello } }) => {
  if (serverHello === undefined) return notChecked('certificate status', 'the ServerHello is not in the capture')
  if (findExtension(serverHello.extensions, ExtensionType.status_request) === undefined)
    return wrong('certificate status', 'the ServerHello has not announced it')
  return notChecked('certificate status', 'announced; what it says is for whoever knows whom the client trusts')
}
