import type { CertificateRequestToVerify, CertificateVerdict } from '../crypto/environment.js'

/** A `CertificateVerifier` that always answers at once. */
export type ImmediateVerifier = (request: CertificateRequestToVerify) => CertificateVerdict
