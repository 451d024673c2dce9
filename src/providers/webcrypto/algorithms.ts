import type { EcdsaCurve, KeyType } from '../../crypto/key-types.js'
import { type HashName, hashLength } from '../../crypto/primitives.js'
import type { SchemeParameters } from '../../crypto/scheme-parameters.js'
import type { NamedGroupName } from '../../registry/named-group.js'
import type { WebCryptoAlgorithm } from './subtle.js'

const curveNames: Readonly<Record<EcdsaCurve, string>> = {
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

/** WebCrypto has neither SHA-224 nor MD5. */
const hashNames: Partial<Record<HashName, string>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
}

/** A signature scheme on one kind of key, in WebCrypto's words. */
export interface NativeScheme {
  /** For people, and for remembering whether the runtime has it. */
  readonly name: string
  /** What a key has to be imported or made for. */
  readonly key: WebCryptoAlgorithm
  /** What `sign` and `verify` are asked for. */
  readonly use: WebCryptoAlgorithm
}

/** The scheme in WebCrypto's words, or `undefined` where it has none for it. */
export function nativeScheme(
  { curve }: { readonly keyType: KeyType; readonly curve?: EcdsaCurve },
  scheme: SchemeParameters,
): NativeScheme | undefined {
  if (!('hash' in scheme)) {
    const name = 'Ed25519'
    return scheme.keyType === 'ed25519' ? { name, key: { name }, use: { name } } : undefined
  }
  const hash = hashNames[scheme.hash]
  if (hash === undefined) return undefined
  if (scheme.keyType === 'ecdsa') {
    if (curve === undefined) return undefined
    const namedCurve = curveNames[curve]
    const name = 'ECDSA'
    return { name: `${name} ${namedCurve} ${hash}`, key: { name, namedCurve }, use: { name, hash } }
  }
  if (scheme.padding === 'pkcs1') {
    const name = 'RSASSA-PKCS1-v1_5'
    return { name: `${name} ${hash}`, key: { name, hash }, use: { name } }
  }
  // TLS fixes the salt's length to the hash's (RFC 8446 §4.2.3).
  const name = 'RSA-PSS'
  return { name: `${name} ${hash}`, key: { name, hash }, use: { name, saltLength: hashLength[scheme.hash] } }
}

/** Groups that some runtime has. */
export type NativeGroupName = EcdsaCurve | 'x25519'

/** A group of key shares in WebCrypto's words, and the octets of the secret that it gives. */
export interface NativeGroup {
  readonly algorithm: WebCryptoAlgorithm
  readonly secretLength: number
}

const nativeGroups: Readonly<Record<NativeGroupName, NativeGroup>> = {
  secp256r1: { algorithm: { name: 'ECDH', namedCurve: 'P-256' }, secretLength: 32 },
  secp384r1: { algorithm: { name: 'ECDH', namedCurve: 'P-384' }, secretLength: 48 },
  secp521r1: { algorithm: { name: 'ECDH', namedCurve: 'P-521' }, secretLength: 66 },
  x25519: { algorithm: { name: 'X25519' }, secretLength: 32 },
}

export const isNativeGroup = (group: NamedGroupName): group is NativeGroupName => Object.hasOwn(nativeGroups, group)

export const nativeGroup = (group: NativeGroupName): NativeGroup => nativeGroups[group]
