import type { Secret } from '../bytes/secret.js'
import type { NamedGroupName } from '../registry/named-group.js'
import type { ProtocolVersion } from '../registry/protocol-version.js'
import type { SignatureScheme } from '../registry/signature-scheme.js'
import type { PrivateKey, PublicKey } from './key-types.js'
import type { MaybePromise } from './maybe-promise.js'
import type { HashPrimitives } from './primitives.js'
import type { RecordCiphers } from './record-ciphers.js'

/** Finite-field parameters as ServerKeyExchange carries them: big-endian p and g (RFC 5246 §7.4.3). */
export interface DhParameters {
  readonly p: Uint8Array
  readonly g: Uint8Array
}

/** Where a key share lives: a registered group, or finite-field parameters that the peer chose. */
export type KeyShareRequest =
  | { readonly group: NamedGroupName }
  | {
      readonly dh: DhParameters
      /** True where the parameters are no registered group: the answer must be `undefined` unless p is a safe prime. */
      readonly provePrime: boolean
    }

/** An ephemeral key pair: the public half as the wire carries it, and what the private half can do. */
export interface KeyShare {
  /** An ECPoint (RFC 8422 §5.4; uncompressed on NIST curves), or dh_Y as an unsigned integer of the length of p. */
  readonly publicKey: Uint8Array
  /**
   * The pre-master secret with the peer's public value: the X coordinate, the X25519 or X448 output, or Z of
   * Diffie–Hellman without its leading zeros (RFC 5246 §8.1.2). `undefined` where the peer's value is not on the curve,
   * is out of range, or gives the all-zero output.
   */
  agree(peerPublicKey: Uint8Array, signal?: AbortSignal): MaybePromise<Secret | undefined>
}

/**
 * Everything that has to do with keys, from one library: complete providers are interchangeable. So is each answer by
 * itself: `{ ...one, verifySignature: (...question) => other.verifySignature(...question) }` is a provider, and a key that
 * one of them imported signs in the handshakes of the other.
 */
export interface CryptoProvider extends HashPrimitives, RecordCiphers {
  /** Bytes from a cryptographically secure random number generator. */
  randomBytes(length: number): Uint8Array
  generateKeyShare(request: KeyShareRequest, signal?: AbortSignal): MaybePromise<KeyShare | undefined>
  /** True only for a signature over `content` that `key` made under `scheme`; false for a key of another kind. */
  verifySignature(
    key: PublicKey,
    scheme: SignatureScheme,
    content: Uint8Array,
    signature: Uint8Array,
    signal?: AbortSignal,
  ): MaybePromise<boolean>
  /** A fresh pre-master secret that begins with `clientVersion`, and its encryption for an RSA key (RFC 5246 §7.4.7.1). */
  encryptPreMaster(
    key: PublicKey,
    clientVersion: ProtocolVersion,
    signal?: AbortSignal,
  ): MaybePromise<EncryptedPreMaster>
  /** A key from its DER PrivateKeyInfo (PKCS#8, RFC 5958 §2). Throws `TypeError` for a key it cannot use. */
  importPrivateKey(privateKeyInfo: Uint8Array): PrivateKey
}

export interface EncryptedPreMaster {
  readonly preMasterSecret: Secret
  readonly encrypted: Uint8Array
}
