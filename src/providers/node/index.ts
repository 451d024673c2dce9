import { finiteFieldGroup, isFfdheGroup } from '../../crypto/finite-field-groups.js'
import type { MaybePromise } from '../../crypto/maybe-promise.js'
import type { CryptoProvider, KeyShare, KeyShareRequest } from '../../crypto/provider.js'
import { randomBytes } from './bytes.js'
import { ellipticKeyShare } from './elliptic-key-share.js'
import { finiteFieldKeyShare } from './finite-field-key-share.js'
import { hash, hmac, pbkdf2, scrypt } from './hashes.js'
import { importPrivateKey } from './private-keys.js'
import { recordCiphers } from './record-ciphers.js'
import { encryptPreMaster } from './rsa-pre-master.js'
import { verifySignature } from './verify-signature.js'

export { importKey } from './private-keys.js'

function generateKeyShare(request: KeyShareRequest): MaybePromise<KeyShare | undefined> {
  if ('dh' in request) return finiteFieldKeyShare(request.dh, request.provePrime)
  const { group } = request
  return isFfdheGroup(group) ? finiteFieldKeyShare(finiteFieldGroup(group), false) : ellipticKeyShare(group)
}

/**
 * The provider over `node:crypto`, so over OpenSSL: native speed, and arithmetic that is made to take constant time.
 * Every answer is synchronous but one: finite-field parameters that have to be proved are tested outside the event loop.
 */
export function nodeProvider(): CryptoProvider {
  return {
    hash,
    hmac,
    pbkdf2,
    scrypt,
    ...recordCiphers,
    randomBytes,
    generateKeyShare,
    verifySignature: (key, scheme, content, signature) => verifySignature(key, scheme, content, signature),
    encryptPreMaster: (key, clientVersion) => encryptPreMaster(key, clientVersion),
    importPrivateKey: (privateKeyInfo) => importPrivateKey(privateKeyInfo),
  }
}
