/** TLS Certificate Types (IANA; RFC 7250 §3). */
export const CertificateType = { X509: 0, OpenPGP: 1, RawPublicKey: 2 } as const

export type CertificateType = number
export type CertificateTypeName = keyof typeof CertificateType
