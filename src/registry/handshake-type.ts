/** TLS HandshakeType (IANA; RFC 5246 §7.4, RFC 5077 §3.3, RFC 6066 §8). */
export const HandshakeType = {
  hello_request: 0,
  client_hello: 1,
  server_hello: 2,
  new_session_ticket: 4,
  certificate: 11,
  server_key_exchange: 12,
  certificate_request: 13,
  server_hello_done: 14,
  certificate_verify: 15,
  client_key_exchange: 16,
  finished: 20,
  certificate_status: 22,
} as const

export type HandshakeType = number
export type HandshakeTypeName = keyof typeof HandshakeType
