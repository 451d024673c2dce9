import { toHex } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import type { ParsedCertificate } from '../certificate-model.js'
import type { RevocationContext } from '../chain-validation.js'
import type { Path } from '../path-building.js'
import type { Inquiry } from '../questions.js'
import { type SignatureWorld, type Signed, verifySigned } from '../signature.js'
import { subjectKey } from '../subject-key.js'
import type { Crl } from './crl.js'
import { inheritedParameters, type Target } from './target.js'

/** What a search for signers needs of the validation that it is part of. */
export interface SignerSearch {
  readonly context: RevocationContext
  /** Why a path to another signer than the issuer itself is not to be trusted: one of its certificates is revoked. */
  readonly distrust: (path: Path) => Inquiry<SignatureWorld, string | undefined>
}

/** Signatures that were found right, by the list and the key; both are bytes that nobody changes. */
const right = new WeakMap<Signed, Set<string>>()

/** Whether `signed` carries a signature by the key of the first certificate of `path`; also false where the budget is spent. */
export function* isSignedBy(
  signed: Signed,
  path: Path,
  { work, budget, keys }: Pick<RevocationContext, 'work' | 'budget' | 'keys'>,
): Inquiry<SignatureWorld, boolean> {
  const [signer] = path
  if (signer === undefined) return false
  const inherited = inheritedParameters(path)
  // A key policy of another verifier may be stricter, and inherited parameters are another key: those are asked each time.
  const key = `${JSON.stringify(keys)} ${toHex(signer.subjectPublicKeyInfo)}`
  const known = right.get(signed) ?? new Set<string>()
  if (known.has(key)) return true
  if (work.signatures >= budget.signatures) return false
  work.signatures++
  const verdict = yield* verifySigned(signed, subjectKey(signer), keys, inherited)
  if (verdict.valid && inherited === undefined) right.set(signed, known.add(key))
  return verdict.valid
}

/** Whoever has the name of the CRL's issuer: the issuer of the certificate first, then the others on the path. */
function candidates(
  crl: Crl,
  { issuerPath }: Target,
  { intermediates, path }: RevocationContext,
): readonly ParsedCertificate[] {
  const named = [...issuerPath, ...path, ...intermediates.named(crl.issuer.comparable)].filter(
    ({ subject }) => subject.comparable === crl.issuer.comparable,
  )
  return [...new Set(named)]
}

/** Two certificates of one key: who holds one speaks for the other. */
export const sameKey = (one: ParsedCertificate, other: ParsedCertificate): boolean =>
  publicEqual(one.subjectPublicKeyInfo, other.subjectPublicKeyInfo)

/** Why a certificate with the right name cannot have signed the CRL, or may not, whatever the signature. */
function unfit(
  { authorityKeyIdentifier }: Crl,
  { keyUsage, subjectKeyIdentifier: offered }: ParsedCertificate,
): string | undefined {
  const wanted = authorityKeyIdentifier?.keyIdentifier
  if (wanted !== undefined && offered !== undefined && !publicEqual(wanted, offered)) {
    return 'names another key than that of its issuer as the one that signed it (RFC 5280 §5.2.1)'
  }
  return keyUsage === undefined || keyUsage.has('cRLSign')
    ? undefined
    : 'was signed by a certificate whose key usage does not include cRLSign (RFC 5280 §4.2.1.3)'
}

/**
 * Why a signer that is not above the certificate may not speak of it. Names alone do not tell authorities apart: another
 * authority below the same anchor, and whoever it certifies, may have the issuer's name, and RFC 5280 §6.3.3 asks no more
 * than that name and that anchor. Here the certificate names the signer as the issuer of its CRLs, or it is the issuer by
 * another key: one that the issuer itself has certified, or whoever vouches for the issuer, as an authority's or for CRLs.
 */
function outsider(
  crl: Crl,
  { certificate, issuerPath }: Target,
  path: Path,
  { path: judged }: RevocationContext,
): string | undefined {
  const [signer, above] = path
  const isNamed = crl.issuer.comparable !== certificate.issuer.comparable
  // A mere keeper of indirect CRLs may have been told by its issuer to list itself; whoever is on the path may not.
  const keepsOwnList = isNamed && !judged.includes(certificate)
  if (!keepsOwnList && path.some((one) => sameKey(one, certificate))) {
    return 'was signed by the certificate itself, or under it, which cannot clear itself'
  }
  // Of another name, it is in scope only as the cRLIssuer of a distribution point (RFC 5280 §6.3.3).
  if (isNamed) return undefined
  const isAuthority = signer?.basicConstraints?.cA === true
  const next = issuerPath.slice(0, 2)
  const isDelegate = above !== undefined && next.some((one) => sameKey(one, above))
  if (isDelegate && (isAuthority || signer?.keyUsage !== undefined)) return undefined
  return `was signed by an ${isAuthority ? 'authority' : 'end entity'} that only has the name of the issuer`
}

/**
 * The path of whoever signed `crl`, up to the anchor of the target's own path, or why there is none (RFC 5280 §6.3.3,
 * steps f and g). A signer that is not an issuer on the path is an end entity of its own, and can be revoked.
 */
export function* findSigner(crl: Crl, target: Target, search: SignerSearch): Inquiry<SignatureWorld, Path | string> {
  const { context } = search
  let why = 'has an issuer of whom no certificate is at hand'
  for (const candidate of candidates(crl, target, context)) {
    const wrong = unfit(crl, candidate)
    if (wrong !== undefined) {
      why = wrong
      continue
    }
    const above = pathFrom(target.issuerPath, candidate)
    const onPath = above ?? pathFrom(context.path, candidate)
    // The signature is cheaper than a path, and tells most of those who only share the name apart.
    if (!(yield* isSignedBy(crl, onPath ?? [candidate], context))) {
      why = 'was not signed by the key of its issuer, or not in a way that is accepted'
      continue
    }
    if (above !== undefined) return above
    const path = onPath ?? (yield* context.pathTo(candidate))
    if ('reason' in path) {
      why = `has an issuer who is not trusted: the certificate ${path.certificate} ${path.why}`
      continue
    }
    const refused = outsider(crl, target, path, context) ?? (yield* search.distrust(path))
    if (refused === undefined) return path
    why = refused
  }
  return why
}

function pathFrom(path: Path, certificate: ParsedCertificate): Path | undefined {
  const index = path.indexOf(certificate)
  return index < 0 ? undefined : path.slice(index)
}
