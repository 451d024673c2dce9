import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto'
import { toBigInt } from '../../bytes/convert.js'
import { Secret } from '../../bytes/secret.js'
import type { PublicKey } from '../../crypto/key-types.js'
import { PRE_MASTER_LENGTH, unpadPreMaster } from '../../crypto/pre-master-unpadding.js'
import type { EncryptedPreMaster } from '../../crypto/provider.js'
import type { RsaPublicKey } from '../../crypto/rsa-key.js'
import type { ProtocolVersion } from '../../registry/protocol-version.js'
import { plain, randomBytes } from './bytes.js'
import { usablePublicKey } from './public-keys.js'

/** A fresh pre-master secret, and its encryption for `key` (RFC 5246 §7.4.7.1). Throws `TypeError` for other keys. */
export function encryptPreMaster(publicKey: PublicKey, clientVersion: ProtocolVersion): EncryptedPreMaster {
  const { contents, object } = usablePublicKey(publicKey)
  if (contents.keyType !== 'rsa') throw new TypeError(`a key of the kind ${contents.keyType} does not encrypt`)
  const preMaster = randomBytes(PRE_MASTER_LENGTH)
  preMaster.set([clientVersion >>> 8, clientVersion & 0xff])
  const encrypted = plain(publicEncrypt({ key: object, padding: constants.RSA_PKCS1_PADDING }, preMaster))
  return { encrypted, preMasterSecret: new Secret(preMaster) }
}

/** A ciphertext that any key decrypts, to something that is no pre-master secret. */
function harmless(length: number): Uint8Array {
  const ciphertext = new Uint8Array(length)
  ciphertext[length - 1] = 2
  return ciphertext
}

/**
 * The decrypted pre-master secret, or 48 random bytes for anything that is not the encryption of one. The random ones
 * are drawn first and the same operations are done in either case: a ciphertext that is too long, too short or not
 * below the modulus, which anyone can see, is replaced by a harmless one. The padding is taken off here: OpenSSL's own
 * way of it throws where the padding is wrong, and Node refuses it where it would (CVE-2023-46809).
 */
export function decryptPreMaster(
  { n, length }: RsaPublicKey,
  key: KeyObject,
  encrypted: Uint8Array,
  clientVersion: ProtocolVersion,
): Secret {
  const fallback = randomBytes(PRE_MASTER_LENGTH)
  const accepted = encrypted.length === length && toBigInt(encrypted) < n ? 1 : 0
  const ciphertext = accepted === 1 ? encrypted : harmless(length)
  let encoded: Uint8Array
  try {
    encoded = plain(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext))
  } catch {
    return new Secret(fallback) // a fault in the computation: not even that is told
  }
  const preMaster = unpadPreMaster(encoded, clientVersion, fallback, accepted)
  encoded.fill(0)
  fallback.fill(0)
  return new Secret(preMaster)
}
