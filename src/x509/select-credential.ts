import type { CredentialRequest } from '../crypto/environment.js'
import type { Credential } from '../crypto/key-types.js'
import { curveAccepted, firstSchemeFor } from '../handshake/negotiation.js'
import { ClientCertificateType } from '../registry/client-certificate-type.js'

/** The ClientCertificateType that a key of each kind answers to (RFC 5246 §7.4.4, RFC 8422 §5.5). */
const certificateTypeOf = ({ key }: Credential): ClientCertificateType =>
  key.keyType === 'rsa' || key.keyType === 'rsa-pss' ? ClientCertificateType.rsa_sign : ClientCertificateType.ecdsa_sign

/** Whether a credential can serve a request: kind of key, schemes, and on the server's side the curve. */
export function credentialFits(credential: Credential, request: CredentialRequest): boolean {
  const { key } = credential
  const canSign = firstSchemeFor(key.keyType, request.signatureSchemes) !== undefined
  if (request.role === 'client') return canSign && request.certificateTypes.includes(certificateTypeOf(credential))
  // A server's RSA key may decrypt where it cannot sign; which of both the handshake wants is in `keyTypes`.
  return request.keyTypes.includes(key.keyType) && curveAccepted(key, request.groups)
}

/**
 * A selector over a fixed list: the first that fits. A server takes the kinds of key in the order that its cipher suites
 * prefer, and the credentials of one kind in the order given.
 */
export function selectFrom(credentials: readonly Credential[]): (request: CredentialRequest) => Credential | undefined {
  return (request) => {
    const fitting = credentials.filter((credential) => credentialFits(credential, request))
    if (request.role === 'client') return fitting[0]
    const rank = ({ key }: Credential): number => request.keyTypes.indexOf(key.keyType)
    return fitting.toSorted((a, b) => rank(a) - rank(b))[0]
  }
}
