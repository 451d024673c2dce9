import { toHex } from '../bytes/convert.js'
import { MalformedError, Reader } from '../bytes/reader.js'
import { DerTag, enterDer, readDer, readDerOctetAlignedBits } from '../codec/der.js'
import type { EcdsaCurve, KeyType, PublicKey } from './key-types.js'

/** Key algorithms by the contents of their object identifiers (RFC 8017 Appendix A.1, RFC 4055 §1.2, RFC 5480 §2.1.1, RFC 8410 §3). */
export const keyAlgorithms: Readonly<Record<string, KeyType>> = {
  '2a864886f70d010101': 'rsa',
  '2a864886f70d01010a': 'rsa-pss',
  '2a8648ce3d0201': 'ecdsa',
  '2b6570': 'ed25519',
  '2b6571': 'ed448',
}

/** Named curves by the contents of their object identifiers (RFC 5480 §2.1.1.1). */
export const namedCurves: Readonly<Record<string, EcdsaCurve>> = {
  '2a8648ce3d030107': 'secp256r1',
  '2b81040022': 'secp384r1',
  '2b81040023': 'secp521r1',
}

/** The algorithm of an AlgorithmIdentifier for a key, from a reader at its start. */
export function readKeyAlgorithm(reader: Reader): { keyType: KeyType; curve?: EcdsaCurve } {
  const inner = new Reader(readDer(reader, DerTag.sequence).contents)
  const identifier = toHex(readDer(inner, DerTag.objectIdentifier).contents)
  const keyType = keyAlgorithms[identifier]
  if (keyType === undefined) throw new MalformedError('value', 0, `key algorithm ${identifier} is not supported`)
  if (keyType !== 'ecdsa') return { keyType }
  const curveIdentifier = toHex(readDer(inner, DerTag.objectIdentifier).contents)
  const curve = namedCurves[curveIdentifier]
  if (curve === undefined) throw new MalformedError('value', 0, `curve ${curveIdentifier} is not supported`)
  return { keyType, curve }
}

/** Reads what kind of key a DER SubjectPublicKeyInfo holds. Throws `MalformedError` for one that it cannot read. */
export function readSubjectPublicKeyInfo(subjectPublicKeyInfo: Uint8Array): PublicKey {
  const algorithm = readKeyAlgorithm(enterDer(subjectPublicKeyInfo, DerTag.sequence))
  return { subjectPublicKeyInfo, ...algorithm }
}

/** The subjectPublicKey octets of a DER SubjectPublicKeyInfo (RFC 5280 §4.1). */
export function subjectPublicKey(subjectPublicKeyInfo: Uint8Array): Uint8Array {
  const reader = enterDer(subjectPublicKeyInfo, DerTag.sequence)
  readDer(reader, DerTag.sequence)
  const bits = readDerOctetAlignedBits(reader)
  reader.finish('SubjectPublicKeyInfo')
  return bits
}

const VERSION_TAG = 0xa0

/** The DER SubjectPublicKeyInfo inside a DER Certificate (RFC 5280 §4.1), without judging anything else in it. */
export function certificatePublicKeyInfo(certificate: Uint8Array): Uint8Array {
  const tbs = new Reader(readDer(enterDer(certificate, DerTag.sequence), DerTag.sequence).contents)
  if (tbs.bytes[tbs.position] === VERSION_TAG) readDer(tbs)
  readDer(tbs, DerTag.integer) // serialNumber
  for (let skipped = 0; skipped < 4; skipped++) readDer(tbs, DerTag.sequence) // signature, issuer, validity, subject
  return readDer(tbs, DerTag.sequence).whole
}
