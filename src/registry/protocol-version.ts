/** ProtocolVersion as one 16-bit number, major and minor (RFC 5246 §6.2.1 and RFC 5246 Appendix E). */
export const ProtocolVersion = {
  SSLv2: 0x0002,
  SSLv3: 0x0300,
  TLSv1_0: 0x0301,
  TLSv1_1: 0x0302,
  TLSv1_2: 0x0303,
  TLSv1_3: 0x0304,
} as const

export type ProtocolVersion = number
