import type { CryptoProvider } from '../../crypto/provider.js'
import type { Endpoint } from '../endpoint.js'
import type { HandshakeLimits } from '../handshake-limits.js'
import { clientEndpoint, type ServerOptions, serverEndpoint } from '../options.js'
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

/** The client's side over `transport`. Throws a `misuse` fault for options that make no sense. */
export const connect = (transport: Transport, provider: CryptoProvider, options: StreamClientOptions): TlsDuplex => {
  const { session, ...rest } = options
  const endpointOptions = { onPeerClose: 'wait', ...rest, ...sessionFrom(session) } as const
  return new TlsDuplex(transport, clientEndpoint(provider, endpointOptions), options)
}

/** The server's side over `transport`. Throws a `misuse` fault for options that make no sense. */
export const accept = (
  transport: Transport,
  provider: CryptoProvider,
  options: ServerOptions & HandshakeLimits,
): TlsDuplex => new TlsDuplex(transport, serverEndpoint(provider, { onPeerClose: 'wait', ...options }), options)
