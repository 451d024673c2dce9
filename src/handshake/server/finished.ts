import type { HandledEvent } from '../event.js'
import { PeerProof, VerifiedFinished, type VerifiedSignature } from '../evidence.js'
import { Flight } from '../flight.js'
import { deriveConnectionKeys, deriveVerifyData } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import { serverCertificateIn } from '../server-certificate.js'
import type { ServerContext } from './context.js'
import type { ServerState } from './states.js'

type State<N extends ServerState['name']> = StateOf<ServerState, N>

/** The client changes to the new keys; `aligned` shows that no message straddles the change (RFC 5246 §7.1). */
export function receiveChangeCipherSpec(
  { keySchedule }: ServerContext,
  { client, masterSecret, negotiated, pskIdentity, transcript }: State<'ExpectClientChangeCipherSpec'>,
  _event: HandledEvent<'change_cipher_spec'>,
): Outcome<State<'ExpectClientFinished'>> {
  const keys = deriveConnectionKeys(keySchedule, negotiated, masterSecret)
  return {
    state: {
      name: 'ExpectClientFinished',
      transcript,
      negotiated,
      masterSecret,
      pskIdentity,
      client,
      writeKeys: keys.server,
    },
    actions: [{ type: 'installReadKeys', keys: keys.client }],
  }
}

function proofOf(
  client: VerifiedSignature | undefined,
  pskIdentity: Uint8Array | undefined,
  finished: VerifiedFinished,
): PeerProof {
  if (client !== undefined) return PeerProof.bySignature(client, finished, pskIdentity)
  return pskIdentity === undefined ? PeerProof.none(finished) : PeerProof.byPsk(pskIdentity, finished)
}

/** The client's Finished covers every message before it; ours covers the client's too (RFC 5246 §7.4.9). */
export function receiveFinished(
  { keySchedule }: ServerContext,
  { client, masterSecret, negotiated, pskIdentity, writeKeys }: State<'ExpectClientFinished'>,
  { message, before, through }: HandledEvent<'finished'>,
): Outcome<State<'Connected'>> {
  const expected = deriveVerifyData(keySchedule, negotiated, masterSecret, 'client', before)
  const peerFinished = VerifiedFinished.of(expected, message.verifyData)
  const flight = new Flight(through)
  flight.changeCipherSpec(writeKeys)
  const ownVerifyData = deriveVerifyData(keySchedule, negotiated, masterSecret, 'server', through)
  flight.handshake('finished', { verifyData: ownVerifyData })
  const summary = {
    negotiated,
    peer: proofOf(client, pskIdentity, peerFinished),
    ...serverCertificateIn(before, negotiated.serverCertificateType),
    authenticatedToPeer: true,
  }
  flight.do({ type: 'established', summary })
  return {
    state: { name: 'Connected', summary, masterSecret, peerFinished, ownVerifyData, renegotiations: 0 },
    actions: flight.actions,
  }
}
