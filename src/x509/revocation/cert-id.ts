import { fromHex } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import { writeDer } from '../../codec/der.js'
import type { HashName, HashPrimitives } from '../../crypto/primitives.js'
import type { ParsedCertificate } from '../certificate-model.js'
import { Tag } from '../der-fields.js'
import type { CertId } from './ocsp-response.js'

const hashes: Readonly<Record<string, HashName>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

/**
 * Whether a CertID is that of `certificate` as issued by `issuer` (RFC 6960 §4.1.1). SHA-1 serves here to name, not to
 * prove: whoever finds another certificate of the same name must have it issued by the same authority.
 */
export function isCertIdOf(
  certId: CertId,
  certificate: ParsedCertificate,
  issuer: ParsedCertificate,
  { hash }: Pick<HashPrimitives, 'hash'>,
): boolean {
  if (!publicEqual(certId.serialNumber, certificate.serialNumber)) return false
  const name = Object.hasOwn(hashes, certId.hashAlgorithm) ? hashes[certId.hashAlgorithm] : undefined
  return (
    name !== undefined &&
    publicEqual(certId.issuerNameHash, hash(name, certificate.issuer.der)) &&
    publicEqual(certId.issuerKeyHash, hash(name, issuer.subjectPublicKey))
  )
}

/** AlgorithmIdentifier of SHA-1, which is what every responder knows (RFC 5019 §2.1.1 knows no other). */
const SHA1 = fromHex('300906052b0e03021a0500')

/** An OCSPRequest for one certificate, without a nonce, so that a responder can answer from what it has signed before. */
export function ocspRequest(
  certificate: ParsedCertificate,
  issuer: ParsedCertificate,
  { hash }: Pick<HashPrimitives, 'hash'>,
): Uint8Array {
  const certId = writeDer(
    Tag.sequence,
    SHA1,
    writeDer(Tag.octetString, hash('sha1', certificate.issuer.der)),
    writeDer(Tag.octetString, hash('sha1', issuer.subjectPublicKey)),
    writeDer(Tag.integer, certificate.serialNumber),
  )
  const requestList = writeDer(Tag.sequence, writeDer(Tag.sequence, certId))
  return writeDer(Tag.sequence, writeDer(Tag.sequence, requestList))
}
