import type { Secret } from '../bytes/secret.js'
import type { NamedGroupName } from '../registry/named-group.js'
import type { ProtocolVersion } from '../registry/protocol-version.js'
import type { SignatureScheme } from '../registry/signature-scheme.js'
import type { MaybePromise } from './maybe-promise.js'

/** What a key can do, as its algorithm identifier says: `rsa-pss` keys sign PSS only and never decrypt. */
export type KeyType = 'rsa' | 'rsa-pss' | 'ecdsa' | 'ed25519' | 'ed448'

/** A curve on which certificates' ECDSA keys may lie. */
export type EcdsaCurve = Extract<NamedGroupName, `secp${string}`>

/** A public key as certificates carry it, with its kind already read. */
export interface PublicKey {
  readonly keyType: KeyType
  /** The named curve of an `ecdsa` key; absent for other kinds. */
  readonly curve?: EcdsaCurve
  /** The DER encoding of the SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
  readonly subjectPublicKeyInfo: Uint8Array
}

/**
 * A private key as an opaque signer. The key may be in memory, in a device or in another process: only its operations
 * are asked for. A rejection or an exception ends the handshake with `internal_error`, except for `decryptPreMaster`.
 */
export interface PrivateKey {
  readonly keyType: KeyType
  readonly curve?: EcdsaCurve
  /** The only schemes that it signs under, for a key that is bound to some; absent where it signs under all of its kind. */
  readonly schemes?: readonly SignatureScheme[]
  /** Signs `content` (not its hash) under `scheme`: DER for ECDSA, the plain octets for the others. */
  sign(scheme: SignatureScheme, content: Uint8Array, signal?: AbortSignal): MaybePromise<Uint8Array>
  /**
   * RSA keys only: decrypts an encrypted pre-master secret (RFC 5246 §7.4.7.1). Must not reveal by its answer, an error
   * or its time whether the padding was right: what it answers for bad padding is 48 bytes or anything else, and the
   * handshake goes on with a random secret of its own where the answer is not one.
   */
  decryptPreMaster?(encrypted: Uint8Array, clientVersion: ProtocolVersion, signal?: AbortSignal): MaybePromise<Secret>
}

/** What a handshake does with the key of a certificate: signs, or decrypts what was encrypted to it (RFC 5246 §7.4.2). */
export type KeyUse = 'digitalSignature' | 'keyEncipherment'

/** What a Certificate message holds: a chain, or one bare SubjectPublicKeyInfo (RFC 7250 §3). */
export type CertificateKind = 'X509' | 'RawPublicKey'

/** What one side proves itself with: the chain it shows, end-entity certificate first (DER), and the key behind it. */
export interface Credential {
  readonly certificateChain: readonly Uint8Array[]
  readonly key: PrivateKey
  /** The only uses of the key that the certificate allows; absent where it allows all. `selectFrom` reads them there. */
  readonly keyUses?: readonly KeyUse[]
  /** A DER OCSPResponse for the end-entity certificate, sent to clients that ask for one (RFC 6066 §8). */
  readonly ocspResponse?: Uint8Array
  /** A SignedCertificateTimestampList, sent to clients that ask for one (RFC 6962 §3.3). */
  readonly signedCertificateTimestamps?: Uint8Array
  /** `RawPublicKey`: the chain is one DER SubjectPublicKeyInfo and no certificate (RFC 7250 §3). `X509` by default. */
  readonly certificateType?: CertificateKind
}
