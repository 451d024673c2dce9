/** The providers that every provider test runs for, and what such a test needs beyond their public functions. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { fromBigInt, fromHex, toBigInt } from '../../src/bytes/convert.js'
import type { Secret } from '../../src/bytes/secret.js'
import type { MaybePromise } from '../../src/crypto/maybe-promise.js'
import type { CryptoProvider, KeyShare } from '../../src/crypto/provider.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { montgomeryKeyShare, nistCurve, nistKeyShare } from '../../src/providers/node/elliptic-key-share.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import type { NamedGroupName } from '../../src/registry/named-group.js'

export type EllipticGroup = Exclude<NamedGroupName, `ffdhe${string}`>

export interface Target {
  readonly name: 'noble' | 'node'
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
  return montgomeryKeyShare(group, object, createPublicKey(object))
}

const node: Target = {
  name: 'node',
  provider: nodeProvider(),
  agreeWith: (group, privateKey, peer) => nodeShare(group, privateKey).agree(peer),
}

export const targets: readonly Target[] = [noble, node]
