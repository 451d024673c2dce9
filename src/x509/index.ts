export { CertificateError, type CertificateFault } from './certificate-error.js'
export type {
  RevocationCheck,
  RevocationContext,
  RevocationOutcome,
} from './chain-validation.js'
export { type ChainVerifierOptions, chainVerifier, type ExpectedIdentity } from './chain-verifier.js'
export type { DecisionCheck, DecisionRecord, DecisionStep, Refusal, Work } from './decision.js'
export {
  type CertificateFingerprints,
  type DenyListEntries,
  denyList,
  type Fingerprint,
  fingerprintsOf,
} from './deny-list.js'
export type { IsPublicSuffix } from './host-names.js'
export type { PeerIdentity, ReferenceIdentity } from './identities.js'
export { type KeyPolicy, publicTrustKeys, strongKeys } from './key-policy.js'
export * from './keystore/index.js'
export type { PathBudget } from './path-building.js'
export {
  certificatesFromPem,
  type PemBlock,
  PemError,
  type PemErrorReason,
  privateKeyInfoFromPem,
  readPem,
} from './pem.js'
export { formatPin, type Pin, parsePin, pinnedCertificates } from './pinned.js'
export type { PolicyRequirements } from './policies.js'
export type { ValidationPolicy } from './policy-profile.js'
export { refuseAll } from './refuse.js'
export {
  credentialFits,
  latestNotBefore,
  type Preference,
  type SelectionOptions,
  selectFrom,
} from './select-credential.js'
export { anchorsFromPem } from './trust-anchors.js'
export { type ChainToValidate, type ValidatedChain, type ValidationOptions, validateChain } from './validate-chain.js'
export type { Verifier } from './verifier.js'
