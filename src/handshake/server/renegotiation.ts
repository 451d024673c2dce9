import { encodeHandshake } from '../../messages/handshake.js'
import { machine, type Row } from '../machine.js'
import { type Inside, renegotiationRows, type Seen } from '../renegotiation.js'
import type { ServerContext } from './context.js'
import type { ServerHandshake, ServerHandshakeEnd, ServerState } from './states.js'

/** What the client has shown so far that must not change. */
function seen(state: ServerHandshake): Seen {
  const part = 'settled' in state ? state.settled : 'sent' in state ? state.sent : state
  return {
    negotiated: 'negotiated' in part ? part.negotiated : undefined,
    certificateChain: 'clientChain' in state ? state.clientChain : undefined,
  }
}

const helloRequest = encodeHandshake('hello_request', {})

/**
 * A renegotiation is a full handshake: a session that the client shows in it is passed over, as a server always may
 * (RFC 5246 §7.4.1.3), since a client must prove anew what it proved before, and none is made. Who wants less work than
 * that leaves the connection as it is.
 */
const resumption: ReadonlySet<string> = new Set([
  'AwaitTicketOpening',
  'AwaitSessionLookup',
  'AwaitSessionReverification',
  'AwaitTicketRenewal',
  'AwaitTicketSealing',
  'ExpectResumingChangeCipherSpec',
  'ExpectResumingFinished',
])

/**
 * The edges by which a server renegotiates (RFC 5746 §3.7). The new handshake speaks the connection's application protocol
 * or names none; a client that has authenticated itself must do so again; and the extended master secret stays in use
 * (RFC 7627 §5.2).
 */
export function serverRenegotiation(
  rows: readonly Row<ServerContext, ServerHandshakeEnd>[],
): readonly Row<ServerContext, ServerState, 'Connected' | 'Renegotiating'>[] {
  const table = rows.filter(({ from }) => !resumption.has(from))
  const inside: Inside<ServerContext, ServerHandshake> = {
    asks: 'client_hello',
    cite: '5746 §3.7',
    table,
    step: machine<ServerContext, ServerHandshakeEnd>(table),
    start: { name: 'Start' },
    invitation: [{ type: 'sendHandshake', name: 'hello_request', raw: helloRequest }],
    within: ({ config, ...context }, { ownVerifyData, peerFinished, summary }, wish) => ({
      ...context,
      config: {
        ...config,
        sessions: { ...config.sessions, ids: false, tickets: false },
        applicationProtocols:
          summary.negotiated.applicationProtocol === undefined ? [] : [summary.negotiated.applicationProtocol],
        extendedMasterSecret: summary.negotiated.extendedMasterSecret ? 'require' : 'off',
        clientAuthentication:
          summary.peer.identity === undefined ? (wish.clientAuthentication ?? config.clientAuthentication) : 'require',
        renegotiated: { clientVerifyData: peerFinished.verifyData, serverVerifyData: ownVerifyData },
      },
    }),
    seen,
  }
  return renegotiationRows(inside)
}
