import type { HandledEvent } from '../event.js'
import { PeerProof, VerifiedFinished } from '../evidence.js'
import { deriveVerifyData } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import type { ClientContext } from './context.js'
import type { ClientState, ServerIdentity } from './states.js'

type State<N extends ClientState['name']> = StateOf<ClientState, N>

/** The server changes to the new keys; `aligned` shows that no message straddles the change (RFC 5246 §7.1). */
export function receiveChangeCipherSpec(
  _context: ClientContext,
  { agreed, masterSecret, ownVerifyData, readKeys, transcript }: State<'ExpectServerChangeCipherSpec'>,
  _event: HandledEvent<'change_cipher_spec'>,
): Outcome<State<'ExpectServerFinished'>> {
  return {
    state: { name: 'ExpectServerFinished', transcript, agreed, masterSecret, ownVerifyData },
    actions: [{ type: 'installReadKeys', keys: readKeys }],
  }
}

const proofOf = (server: ServerIdentity, finished: VerifiedFinished): PeerProof =>
  server.by === 'signature'
    ? PeerProof.bySignature(server.signature, finished)
    : PeerProof.byKeyTransport(server.identity, finished)

/** The server's Finished covers every message before it, our own Finished included (RFC 5246 §7.4.9). */
export function receiveFinished(
  { keySchedule }: ClientContext,
  { agreed, masterSecret, ownVerifyData }: State<'ExpectServerFinished'>,
  { message, before }: HandledEvent<'finished'>,
): Outcome<State<'Connected'>> {
  const { negotiated, server, answer } = agreed
  const expected = deriveVerifyData(keySchedule, negotiated, masterSecret, 'server', before)
  const peerFinished = VerifiedFinished.of(expected, message.verifyData)
  const summary = {
    negotiated,
    peer: proofOf(server, peerFinished),
    authenticatedToPeer: answer.type === 'credential',
  }
  return {
    state: { name: 'Connected', summary, masterSecret, peerFinished, ownVerifyData },
    actions: [{ type: 'established', summary }],
  }
}
