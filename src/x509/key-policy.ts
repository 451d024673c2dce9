import type { EcdsaCurve, KeyType } from '../crypto/key-types.js'
import type { HashName } from '../crypto/primitives.js'
import type { SignatureAlgorithm } from './signature-algorithm.js'
import type { RsaSize, SubjectKey } from './subject-key.js'

/** Which keys and signatures are strong enough. */
export interface KeyPolicy {
  readonly minimumRsaBits: number
  /** Larger keys cost more time than any authority's key is worth. */
  readonly maximumRsaBits: number
  /** The CA/Browser Forum wants moduli whose length is a whole number of octets. */
  readonly wholeRsaOctets: boolean
  readonly curves: readonly EcdsaCurve[]
  readonly edwards: boolean
  /** Hash functions that signatures on certificates, CRLs and OCSP responses may use. MD5 is not even implemented. */
  readonly hashes: readonly Exclude<HashName, 'md5'>[]
  /** DSA, for authorities of the last century. */
  readonly dsa: boolean
  /** Signature algorithms by dotted identifier; where there are any, no others are accepted. */
  readonly signatureAlgorithms?: readonly string[]
}

/** What today's certificates keep to: RSA from 2048 bits, NIST and Edwards curves, SHA-2. */
export const strongKeys: KeyPolicy = {
  minimumRsaBits: 2048,
  maximumRsaBits: 8192,
  wholeRsaOctets: false,
  curves: ['secp256r1', 'secp384r1', 'secp521r1'],
  edwards: true,
  hashes: ['sha224', 'sha256', 'sha384', 'sha512'],
  dsa: false,
}

/** What the CA/Browser Forum's Baseline Requirements (sections 6.1.5, 6.1.6, 7.1.3) allow public certificates. */
export const publicTrustKeys: KeyPolicy = {
  ...strongKeys,
  wholeRsaOctets: true,
  edwards: false,
  hashes: ['sha256', 'sha384', 'sha512'],
}

function rsaWeakness({ bits, exponent }: RsaSize, policy: KeyPolicy): string | undefined {
  if (bits < policy.minimumRsaBits) return `an RSA key of ${bits} bits, fewer than ${policy.minimumRsaBits}`
  if (bits > policy.maximumRsaBits) return `an RSA key of ${bits} bits, more than ${policy.maximumRsaBits}`
  if (policy.wholeRsaOctets && bits % 8 !== 0) return `an RSA key of ${bits} bits, which is no multiple of 8`
  // an infinite exponent has no remainder, so it is refused too
  if (exponent < 3 || exponent % 2 !== 1) return `an RSA key with the public exponent ${exponent}`
  return undefined
}

const isEdwards = (keyType: KeyType): boolean => keyType === 'ed25519' || keyType === 'ed448'

/** Why a key is too weak or of a kind that is not allowed, for a message; `undefined` where it is good enough. */
export function keyWeakness(key: SubjectKey, policy: KeyPolicy): string | undefined {
  if (key.type === 'unsupported') return key.why
  if (key.type === 'dsa') return policy.dsa ? undefined : 'a DSA key'
  const { keyType, curve } = key.key
  if (isEdwards(keyType) && !policy.edwards) return `a key of the kind ${keyType}`
  if (curve !== undefined && !policy.curves.includes(curve)) return `a key on the curve ${curve}`
  return key.rsa === undefined ? undefined : rsaWeakness(key.rsa, policy)
}

/** Why a signature algorithm is too weak or not supported; `undefined` where it is good enough. */
export function algorithmWeakness(algorithm: SignatureAlgorithm, policy: KeyPolicy): string | undefined {
  if (algorithm.type === 'unsupported') return algorithm.name
  const { hash } = algorithm
  const hashAllowed = hash === undefined ? policy.edwards : hash !== 'md5' && policy.hashes.includes(hash)
  return (algorithm.type === 'dsa' && !policy.dsa) || !hashAllowed ? algorithm.name : undefined
}
