import { fromHex } from '../../bytes/convert.js'
import { MalformedError, type Reader } from '../../bytes/reader.js'
import { Secret } from '../../bytes/secret.js'
import { DerTag, enterDer, readDer, readWholeDer } from '../../codec/der.js'
import { type BlockCipherName, blockCipherLengths } from '../../crypto/record-ciphers.js'
import { readAlgorithm } from './algorithm.js'
import type { KeystoreContext, KeystorePrimitives } from './keystore-context.js'
import { damaged, unsupported } from './keystore-error.js'
import { spell, withPasswords } from './password.js'
import { cbcCipher, type PasswordCipher, passwordCipher } from './password-cipher.js'
import { unseal } from './unseal.js'
import { type KeystoreLimits, WorkBudget } from './work-budget.js'

/** What opens an encrypted key: its password, and the provider whose primitives do the work. */
export interface KeyProtection {
  readonly password: string
  readonly crypto: KeystorePrimitives
  readonly limits?: KeystoreLimits
}

/** Runs a reader of a keystore; encodings that it cannot make sense of mean damage. */
export function readingKeystore<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof MalformedError) throw damaged(error.message)
    throw error
  }
}

/** Runs `read` with the password in the spellings that it may need, and forgets them. */
export function opening<T>(
  { password, crypto, limits }: KeyProtection,
  length: number,
  read: (context: KeystoreContext) => T,
): T {
  const budget = new WorkBudget(length, limits)
  return withPasswords(spell(password), (passwords) =>
    readingKeystore(() => read({ primitives: crypto, passwords, budget })),
  )
}

/** The cipher and the ciphertext of the EncryptedPrivateKeyInfo (RFC 5958 §3) at `fields`, which is consumed. */
export function readEncryptedPrivateKeyInfo(
  fields: Reader,
  context: KeystoreContext,
): { cipher: PasswordCipher; ciphertext: Uint8Array } {
  const algorithm = readAlgorithm(fields)
  const ciphertext = readDer(fields, DerTag.octetString).contents
  fields.finish('EncryptedPrivateKeyInfo')
  return { cipher: passwordCipher(algorithm, context), ciphertext }
}

/**
 * The DER PrivateKeyInfo inside a DER EncryptedPrivateKeyInfo: PBES2 with PBKDF2 or scrypt (AES-CBC, triple DES), or
 * the schemes of PKCS#12. Throws `KeystoreError`.
 */
export function decryptPrivateKeyInfo(der: Uint8Array, protection: KeyProtection): Uint8Array {
  return opening(protection, der.length, (context) => {
    const { cipher, ciphertext } = readEncryptedPrivateKeyInfo(enterDer(der, DerTag.sequence), context)
    return readWholeDer(unseal(cipher, ciphertext), DerTag.sequence).whole
  })
}

const traditionalCiphers: ReadonlyMap<string, BlockCipherName> = new Map([
  ['AES-128-CBC', 'AES_128_CBC'],
  ['AES-192-CBC', 'AES_192_CBC'],
  ['AES-256-CBC', 'AES_256_CBC'],
  ['DES-EDE3-CBC', '3DES_EDE_CBC'],
])

const SALT_LENGTH = 8

/** OpenSSL's oldest derivation: chained MD5 of password and salt, once each. A short password behind it is quickly guessed. */
function chainedMd5(length: number, salt: Uint8Array, { primitives, passwords }: KeystoreContext): Secret {
  const key = new Uint8Array(length)
  let digest = new Uint8Array()
  for (let at = 0; at < length; at += digest.length) {
    const previous = digest
    digest = passwords.utf8.use((password) => Uint8Array.from(primitives.hash('md5', previous, password, salt)))
    key.set(digest.subarray(0, length - at), at)
  }
  return new Secret(key)
}

/**
 * Decrypts the contents of a PEM block with the header `DEK-Info: ${info}`, as OpenSSL wrote keys before PKCS#8. Answers
 * the DER of what the block's label says. Throws `KeystoreError`.
 */
export function decryptTraditional(info: string, ciphertext: Uint8Array, protection: KeyProtection): Uint8Array {
  const [, cipherName = '', ivText = ''] = /^([A-Z0-9-]+),([0-9A-Fa-f]*)$/.exec(info) ?? []
  const name = traditionalCiphers.get(cipherName)
  if (name === undefined) {
    throw unsupported('the DEK-Info header names a cipher that is not read: AES-CBC and DES-EDE3-CBC are')
  }
  if (ivText.length !== 2 * blockCipherLengths[name].block)
    throw damaged('the DEK-Info header has an IV of the wrong length')
  const iv = fromHex(ivText)
  return opening(protection, ciphertext.length, (context) => {
    const key = chainedMd5(blockCipherLengths[name].key, iv.subarray(0, SALT_LENGTH), context)
    return readWholeDer(unseal(cbcCipher(name, key, iv, context.primitives), ciphertext), DerTag.sequence).whole
  })
}
