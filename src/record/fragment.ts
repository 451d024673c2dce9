import { MAX_PLAINTEXT_LENGTH } from './plaintext.js'

/** Checks how long the fragments that we send may be: 1 to 2^14 bytes (RFC 5246 §6.2.1). Throws `RangeError`. */
export function checkFragmentLength(length: number): number {
  if (Number.isInteger(length) && length >= 1 && length <= MAX_PLAINTEXT_LENGTH) return length
  throw new RangeError(`maxFragmentLength is ${length}; it must be an integer from 1 to ${MAX_PLAINTEXT_LENGTH}`)
}

/** Cuts `payload` into views of at most `maximum` bytes; no bytes are one empty fragment. */
export function fragment(payload: Uint8Array, maximum: number): readonly Uint8Array[] {
  if (payload.length <= maximum) return [payload]
  const fragments: Uint8Array[] = []
  for (let at = 0; at < payload.length; at += maximum) fragments.push(payload.subarray(at, at + maximum))
  return fragments
}
