import { randomBytes as systemRandomBytes } from '@noble/hashes/utils.js'
import { finiteFieldGroup, isFfdheGroup } from '../../crypto/finite-field-groups.js'
import type { CryptoProvider, KeyShare, KeyShareRequest } from '../../crypto/provider.js'
import type { RandomBytes } from './big-math.js'
import { ellipticKeyShare } from './elliptic-key-share.js'
import { finiteFieldKeyShare } from './finite-field-key-share.js'
import { hash, hmac, pbkdf2, scrypt } from './hashes.js'
import { importPrivateKey } from './private-keys.js'
import { usablePublicKey } from './public-keys.js'
import { recordCiphers } from './record-ciphers.js'
import { encryptPreMaster } from './rsa-pre-master.js'
import { verifySignature } from './verify-signature.js'

export interface NobleProviderOptions {
  /**
   * Leaves the extra randomness out of ECDSA nonces, so that the same content always gets the same signature. Without
   * it a fault during signing can betray the key: for tests and replays. PSS salts still come from `randomBytes`.
   */
  readonly deterministicSignatures?: boolean
  /** Replaces the system's random number generator, for tests and replays: everything secret then depends on it. */
  readonly randomBytes?: (length: number) => Uint8Array
}

function generateKeyShare(request: KeyShareRequest, randomBytes: RandomBytes): KeyShare | undefined {
  if ('dh' in request) return finiteFieldKeyShare(request.dh, request.provePrime, randomBytes)
  const { group } = request
  return isFfdheGroup(group)
    ? finiteFieldKeyShare(finiteFieldGroup(group), false, randomBytes)
    : ellipticKeyShare(group, randomBytes)
}

/**
 * The provider that works wherever JavaScript does: noble's hashes, ciphers and curves, and RSA and finite-field
 * Diffie–Hellman on BigInt. Every answer is synchronous.
 */
export function nobleProvider(options: NobleProviderOptions = {}): CryptoProvider {
  const { randomBytes = systemRandomBytes, deterministicSignatures = false } = options
  return {
    hash,
    hmac,
    pbkdf2,
    scrypt,
    ...recordCiphers,
    randomBytes,
    generateKeyShare: (request) => generateKeyShare(request, randomBytes),
    verifySignature: (key, scheme, content, signature) => verifySignature(key, scheme, content, signature),
    encryptPreMaster: (key, clientVersion) => {
      const usable = usablePublicKey(key)
      if (usable.keyType !== 'rsa') throw new TypeError(`a key of the kind ${usable.keyType} does not encrypt`)
      return encryptPreMaster(usable.rsa, clientVersion, randomBytes)
    },
    importPrivateKey: (privateKeyInfo) => importPrivateKey(privateKeyInfo, { randomBytes, deterministicSignatures }),
  }
}
