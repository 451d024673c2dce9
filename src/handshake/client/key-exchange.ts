import { ProtocolVersion } from '../../registry/protocol-version.js'
import type { HandledEvent } from '../event.js'
import type { VerifiedIdentity } from '../evidence.js'
import { refuse } from '../fault.js'
import { ask } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Transcript } from '../transcript.js'
import { type AfterOurFinished, sendPskIdentity } from './client-flight.js'
import type { ClientContext } from './context.js'
import type { Agreed, ClientState, PskParams, ServerShare } from './states.js'

/*
 * The three beginnings of a key exchange, once the server's flight was judged: a key share, an encrypted secret, or the
 * selection of a pre-shared key, which one of the first two may follow.
 */

type State<N extends ClientState['name']> = StateOf<ClientState, N>

/** An ephemeral exchange: our share lives in the server's group. */
export const shareKey = (
  agreed: Agreed,
  serverShare: ServerShare,
  transcript: Transcript,
): Outcome<State<'AwaitKeyShare'>> => ({
  state: { name: 'AwaitKeyShare', transcript, agreed, serverShare },
  actions: [ask('generateKeyShare', serverShare.keyShare)],
})

/** RSA key transport: the pre-master secret repeats the version of our ClientHello (RFC 5246 §7.4.7.1). */
export const encryptSecret = (
  agreed: Agreed,
  identity: VerifiedIdentity,
  transcript: Transcript,
): Outcome<State<'AwaitPreMasterEncryption'>> => ({
  state: { name: 'AwaitPreMasterEncryption', transcript, agreed },
  actions: [ask('encryptPreMaster', { key: identity.publicKey, clientVersion: ProtocolVersion.TLSv1_2 })],
})

export const selectPsk = (
  { config }: ClientContext,
  agreed: Agreed,
  params: PskParams,
  transcript: Transcript,
): Outcome<State<'AwaitPsk'>> => ({
  state: { name: 'AwaitPsk', transcript, agreed, params },
  actions: [
    ask('selectPsk', {
      role: 'client',
      ...(params.identityHint === undefined ? {} : { identityHint: params.identityHint }),
      ...(config.serverName === undefined ? {} : { serverName: config.serverName }),
    }),
  ],
})

/** The key is there. What else the suite exchanges comes next; the plain one exchanges nothing more (RFC 4279 §2). */
export function receivePsk(
  context: ClientContext,
  state: State<'AwaitPsk'>,
  { answer }: HandledEvent<'answer:selectPsk'>,
): AfterOurFinished | Outcome<State<'AwaitKeyShare' | 'AwaitPreMasterEncryption'>> {
  const psk = answer ?? refuse('no_pre_shared_key', 'there is no pre-shared key for this server')
  const { transcript, params } = state
  const agreed: Agreed = { ...state.agreed, psk }
  const { server } = agreed
  if (server.by === 'pre-shared key' && server.identity !== undefined) {
    return encryptSecret(agreed, server.identity, transcript)
  }
  return params.share === undefined
    ? sendPskIdentity(context, agreed, transcript)
    : shareKey(agreed, params.share, transcript)
}
