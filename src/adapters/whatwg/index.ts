import type { CryptoProvider } from '../../crypto/provider.js'
import type { Endpoint } from '../endpoint.js'
import type { HandshakeLimits } from '../handshake-limits.js'
import { type ClientOptions, clientEndpoints, type ServerOptions, serverEndpoints } from '../options.js'
import type { ByteChannel } from './channel-link.js'
import { TlsStreams } from './tls-streams.js'

export type { HandshakeLimits } from '../handshake-limits.js'
export type { ByteChannel } from './channel-link.js'
export { TlsStreams } from './tls-streams.js'

/**
 * Runs `endpoint` over `channel`, and begins its handshake. Throws a `misuse` fault for an endpoint that was used before,
 * and `TypeError` where a stream of the channel is locked.
 */
export const secureStreams = (channel: ByteChannel, endpoint: Endpoint, limits?: HandshakeLimits): TlsStreams =>
  new TlsStreams(channel, endpoint, limits)

/**
 * Makes the client's side of one connection after another, all with these options, which are looked at once: see
 * `clientEndpoints`. Throws a `misuse` fault for options that make no sense.
 */
export function connector(
  provider: CryptoProvider,
  options: ClientOptions & HandshakeLimits,
): (channel: ByteChannel) => TlsStreams {
  const all = { onPeerClose: 'wait', ...options } as const
  const newEndpoint = clientEndpoints(provider, all)
  return (channel) => new TlsStreams(channel, newEndpoint(), all)
}

/** Makes the server's side of one connection after another; otherwise like `connector`. */
export function acceptor(
  provider: CryptoProvider,
  options: ServerOptions & HandshakeLimits,
): (channel: ByteChannel) => TlsStreams {
  const all = { onPeerClose: 'wait', ...options } as const
  const newEndpoint = serverEndpoints(provider, all)
  return (channel) => new TlsStreams(channel, newEndpoint(), all)
}

/** The client's side over `channel`. Throws a `misuse` fault for options that make no sense. */
export const connect = (
  channel: ByteChannel,
  provider: CryptoProvider,
  options: ClientOptions & HandshakeLimits,
): TlsStreams => connector(provider, options)(channel)

/** The server's side over `channel`. Throws a `misuse` fault for options that make no sense. */
export const accept = (
  channel: ByteChannel,
  provider: CryptoProvider,
  options: ServerOptions & HandshakeLimits,
): TlsStreams => acceptor(provider, options)(channel)
