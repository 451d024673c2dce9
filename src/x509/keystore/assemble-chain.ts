import { publicEqual } from '../../bytes/equal.js'
import type { ParsedCertificate } from '../certificate-model.js'
import { keyIdentifierRank } from '../certificate-pool.js'
import { tryParse } from '../try-parse.js'
import { KeystoreError } from './keystore-error.js'

const CONTRADICTED = 2

/** The certificate of `pool` that most likely issued this one: by name, then by key identifier, then the latest. */
function findIssuer(certificate: ParsedCertificate, pool: readonly ParsedCertificate[]): ParsedCertificate | undefined {
  const rank = (issuer: ParsedCertificate): number => keyIdentifierRank(certificate, issuer)
  return pool
    .filter((one) => one.subject.comparable === certificate.issuer.comparable && rank(one) < CONTRADICTED)
    .toSorted((a, b) => rank(a) - rank(b) || b.notBefore - a.notBefore)[0]
}

/** A root signed itself; a certificate with its issuer's name but another key's identifier has an issuer of its own. */
const isEnd = (certificate: ParsedCertificate): boolean =>
  certificate.selfIssued && keyIdentifierRank(certificate, certificate) < CONTRADICTED

/**
 * The chain of `endEntity` out of certificates in any order: each followed by its issuer, as far as `pool` goes
 * (RFC 5246 §7.4.2). Signatures are not checked: the peer does that.
 */
export function assembleChain(endEntity: Uint8Array, pool: readonly Uint8Array[]): readonly Uint8Array[] {
  const chain = [endEntity]
  let rest = pool.flatMap((der) => tryParse(der) ?? [])
  let current = tryParse(endEntity)
  while (current !== undefined && !isEnd(current)) {
    const used = current.der
    rest = rest.filter(({ der }) => !publicEqual(der, used))
    current = findIssuer(current, rest)
    if (current !== undefined) chain.push(current.der)
  }
  return chain
}

/**
 * Throws a `missing_chain` error unless `chain` ends at one of `anchors`, at a certificate that one of them issued, or at
 * a root of its own.
 */
export function requireChainTo(anchors: readonly Uint8Array[], chain: readonly Uint8Array[]): void {
  const last = tryParse(chain.at(-1) ?? new Uint8Array())
  const issuer = last?.issuer.comparable
  const isIssued = anchors.some((anchor) => tryParse(anchor)?.subject.comparable === issuer)
  if (last !== undefined && (isEnd(last) || isIssued)) return
  const missing = last === undefined ? 'its certificate cannot be read' : `the certificate of ${last.issuer} is missing`
  throw new KeystoreError('missing_chain', `the chain of a key is incomplete: ${missing}; add it to the keystore`)
}
