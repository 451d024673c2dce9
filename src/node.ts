/** TLS over Node's streams: a socket or any other duplex, on the noble provider unless `provider` says otherwise. */

import type { Duplex } from 'node:stream'
import {
  accept,
  acceptor,
  connect,
  connector,
  type HandshakeLimits,
  type StreamClientOptions,
  type TlsDuplex,
} from './adapters/node/index.js'
import type { ServerOptions } from './adapters/options.js'
import type { CryptoProvider } from './crypto/provider.js'
import { nobleProvider } from './providers/noble/index.js'

export { type HandshakeLimits, type StreamClientOptions, secureDuplex, TlsDuplex } from './adapters/node/index.js'

interface WithProvider {
  readonly provider?: CryptoProvider
}

/**
 * The client's end of TLS over `transport`. What is written before the server has proved itself is held, and never goes
 * out if it does not. Failures are `error` events with a `TlsFault`; options that make no sense throw one of code `misuse`.
 */
export const secureClient = (transport: Duplex, options: StreamClientOptions & WithProvider = {}): TlsDuplex =>
  connect(transport, options.provider ?? nobleProvider(), options)

/** The server's end of TLS over `transport`; otherwise like `secureClient`. */
export const secureServer = (
  transport: Duplex,
  options: ServerOptions & HandshakeLimits & WithProvider = {},
): TlsDuplex => accept(transport, options.provider ?? nobleProvider(), options)

/**
 * Makes the client's end of one connection after another, all with the same options: these are checked once, and what is
 * changed in them or their lists afterwards changes no connection. Throws a `misuse` fault for options that make no sense.
 */
export const prepareClient = (options: StreamClientOptions & WithProvider = {}): ((transport: Duplex) => TlsDuplex) =>
  connector(options.provider ?? nobleProvider(), options)

/** Makes the server's end of one connection after another, for a program that takes many; otherwise like `prepareClient`. */
export const prepareServer = (
  options: ServerOptions & HandshakeLimits & WithProvider = {},
): ((transport: Duplex) => TlsDuplex) => acceptor(options.provider ?? nobleProvider(), options)
