/** TLS over WHATWG streams, whose two halves may be different channels; on the noble provider unless `provider` says otherwise. */

import type { ClientOptions, ServerOptions } from './adapters/options.js'
import {
  accept,
  acceptor,
  type ByteChannel,
  connect,
  connector,
  type HandshakeLimits,
  type TlsStreams,
} from './adapters/whatwg/index.js'
import type { CryptoProvider } from './crypto/provider.js'
import { nobleProvider } from './providers/noble/index.js'

export { type ByteChannel, type HandshakeLimits, secureStreams, TlsStreams } from './adapters/whatwg/index.js'

interface WithProvider {
  readonly provider?: CryptoProvider
}

/**
 * The client's end of TLS over `channel`. What is written before the server has proved itself is held, and never goes out
 * if it does not. Throws a `misuse` fault for options that make no sense.
 */
export const secureClient = (
  channel: ByteChannel,
  options: ClientOptions & HandshakeLimits & WithProvider = {},
): TlsStreams => connect(channel, options.provider ?? nobleProvider(), options)

/** The server's end of TLS over `channel`; otherwise like `secureClient`. */
export const secureServer = (
  channel: ByteChannel,
  options: ServerOptions & HandshakeLimits & WithProvider = {},
): TlsStreams => accept(channel, options.provider ?? nobleProvider(), options)

/**
 * Makes the client's end of one connection after another, all with the same options: these are checked once, and what is
 * changed in them or their lists afterwards changes no connection. Throws a `misuse` fault for options that make no sense.
 */
export const prepareClient = (
  options: ClientOptions & HandshakeLimits & WithProvider = {},
): ((channel: ByteChannel) => TlsStreams) => connector(options.provider ?? nobleProvider(), options)

/** Makes the server's end of one connection after another, for a program that takes many; otherwise like `prepareClient`. */
export const prepareServer = (
  options: ServerOptions & HandshakeLimits & WithProvider = {},
): ((channel: ByteChannel) => TlsStreams) => acceptor(options.provider ?? nobleProvider(), options)
