export {
  type AccessDescription,
  type AlgorithmIdentifier,
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  CertificateError,
  type CertificateFault,
  type DecodedExtensions,
  type DistinguishedName,
  type DistributionPoint,
  type DistributionPointName,
  type Extension,
  type GeneralName,
  type GeneralNameType,
  type KeyUsage,
  type NameAttribute,
  type NameConstraintsExtension,
  type ParsedCertificate,
  type PolicyConstraints,
  type PolicyInformation,
  type PolicyMapping,
  parseCertificate,
  type ReasonFlag,
  type TimeType,
} from './certificate.js'
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
export { canonicalHostName, type HostReference, type IsPublicSuffix, readHost } from './host-names.js'
export {
  identitiesOf,
  matchesReference,
  type PeerIdentity,
  type ReferenceIdentity,
  showGeneralName,
} from './identities.js'
export { formatIpAddress, parseIpAddress } from './ip-address.js'
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
  checkRevocation,
  type RevocationOptions,
} from './revocation/check-revocation.js'
export { type WebFetcherOptions, webFetcher } from './revocation/fetcher.js'
export type { CrlInput, RevocationFetch, RevocationRequest } from './revocation/sources.js'
export {
  credentialFits,
  latestNotBefore,
  type Preference,
  type SelectionOptions,
  selectFrom,
} from './select-credential.js'
export { anchorsFromPem } from './trust-anchors.js'
export type { SpiffeId } from './uri.js'
export { type ChainToValidate, type ValidatedChain, type ValidationOptions, validateChain } from './validate-chain.js'
export type { ImmediateVerifier } from './verifier.js'
