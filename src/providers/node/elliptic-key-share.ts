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

/** The key share of an X25519 or X448 private key. */
export function montgomeryKeyShare(curve: MontgomeryCurve, privateKey: KeyObject, publicKey: KeyObject): KeyShare {
  const { crv, length } = montgomery[curve]
  // By way of a JWK 6 µs, by way of a SubjectPublicKeyInfo 80.
  const read = (x: Uint8Array): KeyObject =>
    createPublicKey({ key: { kty: 'OKP', crv, x: base64url(x) } satisfies JsonWebKey, format: 'jwk' })
  return {
    publicKey: Uint8Array.from(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')),
    agree: (peer) => {
      if (peer.length !== length) return undefined
      // refused where the output is all zeros
      return attempt(() => diffieHellman({ privateKey, publicKey: read(peer) }))
    },
  }
}

/** A fresh key pair in an elliptic-curve group. */
export function ellipticKeyShare(name: EllipticGroupName): KeyShare {
  if (name === 'x25519' || name === 'x448') {
    const pair = name === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('x448')
    return montgomeryKeyShare(name, pair.privateKey, pair.publicKey)
  }
  const own = nistCurve(name)
  own.generateKeys()
  return nistKeyShare(name, own)
}
