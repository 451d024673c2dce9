/**
 * A provider that notes every call with its arguments, so that exactly these calls can be made again on their own: what
 * the cryptography of a handshake costs without the handshake.
 */
import { Secret } from '../../src/bytes/secret.js'
import type { Credential, PrivateKey, PublicKey } from '../../src/crypto/key-types.js'
import type { MaybePromise } from '../../src/crypto/maybe-promise.js'
import type { CryptoProvider, KeyShare } from '../../src/crypto/provider.js'
import type { Aead, BlockCipher } from '../../src/crypto/record-ciphers.js'

/** One call of the provider, ready to be made again. */
export interface Call {
  readonly name: string
  again(): unknown
}

const copy = (bytes: Uint8Array): Uint8Array => bytes.slice()
/** Secrets are wiped when a handshake is done with them: a call that is to be repeated needs its own. */
const copySecret = (secret: Secret): Secret => new Secret(secret.use(copy))

function present<T>(value: MaybePromise<T>): T {
  if (value instanceof Promise) throw new Error('only synchronous providers can be measured')
  return value
}

/** Keys whose parsed form the provider may have kept: it goes by the array that a key came in. */
export class KnownKeys {
  readonly #known = new WeakSet<Uint8Array>()

  /** A key to call with again that the provider knows exactly if it knew this one. */
  again(key: PublicKey): () => PublicKey {
    const { subjectPublicKeyInfo } = key
    if (this.#known.has(subjectPublicKeyInfo)) return () => key
    this.#known.add(subjectPublicKeyInfo)
    return () => ({ ...key, subjectPublicKeyInfo: copy(subjectPublicKeyInfo) })
  }
}

export class Recorder {
  readonly calls: Call[] = []
  readonly provider: CryptoProvider
  readonly #known: KnownKeys

  constructor(provider: CryptoProvider, known: KnownKeys) {
    this.#known = known
    this.provider = {
      ...this.#symmetric(provider),
      ...this.#asymmetric(provider),
      importPrivateKey: (info) => {
        this.#note('importPrivateKey', () => provider.importPrivateKey(info))
        return this.#key(provider.importPrivateKey(info))
      },
    }
  }

  /** The same credential with a key whose operations are noted too. */
  credential(credential: Credential): Credential {
    return { ...credential, key: this.#key(credential.key) }
  }

  #note(name: string, again: () => unknown): void {
    this.calls.push({ name, again })
  }

  #symmetric(provider: CryptoProvider): Pick<CryptoProvider, 'hash' | 'hmac' | 'aead' | 'blockCipher' | 'randomBytes'> {
    return {
      randomBytes: (length) => {
        this.#note('randomBytes', () => provider.randomBytes(length))
        return provider.randomBytes(length)
      },
      hash: (name, ...parts) => {
        const copies = parts.map(copy)
        this.#note('hash', () => provider.hash(name, ...copies))
        return provider.hash(name, ...parts)
      },
      hmac: (name, key, ...parts) => {
        const [secret, copies] = [copySecret(key), parts.map(copy)]
        this.#note('hmac', () => provider.hmac(name, secret, ...copies))
        return provider.hmac(name, key, ...parts)
      },
      aead: (name, key) => {
        const secret = copySecret(key)
        this.#note('aead', () => provider.aead(name, secret))
        return this.#aead(provider.aead(name, key), provider.aead(name, secret))
      },
      blockCipher: (name, key) => {
        const secret = copySecret(key)
        this.#note('blockCipher', () => provider.blockCipher(name, secret))
        return this.#blockCipher(provider.blockCipher(name, key), provider.blockCipher(name, secret))
      },
    }
  }

  #aead(aead: Aead, kept: Aead): Aead {
    // Without `sealInto`: what is recorded is `seal`, which does the same and a copy.
    const noted = (method: 'seal' | 'open', args: readonly [Uint8Array, Uint8Array, Uint8Array]): void => {
      const [nonce, additionalData, text] = [copy(args[0]), copy(args[1]), copy(args[2])]
      this.#note(method, () => kept[method](nonce, additionalData, text))
    }
    return {
      seal: (...args) => {
        noted('seal', args)
        return aead.seal(...args)
      },
      open: (...args) => {
        noted('open', args)
        return aead.open(...args)
      },
    }
  }

  #blockCipher(cipher: BlockCipher, kept: BlockCipher): BlockCipher {
    const noted = (method: 'encrypt' | 'decrypt', args: readonly [Uint8Array, Uint8Array]): void => {
      const [iv, input] = [copy(args[0]), copy(args[1])]
      this.#note(method, () => kept[method](iv, input))
    }
    return {
      encrypt: (...args) => {
        noted('encrypt', args)
        return cipher.encrypt(...args)
      },
      decrypt: (...args) => {
        noted('decrypt', args)
        return cipher.decrypt(...args)
      },
    }
  }

  #asymmetric(
    provider: CryptoProvider,
  ): Pick<CryptoProvider, 'generateKeyShare' | 'verifySignature' | 'encryptPreMaster'> {
    return {
      generateKeyShare: (request) => {
        this.#note('generateKeyShare', () => provider.generateKeyShare(request))
        const keyShare = present(provider.generateKeyShare(request))
        return keyShare === undefined ? undefined : this.#keyShare(keyShare)
      },
      verifySignature: (key, scheme, content, signature) => {
        const [keyAgain, text, proof] = [this.#known.again(key), copy(content), copy(signature)]
        this.#note('verifySignature', () => provider.verifySignature(keyAgain(), scheme, text, proof))
        return provider.verifySignature(key, scheme, content, signature)
      },
      encryptPreMaster: (key, clientVersion) => {
        const keyAgain = this.#known.again(key)
        this.#note('encryptPreMaster', () => provider.encryptPreMaster(keyAgain(), clientVersion))
        return provider.encryptPreMaster(key, clientVersion)
      },
    }
  }

  #keyShare(keyShare: KeyShare): KeyShare {
    return {
      publicKey: keyShare.publicKey,
      agree: (peer) => {
        const peerCopy = copy(peer)
        this.#note('agree', () => keyShare.agree(peerCopy))
        return keyShare.agree(peer)
      },
    }
  }

  #key(key: PrivateKey): PrivateKey {
    const { decryptPreMaster } = key
    return {
      ...key,
      sign: (scheme, content) => {
        const text = copy(content)
        this.#note('sign', () => key.sign(scheme, text))
        return key.sign(scheme, content)
      },
      ...(decryptPreMaster === undefined
        ? {}
        : {
            decryptPreMaster: (encrypted, clientVersion) => {
              const text = copy(encrypted)
              this.#note('decryptPreMaster', () => decryptPreMaster(text, clientVersion))
              return decryptPreMaster(encrypted, clientVersion)
            },
          }),
    }
  }
}
