import type { ImmediateVerifier } from './verifier.js'

/** Refuses every certificate: what stands where no verifier was configured, so that forgetting one never means trust. */
export const refuseAll: ImmediateVerifier = (request) => ({
  accepted: false,
  reason: 'no_verifier',
  message:
    `the ${request.peer}'s certificate is refused because no verifier is configured: ` +
    'configure verifyCertificate, for instance with pinnedCertificates of the certificates or keys that you expect',
})
