import type { Secret } from '../bytes/secret.js'
import type { ClientCertificateType } from '../registry/client-certificate-type.js'
import type { NamedGroup } from '../registry/named-group.js'
import type { ProtocolVersion } from '../registry/protocol-version.js'
import type { SignatureScheme } from '../registry/signature-scheme.js'
import type { ClientHelloToReview, HelloReview } from './hello-review.js'
import type { CertificateKind, Credential, KeyType, KeyUse, PrivateKey, PublicKey } from './key-types.js'
import type { MaybePromise } from './maybe-promise.js'
import type { PreSharedKey } from './pre-shared-key.js'
import type { EncryptedPreMaster, KeyShare, KeyShareRequest } from './provider.js'
import type { SessionNeeds } from './session-needs.js'

/** A server is asked by a ClientHello which credential it will show. */
export interface ServerCredentialRequest {
  readonly role: 'server'
  /** The host name that the client asked for (RFC 6066 §3), in lower case; absent where it named none. */
  readonly serverName?: string
  /** Kinds of key that some cipher suite shared by both sides can use, the server's preference first. */
  readonly keyTypes: readonly KeyType[]
  /** What the shared suites do with a key of type `rsa`; keys of the other types sign. */
  readonly rsaKeyUses: readonly KeyUse[]
  /** Schemes that both sides accept, the server's preference first. */
  readonly signatureSchemes: readonly SignatureScheme[]
  /** Groups that both sides accept: an ECDSA key must lie on one of them (RFC 8422 §5.1.1). */
  readonly groups: readonly NamedGroup[]
  /** What the client can judge, its preference first (RFC 7250 §4.1); X.509 where it is absent. */
  readonly kinds?: readonly CertificateKind[]
}

/** A client is asked by a CertificateRequest (RFC 5246 §7.4.4) which credential it will show. */
export interface ClientCredentialRequest {
  readonly role: 'client'
  readonly certificateTypes: readonly ClientCertificateType[]
  /** Schemes that both sides accept, the client's preference first. */
  readonly signatureSchemes: readonly SignatureScheme[]
  /** DER distinguished names that the server trusts; empty where it names none. */
  readonly certificateAuthorities: readonly Uint8Array[]
  /** What the server wants to be shown (RFC 7250 §4.2); X.509 where it is absent. */
  readonly kinds?: readonly CertificateKind[]
  /** The host name that this client connects to, if it named one. */
  readonly serverName?: string
}

export type CredentialRequest = ServerCredentialRequest | ClientCredentialRequest

/** Which key two sides share is the client's to say: a client is asked whose it will use, a server for the one that was named. */
export type PskRequest =
  | {
      readonly role: 'client'
      /** What the server said to help the choice; to be ignored unless the application's profile gives it a meaning (RFC 4279 §5.2). */
      readonly identityHint?: Uint8Array
      /** The host name that this client connects to, if it named one. */
      readonly serverName?: string
    }
  | {
      readonly role: 'server'
      /** The client's own claim, unproved until its Finished. */
      readonly identity: Uint8Array
      readonly serverName?: string
    }

export interface CertificateRequestToVerify {
  /** The side whose certificate it is. */
  readonly peer: 'client' | 'server'
  /** DER certificates as the peer sent them, end entity first; never empty. */
  readonly certificateChain: readonly Uint8Array[]
  /** `RawPublicKey`: what is in the chain is one DER SubjectPublicKeyInfo and no certificate (RFC 7250 §3). */
  readonly certificateType?: 'RawPublicKey'
  /** The host name that a server's certificate must be for; absent where the client named none. */
  readonly serverName?: string
  /** True where this side asked for a stapled OCSP response (RFC 6066 §8). */
  readonly statusRequested?: boolean
  /** The DER OCSPResponse that was stapled (RFC 6066 §8), if any. */
  readonly ocspResponse?: Uint8Array
  /** What the key of the certificate does in this handshake (RFC 5246 §7.4.2); absent where that is not known. */
  readonly keyUsage?: KeyUse
}

