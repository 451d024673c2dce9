import type { Action } from '../action.js'
import type { HandledEvent } from '../event.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import { isEphemeral } from '../negotiation.js'
import type { Transcript } from '../transcript.js'
import type { ClientContext } from './context.js'
import { selectPsk } from './key-exchange.js'
import { noPskParams, readPskParams } from './server-flight.js'
import type { ClientState, PskServer } from './states.js'

/*
 * The server's flight where no certificate is in it: ServerHello, [ServerKeyExchange], ServerHelloDone (RFC 4279 §2).
 */

type State<N extends ClientState['name']> = StateOf<ClientState, N>

/** ServerKeyExchange must come where a key share is in it, and else may come with a hint (RFC 4279 §2, RFC 4279 §3). */
export const expectPskFlight = (
  negotiated: Negotiated,
  transcript: Transcript,
  actions: readonly Action[],
): Outcome<State<'ExpectPskParams' | 'ExpectPskHint'>> => ({
  state: {
    name: isEphemeral(negotiated.suite.keyExchange) ? 'ExpectPskParams' : 'ExpectPskHint',
    transcript,
    negotiated,
  },
  actions,
})

export const receivePskParams = (
  context: ClientContext,
  { negotiated }: State<'ExpectPskParams' | 'ExpectPskHint'>,
  { message, through }: HandledEvent<'server_key_exchange'>,
): Outcome<State<'ExpectPskServerHelloDone'>> => ({
  state: {
    name: 'ExpectPskServerHelloDone',
    transcript: through,
    negotiated,
    params: readPskParams(context, negotiated, message.body),
  },
  actions: [],
})

/** Nothing is there to judge the server by yet: its Finished will be. */
export function receiveServerHelloDone(
  context: ClientContext,
  state: State<'ExpectPskServerHelloDone' | 'ExpectPskHint'>,
  { through }: HandledEvent<'server_hello_done'>,
): Outcome<State<'AwaitPsk'>> {
  const { negotiated } = state
  const params = state.name === 'ExpectPskHint' ? noPskParams : state.params
  const server: PskServer = { by: 'pre-shared key', ocspResponse: undefined, params, identity: undefined }
  return selectPsk(context, { negotiated, server, answer: { type: 'not asked' }, psk: undefined }, params, through)
}
