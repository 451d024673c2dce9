/** ECPointFormat (IANA; RFC 8422 §5.1.2): only uncompressed is alive. */
export const ECPointFormat = { uncompressed: 0, ansiX962_compressed_prime: 1, ansiX962_compressed_char2: 2 } as const

export type ECPointFormat = number
