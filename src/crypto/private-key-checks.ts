import { publicEqual } from '../bytes/equal.js'
import type { EcPrivateKeyFields, PrivateKeyInfo } from './private-key-info.js'

/** A public key stored beside the private one must be its own: a signer with a foreign one would fail at every peer. */
export function checkStoredPublicKey(own: Uint8Array, ...stored: readonly (Uint8Array | undefined)[]): void {
  if (stored.some((other) => other !== undefined && !publicEqual(own, other))) {
    throw new TypeError('the private key and the public key stored with it do not belong together')
  }
}

/** Throws `TypeError` where a PrivateKeyInfo and the ECPrivateKey inside name different curves. */
export function checkOneCurve(info: PrivateKeyInfo, inner: EcPrivateKeyFields): void {
  const same =
    inner.parameters === undefined || info.parameters === undefined || publicEqual(inner.parameters, info.parameters)
  if (!same) throw new TypeError('the EC private key names two curves')
}
