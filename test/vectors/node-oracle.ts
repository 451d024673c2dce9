/** Signatures and RSA decryption by node:crypto, as an opinion that is not ours. */
import { constants, createPrivateKey, type KeyObject, privateDecrypt, verify, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { nameOf } from '../../src/registry/registry.js'
import { SignatureScheme, type SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { vectorPath } from './recording.js'

export const certificateKey = (certificate: Uint8Array): KeyObject =>
  new X509Certificate(Buffer.from(certificate)).publicKey

/** Kinds of keys that node:crypto reports, by the prefix of the schemes that they may sign under. */
const keyTypes: readonly (readonly [prefix: string, keyType: string])[] = [
  ['rsa_pkcs1_', 'rsa'],
  ['rsa_pss_rsae_', 'rsa'],
  ['rsa_pss_pss_', 'rsa-pss'],
  ['ecdsa_', 'ec'],
  ['ed25519', 'ed25519'],
  ['ed448', 'ed448'],
]

/** True where `signature` is right and the key is of the kind that the scheme demands. */
export function nodeVerifies(key: KeyObject, scheme: number, content: Uint8Array, signature: Uint8Array): boolean {
  const name = nameOf(SignatureScheme, scheme, 2) as SignatureSchemeName | `0x${string}` // what `nameOf` answers
  const keyType = keyTypes.find(([prefix]) => name.startsWith(prefix))?.[1]
  if (keyType === undefined || key.asymmetricKeyType !== keyType) return false
  const hash = /sha\d+$/.exec(name)?.[0] ?? null
  const padding = name.startsWith('rsa_pss') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  const rsa = { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return verify(hash, content, name.startsWith('rsa_') ? rsa : key, signature)
}

/** The pre-master secret, unpadded in the plainest way: these keys and recordings are public. */
export function nodeDecryptsPreMaster(keyFile: string, encrypted: Uint8Array): Uint8Array {
  const key = createPrivateKey(readFileSync(vectorPath(keyFile)))
  const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted)
  const separator = padded.indexOf(0, 2)
  if (padded[0] !== 0 || padded[1] !== 2 || separator < 10) throw new Error('not PKCS#1 encryption padding')
  return new Uint8Array(padded.subarray(separator + 1))
}
