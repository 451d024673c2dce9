import { concat } from '../../bytes/convert.js'
import { Reader } from '../../bytes/reader.js'
import { Secret } from '../../bytes/secret.js'
import { DerTag, readDer } from '../../codec/der.js'
import { type BlockCipherName, blockCipherLengths } from '../../crypto/record-ciphers.js'
import { type Algorithm, hmacs, isNext, readAlgorithm, readCount } from './algorithm.js'
import { decryptCbc } from './cbc-decryption.js'
import { type DerivationParameters, Pkcs12Purpose, pbkdf2, pkcs12Derivation } from './key-derivation.js'
import type { KeystoreContext, KeystorePrimitives } from './keystore-context.js'
import { damaged, unsupported } from './keystore-error.js'
import { rc2Decryption } from './rc2.js'
import { readScrypt, SCRYPT, scrypt } from './scrypt.js'

/** A cipher with its key already derived from a password. */
export interface PasswordCipher {
  readonly blockLength: number
  /** Decrypts whole blocks from the first one on; the padding stays. */
  decrypt(ciphertext: Uint8Array): Uint8Array
}

/** A cipher of this name under `key`, which must have its length. */
export function cbcCipher(
  name: BlockCipherName,
  key: Secret,
  iv: Uint8Array,
  primitives: KeystorePrimitives,
): PasswordCipher {
  const cipher = primitives.blockCipher(name, key)
  return { blockLength: iv.length, decrypt: (ciphertext) => cipher.decrypt(iv, ciphertext) }
}

/** Encryption schemes of PBES2 (RFC 8018 Appendix B.2); all have their IV as parameter. */
const encryptionSchemes: ReadonlyMap<string, BlockCipherName> = new Map([
  ['608648016503040102', 'AES_128_CBC'],
  ['608648016503040116', 'AES_192_CBC'],
  ['60864801650304012a', 'AES_256_CBC'],
  ['2a864886f70d0307', '3DES_EDE_CBC'],
])

const PBES2 = '2a864886f70d01050d'
const PBKDF2 = '2a864886f70d01050c'

/** PBKDF2's parameters (RFC 8018 Appendix A.2), with the length where the file says one. */
export function readPbkdf2({ identifier, parameters }: Algorithm): DerivationParameters & { length?: number } {
  if (identifier !== PBKDF2)
    throw unsupported('keys are derived by something other than PBKDF2 and scrypt, which are read')
  const fields = new Reader(readDer(parameters, DerTag.sequence).contents)
  const salt = readDer(fields, DerTag.octetString).contents
  const iterations = readCount(fields)
  const length = isNext(fields, DerTag.integer) ? readCount(fields) : undefined
  const prf = fields.remaining > 0 ? hmacs.get(readAlgorithm(fields).identifier) : 'sha1'
  if (prf === undefined)
    throw unsupported('keys are derived by PBKDF2 with something other than HMAC of SHA-1 or SHA-2')
  fields.finish('PBKDF2-params')
  return { hash: prf, salt, iterations, ...(length === undefined ? {} : { length }) }
}

/** How the key of PBES2 comes out of the password, and its length where the file says one. */
interface Derivation {
  readonly length?: number | undefined
  derive(length: number): Secret
}

/** PBKDF2, or scrypt (RFC 7914 §7). */
function derivationOf(algorithm: Algorithm, { primitives, passwords, budget }: KeystoreContext): Derivation {
  if (algorithm.identifier === SCRYPT) {
    const parameters = readScrypt(algorithm.parameters)
    const derive = (length: number): Secret => scrypt(parameters, passwords.utf8, length, primitives, budget)
    return { length: parameters.length, derive }
  }
  const parameters = readPbkdf2(algorithm)
  const derive = (length: number): Secret => pbkdf2(parameters, passwords.utf8, length, primitives, budget)
  return { length: parameters.length, derive }
}

