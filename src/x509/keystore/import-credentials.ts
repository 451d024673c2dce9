import type { Credential } from '../../crypto/key-types.js'
import type { MaybePromise } from '../../crypto/maybe-promise.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import { ask, type Inquiry, run } from '../questions.js'
import { checkKeyMatches } from './check-key-matches.js'
import { unsupported } from './keystore-error.js'

/** A chain and its key as files hold them: entries of a PKCS#12 file, or what the two readers of PEM answer. */
export interface CredentialSource {
  readonly certificateChain: readonly Uint8Array[]
  /** DER PrivateKeyInfo (PKCS#8, RFC 5958 §2). */
  readonly privateKeyInfo: Uint8Array
}

function importOne(source: CredentialSource, crypto: CryptoProvider): Credential {
  try {
    return { certificateChain: source.certificateChain, key: crypto.importPrivateKey(source.privateKeyInfo) }
  } catch (error) {
    if (error instanceof TypeError) throw unsupported(`a private key cannot be used: ${error.message}`)
    throw error
  }
}

function* inquiry(sources: readonly CredentialSource[], crypto: CryptoProvider): Inquiry<CryptoProvider, Credential[]> {
  const credentials = sources.map((source) => importOne(source, crypto))
  for (const credential of credentials) yield* ask((provider) => checkKeyMatches(credential, provider))
  return credentials
}

/**
 * Credentials for a client or a server, each key tried against its certificate by one signature. Throws `KeystoreError`:
 * `key_mismatch` where they do not belong together, `unsupported` for a key that `crypto` cannot use. A promise where
 * `crypto` answers later.
 */
export const importCredentials = (
  sources: readonly CredentialSource[],
  crypto: CryptoProvider,
): MaybePromise<readonly Credential[]> => run(inquiry(sources, crypto), crypto)
