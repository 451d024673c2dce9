/** The providers that every provider test runs for, and what such a test needs beyond their public functions. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { concat, fromBigInt, fromHex, toBigInt } from '../../src/bytes/convert.js'
import type { Secret } from '../../src/bytes/secret.js'
import type { MaybePromise } from '../../src/crypto/maybe-promise.js'
import type { CryptoProvider, KeyShare } from '../../src/crypto/provider.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { montgomeryKeyShare, nistCurve, nistKeyShare } from '../../src/providers/node/elliptic-key-share.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { isNativeGroup, type NativeGroupName, nativeGroup } from '../../src/providers/webcrypto/algorithms.js'
import { ellipticKeyShare } from '../../src/providers/webcrypto/elliptic-key-share.js'
import { webCryptoProvider } from '../../src/providers/webcrypto/index.js'
import {
  generatePair,
  owned,
  systemSubtle,
  type WebCryptoKey,
  type WebCryptoKeyPair,
} from '../../src/providers/webcrypto/subtle.js'
import type { NamedGroupName } from '../../src/registry/named-group.js'

const subtle = systemSubtle()

export type EllipticGroup = Exclude<NamedGroupName, `ffdhe${string}`>

export interface Target {
  readonly name: 'noble' | 'node' | 'webcrypto'
  readonly provider: CryptoProvider
  /** The provider's own agreement, with a private key that the test chooses. */
  agreeWith(group: EllipticGroup, privateKey: Uint8Array, peer: Uint8Array): MaybePromise<Secret | undefined>
}

const noble: Target = {
  name: 'noble',
  provider: nobleProvider(),
  agreeWith: async (group, privateKey, peer) => {
    // The scalar d of a NIST curve enters as the seed d - 1, which the provider's own mapping turns into d.
    const seed = (length: number): Uint8Array =>
      group.startsWith('x') ? privateKey : fromBigInt(toBigInt(privateKey) - 1n, length)
    const share = await nobleProvider({ randomBytes: seed }).generateKeyShare({ group })
    return share?.agree(peer)
  },
}

/** PKCS#8 up to the key octets (RFC 8410 §7). */
const montgomeryPrefixes = { x25519: '302e020100300506032b656e04220420', x448: '3046020100300506032b656f043a0438' }

function nodeShare(group: EllipticGroup, privateKey: Uint8Array): KeyShare {
  if (group !== 'x25519' && group !== 'x448') {
    const own = nistCurve(group)
    own.setPrivateKey(privateKey)
    return nistKeyShare(group, own)
  }
  const key = Buffer.concat([fromHex(montgomeryPrefixes[group]), privateKey])
  const object = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(object).export({ format: 'jwk' })
  return montgomeryKeyShare(group, object, Uint8Array.from(Buffer.from(x, 'base64url')))
}

const node: Target = {
  name: 'node',
  provider: nodeProvider(),
  agreeWith: (group, privateKey, peer) => nodeShare(group, privateKey).agree(peer),
}

/** DER of PrivateKeyInfos up to the scalar: an algorithm, and an ECPrivateKey of that length without a public key. */
const ecPrefixes = {
  secp256r1: '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420',
  secp384r1: '304e020100301006072a8648ce3d020106052b81040022043730350201010430',
  secp521r1: '3060020100301006072a8648ce3d020106052b81040023044930470201010442',
}

const publicHalves = new Map<NativeGroupName, WebCryptoKey>()

/** A CryptoKey for key agreement beside a public half that is not its own: agreement does not look at that. */
async function agreementPair(group: NativeGroupName, privateKey: Uint8Array): Promise<WebCryptoKeyPair> {
  const { algorithm, secretLength } = nativeGroup(group)
  const octets = fromBigInt(toBigInt(privateKey), secretLength)
  const key = concat(fromHex(group === 'x25519' ? montgomeryPrefixes.x25519 : ecPrefixes[group]), octets)
  const own = await subtle.importKey('pkcs8', owned(key), algorithm, false, ['deriveBits'])
  const publicKey = publicHalves.get(group) ?? (await generatePair(subtle, algorithm, ['deriveBits'])).publicKey
  publicHalves.set(group, publicKey)
  return { privateKey: own, publicKey }
}

/** Beside the fastest provider, so that what it does itself is most of what its tests take. */
const besideNode = webCryptoProvider({ beside: nodeProvider() })

const webcrypto: Target = {
  name: 'webcrypto',
  provider: besideNode,
  agreeWith: async (group, privateKey, peer) => {
    if (!isNativeGroup(group)) return node.agreeWith(group, privateKey, peer)
    const share = await ellipticKeyShare(subtle, group, await agreementPair(group, privateKey))
    return share.agree(peer)
  },
}

export const targets: readonly Target[] = [noble, node, webcrypto]
