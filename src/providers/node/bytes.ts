import { randomFillSync } from 'node:crypto'

/**
 * The same octets as a plain Uint8Array: a Buffer's `slice` shares memory where ours promises a copy. For Buffers that
 * node:crypto allocated for their contents alone, never for pieces of the pool that small Buffers share.
 */
export const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)

export const randomBytes = (length: number): Uint8Array => randomFillSync(new Uint8Array(length))

/** The same octets as a Buffer, without a copy. */
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** As JWKs write octets. */
export const base64url = (bytes: Uint8Array): string => asBuffer(bytes).toString('base64url')
