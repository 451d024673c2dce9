import type { HandledEvent } from '../event.js'
import { PeerProof, VerifiedFinished } from '../evidence.js'
import { Flight } from '../flight.js'
import { deriveConnectionKeys, deriveVerifyData } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import type { ServerContext } from './context.js'
import type { ServerState } from './states.js'

type State<N extends ServerState['name']> = StateOf<ServerState, N>

/** The client changes to the new keys; `aligned` shows that no message straddles the change (RFC 5246 §7.1). */
export function receiveChangeCipherSpec(
  { keySchedule }: ServerContext,
  { client, masterSecret, negotiated, transcript }: State<'ExpectClientChangeCipherSpec'>,
  _event: HandledEvent<'change_cipher_spec'>,
): Outcome<State<'ExpectClientFinished'>> {
  const keys = deriveConnectionKeys(keySchedule, negotiated, masterSecret)
  return {
    state: {
      name: 'ExpectClientFinished',
      transcript,
      negotiated,
      masterSecret,
      client,
      writeKeys: keys.server,
    },
    actions: [{ type: 'installReadKeys', keys: keys.client }],
  }
}

/** The client's Finished covers every message before it; ours covers the client's too (RFC 5246 §7.4.9). */
export function receiveFinished(
  { keySchedule }: ServerContext,
  { client, masterSecret, negotiated, writeKeys }: State<'ExpectClientFinished'>,
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
    peer: client === undefined ? PeerProof.none(peerFinished) : PeerProof.bySignature(client, peerFinished),
    authenticatedToPeer: true,
  }
  flight.do({ type: 'established', summary })
  return {
    state: { name: 'Connected', summary, masterSecret, peerFinished, ownVerifyData },
    actions: flight.actions,
  }
}
