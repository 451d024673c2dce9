import type {
  CertificateRequestToVerify,
  CertificateVerdict,
  CertificateVerifier,
} from '../../src/crypto/environment.js'
import { readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { parseCertificate } from '../../src/x509/certificate.js'
import type { Settings } from './flags.js'
import type { Observations } from './observations.js'

const refuse = (reason: Extract<CertificateVerdict, { accepted: false }>['reason'], message: string) =>
  ({ accepted: false, reason, message }) as const

/** What the tests leave of validation: a certificate that can be read, and a key that may be used as it is. */
export function judge({ certificateChain: [endEntity], keyUsage }: CertificateRequestToVerify): CertificateVerdict {
  let certificate: ReturnType<typeof parseCertificate>
  try {
    certificate = parseCertificate(endEntity ?? new Uint8Array())
  } catch (error) {
    return refuse('malformed', `the certificate cannot be read: ${String(error)}`)
  }
  if (keyUsage !== undefined && certificate.keyUsage?.has(keyUsage) === false) {
    return refuse('wrong_purpose', `the key is not for ${keyUsage}`)
  }
  try {
    const publicKey = readSubjectPublicKeyInfo(certificate.subjectPublicKeyInfo)
    if (publicKey.keyType === 'rsa-pss') return refuse('unsupported_certificate', 'the tests know no RSASSA-PSS keys')
    return { accepted: true, publicKey, checked: [] }
  } catch (error) {
    return refuse('unsupported_certificate', `the key cannot be read: ${String(error)}`)
  }
}

/** The verifier of a test: no path is validated, the answer is yes, or no where the test says so and anybody asks. */
export function verifierFor(settings: Settings, observations: Observations): CertificateVerifier {
  const asked = settings.has('-verify-peer') || settings.has('-require-any-client-certificate')
  return (request) => {
    observations.verified = request
    const verdict = judge(request)
    if (!verdict.accepted || !settings.has('-verify-fail') || !asked) return verdict
    const reason = settings.has('-use-custom-verify-callback') ? 'not_pinned' : 'application'
    return refuse(reason, 'the test wants no certificate to be accepted')
  }
}
