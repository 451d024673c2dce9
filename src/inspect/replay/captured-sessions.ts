import type { KeptSession, Session, SessionPeer } from '../../crypto/session.js'
import { usesPsk } from '../../handshake/negotiation.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { ticketOf } from '../capture/hello-checks.js'
import { HelloExtensions } from '../hello-extensions.js'
import type { CapturedMessages } from './captured-messages.js'
import { anySecret, copyOf } from './stand-ins.js'

/*
 * The session that a captured handshake resumes, or that its client would have liked to. What is in it besides the master
 * secret was settled in a handshake that need not be in the capture: it is taken from what this one says.
 */

const nothing = new Uint8Array()

/** Whose certificate it was is not said again; that the client offers the session says that it trusts it still. */
const peerOf = ({ suite }: CapturedMessages): Pick<Session, 'peer' | 'pskIdentity'> => {
  const certificate: SessionPeer = {
    type: 'certificate',
    certificateType: 'X509',
    certificateChain: [],
    ocspResponse: undefined,
    proof: 'signature',
  }
  return suite !== undefined && usesPsk(suite.keyExchange)
    ? { peer: { type: 'none' }, pskIdentity: nothing }
    : { peer: certificate, pskIdentity: undefined }
}

function sessionIn(captured: CapturedMessages, rest: Pick<Session, 'peer' | 'pskIdentity' | 'serverName'>): Session {
  const { clientHello, serverHello, suite, isResumed, handshake } = captured
  // The extension in a ServerHello that resumes says what the session has, in a ClientHello what it may have.
  const hello = new HelloExtensions(isResumed ? serverHello : clientHello)
  return {
    cipherSuite: suite?.cipherSuite ?? clientHello.cipherSuites[0] ?? 0,
    masterSecret: isResumed && handshake.known !== undefined ? copyOf(handshake.known.secret) : anySecret(),
    extendedMasterSecret: hello.has(ExtensionType.extended_master_secret),
    applicationProtocol: undefined,
    maxFragmentLength: isResumed ? new HelloExtensions(clientHello).maxFragmentLength : undefined,
    authenticatedToPeer: true,
    establishedAt: undefined,
    ...rest,
  }
}

/** What the client showed to resume a session; `undefined` where it showed nothing. */
export function offeredSession(captured: CapturedMessages): KeptSession | undefined {
  const { clientHello } = captured
  const { serverName } = new HelloExtensions(clientHello)
  const session = sessionIn(captured, { ...peerOf(captured), serverName })
  const ticket = ticketOf(clientHello)
  if (ticket !== undefined) return { session, handle: { by: 'ticket', ticket, lifetimeHint: 0 } }
  const { sessionId } = clientHello
  return sessionId.length === 0 ? undefined : { session, handle: { by: 'session id', sessionId } }
}

/** What the server found for it; `undefined` where it made a new session. */
export function foundSession(captured: CapturedMessages): Session | undefined {
  if (!captured.isResumed) return undefined
  const serverName = new HelloExtensions(captured.clientHello).serverName?.toLowerCase()
  return sessionIn(captured, { peer: { type: 'none' }, pskIdentity: peerOf(captured).pskIdentity, serverName })
}
