/**
 * Everything without a provider, a certificate validator, sockets or promises: codecs (level 0), the machines (level 1),
 * the handshake without records (level 2) and the connection without a transport (level 3).
 */

export { constantTimeEqual } from './bytes/equal.js'
export { MalformedError, Reader } from './bytes/reader.js'
export { Secret } from './bytes/secret.js'
export { type Codec, decode, encode, type TypeOf } from './codec/codec.js'
export type { Span } from './codec/dissect.js'
export * from './connection/index.js'
export * from './crypto/index.js'
export * from './handshake/index.js'
export * from './messages/index.js'
export * from './record/index.js'
export * from './registry/index.js'
