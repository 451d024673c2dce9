/** Two equal bytes that end in 0xa: reserved, so that peers keep ignoring what they do not know (RFC 8701 §2). */
export const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)

/** The reserved value that goes with a random byte: sixteen of them (RFC 8701 §2). */
export const greaseValue = (random: number): number => 0x0a0a + 0x1010 * (random & 0x0f)
