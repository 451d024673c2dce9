import type { Endpoint } from './adapters/endpoint.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from './adapters/options.js'
import type { CryptoProvider } from './crypto/provider.js'
import { nobleProvider } from './providers/noble/index.js'

/** A TLS 1.2 client, safe by default, on the noble provider unless `provider` says otherwise. */
export const createClient = (options: ClientOptions & { readonly provider?: CryptoProvider } = {}): Endpoint =>
  clientEndpoint(options.provider ?? nobleProvider(), options)

/** A TLS 1.2 server, safe by default, on the noble provider unless `provider` says otherwise. */
export const createServer = (options: ServerOptions & { readonly provider?: CryptoProvider } = {}): Endpoint =>
  serverEndpoint(options.provider ?? nobleProvider(), options)