/** PBES2 (RFC 8018 §6.2): a key derivation and a block cipher. */
function pbes2(parameters: Reader, context: KeystoreContext): PasswordCipher {
  const fields = new Reader(readDer(parameters, DerTag.sequence).contents)
  const derivation = derivationOf(readAlgorithm(fields), context)
  const scheme = readAlgorithm(fields)
  fields.finish('PBES2-params')
  const name = encryptionSchemes.get(scheme.identifier)
  if (name === undefined) throw unsupported('it is encrypted with a cipher other than AES-CBC and triple DES')
  const iv = readDer(scheme.parameters, DerTag.octetString).contents
  const { key: length, block } = blockCipherLengths[name]
  if (iv.length !== block) throw damaged('an initialization vector has the wrong length')
  if ((derivation.length ?? length) !== length) throw damaged('a key length does not fit its cipher')
  return cbcCipher(name, derivation.derive(length), iv, context.primitives)
}

interface LegacyScheme {
  readonly keyLength: number
  make(key: Secret, iv: Uint8Array, primitives: KeystorePrimitives): PasswordCipher
}

const rc2 = (keyLength: number, bits: number): LegacyScheme => ({
  keyLength,
  make: (key, iv) => {
    const decryption = key.use((bytes) => rc2Decryption(bytes, bits))
    key.wipe()
    return { blockLength: iv.length, decrypt: (ciphertext) => decryptCbc(decryption, iv, ciphertext) }
  },
})

/** Two thirds of a key: the first serves twice. */
function widened(key: Secret): Secret {
  const whole = key.use((bytes) => concat(bytes, bytes.subarray(0, 8)))
  key.wipe()
  return new Secret(whole)
}

/** The block ciphers of PKCS#12's own schemes (RFC 7292 Appendix C), by the last octet of their identifiers. */
const legacySchemes: ReadonlyMap<string, LegacyScheme> = new Map([
  ['03', { keyLength: 24, make: (key, iv, primitives) => cbcCipher('3DES_EDE_CBC', key, iv, primitives) }],
  ['04', { keyLength: 16, make: (key, iv, primitives) => cbcCipher('3DES_EDE_CBC', widened(key), iv, primitives) }],
  ['05', rc2(16, 128)],
  ['06', rc2(5, 40)],
])

const PKCS12_SCHEMES = '2a864886f70d010c01'

function legacy({ identifier, parameters }: Algorithm, context: KeystoreContext): PasswordCipher {
  const scheme = legacySchemes.get(identifier.slice(PKCS12_SCHEMES.length))
  if (scheme === undefined) throw unsupported('it is encrypted with RC4, which is not read: convert it with openssl')
  const fields = new Reader(readDer(parameters, DerTag.sequence).contents)
  const salt = readDer(fields, DerTag.octetString).contents
  const derivation: DerivationParameters = { hash: 'sha1', salt, iterations: readCount(fields) }
  fields.finish('pkcs-12PbeParams')
  const { primitives, passwords, budget } = context
  const derive = (purpose: 1 | 2, length: number): Secret =>
    pkcs12Derivation(derivation, passwords.bmp, purpose, length, primitives, budget)
  const key = derive(Pkcs12Purpose.key, scheme.keyLength)
  const iv = derive(Pkcs12Purpose.iv, 8).use((bytes) => bytes.slice())
  return scheme.make(key, iv, primitives)
}

/** The cipher that an AlgorithmIdentifier names, keyed by the password of `context`. Throws `KeystoreError`. */
export function passwordCipher(algorithm: Algorithm, context: KeystoreContext): PasswordCipher {
  if (algorithm.identifier === PBES2) return pbes2(algorithm.parameters, context)
  if (algorithm.identifier.startsWith(PKCS12_SCHEMES)) return legacy(algorithm, context)
  throw unsupported(
    'it is encrypted by a scheme that is neither PBES2 nor one of PKCS#12: convert it, for instance with "openssl pkcs8 -topk8"',
  )
}
