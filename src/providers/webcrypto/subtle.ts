/** A CryptoKey, as far as it is looked at here. */
export interface WebCryptoKey {
  readonly type: string
  readonly extractable: boolean
  readonly algorithm: {
    readonly name: string
    readonly namedCurve?: string
    readonly hash?: { readonly name: string }
    readonly modulusLength?: number
    readonly publicExponent?: Uint8Array
  }
  readonly usages: readonly string[]
}

export interface WebCryptoKeyPair {
  readonly privateKey: WebCryptoKey
  readonly publicKey: WebCryptoKey
}

/** The dictionaries that name an algorithm to WebCrypto: those of curves, of RSA with a hash, and of signing. */
export interface WebCryptoAlgorithm {
  readonly name: string
  readonly namedCurve?: string
  readonly hash?: string
  readonly saltLength?: number
}

/**
 * What is used of `crypto.subtle`, written out so that the types of browsers and of Node fit alike. Octets go in as
 * buffers of their own, which no caller can write to any more.
 */
export interface Subtle {
  importKey(
    format: 'raw' | 'spki' | 'pkcs8',
    octets: ArrayBuffer,
    algorithm: WebCryptoAlgorithm,
    extractable: boolean,
    usages: ('sign' | 'verify' | 'deriveBits')[],
  ): Promise<WebCryptoKey>
  exportKey(format: 'raw', key: WebCryptoKey): Promise<ArrayBuffer>
  generateKey(
    algorithm: WebCryptoAlgorithm,
    extractable: boolean,
    usages: ('sign' | 'verify' | 'deriveBits')[],
  ): Promise<WebCryptoKeyPair | WebCryptoKey>
  deriveBits(
    algorithm: { readonly name: string; readonly public: WebCryptoKey },
    key: WebCryptoKey,
    length: number,
  ): Promise<ArrayBuffer>
  sign(algorithm: WebCryptoAlgorithm, key: WebCryptoKey, content: ArrayBuffer): Promise<ArrayBuffer>
  verify(
    algorithm: WebCryptoAlgorithm,
    key: WebCryptoKey,
    signature: ArrayBuffer,
    content: ArrayBuffer,
  ): Promise<boolean>
}

/** A copy that nobody else holds. */
export const owned = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

/** The WebCrypto of this runtime. Throws `TypeError` where there is none. */
export function systemSubtle(): Subtle {
  // absent from pages that are not in a secure context, whatever the types say
  const subtle: Subtle | undefined = globalThis.crypto?.subtle
  if (subtle !== undefined) return subtle
  throw new TypeError('there is no crypto.subtle here: browsers give it only to pages from HTTPS or this very machine')
}

/** A fresh pair whose private half cannot be taken out. */
export async function generatePair(
  subtle: Subtle,
  algorithm: WebCryptoAlgorithm,
  usages: ('sign' | 'verify' | 'deriveBits')[],
): Promise<WebCryptoKeyPair> {
  const pair = await subtle.generateKey(algorithm, false, usages)
  if ('privateKey' in pair) return pair
  throw new TypeError(`${algorithm.name} gave no pair of keys`)
}
