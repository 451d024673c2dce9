/** What puppets say and do in a renegotiation. */
import { concat } from '../../src/bytes/convert.js'
import { encode } from '../../src/codec/codec.js'
import { VerifiedFinished } from '../../src/handshake/evidence.js'
import type { Extension } from '../../src/messages/extensions/extension.js'
import { RenegotiationInfo } from '../../src/messages/extensions/renegotiation-info.js'
import { encodeHandshake, type HandshakeMessages } from '../../src/messages/handshake.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import type { HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { markedSecret, type Scenario, type Variant } from './subject.js'

export type Messages = { readonly [N in HandshakeTypeName]: HandshakeMessages[N] }

export const CLIENT_RANDOM = new Uint8Array(32).fill(0xc1)
export const SERVER_RANDOM = new Uint8Array(32).fill(0x5e)

/** The connection that a state renegotiates, or may: what RFC 5746 binds the next hellos to. */
export const renegotiated = (state: object): object | undefined =>
  'previous' in state && typeof state.previous === 'object' && state.previous !== null
    ? state.previous
    : 'peerFinished' in state
      ? state
      : undefined

/** What a puppet in the role of `sender` says of the connection before, in the words of RFC 5746 §3.2. */
export function renegotiationInfo(state: object, sender: 'client' | 'server'): Extension {
  const before = renegotiated(state)
  const [peer, own] =
    before !== undefined && 'peerFinished' in before && 'ownVerifyData' in before
      ? [before.peerFinished, before.ownVerifyData]
      : []
  const theirs = peer instanceof VerifiedFinished ? peer.verifyData : new Uint8Array()
  const ours = own instanceof Uint8Array ? own : new Uint8Array()
  const renegotiatedConnection = sender === 'client' ? theirs : concat(ours, theirs)
  return {
    extensionType: ExtensionType.renegotiation_info,
    extensionData: encode(RenegotiationInfo, { renegotiatedConnection }),
  }
}

/** The state of the handshake that runs: the state itself, or the one inside it. */
export const innermost = (state: object): object =>
  'handshake' in state && typeof state.handshake === 'object' && state.handshake !== null ? state.handshake : state

/** Whether the client of a server's connection authenticated itself: then it must again. */
export const hasProved = (connection: object | undefined): boolean =>
  connection !== undefined && 'summary' in connection && JSON.stringify(connection.summary).includes('certificateChain')

/** Where policy makes the peer's wish for another handshake the end. */
const refusesWishes = ({ renegotiation }: Scenario, { name }: { readonly name: string }): boolean =>
  renegotiation === 'abort' && (name === 'Connected' || name === 'Closing')

/** The messages that may begin a handshake on an open connection, with what one needs. */
export function wishes(state: { readonly name: string }, messages: Messages): readonly Variant[] {
  if (state.name !== 'Connected') return []
  return (['hello_request', 'client_hello'] as const).map((type) => ({
    label: `${type} with entropy`,
    event: {
      type,
      raw: encodeHandshake(type, messages[type]),
      entropy: {
        random: type === 'hello_request' ? CLIENT_RANDOM : SERVER_RANDOM,
        sessionId: new Uint8Array(32).fill(0x1d),
        substitutePreMaster: markedSecret(46),
      },
    },
  }))
}

/** The variant with the fault that it leads to where the peer may not renegotiate, or not send data yet. */
export function asPolicyHasIt(
  scenario: Scenario,
  state: { readonly name: string },
  wish: HandshakeTypeName,
  variant: Variant,
): Variant {
  const { type } = variant.event
  if (type === wish && refusesWishes(scenario, state)) return { ...variant, fault: 'renegotiation_refused' }
  const early = type === 'application_data' && 'reading' in state && state.reading === 'new keys'
  return early ? { ...variant, fault: 'unexpected_message' } : variant
}
