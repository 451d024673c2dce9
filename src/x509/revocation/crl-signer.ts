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

/** Whoever has the name of the CRL's issuer: on the path first, those whose key identifier is another one last. */
function candidates(
  crl: Crl,
  { issuerPath }: Target,
  { intermediates, path }: RevocationContext,
): readonly ParsedCertificate[] {
  const named = [...issuerPath, ...path, ...intermediates.named(crl.issuer.comparable)].filter(
    ({ subject }) => subject.comparable === crl.issuer.comparable,
  )
  const wanted = crl.authorityKeyIdentifier?.keyIdentifier
  const rank = ({ subjectKeyIdentifier: offered }: ParsedCertificate): number =>
    wanted === undefined || offered === undefined || publicEqual(wanted, offered) ? 0 : 1
  return [...new Set(named)].toSorted((one, other) => rank(one) - rank(other))
}

const maySign = ({ keyUsage }: ParsedCertificate): boolean => keyUsage === undefined || keyUsage.has('cRLSign')

/**
 * The path of whoever signed `crl`, up to the anchor of the target's own path, or why there is none (RFC 5280 §6.3.3,
 * steps f and g). A signer that is not an issuer on the path is an end entity of its own, and can be revoked.
 */
export function* findSigner(
  crl: Crl,
  target: Target,
  { context, distrust }: SignerSearch,
): Inquiry<SignatureWorld, Path | string> {
  let why = 'has an issuer of whom no certificate is at hand'
  for (const candidate of candidates(crl, target, context)) {
    if (!maySign(candidate)) {
      why = 'was signed by a certificate whose key usage does not include cRLSign (RFC 5280 §4.2.1.3)'
      continue
    }
    const above = target.issuerPath.indexOf(candidate)
    const onPath = above >= 0 ? target.issuerPath.slice(above) : pathFrom(context.path, candidate)
    // The signature is cheaper than a path, and tells most of those who only share the name apart.
    if (!(yield* isSignedBy(crl, onPath ?? [candidate], context))) {
      why = 'was not signed by the key of its issuer, or not in a way that is accepted'
      continue
    }
    if (above >= 0) return onPath ?? [candidate]
    const path = onPath ?? (yield* context.pathTo(candidate))
    if ('reason' in path) {
      why = `has an issuer who is not trusted: the certificate ${path.certificate} ${path.why}`
      continue
    }
    const revoked = yield* distrust(path)
    if (revoked === undefined) return path
    why = revoked
  }
  return why
}

function pathFrom(path: Path, certificate: ParsedCertificate): Path | undefined {
  const index = path.indexOf(certificate)
  return index < 0 ? undefined : path.slice(index)
}
