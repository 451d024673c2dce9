/** The configurations in which both machines are tried. */
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'
import type { Scenario } from './subject.js'

const keyExchangeNames = [
  ...(['RSA', 'DHE_RSA', 'ECDHE_RSA', 'ECDHE_ECDSA'] as const),
  ...(['PSK', 'DHE_PSK', 'ECDHE_PSK', 'RSA_PSK'] as const),
]
const status = [false, true] as const
/** How a connection ends has nothing to do with how it began, so each way is tried with some. */
const onPeerClose = (keyExchange: KeyExchange): Scenario['onPeerClose'] =>
  keyExchange === 'ECDHE_RSA' ? 'wait' : 'close'

/** So is how a peer's wish to renegotiate is met. */
const policies: Partial<Record<KeyExchange, Scenario['renegotiation']>> = {
  RSA: 'abort',
  ECDHE_RSA: 'once',
  ECDHE_ECDSA: 'ignore',
}
const ending = (keyExchange: KeyExchange) => ({
  onPeerClose: onPeerClose(keyExchange),
  renegotiation: policies[keyExchange] ?? 'refuse',
})

const resumptions = (keyExchange: KeyExchange, ...kinds: readonly ('session id' | 'ticket')[]): readonly Scenario[] =>
  kinds.map((resumption) => ({
    keyExchange,
    resumption,
    clientAuthentication: 'none',
    status: false,
    ...ending('DHE_RSA'),
  }))

/** Resumption hardly cares for how keys were exchanged, so few exchanges stand for all. */
export const resumingClientScenarios = [
  ...resumptions('RSA', 'session id', 'ticket'),
  ...resumptions('ECDHE_RSA', 'ticket'),
  ...resumptions('PSK', 'ticket'),
]
export const resumingServerScenarios = [
  ...resumptions('PSK', 'session id', 'ticket'),
  ...resumptions('ECDHE_PSK', 'session id', 'ticket'),
  // behind a review
  ...resumptions('ECDHE_ECDSA', 'session id', 'ticket'),
]

/** Every configuration of a client on which the order of messages depends. */
export const clientScenarios: readonly Scenario[] = keyExchangeNames.flatMap((keyExchange) =>
  status.map((status) => ({ keyExchange, clientAuthentication: 'none' as const, status, ...ending(keyExchange) })),
)

/** Every configuration of a server on which the order of messages depends. */
export const serverScenarios: readonly Scenario[] = keyExchangeNames.flatMap((keyExchange) =>
  (['none', 'request', 'require'] as const).flatMap((clientAuthentication) =>
    status.map((status) => ({ keyExchange, clientAuthentication, status, ...ending(keyExchange) })),
  ),
)

/** Configurations in which the explorer goes on into a renegotiation: by key transport, ephemeral keys and shared ones. */
export const renegotiatingScenarios: readonly Scenario[] = (['RSA', 'ECDHE_ECDSA', 'ECDHE_PSK'] as const).map(
  (keyExchange) => ({
    keyExchange,
    clientAuthentication: 'request',
    status: keyExchange === 'RSA',
    onPeerClose: keyExchange === 'RSA' ? 'wait' : 'close',
    renegotiation: 'freely',
  }),
)
