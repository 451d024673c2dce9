export type { ConnectionKeys, DirectionKeys, RecordLimits } from './connection-keys.js'
export type {
  CertificateCheck,
  CertificateRefusal,
  CertificateRequestToVerify,
  CertificateVerdict,
  CertificateVerifier,
  ClientCredentialRequest,
  CredentialRequest,
  Environment,
  PskRequest,
  ServerCredentialRequest,
  VerifiedName,
} from './environment.js'
export type { ClientHelloToReview, HelloChanges, HelloReview, RawExtension } from './hello-review.js'
export { type KeySchedule, keySchedule, type PrfHash, prf } from './key-schedule.js'
export type { CertificateKind, Credential, EcdsaCurve, KeyType, KeyUse, PrivateKey, PublicKey } from './key-types.js'
export type { MaybePromise } from './maybe-promise.js'
export { type PreSharedKey, preSharedKey } from './pre-shared-key.js'
export type { HashName, HashPrimitives, ScryptCost } from './primitives.js'
export type { CryptoProvider, DhParameters, EncryptedPreMaster, KeyShare, KeyShareRequest } from './provider.js'
export type { Aead, AeadName, BlockCipher, BlockCipherName, RecordCiphers } from './record-ciphers.js'
export {
  copySession,
  decodeKeptSession,
  decodeSession,
  encodeKeptSession,
  encodeSession,
  type KeptSession,
  type Session,
  type SessionHandle,
  type SessionPeer,
  type SessionProof,
} from './session.js'
export type { OpenedTicket, SealedTicket, SessionNeeds, SessionToReverify } from './session-needs.js'
export { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from './subject-public-key-info.js'
export {
  allSuites,
  type BulkProtection,
  type KeyExchange,
  type SuiteParameters,
  suiteParameters,
} from './suite-parameters.js'
