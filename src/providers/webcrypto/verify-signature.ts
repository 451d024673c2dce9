import { toBigInt } from '../../bytes/convert.js'
import { isCanonical, isSmallOrder } from '../../crypto/edwards-small-order.js'
import type { PublicKey } from '../../crypto/key-types.js'
import type { MaybePromise } from '../../crypto/maybe-promise.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import { checkClaimedKind, type PublicKeyContents, readPublicKeyContents } from '../../crypto/public-key-contents.js'
import { checkPssFits, fittingScheme } from '../../crypto/scheme-parameters.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import { type NativeScheme, nativeScheme } from './algorithms.js'
import { rawEcdsaSignature } from './ecdsa-signature.js'
import { rsaPublicKeyInfo } from './key-forms.js'
import { owned, type Subtle, type WebCryptoKey } from './subtle.js'
import { supportsScheme } from './support.js'

/** The key inside a PublicKey, checked as far as that goes without arithmetic on curves. Throws where it is unusable. */
function usableContents(publicKey: PublicKey): PublicKeyContents {
  const contents = readPublicKeyContents(publicKey.subjectPublicKeyInfo)
  checkClaimedKind(publicKey, contents)
  if (contents.keyType === 'ed25519' || contents.keyType === 'ed448') {
    const { keyType, point } = contents
    if (!isCanonical(keyType, point) || isSmallOrder(keyType, point)) throw new TypeError(`not a key of ${keyType}`)
  }
  return contents
}

/** The signature as WebCrypto wants it. Throws for octets that no signer writes. */
function nativeSignature(contents: PublicKeyContents, signature: Uint8Array): Uint8Array {
  if (contents.keyType === 'ecdsa') return rawEcdsaSignature(contents.curve, signature)
  if (!('rsa' in contents)) return signature
  // Whether runtimes insist on the length and the range is not written anywhere (RFC 8017 §8.1.2, RFC 8017 §8.2.2).
  const { length, n } = contents.rsa
  if (signature.length !== length || toBigInt(signature) >= n) throw new RangeError('not a number below the modulus')
  return signature
}

const importVerifier = (subtle: Subtle, contents: PublicKeyContents, { key }: NativeScheme): Promise<WebCryptoKey> =>
  'rsa' in contents
    ? subtle.importKey('spki', owned(rsaPublicKeyInfo(contents.rsa)), key, false, ['verify'])
    : subtle.importKey('raw', owned(contents.point), key, false, ['verify'])

/** What is to be verified, in copies that nobody can change while an answer is awaited. */
interface Question {
  readonly publicKey: PublicKey
  readonly scheme: SignatureScheme
  readonly content: Uint8Array
  readonly signature: Uint8Array
}

interface NativeQuestion {
  readonly contents: PublicKeyContents
  readonly native: NativeScheme | undefined
  readonly signature: Uint8Array
}

/** A question to put to the runtime if it can answer it, or `undefined` where the answer is false in any case. */
function prepare({ publicKey, scheme, signature }: Question): NativeQuestion | undefined {
  try {
    const contents = usableContents(publicKey)
    const parameters = fittingScheme(contents, scheme)
    if (parameters === undefined) return undefined
    if ('rsa' in contents && 'padding' in parameters && parameters.padding === 'pss') {
      checkPssFits(contents.rsa.bits, parameters.hash)
    }
    const native = nativeScheme(contents, parameters)
    return { contents, native, signature: nativeSignature(contents, signature) }
  } catch {
    return undefined
  }
}

/** The runtime's own form of a key, or `undefined` where it does not have the scheme or does not take the key. */
async function verifierFor(
  subtle: Subtle,
  contents: PublicKeyContents,
  native: NativeScheme,
): Promise<WebCryptoKey | undefined> {
  if (!(await supportsScheme(subtle, native))) return undefined
  return importVerifier(subtle, contents, native).catch(() => undefined)
}

/**
 * True only for a signature over `content` that the key made under `scheme`; whatever is malformed is false. A scheme
 * that the runtime lacks, or a key that it does not take, is for the other provider to judge: a key may be unusual and not
 * wrong, of a modulus of 1025 bits for instance.
 */
export function verifySignature(
  { subtle, beside }: { readonly subtle: Subtle; readonly beside: Pick<CryptoProvider, 'verifySignature'> },
  question: Question,
  signal?: AbortSignal,
): MaybePromise<boolean> {
  const prepared = prepare(question)
  if (prepared === undefined) return false
  const askBeside = () => {
    const { publicKey, scheme, content, signature } = question
    return beside.verifySignature(publicKey, scheme, content, signature, signal)
  }
  const { contents, native, signature } = prepared
  if (native === undefined) return askBeside()
  return verifierFor(subtle, contents, native).then((key) =>
    key === undefined
      ? askBeside()
      : subtle.verify(native.use, key, owned(signature), owned(question.content)).catch(() => false),
  )
}
