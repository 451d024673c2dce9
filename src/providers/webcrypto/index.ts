import type { Credential, PrivateKey, PublicKey } from '../../crypto/key-types.js'
import type { MaybePromise } from '../../crypto/maybe-promise.js'
import type { CryptoProvider, KeyShare, KeyShareRequest } from '../../crypto/provider.js'
import { isNativeGroup } from './algorithms.js'
import { type Capability, capabilities } from './capabilities.js'
import { credentialOf, privateKeyOf } from './crypto-key-credential.js'
import { freshKeyShare } from './elliptic-key-share.js'
import { type ImportContext, importNonExtractable, importPrivateKey } from './import-private-key.js'
import { type Subtle, systemSubtle, type WebCryptoKey } from './subtle.js'
import { supportsGroup } from './support.js'
import { verifySignature } from './verify-signature.js'

export type { AnswerSource, Capability } from './capabilities.js'
export type { Subtle, WebCryptoAlgorithm, WebCryptoKey, WebCryptoKeyPair } from './subtle.js'

/** Which WebCrypto; the runtime's own by default. */
export interface SubtleOption {
  readonly subtle?: Subtle
}

export interface WebCryptoProviderOptions extends SubtleOption {
  /**
   * Answers what WebCrypto lacks (finite-field groups, X448, Ed448, SHA-224, PKCS#1 decryption and encryption), what it has
   * only asynchronously (hashes, HMAC, record ciphers), and whatever this runtime happens not to have.
   */
  readonly beside: CryptoProvider
}

type Context = Required<WebCryptoProviderOptions>

function generateKeyShare(
  { subtle, beside }: Context,
  request: KeyShareRequest,
  signal: AbortSignal | undefined,
): MaybePromise<KeyShare | undefined> {
  const askBeside = () => beside.generateKeyShare(request, signal)
  if ('dh' in request || !isNativeGroup(request.group)) return askBeside()
  const { group } = request
  return supportsGroup(subtle, group).then((has) => (has ? freshKeyShare(subtle, group) : askBeside()))
}

/**
 * The provider over `crypto.subtle`: key shares and signatures by the runtime where it has them, with private keys that
 * cannot be taken out of it, and the rest by `beside`. The runtime's answers are promises: a connection waits for them.
 * Throws `TypeError` where there is no WebCrypto.
 */
export function webCryptoProvider({ beside, subtle = systemSubtle() }: WebCryptoProviderOptions): CryptoProvider {
  const context: Context = { beside, subtle }
  return {
    // one by one, and not by spreading: another's provider may be of a class
    hash: (name, ...parts) => beside.hash(name, ...parts),
    hmac: (name, key, ...parts) => beside.hmac(name, key, ...parts),
    ...(beside.pbkdf2 === undefined ? {} : { pbkdf2: beside.pbkdf2.bind(beside) }),
    ...(beside.scrypt === undefined ? {} : { scrypt: beside.scrypt.bind(beside) }),
    aead: (name, key) => beside.aead(name, key),
    blockCipher: (name, key) => beside.blockCipher(name, key),
    randomBytes: (length) => beside.randomBytes(length),
    encryptPreMaster: (key, clientVersion, signal) => beside.encryptPreMaster(key, clientVersion, signal),
    generateKeyShare: (request, signal) => generateKeyShare(context, request, signal),
    verifySignature: (key, scheme, content, signature, signal) => {
      const publicKey = { ...key, subjectPublicKeyInfo: new Uint8Array(key.subjectPublicKeyInfo) }
      const [ownContent, ownSignature] = [new Uint8Array(content), new Uint8Array(signature)]
      return verifySignature(context, { publicKey, scheme, content: ownContent, signature: ownSignature }, signal)
    },
    importPrivateKey: (privateKeyInfo) => importPrivateKey(context, privateKeyInfo),
  }
}

/**
 * Non-extractable CryptoKeys from a DER PrivateKeyInfo (PKCS#8, RFC 5958 §2): one for ECDSA and Ed25519, and for RSA one
 * for each padding and hash, since WebCrypto binds both to a key. They can be kept in IndexedDB; nothing takes the key out
 * of them again. What it was imported from stays in memory until that is overwritten and collected. `beside` checks the key
 * as it would its own. For PEM, `privateKeyInfoFromPem` of `tls12/x509` comes first. Rejects with `TypeError` for keys that
 * are unusable, and for kinds that the runtime has not.
 */
export const importNonExtractableKeys = async (
  privateKeyInfo: Uint8Array,
  { beside, subtle = systemSubtle() }: SubtleOption & Pick<ImportContext, 'beside'>,
): Promise<readonly WebCryptoKey[]> => importNonExtractable({ beside, subtle }, privateKeyInfo)

/**
 * A signer over CryptoKeys, extractable or not: for CertificateVerify and ServerKeyExchange. `publicKey` says of what kind
 * it is. Of an RSA key there may be several CryptoKeys, each for one padding and hash: the signer offers the schemes of
 * those that are given. It never decrypts, so it serves no suite with RSA key transport. Throws `TypeError` for keys that
 * cannot sign or are of another kind, size, curve or exponent.
 */
export const webCryptoPrivateKey = (
  publicKey: PublicKey,
  keys: WebCryptoKey | readonly WebCryptoKey[],
  { subtle = systemSubtle() }: SubtleOption = {},
): PrivateKey => privateKeyOf(subtle, publicKey, keys)

/**
 * The credential of a certificate chain (DER, end entity first) and the CryptoKeys of its end entity, as
 * `webCryptoPrivateKey` takes them. That key and certificate belong together only a signature can show: `checkKeyMatches`
 * of `tls12/x509` makes one.
 */
export const webCryptoCredential = (
  certificateChain: readonly Uint8Array[],
  keys: WebCryptoKey | readonly WebCryptoKey[],
  { subtle = systemSubtle() }: SubtleOption = {},
): Credential => credentialOf(subtle, certificateChain, keys)

/**
 * What this runtime's WebCrypto does itself, what comes from `beside`, and what is missing: found out by trying each
 * algorithm once. `subtle: undefined` asks about a runtime without WebCrypto.
 */
export const webCryptoCapabilities = ({
  beside,
  ...options
}: {
  readonly subtle?: Subtle | undefined
  readonly beside?: CryptoProvider
} = {}): Promise<readonly Capability[]> => {
  const subtle: Subtle | undefined = 'subtle' in options ? options.subtle : globalThis.crypto?.subtle
  return capabilities(subtle, beside)
}
