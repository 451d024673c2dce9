/** The secret parts of the test PKI's private keys. */
import {
  readCurvePrivateKey,
  readEcPrivateKey,
  readPrivateKeyInfo,
  readRsaPrivateKey,
} from '../../src/crypto/private-key-info.js'
import { type PkiKind, pki } from './pki.js'
import type { NamedSecret } from './traces.js'

function partsOf(privateKeyInfo: Uint8Array): Readonly<Record<string, Uint8Array>> {
  const { keyType, privateKey } = readPrivateKeyInfo(privateKeyInfo)
  if (keyType === 'ecdsa') return { scalar: readEcPrivateKey(privateKey).privateKey }
  if (keyType === 'ed25519' || keyType === 'ed448') return { seed: readCurvePrivateKey(privateKey) }
  const { modulus: _n, publicExponent: _e, ...secret } = readRsaPrivateKey(privateKey)
  return secret
}

export const privateKeyParts = (side: 'client' | 'server', kind: PkiKind): NamedSecret[] =>
  Object.entries(partsOf(pki[side][kind].privateKeyInfo)).map(([part, bytes]) => ({
    name: `${side} ${kind} ${part}`,
    bytes,
  }))
