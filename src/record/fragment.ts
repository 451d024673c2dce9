import { MAX_CIPHERTEXT_LENGTH, MAX_PLAINTEXT_LENGTH } from './plaintext.js'
import type { Protection } from './protection.js'

/** Checks how long the fragments that we send may be: 1 to 2^14 bytes (RFC 5246 §6.2.1). Throws `RangeError`. */
export function checkFragmentLength(length: number): number {
  if (Number.isInteger(length) && length >= 1 && length <= MAX_PLAINTEXT_LENGTH) return length
  throw new RangeError(`maxFragmentLength is ${length}; it must be an integer from 1 to ${MAX_PLAINTEXT_LENGTH}`)
}

/** padding_length and what it counts, besides the padding that would do (RFC 5246 §6.2.3.2). */
const MOST_PADDING = 256

/**
 * The most bytes that a fragment can be on the wire where its plaintext is at most `maximum` bytes: what is longer
 * breaks a limit that was agreed on, and is refused unopened (RFC 6066 §4).
 */
export function longestFragment(maximum: number, protection: Protection | undefined): number {
  if (protection === undefined) return maximum
  return maximum === MAX_PLAINTEXT_LENGTH ? MAX_CIPHERTEXT_LENGTH : protection.sealedLength(maximum) + MOST_PADDING
}

/** Cuts `payload` into views of at most `maximum` bytes; no bytes are one empty fragment. */
export function fragment(payload: Uint8Array, maximum: number): readonly Uint8Array[] {
  if (payload.length <= maximum) return [payload]
  const fragments: Uint8Array[] = []
  for (let at = 0; at < payload.length; at += maximum) fragments.push(payload.subarray(at, at + maximum))
  return fragments
}
