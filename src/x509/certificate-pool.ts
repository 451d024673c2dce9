import { publicEqual } from '../bytes/equal.js'
import type { ParsedCertificate } from './certificate-model.js'

/** A certificate that may have issued another, and what is known of it. */
export interface Candidate {
  readonly certificate: ParsedCertificate
  /** It is trusted, and a path ends at it. */
  readonly isAnchor: boolean
}

/** Certificates by the name of their subject, each once. */
export class CertificatePool {
  readonly #bySubject = new Map<string, ParsedCertificate[]>()
  readonly #all: ParsedCertificate[] = []

  constructor(certificates: Iterable<ParsedCertificate> = []) {
    for (const certificate of certificates) this.add(certificate)
  }

  add(certificate: ParsedCertificate): void {
    const name = certificate.subject.comparable
    const same = this.#bySubject.get(name)
    if (same === undefined) this.#bySubject.set(name, [certificate])
    else if (same.some(({ der }) => publicEqual(der, certificate.der))) return
    else same.push(certificate)
    this.#all.push(certificate)
  }

  has(certificate: ParsedCertificate): boolean {
    return this.named(certificate.subject.comparable).some(({ der }) => publicEqual(der, certificate.der))
  }

  named(comparable: string): readonly ParsedCertificate[] {
    return this.#bySubject.get(comparable) ?? []
  }

  get all(): readonly ParsedCertificate[] {
    return this.#all
  }
}

/**
 * How many certificates, counted by names alone, lie between a name and the nearest anchor: 0 for an anchor's own name,
 * no entry where no chain of names leads to one. Issuers that lead nowhere are never looked at (RFC 4158 §3.1 builds
 * forward; this looks from both ends).
 */
export function distances(anchors: CertificatePool, intermediates: CertificatePool): ReadonlyMap<string, number> {
  const byIssuer = new Map<string, ParsedCertificate[]>()
  for (const certificate of intermediates.all) {
    const name = certificate.issuer.comparable
    const issued = byIssuer.get(name)
    if (issued === undefined) byIssuer.set(name, [certificate])
    else issued.push(certificate)
  }
  const found = new Map<string, number>()
  let names = [...new Set(anchors.all.map(({ subject }) => subject.comparable))]
  for (let distance = 0; names.length > 0; distance++) {
    for (const name of names) found.set(name, distance)
    const next = new Set<string>()
    for (const name of names) {
      for (const { subject } of byIssuer.get(name) ?? [])
        if (!found.has(subject.comparable)) next.add(subject.comparable)
    }
    names = [...next]
  }
  return found
}

/** 0 where the key identifiers agree, 1 where they say nothing, 2 where they contradict each other (RFC 5280 §4.2.1.1). */
export function keyIdentifierRank(child: ParsedCertificate, issuer: ParsedCertificate): number {
  const wanted = child.authorityKeyIdentifier?.keyIdentifier
  const offered = issuer.subjectKeyIdentifier
  if (wanted === undefined || offered === undefined) return 1
  return publicEqual(wanted, offered) ? 0 : 2
}
