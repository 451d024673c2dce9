/** CertificateStatusType (IANA; RFC 6066 §8). */
export const CertificateStatusType = { ocsp: 1 } as const

export type CertificateStatusType = number
