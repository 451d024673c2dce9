import {
  createECDH,
  createPublicKey,
  diffieHellman,
  type ECDH,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { Secret } from '../../bytes/secret.js'
import type { EcdsaCurve } from '../../crypto/key-types.js'
import type { KeyShare } from '../../crypto/provider.js'
import { isUncompressedPoint } from '../../crypto/public-key-contents.js'
import type { NamedGroupName } from '../../registry/named-group.js'
import { base64url, plain } from './bytes.js'

export type MontgomeryCurve = Extract<NamedGroupName, `x${string}`>
export type EllipticGroupName = EcdsaCurve | MontgomeryCurve

const opensslNames: Readonly<Record<EcdsaCurve, string>> = {
  secp256r1: 'prime256v1',
  secp384r1: 'secp384r1',
  secp521r1: 'secp521r1',
}

const montgomery: Readonly<Record<MontgomeryCurve, { readonly crv: string; readonly length: number }>> = {
  x25519: { crv: 'X25519', length: 32 },
  x448: { crv: 'X448', length: 56 },
}

/** What `compute` answers as a secret, or `undefined` where OpenSSL refuses the peer's value. */
function attempt(compute: () => Buffer): Secret | undefined {
  try {
    return new Secret(plain(compute()))
  } catch {
    return undefined
  }
}

/** An ECDH object of a curve, still without a key. A third faster than key objects, and knows raw points. */
export const nistCurve = (curve: EcdsaCurve): ECDH => createECDH(opensslNames[curve])

/** The key share over an ECDH object that holds a private key. */
export const nistKeyShare = (curve: EcdsaCurve, own: ECDH): KeyShare => ({
  publicKey: plain(own.getPublicKey()),
  // OpenSSL also reads compressed and hybrid points, which are refused here; that the point lies on the curve it checks.
  agree: (peer) => (isUncompressedPoint(curve, peer) ? attempt(() => own.computeSecret(peer)) : undefined),
})

/** The key share of an X25519 or X448 private key; `publicKey` is what goes to the peer. */
export function montgomeryKeyShare(curve: MontgomeryCurve, privateKey: KeyObject, publicKey: Uint8Array): KeyShare {
  const { crv, length } = montgomery[curve]
  // By way of a JWK 6 µs, by way of a SubjectPublicKeyInfo 80.
  const read = (x: Uint8Array): KeyObject =>
    createPublicKey({ key: { kty: 'OKP', crv, x: base64url(x) } satisfies JsonWebKey, format: 'jwk' })
  return {
    publicKey,
    agree: (peer) => {
      if (peer.length !== length) return undefined
      // refused where the output is all zeros
      return attempt(() => diffieHellman({ privateKey, publicKey: read(peer) }))
    },
  }
}

/**
 * The public key comes with the pair, and must not be exported from a KeyObject afterwards: Node (20, and its sources of 2026) holds
 * the pair's lock while it writes a JWK, takes it again when what is left of the generation is garbage, and so stops the
 * process for good where that is collected while it writes, as it is in one export of some ten thousand.
 */
function montgomeryPair(curve: MontgomeryCurve): { readonly privateKey: KeyObject; readonly publicKey: Uint8Array } {
  const encoding = { publicKeyEncoding: { format: 'jwk' } }
  const pair = curve === 'x25519' ? generateKeyPairSync('x25519', encoding) : generateKeyPairSync('x448', encoding)
  // Node's types know this option for PEM and DER only, which OpenSSL takes 80 µs to write.
  const { x = '' } = pair.publicKey as unknown as JsonWebKey
  return { privateKey: pair.privateKey, publicKey: Uint8Array.from(Buffer.from(x, 'base64url')) }
}

/** A fresh key pair in an elliptic-curve group. */
export function ellipticKeyShare(name: EllipticGroupName): KeyShare {
  if (name === 'x25519' || name === 'x448') {
    const { privateKey, publicKey } = montgomeryPair(name)
    return montgomeryKeyShare(name, privateKey, publicKey)
  }
  const own = nistCurve(name)
  own.generateKeys()
  return nistKeyShare(name, own)
}
