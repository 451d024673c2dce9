import { fromHex, toHex } from '../bytes/convert.js'
import type { CertificateRequestToVerify, CertificateVerdict } from '../crypto/environment.js'
import { isPromise, type MaybePromise } from '../crypto/maybe-promise.js'
import type { HashPrimitives } from '../crypto/primitives.js'
import type { DistinguishedName } from './distinguished-name.js'
import { tryParse, tryParseName } from './try-parse.js'

/** A SHA-256: 32 bytes, or 64 hexadecimal digits with or without colons, with or without `sha256:` in front. */
export type Fingerprint = Uint8Array | string

/** What to refuse, by fingerprints as `fingerprintsOf` computes them. */
export interface DenyListEntries {
  /** Of whole certificates. */
  readonly certificates?: readonly Fingerprint[]
  /** Of SubjectPublicKeyInfo: a key stays denied in whatever certificate it returns. */
  readonly keys?: readonly Fingerprint[]
  /**
   * Of the names of issuers, in whatever spelling matches: all that an authority of this name ever issued. A name may also
   * be given as itself, DER, or as an authority's certificate, DER; a SHA-256 of the DER name finds that one spelling only.
   */
  readonly issuers?: readonly Fingerprint[]
}

/**
 * The fingerprints by which one certificate, its key, and the authorities at either end can be denied. Those of names are
 * of the UTF-8 of `DistinguishedName.comparable`: names that match (RFC 5280 §7.1) have the same, however they are spelt.
 */
export interface CertificateFingerprints {
  readonly certificate: Uint8Array
  readonly key: Uint8Array
  /** Of its issuer's name: denies its siblings too. */
  readonly issuer: Uint8Array
  /** Of its own name: as an entry of `issuers`, denies what it issued. */
  readonly subject: Uint8Array
}

/** Computes what to put into a deny list for a DER certificate. Throws `TypeError` for bytes that are not one. */
export function fingerprintsOf(certificate: Uint8Array, primitives: HashPrimitives): CertificateFingerprints {
  const fingerprints = tryFingerprints(certificate, primitives)
  if (fingerprints === undefined) throw new TypeError('fingerprints are taken of DER X.509 certificates only')
  return fingerprints
}

function tryFingerprints(der: Uint8Array, { hash }: HashPrimitives): CertificateFingerprints | undefined {
  const parsed = tryParse(der)
  return (
    parsed && {
      certificate: hash('sha256', der),
      key: hash('sha256', parsed.subjectPublicKeyInfo),
      issuer: hash('sha256', canonical(parsed.issuer)),
      subject: hash('sha256', canonical(parsed.subject)),
    }
  )
}

/** A name in the form in which paths match names: a list of exact bytes is passed by whoever spells it in another case. */
const canonical = ({ comparable }: DistinguishedName): Uint8Array => new TextEncoder().encode(comparable)

const DIGEST_LENGTH = 32

