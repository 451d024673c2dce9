import { fromAscii } from '../../bytes/convert.js'
import type { Credential, KeyType, PrivateKey } from '../../crypto/key-types.js'
import type { MaybePromise } from '../../crypto/maybe-promise.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../../crypto/subject-public-key-info.js'
import { SignatureScheme } from '../../registry/signature-scheme.js'
import { ask, type Inquiry, run } from '../questions.js'
import { readingKeystore } from './encrypted-private-key.js'
import { KeystoreError } from './keystore-error.js'

/** What is asked of a provider here. */
type Checker = Pick<CryptoProvider, 'verifySignature'>

/** Schemes to try with each kind of key; PSS keys may be bound to one hash. */
const schemesToTry: Readonly<Record<KeyType, readonly SignatureScheme[]>> = {
  rsa: [SignatureScheme.rsa_pkcs1_sha256, SignatureScheme.rsa_pss_rsae_sha256],
  'rsa-pss': [
    SignatureScheme.rsa_pss_pss_sha256,
    SignatureScheme.rsa_pss_pss_sha384,
    SignatureScheme.rsa_pss_pss_sha512,
  ],
  ecdsa: [
    SignatureScheme.ecdsa_secp256r1_sha256,
    SignatureScheme.ecdsa_secp384r1_sha384,
    SignatureScheme.ecdsa_secp521r1_sha512,
  ],
  ed25519: [SignatureScheme.ed25519],
  ed448: [SignatureScheme.ed448],
}

/** Nothing that any protocol signs: no such signature can be put to use elsewhere. */
const CONTENT = fromAscii(`${' '.repeat(64)}tls12: does this key belong to its certificate?`)

/** A signature under the first scheme that the key signs with; throws what the key threw last where there is none. */
function* signature(key: PrivateKey): Inquiry<Checker, { scheme: SignatureScheme; signature: Uint8Array }> {
  let cause: unknown
  for (const scheme of key.schemes ?? schemesToTry[key.keyType]) {
    try {
      return { scheme, signature: yield* ask(() => key.sign(scheme, CONTENT)) }
    } catch (error) {
      cause = error
    }
  }
  throw cause
}

const mismatch = (why: string): KeystoreError =>
  new KeystoreError('key_mismatch', `the private key does not belong to the certificate: ${why}`)

function* inquiry({ certificateChain, key }: Credential): Inquiry<Checker, void> {
  const [certificate] = certificateChain
  if (certificate === undefined) throw new KeystoreError('missing_chain', 'the credential has no certificate')
  const publicKey = readingKeystore(() => readSubjectPublicKeyInfo(certificatePublicKeyInfo(certificate)))
  if (publicKey.keyType !== key.keyType)
    throw mismatch(`it is ${key.keyType}, the certificate's is ${publicKey.keyType}`)
  const signed = yield* signature(key)
  const good = yield* ask((checker: Checker) =>
    checker.verifySignature(publicKey, signed.scheme, CONTENT, signed.signature),
  )
  if (good !== true) throw mismatch("what it signs does not verify under the certificate's key")
}

/**
 * Makes sure that a credential's key is the one of its end-entity certificate, by one signature: works for keys in
 * devices too. Throws `KeystoreError`, or what the key throws that cannot sign; a promise where the key or the provider
 * answers later.
 */
export const checkKeyMatches = (credential: Credential, crypto: Checker): MaybePromise<void> =>
  run(inquiry(credential), crypto)
