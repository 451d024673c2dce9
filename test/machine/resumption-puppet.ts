/** What a puppet says where sessions are resumed: the hellos and tickets of RFC 5246 figure 2 and RFC 5077 figure 2. */
import type { Extension } from '../../src/messages/extensions/extension.js'
import { encodeHandshake, type HandshakeMessages } from '../../src/messages/handshake.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { markedKept, markedSecret, type Scenario, type Variant } from './subject.js'

type Hellos = Pick<HandshakeMessages, 'client_hello' | 'server_hello'>

const extension = (extensionType: number, extensionData: Uint8Array = new Uint8Array()): Extension => ({
  extensionType,
  extensionData,
})

/** What a state has offered for resumption; some id where it has offered none. */
const offeredId = (state: object): Uint8Array => {
  const offer = 'offer' in state && typeof state.offer === 'object' ? (state.offer as { sessionId?: Uint8Array }) : {}
  return offer.sessionId?.length ? offer.sessionId : new Uint8Array(32).fill(0x2d)
}

const without = (type: number, extensions: readonly Extension[] | undefined): readonly Extension[] =>
  (extensions ?? []).filter(({ extensionType }) => extensionType !== type)

/** The hellos and tickets of figure 2, in scenarios where sessions are resumed. */
export function resumptionVariants(
  scenario: Scenario,
  state: object,
  { client_hello: clientHello, server_hello: serverHello }: Hellos,
): readonly Variant[] {
  if (scenario.resumption === undefined) return []
  const ticket = ExtensionType.session_ticket
  const hello = (extensions: readonly Extension[]): Variant['event'] => ({
    type: 'server_hello',
    raw: encodeHandshake('server_hello', { ...serverHello, sessionId: offeredId(state), extensions }),
  })
  const shown = scenario.resumption === 'ticket' ? [extension(ticket, Uint8Array.of(9, 9, 9))] : []
  const clientExtensions = [...without(ticket, clientHello.extensions), ...shown]
  const resuming = { ...clientHello, sessionId: new Uint8Array(32).fill(0x1d), extensions: clientExtensions }
  const noTicket = { ticketLifetimeHint: 0, ticket: new Uint8Array() }
  return [
    { label: 'resuming server_hello', event: hello(without(ticket, serverHello.extensions)) },
    ...(shown.length === 0 ? [] : [{ label: 'renewing server_hello', event: hello(serverHello.extensions ?? []) }]),
    {
      label: 'resuming client_hello',
      event: { type: 'client_hello', raw: encodeHandshake('client_hello', resuming) },
    },
    {
      label: 'empty new_session_ticket',
      event: { type: 'new_session_ticket', raw: encodeHandshake('new_session_ticket', noTicket) },
    },
  ]
}

/** A client may be given a session to resume when it starts. */
export const startWithSession = (scenario: Scenario): readonly Variant[] =>
  scenario.resumption === undefined
    ? []
    : [
        {
          label: 'start with a session',
          event: {
            type: 'start',
            entropy: {
              random: new Uint8Array(32).fill(0xc1),
              sessionId: new Uint8Array(32).fill(0x1d),
              substitutePreMaster: markedSecret(46),
            },
            session: markedKept(scenario),
          },
        },
      ]
