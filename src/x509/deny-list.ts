import { fromHex, toHex } from '../bytes/convert.js'
import type { CertificateRequestToVerify, CertificateVerdict } from '../crypto/environment.js'
import type { MaybePromise } from '../crypto/maybe-promise.js'
import type { HashPrimitives } from '../crypto/primitives.js'
import { tryParse } from './try-parse.js'

/** A SHA-256: 32 bytes, or 64 hexadecimal digits with or without colons, with or without `sha256:` in front. */
export type Fingerprint = Uint8Array | string

/** What to refuse, by fingerprints as `fingerprintsOf` computes them. */
export interface DenyListEntries {
  /** Of whole certificates. */
  readonly certificates?: readonly Fingerprint[]
  /** Of SubjectPublicKeyInfo: a key stays denied in whatever certificate it returns. */
  readonly keys?: readonly Fingerprint[]
  /** Of the DER names of issuers: all that an authority of this name ever issued. */
  readonly issuers?: readonly Fingerprint[]
}

/** The fingerprints by which one certificate, its key, and the authorities at either end can be denied. */
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
      issuer: hash('sha256', parsed.issuer.der),
      subject: hash('sha256', parsed.subject.der),
    }
  )
}

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

/** What is denied about a certificate, in words, or `undefined`. */
type Search = (certificate: Uint8Array) => string | undefined

function searchIn(entries: DenyListEntries, primitives: HashPrimitives): Search {
  const certificates = setOf(entries.certificates)
  const keys = setOf(entries.keys)
  const issuers = setOf(entries.issuers)
  return (der) => {
    if (certificates.has(toHex(primitives.hash('sha256', der)))) return 'it is on the deny list'
    const found = tryFingerprints(der, primitives)
    if (found === undefined) return undefined
    if (keys.has(toHex(found.key))) return 'its key is on the deny list'
    return issuers.has(toHex(found.issuer)) ? 'its issuer is on the deny list' : undefined
  }
}

function judge({ peer, certificateChain }: CertificateRequestToVerify, search: Search): CertificateVerdict | undefined {
  const [endEntity = new Uint8Array()] = certificateChain
  for (const [index, der] of certificateChain.entries()) {
    const why = search(der)
    if (why === undefined) continue
    const name = tryParse(der)?.subject.toString() ?? 'without a readable name'
    const which = index === 0 ? `the ${peer}'s certificate` : `certificate ${index + 1} of the ${peer}'s chain`
    return { accepted: false, reason: 'denied', message: `${which}, ${name}, is refused: ${why}` }
  }
  // what cannot be read cannot be found on the list, and some verifiers accept what they need not read, pins for example
  if (tryParse(endEntity) !== undefined) return undefined
  const message = `the ${peer}'s certificate is not a DER X.509 certificate by the rules of RFC 5280`
  return { accepted: false, reason: 'bad_certificate', message }
}

/**
 * Refuses a peer if any certificate of the chain that it presents, its key or its issuer is on the list, before `verify` is
 * asked: nothing is fetched for such a peer and nothing more is sent to it. Everything else is as `verify` says. A root
 * that the peer leaves out is found by its name alone, as issuer of the last certificate. Throws `TypeError` for an entry
 * that is not a SHA-256.
 */
export function denyList<Rest extends readonly unknown[], Verdict extends MaybePromise<CertificateVerdict>>(
  entries: DenyListEntries,
  primitives: HashPrimitives,
  verify: ((request: CertificateRequestToVerify, ...rest: Rest) => Verdict) & { readonly wantsStatus?: boolean },
): ((request: CertificateRequestToVerify, ...rest: Rest) => Verdict | CertificateVerdict) & {
  readonly wantsStatus: boolean
} {
  const search = searchIn(entries, primitives)
  const guarded = (request: CertificateRequestToVerify, ...rest: Rest): Verdict | CertificateVerdict =>
    judge(request, search) ?? verify(request, ...rest)
  return Object.assign(guarded, { wantsStatus: verify.wantsStatus === true })
}
