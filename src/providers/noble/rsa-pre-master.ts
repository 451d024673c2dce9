import { fromBigInt, toBigInt } from '../../bytes/convert.js'
import { Secret } from '../../bytes/secret.js'
import { PRE_MASTER_LENGTH, unpadPreMaster } from '../../crypto/pre-master-unpadding.js'
import type { EncryptedPreMaster } from '../../crypto/provider.js'
import type { RsaPublicKey } from '../../crypto/rsa-key.js'
import type { ProtocolVersion } from '../../registry/protocol-version.js'
import type { RandomBytes } from './big-math.js'
import { encryptPkcs1 } from './rsa-pkcs1.js'
import type { RsaPrivateOperation } from './rsa-private-operation.js'

/** A fresh pre-master secret, and its encryption for `key` (RFC 5246 §7.4.7.1). */
export function encryptPreMaster(
  key: RsaPublicKey,
  clientVersion: ProtocolVersion,
  randomBytes: RandomBytes,
): EncryptedPreMaster {
  const preMaster = Uint8Array.from(randomBytes(PRE_MASTER_LENGTH))
  preMaster.set([clientVersion >>> 8, clientVersion & 0xff])
  return { encrypted: encryptPkcs1(key, preMaster, randomBytes), preMasterSecret: new Secret(preMaster) }
}

/**
 * The decrypted pre-master secret, or 48 random bytes for anything that is not the encryption of one. The random ones
 * are drawn first and the same operations are done in either case: a ciphertext that is too long, too short or not
 * below the modulus is replaced by a harmless one.
 */
export function decryptPreMaster(
  key: RsaPublicKey,
  operation: RsaPrivateOperation,
  encrypted: Uint8Array,
  clientVersion: ProtocolVersion,
  randomBytes: RandomBytes,
): Secret {
  const fallback = Uint8Array.from(randomBytes(PRE_MASTER_LENGTH))
  const ciphertext = toBigInt(encrypted.subarray(0, key.length))
  const accepted = encrypted.length === key.length && ciphertext < key.n ? 1 : 0
  let encoded: Uint8Array
  try {
    encoded = fromBigInt(operation(ciphertext % key.n), key.length)
  } catch {
    return new Secret(fallback) // a fault in the computation: not even that is told
  }
  const preMaster = unpadPreMaster(encoded, clientVersion, fallback, accepted)
  encoded.fill(0)
  fallback.fill(0)
  return new Secret(preMaster)
}
