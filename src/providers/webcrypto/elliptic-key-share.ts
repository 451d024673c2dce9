import { Secret } from '../../bytes/secret.js'
import type { KeyShare } from '../../crypto/provider.js'
import { isUncompressedPoint } from '../../crypto/public-key-contents.js'
import { type NativeGroupName, nativeGroup } from './algorithms.js'
import { generatePair, owned, type Subtle, type WebCryptoKeyPair } from './subtle.js'

/** Octets of which every one is looked at, whatever the others hold. */
const allZero = (octets: Uint8Array): boolean => octets.reduce((seen, octet) => seen | octet, 0) === 0

const hasForm = (group: NativeGroupName, peer: Uint8Array, secretLength: number): boolean =>
  group === 'x25519' ? peer.length === secretLength : isUncompressedPoint(group, peer)

/** The key share of a pair whose private half stays in the runtime. */
export async function ellipticKeyShare(
  subtle: Subtle,
  group: NativeGroupName,
  { privateKey, publicKey }: WebCryptoKeyPair,
): Promise<KeyShare> {
  const { algorithm, secretLength } = nativeGroup(group)
  const agree = async (peer: ArrayBuffer): Promise<Secret | undefined> => {
    try {
      const imported = await subtle.importKey('raw', peer, algorithm, true, [])
      const bits = await subtle.deriveBits({ name: algorithm.name, public: imported }, privateKey, 8 * secretLength)
      const octets = new Uint8Array(bits)
      // Not every runtime refuses the output of all zeros that X25519 has for points of small order (RFC 7748 §6.1). On
      // the other curves a point may have the X coordinate 0.
      const useless = octets.length !== secretLength || (group === 'x25519' && allZero(octets))
      return useless ? undefined : new Secret(octets)
    } catch {
      return undefined
    }
  }
  return {
    publicKey: new Uint8Array(await subtle.exportKey('raw', publicKey)),
    // Compressed points are read by some runtimes, and were never offered (RFC 8422 §5.1.2).
    agree: (peer) => (hasForm(group, peer, secretLength) ? agree(owned(peer)) : undefined),
  }
}

/** A fresh key share in a group that the runtime has. */
export const freshKeyShare = async (subtle: Subtle, group: NativeGroupName): Promise<KeyShare> =>
  ellipticKeyShare(subtle, group, await generatePair(subtle, nativeGroup(group).algorithm, ['deriveBits']))
