/** CompressionMethod (IANA; RFC 5246 §7.4.1.2): null is the only one this library speaks (CRIME). */
export const CompressionMethod = { null: 0, DEFLATE: 1 } as const

export type CompressionMethod = number