function readFingerprint(fingerprint: Fingerprint): string {
  if (typeof fingerprint !== 'string') {
    if (fingerprint.length !== DIGEST_LENGTH) throw new TypeError(`a SHA-256 fingerprint has ${DIGEST_LENGTH} bytes`)
    return toHex(fingerprint)
  }
  const digits = /^(?:sha256:)?([0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i.exec(fingerprint)?.[1]
  if (digits === undefined)
    throw new TypeError('a SHA-256 fingerprint is 64 hexadecimal digits, with or without colons')
  return toHex(fromHex(digits.replaceAll(':', '')))
}

const setOf = (fingerprints: readonly Fingerprint[] = []): ReadonlySet<string> =>
  new Set(fingerprints.map(readFingerprint))

function readIssuer(entry: Fingerprint, { hash }: HashPrimitives): string {
  const name = typeof entry === 'string' ? undefined : (tryParse(entry)?.subject ?? tryParseName(entry))
  return name === undefined ? readFingerprint(entry) : toHex(hash('sha256', canonical(name)))
}

/** What is denied about a certificate, in words, or `undefined`. */
interface Search {
  (certificate: Uint8Array): string | undefined
  /** The same for a key that is shown without a certificate (RFC 7250 §3). */
  rawKey(subjectPublicKeyInfo: Uint8Array): string | undefined
}

function searchIn(entries: DenyListEntries, primitives: HashPrimitives): Search {
  const certificates = setOf(entries.certificates)
  const keys = setOf(entries.keys)
  const issuers = new Set(entries.issuers?.map((entry) => readIssuer(entry, primitives)))
  const sha256 = (bytes: Uint8Array): string => toHex(primitives.hash('sha256', bytes))
  const KEY_DENIED = 'its key is on the deny list'
  const certificate = (der: Uint8Array): string | undefined => {
    if (certificates.has(sha256(der))) return 'it is on the deny list'
    const parsed = tryParse(der)
    if (parsed === undefined) return undefined
    if (keys.has(sha256(parsed.subjectPublicKeyInfo))) return KEY_DENIED
    const { issuer } = parsed
    const denied = issuers.has(sha256(canonical(issuer))) || issuers.has(sha256(issuer.der))
    return denied ? 'its issuer is on the deny list' : undefined
  }
  return Object.assign(certificate, { rawKey: (key: Uint8Array) => (keys.has(sha256(key)) ? KEY_DENIED : undefined) })
}

/** `where` says which certificate one at an index is. */
function refuseDenied(
  chain: readonly Uint8Array[],
  search: Search,
  where: (index: number) => string,
): CertificateVerdict | undefined {
  for (const [index, der] of chain.entries()) {
    const why = search(der)
    if (why === undefined) continue
    const name = tryParse(der)?.subject.toString() ?? 'without a readable name'
    return { accepted: false, reason: 'denied', message: `${where(index)}, ${name}, is refused: ${why}` }
  }
  return undefined
}

function judge(request: CertificateRequestToVerify, search: Search): CertificateVerdict | undefined {
  const { peer, certificateChain } = request
  const [endEntity = new Uint8Array()] = certificateChain
  if (request.certificateType === 'RawPublicKey') {
    const why = search.rawKey(endEntity)
    if (why === undefined) return undefined
    return { accepted: false, reason: 'denied', message: `the ${peer}'s raw public key is refused: ${why}` }
  }
  const denied = refuseDenied(certificateChain, search, (index) =>
    index === 0 ? `the ${peer}'s certificate` : `certificate ${index + 1} of the ${peer}'s chain`,
  )
  // what cannot be read cannot be found on the list, and some verifiers accept what they need not read, pins for example
  if (denied !== undefined || tryParse(endEntity) !== undefined) return denied
  const message = `the ${peer}'s certificate is not a DER X.509 certificate by the rules of RFC 5280`
  return { accepted: false, reason: 'bad_certificate', message }
}

type Listed<Rest extends readonly unknown[], Verdict> = ((
  request: CertificateRequestToVerify,
  ...rest: Rest
) => Verdict) & { readonly wantsStatus: boolean }

type Asked<Rest extends readonly unknown[], Verdict> = ((
  request: CertificateRequestToVerify,
  ...rest: Rest
) => Verdict) & { readonly wantsStatus?: boolean }

/**
 * Refuses a peer if any certificate of the chain that it presents, its key or its issuer is on the list, before `verify` is
 * asked: nothing is fetched for such a peer and nothing more is sent to it. Where `verify` accepts and says by which `path`,
 * as `chainVerifier` does, that path is searched too: its certificates may be intermediates at hand, fetched issuers or the
 * anchor. No other path is then looked for. Everything else is as `verify` says. Under a verifier that tells no path, a root
 * that the peer leaves out is found by its name alone, as issuer of the last certificate. Throws `TypeError` for an entry
 * that is not a SHA-256, nor, among `issuers`, a name or certificate.
 */
export function denyList<Rest extends readonly unknown[]>(
  entries: DenyListEntries,
  primitives: HashPrimitives,
  verify: Asked<Rest, CertificateVerdict>,
): Listed<Rest, CertificateVerdict>
export function denyList<Rest extends readonly unknown[]>(
  entries: DenyListEntries,
  primitives: HashPrimitives,
  verify: Asked<Rest, MaybePromise<CertificateVerdict>>,
): Listed<Rest, MaybePromise<CertificateVerdict>>
export function denyList<Rest extends readonly unknown[]>(
  entries: DenyListEntries,
  primitives: HashPrimitives,
  verify: Asked<Rest, MaybePromise<CertificateVerdict>>,
): Listed<Rest, MaybePromise<CertificateVerdict>> {
  const search = searchIn(entries, primitives)
  const guarded = (request: CertificateRequestToVerify, ...rest: Rest): MaybePromise<CertificateVerdict> => {
    const where = (index: number): string => `certificate ${index + 1} of the ${request.peer}'s path to an anchor`
    const conclude = (verdict: CertificateVerdict): CertificateVerdict =>
      (verdict.accepted && refuseDenied(verdict.path ?? [], search, where)) || verdict
    const refused = judge(request, search)
    if (refused !== undefined) return refused
    const judged = verify(request, ...rest)
    return isPromise(judged) ? Promise.resolve(judged).then(conclude) : conclude(judged)
  }
  return Object.assign(guarded, { wantsStatus: verify.wantsStatus === true })
}
