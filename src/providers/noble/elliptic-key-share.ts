import { x448 } from '@noble/curves/ed448.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { Secret } from '../../bytes/secret.js'
import type { EcdsaCurve } from '../../crypto/key-types.js'
import type { KeyShare } from '../../crypto/provider.js'
import { isUncompressedPoint } from '../../crypto/public-key-contents.js'
import type { NamedGroupName } from '../../registry/named-group.js'
import type { RandomBytes } from './big-math.js'

export type EllipticGroupName = EcdsaCurve | Extract<NamedGroupName, `x${string}`>

interface Group {
  /** Random bytes that a private key is made from. */
  readonly seedLength: number
  privateKey(seed: Uint8Array): Uint8Array
  publicKey(privateKey: Uint8Array): Uint8Array
  /** The shared secret. Throws for a peer's value that is no usable point. */
  agree(privateKey: Uint8Array, peer: Uint8Array): Uint8Array
}

type Curve = typeof p256
type Montgomery = typeof x25519

const weierstrass = (name: EcdsaCurve, curve: Curve): Group => ({
  seedLength: curve.lengths.seed ?? 0,
  privateKey: (seed) => curve.utils.randomSecretKey(seed),
  publicKey: (privateKey) => curve.getPublicKey(privateKey, false),
  agree: (privateKey, peer) => {
    // The library also reads compressed points, which TLS 1.2 peers were never offered (RFC 8422 §5.1.2).
    if (!isUncompressedPoint(name, peer)) throw new RangeError('not an uncompressed point')
    const compressed = curve.getSharedSecret(privateKey, peer, true)
    const x = compressed.slice(1)
    compressed.fill(0)
    return x
  },
})

const montgomery = (curve: Montgomery): Group => ({
  seedLength: curve.lengths.secretKey ?? 0,
  privateKey: (seed) => seed.slice(), // any octets are a private key (RFC 7748 §5)
  publicKey: (privateKey) => curve.getPublicKey(privateKey),
  agree: (privateKey, peer) => curve.getSharedSecret(privateKey, peer), // throws where the output is all zeros
})

const groups: Readonly<Record<EllipticGroupName, Group>> = {
  secp256r1: weierstrass('secp256r1', p256),
  secp384r1: weierstrass('secp384r1', p384),
  secp521r1: weierstrass('secp521r1', p521),
  x25519: montgomery(x25519),
  x448: montgomery(x448),
}

/** A fresh key pair in an elliptic-curve group. */
export function ellipticKeyShare(name: EllipticGroupName, randomBytes: RandomBytes): KeyShare {
  const group = groups[name]
  const secret = new Secret(group.privateKey(randomBytes(group.seedLength)))
  return {
    publicKey: secret.use(group.publicKey),
    agree: (peer) =>
      secret.use((privateKey) => {
        try {
          return new Secret(group.agree(privateKey, peer))
        } catch {
          return undefined
        }
      }),
  }
}
