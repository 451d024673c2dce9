import type { DistinguishedName, NameAttribute } from './distinguished-name.js'
import type { GeneralName } from './general-name.js'

/** An AlgorithmIdentifier (RFC 5280 §4.1.1.2) with its exact bytes. */
export interface AlgorithmIdentifier {
  readonly der: Uint8Array
  /** Dotted form. */
  readonly oid: string
  /** The DER of the parameters; absent where there are none (NULL is present: `05 00`). */
  readonly parameters?: Uint8Array
}

/** An extension as it stands in the certificate. */
export interface Extension {
  readonly oid: string
  readonly critical: boolean
  /** The contents of extnValue: a DER encoding of its own. */
  readonly value: Uint8Array
}

export interface BasicConstraints {
  readonly cA: boolean
  readonly pathLenConstraint?: number
}

/** The uses of a key (RFC 5280 §4.2.1.3). */
export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly'

/** The subtrees of name constraints by themselves; minimum and maximum other than the default are refused. */
export interface NameConstraintsExtension {
  /** Absent and empty are the same here: RFC 5280 §4.2.1.10 forbids empty ones. */
  readonly permittedSubtrees: readonly GeneralName[]
  readonly excludedSubtrees: readonly GeneralName[]
}

export interface PolicyInformation {
  readonly policyIdentifier: string
  /** Where to read about the policy; `qualifier` is DER. Nobody here acts on them. */
  readonly policyQualifiers?: readonly { readonly policyQualifierId: string; readonly qualifier: Uint8Array }[]
}

export interface PolicyMapping {
  readonly issuerDomainPolicy: string
  readonly subjectDomainPolicy: string
}

export interface PolicyConstraints {
  readonly requireExplicitPolicy?: number
  readonly inhibitPolicyMapping?: number
}

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier?: Uint8Array
  readonly authorityCertIssuer?: readonly GeneralName[]
  /** Contents octets of the INTEGER, as `serialNumber` of a certificate. */
  readonly authorityCertSerialNumber?: Uint8Array
}

/** Where a distribution point is: its full names, or an RDN to append to the CRL issuer's name. */
export type DistributionPointName =
  | { readonly type: 'fullName'; readonly names: readonly GeneralName[] }
  | { readonly type: 'nameRelativeToCRLIssuer'; readonly rdn: readonly NameAttribute[]; readonly comparable: string }

/** Why certificates are revoked (RFC 5280 §4.2.1.13), as bits of distribution points. */
export type ReasonFlag =
  | 'unused'
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'privilegeWithdrawn'
  | 'aACompromise'

export interface DistributionPoint {
  readonly distributionPoint?: DistributionPointName
  readonly reasons?: ReadonlySet<ReasonFlag>
  readonly cRLIssuer?: readonly GeneralName[]
}

export interface AccessDescription {
  /** Dotted form: 1.3.6.1.5.5.7.48.1 is OCSP, 1.3.6.1.5.5.7.48.2 the issuer's certificates. */
  readonly accessMethod: string
  readonly accessLocation: GeneralName
}

/** The extensions that validation, names and revocation read, decoded; each absent where the certificate has it not. */
export interface DecodedExtensions {
  readonly basicConstraints?: BasicConstraints
  readonly keyUsage?: ReadonlySet<KeyUsage>
  /** Dotted forms. */
  readonly extendedKeyUsage?: ReadonlySet<string>
  readonly subjectAltName?: readonly GeneralName[]
  readonly issuerAltName?: readonly GeneralName[]
  readonly nameConstraints?: NameConstraintsExtension
  readonly certificatePolicies?: readonly PolicyInformation[]
  readonly policyMappings?: readonly PolicyMapping[]
  readonly policyConstraints?: PolicyConstraints
  /** SkipCerts. */
  readonly inhibitAnyPolicy?: number
  readonly authorityKeyIdentifier?: AuthorityKeyIdentifier
  readonly subjectKeyIdentifier?: Uint8Array
  readonly crlDistributionPoints?: readonly DistributionPoint[]
  readonly freshestCRL?: readonly DistributionPoint[]
  readonly authorityInfoAccess?: readonly AccessDescription[]
  /** Numbers of TLS extensions that the server promises (RFC 7633 §4): 5 is must-staple. */
  readonly tlsFeature?: readonly number[]
  /** True where id-pkix-ocsp-nocheck is there (RFC 6960 §4.2.2.2.1). */
  readonly ocspNoCheck?: true
}

/** A certificate whose extensions have not been looked into. Byte arrays are views: do not write to them. */
export interface CertificateOutline {
  readonly der: Uint8Array
  /** The exact bytes of TBSCertificate that the signature covers. */
  readonly tbs: Uint8Array
  readonly version: 1 | 2 | 3
  /** Contents octets of the INTEGER: two's complement, minimal; RFC 5280 wants it positive, profile checks say so. */
  readonly serialNumber: Uint8Array
  /** The one inside TBSCertificate; the one outside is equal, byte for byte. */
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  /** Milliseconds since the epoch; both ends are included. */
  readonly notBefore: number
  readonly notAfter: number
  /** Which of the two time types each end has: RFC 5280 §4.1.2.5 ties it to the year. */
  readonly validityTypes: readonly [notBefore: TimeType, notAfter: TimeType]
  /** The DER of SubjectPublicKeyInfo. */
  readonly subjectPublicKeyInfo: Uint8Array
  readonly publicKeyAlgorithm: AlgorithmIdentifier
  /** The octets of the BIT STRING inside SubjectPublicKeyInfo. */
  readonly subjectPublicKey: Uint8Array
  /** All extensions by dotted object identifier, in encoded order. */
  readonly extensions: ReadonlyMap<string, Extension>
  /** Issuer and subject are the same name (RFC 5280 §6.1): nothing is said about the signature. */
  readonly selfIssued: boolean
}

/** A certificate that is strict DER and keeps the structural rules of RFC 5280. Byte arrays are views: do not write to them. */
export interface ParsedCertificate extends CertificateOutline, DecodedExtensions {}

export type TimeType = 'UTCTime' | 'GeneralizedTime'
