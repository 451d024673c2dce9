import { machine, type Row } from '../machine.js'
import { type Inside, renegotiationRows, type Seen } from '../renegotiation.js'
import type { ClientContext } from './context.js'
import type { ClientHandshake, ClientHandshakeEnd, ClientState } from './states.js'

/** What the server has shown so far that must not change. */
function seen(state: ClientHandshake): Seen {
  const part = 'flight' in state ? state.flight : 'agreed' in state ? state.agreed : state
  return {
    negotiated: 'negotiated' in part ? part.negotiated : undefined,
    certificateChain: 'flight' in state ? state.flight.certificateChain : undefined,
  }
}

/**
 * A renegotiation is a full handshake, and makes no session either. What it is for is what only a full one does: another
 * proof of identity, fresh key shares. To offer a session would also let the server choose which of
 * two identities the rest of the connection has, and RFC 5746 §3.5 asks for no more than the old Finished.
 */
const resumption: ReadonlySet<string> = new Set([
  'AwaitSessionReverification',
  'ExpectNewSessionTicket',
  'ExpectRenewedTicket',
  'ExpectResumingChangeCipherSpec',
  'ExpectResumingFinished',
])

/**
 * The edges by which a client renegotiates (RFC 5746 §3.5). The protocol of RFC 7301 is a matter of the connection, so it
 * is not offered again; whether the server still knows RFC 5746 is for the continuity of both handshakes to say.
 */
export function clientRenegotiation(
  rows: readonly Row<ClientContext, ClientHandshakeEnd>[],
): readonly Row<ClientContext, ClientState, 'Connected' | 'Renegotiating'>[] {
  const table = rows.filter(({ from }) => !resumption.has(from))
  const inside: Inside<ClientContext, ClientHandshake> = {
    asks: 'hello_request',
    cite: '5746 §3.5',
    table,
    step: machine<ClientContext, ClientHandshakeEnd>(table),
    start: { name: 'Start' },
    invitation: [],
    within: ({ config, ...context }, { ownVerifyData, peerFinished }) => ({
      ...context,
      config: {
        ...config,
        sessions: { ...config.sessions, ids: false, tickets: false },
        applicationProtocols: [],
        secureRenegotiation: 'tolerate',
        renegotiated: { clientVerifyData: ownVerifyData, serverVerifyData: peerFinished.verifyData },
      },
    }),
    seen,
  }
  return renegotiationRows(inside)
}
