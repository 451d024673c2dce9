/** Private keys that the runtime holds: what each signs under, and how it is asked to. */
import type { EcdsaCurve, KeyType, PrivateKey } from '../../crypto/key-types.js'
import type { PublicKeyContents } from '../../crypto/public-key-contents.js'
import {
  cannotSign,
  checkPssFits,
  fittingScheme,
  type PssHash,
  type SchemeParameters,
} from '../../crypto/scheme-parameters.js'
import { SignatureScheme } from '../../registry/signature-scheme.js'
import { type NativeScheme, nativeScheme } from './algorithms.js'
import { derEcdsaSignature } from './ecdsa-signature.js'
import { owned, type Subtle, type WebCryptoKey } from './subtle.js'

/** A key by all that decides what it may sign. */
export interface SigningKind {
  readonly keyType: KeyType
  readonly curve?: EcdsaCurve
  readonly onlyHash?: PssHash | undefined
  /** Bits of the modulus. */
  readonly rsaBits?: number
}

export const kindOf = (contents: PublicKeyContents): SigningKind => ({
  keyType: contents.keyType,
  ...(contents.keyType === 'ecdsa' ? { curve: contents.curve } : {}),
  ...('rsa' in contents ? { rsaBits: contents.rsa.bits } : {}),
  ...(contents.keyType === 'rsa-pss' ? { onlyHash: contents.onlyHash } : {}),
})

/** The parameters of a scheme. Throws `TypeError` where keys of this kind do not sign under it. */
export function schemeFor(kind: SigningKind, scheme: SignatureScheme): SchemeParameters {
  const parameters = fittingScheme(kind, scheme)
  if (parameters === undefined) throw cannotSign(kind.keyType, scheme)
  if (kind.rsaBits !== undefined && 'padding' in parameters && parameters.padding === 'pss') {
    checkPssFits(kind.rsaBits, parameters.hash)
  }
  return parameters
}

/** Every scheme under which keys of this kind sign and for which WebCrypto has a name, in the registry's order. */
export function nativeSchemes(kind: SigningKind): ReadonlyMap<SignatureScheme, NativeScheme> {
  const found = new Map<SignatureScheme, NativeScheme>()
  for (const scheme of Object.values(SignatureScheme)) {
    try {
      const native = nativeScheme(kind, schemeFor(kind, scheme))
      if (native !== undefined) found.set(scheme, native)
    } catch {
      // not a scheme of this kind of key
    }
  }
  return found
}

/** Whether a key was made for an algorithm: in WebCrypto a key has one, and an RSA key one hash. */
const isFor = ({ algorithm }: WebCryptoKey, { key }: NativeScheme): boolean =>
  algorithm.name === key.name && algorithm.namedCurve === key.namedCurve && algorithm.hash?.name === key.hash

interface HeldKey {
  readonly key: WebCryptoKey
  readonly native: NativeScheme
}

/** Which of several keys signs under which scheme. */
export function heldKeys(kind: SigningKind, keys: readonly WebCryptoKey[]): ReadonlyMap<SignatureScheme, HeldKey> {
  const held = new Map<SignatureScheme, HeldKey>()
  for (const [scheme, native] of nativeSchemes(kind)) {
    const key = keys.find((one) => isFor(one, native))
    if (key !== undefined) held.set(scheme, { key, native })
  }
  return held
}

/** A signature in TLS's form: WebCrypto's own for ECDSA is not the DER that TLS wants. */
export async function signWith(
  subtle: Subtle,
  { curve }: SigningKind,
  { key, native }: HeldKey,
  content: ArrayBuffer,
): Promise<Uint8Array> {
  const signature = new Uint8Array(await subtle.sign(native.use, key, content))
  return curve === undefined ? signature : derEcdsaSignature(curve, signature)
}

/** A signer over keys that the runtime holds, all of them the same key for different schemes. */
export function heldPrivateKey(subtle: Subtle, kind: SigningKind, keys: readonly WebCryptoKey[]): PrivateKey {
  const held = heldKeys(kind, keys)
  return {
    keyType: kind.keyType,
    ...(kind.curve === undefined ? {} : { curve: kind.curve }),
    schemes: [...held.keys()],
    sign: (scheme, content) => {
      const key = held.get(scheme)
      if (key === undefined) throw cannotSign(kind.keyType, scheme)
      return signWith(subtle, kind, key, owned(content))
    },
  }
}
