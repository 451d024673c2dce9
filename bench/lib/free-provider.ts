/**
 * Cryptography that costs nothing and protects nothing: what is left of a handshake is the library. With it the library's
 * own code is also run often enough for the engine to compile it, as it is in a process that has served for a while.
 */
import { Secret } from '../../src/bytes/secret.js'
import { finiteFieldGroup, isFfdheGroup } from '../../src/crypto/finite-field-groups.js'
import type { PrivateKey } from '../../src/crypto/key-types.js'
import { hashLength } from '../../src/crypto/primitives.js'
import type { CryptoProvider, KeyShareRequest } from '../../src/crypto/provider.js'

const zeros = (length: number): Uint8Array => new Uint8Array(length)
const secret = (length: number): Secret => new Secret(zeros(length))
const TAG_LENGTH = 16
const RSA_LENGTH = 256
const PRE_MASTER_LENGTH = 48

function publicKey(request: KeyShareRequest): Uint8Array {
  if ('dh' in request) return zeros(request.dh.p.length).fill(1)
  return isFfdheGroup(request.group) ? zeros(finiteFieldGroup(request.group).p.length).fill(1) : zeros(32)
}

const refuse = (what: string) => (): never => {
  throw new Error(`the free provider has no ${what}`)
}

export const freeProvider: CryptoProvider = {
  randomBytes: zeros,
  hash: (name) => zeros(hashLength[name]),
  hmac: (name) => zeros(hashLength[name]),
  aead: () => ({
    seal: (_nonce, _additionalData, plaintext) => {
      const sealed = zeros(plaintext.length + TAG_LENGTH)
      sealed.set(plaintext)
      return sealed
    },
    open: (_nonce, _additionalData, ciphertext) => ciphertext.slice(0, -TAG_LENGTH),
  }),
  blockCipher: refuse('block cipher'),
  generateKeyShare: (request) => ({ publicKey: publicKey(request), agree: () => secret(32) }),
  verifySignature: () => true,
  encryptPreMaster: () => ({ preMasterSecret: secret(PRE_MASTER_LENGTH), encrypted: zeros(RSA_LENGTH) }),
  importPrivateKey: refuse('keys'),
}

/** A key that is no key. */
export const freeKey = ({ keyType, curve }: PrivateKey): PrivateKey => ({
  keyType,
  ...(curve === undefined ? {} : { curve }),
  sign: () => zeros(keyType === 'rsa' ? RSA_LENGTH : 70),
  decryptPreMaster: () => secret(PRE_MASTER_LENGTH),
})
