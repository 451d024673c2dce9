import type { CryptoProvider } from '../../crypto/provider.js'
import type { Endpoint } from '../endpoint.js'
import type { HandshakeLimits } from '../handshake-limits.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../options.js'
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

/** The client's side over `channel`. Throws a `misuse` fault for options that make no sense. */
export const connect = (
  channel: ByteChannel,
  provider: CryptoProvider,
  options: ClientOptions & HandshakeLimits,
): TlsStreams => new TlsStreams(channel, clientEndpoint(provider, { onPeerClose: 'wait', ...options }), options)

/** The server's side over `channel`. Throws a `misuse` fault for options that make no sense. */
export const accept = (
  channel: ByteChannel,
  provider: CryptoProvider,
  options: ServerOptions & HandshakeLimits,
): TlsStreams => new TlsStreams(channel, serverEndpoint(provider, { onPeerClose: 'wait', ...options }), options)