/** A name in a certificate that a verifier vouches for, as text that can be compared with `===`. */
export interface VerifiedName {
  readonly type: 'dns' | 'ip' | 'email' | 'uri' | 'directoryName'
  readonly value: string
}

/** Why a verifier refuses a certificate: a closed list, each with one alert in the fault table. */
export type CertificateRefusal =
  | 'no_verifier'
  | 'bad_certificate'
  | 'unsupported_certificate'
  | 'expired'
  | 'not_yet_valid'
  | 'revoked'
  | 'revocation_unknown'
  | 'unknown_issuer'
  | 'name_mismatch'
  | 'wrong_purpose'
  | 'not_pinned'
  | 'denied'
  /** No certificate at all: bytes that cannot be read as one. */
  | 'malformed'
  /** The application's own rules say no. */
  | 'application'
  | 'bad_status_response'

/** The checks that a verifier can make. A check that is not listed in a verdict was not made. */
export type CertificateCheck = 'pin' | 'chain' | 'validity' | 'revocation' | 'name' | 'purpose'

export type CertificateVerdict =
  | {
      readonly accepted: true
      readonly publicKey: PublicKey
      readonly checked: readonly CertificateCheck[]
      /** Whom the certificate stands for, by which an application may authorise; absent where the verifier read no names. */
      readonly identities?: readonly VerifiedName[]
      /** DER, from the end entity to the anchor, whoever each is from; absent where the verifier built no path. */
      readonly path?: readonly Uint8Array[]
    }
  | {
      readonly accepted: false
      readonly reason: CertificateRefusal
      /** For a person: what was wrong, with which value, and what to change. */
      readonly message: string
    }

/** Answers `verifyCertificate`, and may say what it would like the handshake to ask the peer for. */
export interface CertificateVerifier {
  (request: CertificateRequestToVerify, signal: AbortSignal): MaybePromise<CertificateVerdict>
  /** True where a stapled OCSP response would be looked at. */
  readonly wantsStatus?: boolean
}

/**
 * Everything that a handshake may have to wait for: each method answers one kind of need, at once or later. The signal
 * is aborted when the answer is no longer wanted.
 */
export interface Environment extends SessionNeeds {
  /** Asked only where the configuration says so: a server may refuse a client, or change its own terms for it. */
  reviewClientHello(request: ClientHelloToReview, signal: AbortSignal): MaybePromise<HelloReview>
  /** `undefined`: there is none. A client then sends an empty Certificate; a server fails with `handshake_failure`. */
  selectCredential(request: CredentialRequest, signal: AbortSignal): MaybePromise<Credential | undefined>
  /** `undefined`: there is none. A client then ends the handshake; a server does as its configuration says. */
  selectPsk(request: PskRequest, signal: AbortSignal): MaybePromise<PreSharedKey | undefined>
  verifyCertificate(request: CertificateRequestToVerify, signal: AbortSignal): MaybePromise<CertificateVerdict>
  verifySignature(
    request: {
      readonly key: PublicKey
      readonly scheme: SignatureScheme
      readonly content: Uint8Array
      readonly signature: Uint8Array
    },
    signal: AbortSignal,
  ): MaybePromise<boolean>
  sign(
    request: { readonly key: PrivateKey; readonly scheme: SignatureScheme; readonly content: Uint8Array },
    signal: AbortSignal,
  ): MaybePromise<Uint8Array>
  generateKeyShare(request: KeyShareRequest, signal: AbortSignal): MaybePromise<KeyShare | undefined>
  agreeKey(
    request: { readonly keyShare: KeyShare; readonly peerPublicKey: Uint8Array },
    signal: AbortSignal,
  ): MaybePromise<Secret | undefined>
  encryptPreMaster(
    request: { readonly key: PublicKey; readonly clientVersion: ProtocolVersion },
    signal: AbortSignal,
  ): MaybePromise<EncryptedPreMaster>
  decryptPreMaster(
    request: { readonly key: PrivateKey; readonly encrypted: Uint8Array; readonly clientVersion: ProtocolVersion },
    signal: AbortSignal,
  ): MaybePromise<Secret>
}
