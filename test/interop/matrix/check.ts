/** What an established connection of a cell must have shown, beside data both ways and its end. */
import { publicEqual } from '../../../src/bytes/equal.js'
import type { PeerProofKind } from '../../../src/handshake/evidence.js'
import type { ConnectionSummary } from '../../../src/handshake/negotiated.js'
import { pki } from '../../support/pki.js'
import type { TcpEnd } from '../../support/tcp.js'
import type { Case } from './case.js'
import { protocol } from './options.js'

/** A cell is not as it should be. */
export class Unmet extends Error {}

const demand = (met: boolean, otherwise: string): void => {
  if (!met) throw new Unmet(otherwise)
}

/** How a server proves itself in a full handshake. */
function serverProof({ suite: { keyExchange } }: Case): PeerProofKind {
  if (keyExchange.endsWith('PSK')) return 'pre-shared key'
  return keyExchange === 'RSA' ? 'certificate and key transport' : 'certificate and signature'
}

function clientProof({ suite: { keyExchange }, clientKind }: Case): PeerProofKind {
  if (keyExchange.endsWith('PSK')) return 'pre-shared key'
  return clientKind === undefined ? 'none' : 'certificate and signature'
}

/** The peer's certificate and its proof, and whether we gave ours. */
function checkAuthentication(one: Case, { peer, authenticatedToPeer }: ConnectionSummary, resumed: boolean): void {
  const [theirs, kinds] =
    one.role === 'server' ? (['serverKind', 'server'] as const) : (['clientKind', 'client'] as const)
  const full = one.role === 'server' ? serverProof(one) : clientProof(one)
  const expected = resumed && full !== 'none' ? 'resumed session' : full
  demand(peer.kind === expected, `the peer proved: ${peer.kind}, not ${expected}`)
  const kind = one[theirs]
  const [shown] = peer.identity?.certificateChain ?? []
  const wanted = kind === undefined ? undefined : pki[kinds][kind].certificate
  const same = shown === undefined || wanted === undefined ? shown === wanted : publicEqual(shown, wanted)
  demand(same, `the peer showed ${shown === undefined ? 'no certificate' : 'another certificate'}`)
  const ours = one.role === 'server' ? one.clientKind : one.serverKind
  const expects = ours !== undefined || one.suite.keyExchange.endsWith('PSK')
  demand(authenticatedToPeer === expects, `we were ${authenticatedToPeer ? '' : 'not '}authenticated`)
}

const handles = { none: undefined, id: 'session id', ticket: 'ticket' } as const

/** `again`: this connection is the one that is to be abbreviated. */
export function checkSummary(one: Case, summary: ConnectionSummary, again: boolean): void {
  const { negotiated, resumed } = summary
  demand(negotiated.suite === one.suite, `agreed on ${negotiated.suite.name}`)
  demand(resumed === (again ? handles[one.resume] : undefined), `resumed by ${resumed ?? 'nothing'}`)
  checkAuthentication(one, summary, resumed !== undefined)
  if (one.variation === 'no extended master secret')
    demand(!negotiated.extendedMasterSecret, 'there is an extended master secret')
  if (one.variation === 'MAC then encrypt') demand(!negotiated.encryptThenMac, 'the MAC covers the ciphertext')
  if (one.variation === 'application protocol')
    demand(negotiated.applicationProtocol === protocol, `application protocol ${negotiated.applicationProtocol}`)
}

/** The connection has ended as RFC 5246 §7.2.1 wants it: both ends have said so. */
export function checkEnd(end: TcpEnd): void {
  if (end.fault !== undefined) throw new Unmet(`${end.fault.code}: ${end.fault.message}`)
  demand(end.peerClosed, 'the peer left without close_notify')
  demand(end.endpoint.connection.ended, 'we have not closed')
}
