import { Secret } from '../bytes/secret.js'

/** A key that two sides share, and the name by which they speak of it (RFC 4279 §2). */
export interface PreSharedKey {
  /** Sent in the clear (RFC 4279 §7.3). UTF-8 of a character string (RFC 4279 §5.1), at most 65,535 bytes. */
  readonly identity: Uint8Array
  /** 1 to 65,535 bytes; of high entropy, since the plain exchange lets an eavesdropper try guesses (RFC 4279 §7.2). */
  readonly key: Secret
}

/** The key that `identity` names. A string is encoded as UTF-8. The bytes of `key` are copied. */
export const preSharedKey = (identity: string | Uint8Array, key: Uint8Array): PreSharedKey => ({
  identity: typeof identity === 'string' ? new TextEncoder().encode(identity) : identity.slice(),
  key: new Secret(key.slice()),
})

/**
 * The pre-master secret of the PSK suites: what the exchange besides gave, then the key, each with a 2-byte length. The
 * plain exchange has no other secret and puts as many zeros as the key is long (RFC 4279 §2). Throws `RangeError` for a
 * key without bytes, which everybody has, and for one whose length two bytes do not hold.
 */
export function pskPreMasterSecret(otherSecret: Secret | undefined, key: Secret): Secret {
  if (key.length === 0 || key.length > 0xffff) throw new RangeError(`a pre-shared key of ${key.length} bytes`)
  const otherLength = otherSecret?.length ?? key.length
  const bytes = new Uint8Array(4 + otherLength + key.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, otherLength)
  otherSecret?.use((other) => bytes.set(other, 2))
  view.setUint16(2 + otherLength, key.length)
  key.use((shared) => bytes.set(shared, 4 + otherLength))
  return new Secret(bytes)
}
