import { toHex } from '../bytes/convert.js'
import { Reader } from '../bytes/reader.js'
import { contextTag, DerTag, enterDer, readDer } from '../codec/der.js'
import type { PrfHash } from './key-schedule.js'

/** Signature algorithms with one hash, by the contents of their object identifiers (RFC 4055 §5, RFC 5758 §3.2, RFC 8017 Appendix A.2). */
const hashes: Readonly<Record<string, PrfHash>> = {
  // MD5 and SHA-1 are replaced with SHA-256 (RFC 5929 §4.1)
  '2a864886f70d010104': 'sha256',
  '2a864886f70d010105': 'sha256',
  '2a8648ce3d0401': 'sha256',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
}

const RSASSA_PSS = '2a864886f70d01010a'

/** Hash algorithms by the contents of their object identifiers (RFC 4055 §2.1). */
const pssHashes: Readonly<Record<string, PrfHash>> = {
  '2b0e03021a': 'sha256',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
}

/** The hash in RSASSA-PSS-params; where it is absent it is SHA-1 (RFC 4055 §3.1). */
function pssHash(algorithm: Reader): PrfHash | undefined {
  const parameters = new Reader(readDer(algorithm, DerTag.sequence).contents)
  if (parameters.bytes[0] !== contextTag(0)) return 'sha256'
  const inner = enterDer(readDer(parameters, contextTag(0)).contents, DerTag.sequence)
  return pssHashes[toHex(readDer(inner, DerTag.objectIdentifier).contents)]
}

/**
 * The hash by which a DER certificate is to be named in channel bindings: that of its own signature, and SHA-256 for MD5
 * and SHA-1 (RFC 5929 §4.1). `undefined` where the signature has no hash of its own, as Ed25519 has not, or none that is
 * known here. Throws `MalformedError` for bytes that are no certificate.
 */
export function bindingHashOf(certificate: Uint8Array): PrfHash | undefined {
  const outer = enterDer(certificate, DerTag.sequence)
  readDer(outer, DerTag.sequence)
  const algorithm = new Reader(readDer(outer, DerTag.sequence).contents)
  const identifier = toHex(readDer(algorithm, DerTag.objectIdentifier).contents)
  return identifier === RSASSA_PSS ? pssHash(algorithm) : hashes[identifier]
}
