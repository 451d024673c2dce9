import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { fromBigInt } from '../../bytes/convert.js'
import { bitLength } from '../../crypto/bit-length.js'
import { isCanonical, isSmallOrder } from '../../crypto/edwards-small-order.js'
import type { EcdsaCurve, PublicKey } from '../../crypto/key-types.js'
import {
  checkClaimedKind,
  type EdwardsCurve,
  type PublicKeyContents,
  readPublicKeyContents,
} from '../../crypto/public-key-contents.js'
import type { RsaPublicKey } from '../../crypto/rsa-key.js'
import { asBuffer, base64url } from './bytes.js'

/** A public key that was checked, and OpenSSL's form of it. */
export interface UsablePublicKey {
  readonly contents: PublicKeyContents
  readonly object: KeyObject
}

const ecNames: Readonly<Record<EcdsaCurve, string>> = { secp256r1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }
const edwardsNames: Readonly<Record<EdwardsCurve, string>> = { ed25519: 'Ed25519', ed448: 'Ed448' }

const number = (value: bigint): string => base64url(fromBigInt(value, Math.ceil(bitLength(value) / 8)))

const rsaJwk = ({ n, e }: RsaPublicKey): JsonWebKey => ({ kty: 'RSA', n: number(n), e: number(e) })

function ecJwk(curve: EcdsaCurve, point: Uint8Array): JsonWebKey {
  const middle = (point.length + 1) / 2
  const [x, y] = [base64url(point.subarray(1, middle)), base64url(point.subarray(middle))]
  return { kty: 'EC', crv: ecNames[curve], x, y }
}

function edwardsJwk(curve: EdwardsCurve, point: Uint8Array): JsonWebKey {
  if (!isCanonical(curve, point) || isSmallOrder(curve, point)) throw new TypeError(`not a key of ${curve}`)
  return { kty: 'OKP', crv: edwardsNames[curve], x: base64url(point) }
}

/**
 * A JWK is read in 3 µs (RSA), 5 (Edwards curves) and 52 (P-256, which is checked to be a point of the curve); a
 * SubjectPublicKeyInfo, whose form OpenSSL has to find out, in 70 to 100. An `rsa-pss` key becomes a plain one: what its
 * parameters demand is looked after here.
 */
function jwkOf(key: PublicKeyContents): JsonWebKey {
  if (key.keyType === 'rsa' || key.keyType === 'rsa-pss') return rsaJwk(key.rsa)
  return key.keyType === 'ecdsa' ? ecJwk(key.curve, key.point) : edwardsJwk(key.keyType, key.point)
}

function read(subjectPublicKeyInfo: Uint8Array): UsablePublicKey {
  const contents = readPublicKeyContents(subjectPublicKeyInfo.slice())
  return { contents, object: createPublicKey({ key: jwkOf(contents), format: 'jwk' }) }
}

/** Issuers' keys and those of frequent peers stay; a peer that shows ever new keys pushes only the oldest out. */
const CACHE_SIZE = 512

/** Keys by the octets they were read from, the one longest unused first. A kept key saves 50 µs (P-256), and BigInt work. */
const cache = new Map<string, UsablePublicKey>()

function remember(name: string, key: UsablePublicKey): void {
  cache.delete(name)
  cache.set(name, key)
  const [oldest] = cache.keys()
  if (cache.size > CACHE_SIZE && oldest !== undefined) cache.delete(oldest)
}

/**
 * The key inside a PublicKey. What its SubjectPublicKeyInfo says counts, and must agree with the rest. Throws where it
 * is malformed or unusable.
 */
export function usablePublicKey(publicKey: PublicKey): UsablePublicKey {
  const { subjectPublicKeyInfo } = publicKey
  const name = asBuffer(subjectPublicKeyInfo).toString('latin1')
  const known = cache.get(name)
  const key = known ?? read(subjectPublicKeyInfo)
  checkClaimedKind(publicKey, key.contents)
  remember(name, key)
  return key
}
