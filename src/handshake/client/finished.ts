import type { HandledEvent } from '../event.js'
import { PeerProof, VerifiedFinished } from '../evidence.js'
import { refuse } from '../fault.js'
import { deriveVerifyData } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import { serverCertificateIn } from '../server-certificate.js'
import type { ClientContext } from './context.js'
import type { Agreed, ClientState } from './states.js'

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

function proofOf({ server, psk }: Agreed, finished: VerifiedFinished): PeerProof {
  if (server.by === 'signature') return PeerProof.bySignature(server.signature, finished)
  if (server.by === 'key transport') return PeerProof.byKeyTransport(server.identity, finished)
  if (psk === undefined) return refuse('internal_error', 'a pre-shared key exchange without a key')
  return PeerProof.byPsk(psk.identity, finished, server.identity)
}

/** The server's Finished covers every message before it, our own Finished included (RFC 5246 §7.4.9). */
export function receiveFinished(
  { keySchedule }: ClientContext,
  { agreed, masterSecret, ownVerifyData }: State<'ExpectServerFinished'>,
  { message, before }: HandledEvent<'finished'>,
): Outcome<State<'Connected'>> {
  const { negotiated, answer, psk } = agreed
  const expected = deriveVerifyData(keySchedule, negotiated, masterSecret, 'server', before)
  const peerFinished = VerifiedFinished.of(expected, message.verifyData)
  const summary = {
    negotiated,
    peer: proofOf(agreed, peerFinished),
    ...serverCertificateIn(before, negotiated.serverCertificateType),
    authenticatedToPeer: answer.type === 'credential' || psk !== undefined,
  }
  return {
    state: { name: 'Connected', summary, masterSecret, peerFinished, ownVerifyData, renegotiations: 0 },
    actions: [{ type: 'established', summary }],
  }
}
