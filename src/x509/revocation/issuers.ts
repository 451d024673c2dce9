import type { ParsedCertificate } from '../certificate-model.js'
import type { CertificatePool } from '../certificate-pool.js'
import type { Inquiry } from '../questions.js'
import type { SignatureWorld } from '../signature.js'
import { type Fetching, issuerUrls } from './sources.js'

/** Follows names up from `leaf` to the certificate whose issuer nobody has; `undefined` where the names lead to an anchor. */
function top(leaf: ParsedCertificate, anchors: CertificatePool, pool: CertificatePool): ParsedCertificate | undefined {
  const seen = new Set<ParsedCertificate>()
  let certificate = leaf
  while (!seen.has(certificate)) {
    seen.add(certificate)
    const name = certificate.issuer.comparable
    if (anchors.named(name).length > 0) return undefined
    const next = pool.named(name).find((issuer) => !seen.has(issuer))
    if (next === undefined) return certificate
    certificate = next
  }
  return undefined
}

/** Fetches the issuer that a chain lacks, if its certificates say where it is, into `pool`; answers whether there is one. */
export function* addIssuer(
  leaf: ParsedCertificate,
  anchors: CertificatePool,
  pool: CertificatePool,
  fetching: Fetching,
): Inquiry<SignatureWorld, boolean> {
  const orphan = fetching.enabled ? top(leaf, anchors, pool) : undefined
  if (orphan === undefined) return false
  for (const url of issuerUrls(orphan)) {
    const issuer = yield* fetching.issuer(url)
    if (issuer === undefined || typeof issuer === 'string') continue
    if (issuer.subject.comparable !== orphan.issuer.comparable || pool.has(issuer)) {
      fetching.discard({ kind: 'issuer', url })
      continue
    }
    pool.add(issuer)
    return true
  }
  return false
}
