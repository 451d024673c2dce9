import { MalformedError, Reader } from '../bytes/reader.js'
import { Writer } from '../bytes/writer.js'
import type { Codec } from '../codec/codec.js'
import { HandshakeType, type HandshakeTypeName } from '../registry/handshake-type.js'
import { Certificate } from './certificate.js'
import { CertificateRequest } from './certificate-request.js'
import { CertificateStatus } from './certificate-status.js'
import { CertificateVerify } from './certificate-verify.js'
import { ClientHello } from './client-hello.js'
import { ClientKeyExchange } from './client-key-exchange.js'
import { Finished } from './finished.js'
import { HelloRequest } from './hello-request.js'
import { NewSessionTicket } from './new-session-ticket.js'
import { ServerHello } from './server-hello.js'
import { ServerHelloDone } from './server-hello-done.js'
import { ServerKeyExchange } from './server-key-exchange.js'

/**
 * Every handshake message begins with the same header (RFC 5246 §7.4).
 *
 *     +----------+--------+-----------------+
 *     | msg_type | length | body            |
 *     |    1     |   3    | `length` bytes  |
 *     +----------+--------+-----------------+
 */
export const HANDSHAKE_HEADER_LENGTH = 4

/** What the body of each message decodes to. */
export interface HandshakeMessages {
  readonly hello_request: HelloRequest
  readonly client_hello: ClientHello
  readonly server_hello: ServerHello
  readonly new_session_ticket: NewSessionTicket
  readonly certificate: Certificate
  readonly server_key_exchange: ServerKeyExchange
  readonly certificate_request: CertificateRequest
  readonly server_hello_done: ServerHelloDone
  readonly certificate_verify: CertificateVerify
  readonly client_key_exchange: ClientKeyExchange
  readonly finished: Finished
  readonly certificate_status: CertificateStatus
}

/** The codec of each message's body. */
export const messageCodecs: { readonly [N in HandshakeTypeName]: Codec<HandshakeMessages[N]> } = {
  hello_request: HelloRequest,
  client_hello: ClientHello,
  server_hello: ServerHello,
  new_session_ticket: NewSessionTicket,
  certificate: Certificate,
  server_key_exchange: ServerKeyExchange,
  certificate_request: CertificateRequest,
  server_hello_done: ServerHelloDone,
  certificate_verify: CertificateVerify,
  client_key_exchange: ClientKeyExchange,
  finished: Finished,
  certificate_status: CertificateStatus,
}

/** A body with its header before it. */
export function frameHandshake(msgType: HandshakeType, body: Uint8Array): Uint8Array {
  const writer = new Writer()
  writer.uint(1, msgType)
  writer.uint(3, body.length)
  writer.raw(body)
  return writer.bytes()
}

/** The header at the start of `bytes`; `length` counts the body alone. Throws `MalformedError` below four bytes. */
export function readHandshakeHeader(bytes: Uint8Array): { readonly msgType: number; readonly length: number } {
  const reader = new Reader(bytes)
  return { msgType: reader.uint(1), length: reader.uint(3) }
}

/**
 * Decodes one whole message, header included. Throws `MalformedError` for another type than `name`, for fewer or more
 * bytes than the header says, and for a body that does not fill them exactly.
 */
export function decodeHandshakeBody<N extends HandshakeTypeName>(
  name: N,
  raw: Uint8Array,
  codec: Codec<HandshakeMessages[N]> = messageCodecs[name],
): HandshakeMessages[N] {
  const reader = new Reader(raw)
  const msgType = reader.uint(1)
  if (msgType !== HandshakeType[name]) throw new MalformedError('value', 0, `message of type ${msgType}, not ${name}`)
  const body = reader.scope(reader.uint(3))
  reader.finish(name)
  const value = codec.read(body)
  body.finish(name)
  return value
}

/** One whole message, header included. Throws `RangeError` for values that their fields cannot hold. */
export function encodeHandshake<N extends HandshakeTypeName>(name: N, message: HandshakeMessages[N]): Uint8Array {
  const writer = new Writer()
  writer.uint(1, HandshakeType[name])
  const start = writer.open(3)
  messageCodecs[name].write(writer, message)
  writer.close(start, 3)
  return writer.bytes()
}
