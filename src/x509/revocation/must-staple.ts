import type { ParsedCertificate } from '../certificate-model.js'
import type { Fault } from '../decision.js'
import type { Path } from '../path-building.js'

/** The TLS extension status_request, as a feature that a certificate can promise. */
const STATUS_REQUEST = 5

/** Whether a certificate promises that its server staples. */
export const promisesStaple = ({ tlsFeature }: ParsedCertificate): boolean =>
  tlsFeature?.includes(STATUS_REQUEST) === true

/** A promise that is not kept (RFC 7633 §4.3.3): the staple that the client asked for is not there. */
export const missingStaple: Fault = {
  reason: 'bad_status_response',
  rule: 'RFC 7633 §4.3.3',
  why: 'promises a stapled OCSP response, and the server sent none',
}

/** An authority's features are a demand on what it certifies (RFC 7633 §4.2.2): each must be there again below. */
export function featureFault(path: Path, index: number): Fault | undefined {
  const [certificate, issuer] = [path[index], path[index + 1]]
  const absent = issuer?.tlsFeature?.find((feature) => certificate?.tlsFeature?.includes(feature) !== true)
  if (absent === undefined) return undefined
  const why = `lacks the TLS feature ${absent}, which its issuer demands of what it certifies`
  return { reason: 'bad_certificate', rule: 'RFC 7633 §4.2.2', why }
}
