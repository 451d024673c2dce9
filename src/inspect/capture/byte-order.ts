/** Fixed-width integers in the byte order of the machine that wrote the capture. Reads beyond the end give zeros. */
export interface ByteOrder {
  uint16(bytes: Uint8Array, at: number): number
  uint32(bytes: Uint8Array, at: number): number
  /** Signed; beyond 2^53 only nearly right. */
  int64(bytes: Uint8Array, at: number): number
}

const signed = (high: number, low: number): number => (high | 0) * 2 ** 32 + low

const octet = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0

export const bigEndian: ByteOrder = {
  uint16: (bytes, at) => (octet(bytes, at) << 8) | octet(bytes, at + 1),
  uint32: (bytes, at) =>
    ((octet(bytes, at) << 24) | (octet(bytes, at + 1) << 16) | (octet(bytes, at + 2) << 8) | octet(bytes, at + 3)) >>>
    0,
  int64: (bytes, at) => signed(bigEndian.uint32(bytes, at), bigEndian.uint32(bytes, at + 4)),
}

export const littleEndian: ByteOrder = {
  uint16: (bytes, at) => octet(bytes, at) | (octet(bytes, at + 1) << 8),
  uint32: (bytes, at) =>
    (octet(bytes, at) | (octet(bytes, at + 1) << 8) | (octet(bytes, at + 2) << 16) | (octet(bytes, at + 3) << 24)) >>>
    0,
  int64: (bytes, at) => signed(littleEndian.uint32(bytes, at + 4), littleEndian.uint32(bytes, at)),
}
