import type { ProtocolVersion } from '../registry/protocol-version.js'

export const PRE_MASTER_LENGTH = 48

/** 1 where `value`, an octet, is zero; 0 otherwise; without a branch. */
const isZero = (value: number): number => ((value - 1) >>> 31) & 1

/**
 * The pre-master secret out of a decrypted EncryptedPreMasterSecret, or a copy of `fallback` where anything about it is
 * wrong: the block type, a zero among the padding, the length, the client's version, or `accepted` not being 1. Nobody
 * can tell which it was, not even the caller (RFC 5246 §7.4.7.1). Every octet is looked at whatever the others hold, and
 * no branch and no index depends on one. `encoded` has the length of the modulus, at least 128.
 *
 * Since the only right length is 48, the place of the zero that ends the padding is known, and nothing has to be
 * searched for.
 */
export function unpadPreMaster(
  encoded: Uint8Array,
  clientVersion: ProtocolVersion,
  fallback: Uint8Array,
  accepted: 0 | 1,
): Uint8Array {
  const start = encoded.length - PRE_MASTER_LENGTH
  const octet = (at: number): number => encoded[at] ?? 0
  let wrong = accepted ^ 1
  wrong |= octet(0)
  wrong |= octet(1) ^ 2
  for (let i = 2; i < start - 1; i++) wrong |= isZero(octet(i))
  wrong |= octet(start - 1)
  wrong |= octet(start) ^ (clientVersion >>> 8)
  wrong |= octet(start + 1) ^ (clientVersion & 0xff)
  const keep = -isZero(wrong) & 0xff // 0xff for a good one, 0x00 for a bad one
  const result = new Uint8Array(PRE_MASTER_LENGTH)
  for (let i = 0; i < PRE_MASTER_LENGTH; i++) {
    result[i] = (octet(start + i) & keep) | ((fallback[i] ?? 0) & ~keep)
  }
  return result
}
