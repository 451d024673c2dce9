import type { CryptoProvider } from '../../crypto/provider.js'
import type { Endpoint } from '../endpoint.js'
import type { HandshakeLimits } from '../handshake-limits.js'
import { clientEndpoints, type ServerOptions, serverEndpoints } from '../options.js'
import { type StreamClientOptions, sessionFrom } from './session-option.js'
import type { Transport } from './socket-shape.js'
import { TlsDuplex } from './tls-duplex.js'

export type { HandshakeLimits } from '../handshake-limits.js'
export type { StreamClientOptions } from './session-option.js'
export type { Transport } from './socket-shape.js'
export { TlsDuplex } from './tls-duplex.js'

/** Runs `endpoint` over `transport`, and begins its handshake. Throws a `misuse` fault for one that was used before. */
export const secureDuplex = (transport: Transport, endpoint: Endpoint, limits?: HandshakeLimits): TlsDuplex =>
  new TlsDuplex(transport, endpoint, limits)

/**
 * Makes the client's side of one connection after another, all with these options, which are looked at once: see
 * `clientEndpoints`. Throws a `misuse` fault for options that make no sense.
 */
export function connector(provider: CryptoProvider, options: StreamClientOptions): (transport: Transport) => TlsDuplex {
  const { session, ...rest } = options
  const newEndpoint = clientEndpoints(provider, { onPeerClose: 'wait', ...rest, ...sessionFrom(session) })
  return (transport) => new TlsDuplex(transport, newEndpoint(), rest)
}

/** Makes the server's side of one connection after another; otherwise like `connector`. */
export function acceptor(
  provider: CryptoProvider,
  options: ServerOptions & HandshakeLimits,
): (transport: Transport) => TlsDuplex {
  const all = { onPeerClose: 'wait', ...options } as const
  const newEndpoint = serverEndpoints(provider, all)
  return (transport) => new TlsDuplex(transport, newEndpoint(), all)
}

/** The client's side over `transport`. Throws a `misuse` fault for options that make no sense. */
export const connect = (transport: Transport, provider: CryptoProvider, options: StreamClientOptions): TlsDuplex =>
  connector(provider, options)(transport)

/** The server's side over `transport`. Throws a `misuse` fault for options that make no sense. */
export const accept = (
  transport: Transport,
  provider: CryptoProvider,
  options: ServerOptions & HandshakeLimits,
): TlsDuplex => acceptor(provider, options)(transport)
