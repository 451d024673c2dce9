import type { CertificateRequestToVerify, CertificateVerdict } from '../crypto/environment.js'

/** Answers an environment's `verifyCertificate`, at once. */
export type Verifier = (request: CertificateRequestToVerify) => CertificateVerdict
