import { publicEqual } from '../../bytes/equal.js'
import type { MaybePromise } from '../../crypto/maybe-promise.js'
import { parseCertificate } from '../certificate.js'
import { CertificateError } from '../certificate-error.js'
import type { DistributionPoint, ParsedCertificate } from '../certificate-model.js'
import { shortened } from '../decision.js'
import { readPem } from '../pem.js'
import { ask, type Inquiry } from '../questions.js'
import type { SignatureWorld } from '../signature.js'
import { type Crl, parseCrl } from './crl.js'
import { type OcspResponse, parseOcspResponse } from './ocsp-response.js'

/** Something that a check would like to have from the network. */
export type RevocationRequest =
  | { readonly kind: 'crl'; readonly url: string }
  /** `body` is a DER OCSPRequest, to be posted as application/ocsp-request (RFC 6960 Appendix A.1). */
  | { readonly kind: 'ocsp'; readonly url: string; readonly body: Uint8Array }
  /** A certificate of the issuer, DER. */
  | { readonly kind: 'issuer'; readonly url: string }

/**
 * Gets the bytes that a request asks for, from the network or a cache; throws, rejects or answers `undefined` where it
 * cannot or will not. What it answers is verified, whoever it is from.
 */
export interface RevocationFetch {
  (request: RevocationRequest, signal?: AbortSignal): MaybePromise<Uint8Array | undefined>
  /** Is told that an answer was of no use: a cache must not keep what somebody on the way may have put in its place. */
  readonly discard?: (request: RevocationRequest) => void
}

/** DER of a CRL, or PEM text with one or several. */
export type CrlInput = Uint8Array | string

function derOf(input: CrlInput): readonly Uint8Array[] {
  if (typeof input !== 'string') return [input]
  const blocks = readPem(input).filter(({ label }) => label === 'X509 CRL')
  if (blocks.length === 0) throw new TypeError('a PEM text with an X509 CRL block is needed')
  return blocks.map(({ der }) => der)
}

/** Reads given CRLs. Throws `CertificateError`, `PemError` or `TypeError` for what is none. */
export const readCrls = (inputs: Iterable<CrlInput>): readonly Crl[] => Array.from(inputs).flatMap(derOf).map(parseCrl)

const parsed = new WeakMap<Uint8Array, Crl>()

/** A CRL from the network: of bytes that were seen before, as those of a cache are, nothing is read anew. */
function parseFetched(bytes: Uint8Array): Crl {
  const known = parsed.get(bytes)
  // Somebody may have written other bytes into the same array since.
  if (known !== undefined && publicEqual(known.der, bytes)) return known
  const crl = parseCrl(bytes)
  parsed.set(bytes, crl)
  return crl
}

/** One validation's purse: each thing is fetched once, and not more than some. */
export class Fetching {
  readonly #fetch: RevocationFetch | undefined
  readonly #crls = new Map<string, Crl | string>()
  readonly #responses = new Map<string, OcspResponse | string>()
  readonly #issuers = new Map<string, ParsedCertificate | string>()
  readonly #issuerUrls = new Set<string>()
  #left: number

  constructor(fetch: RevocationFetch | undefined, most: number) {
    this.#fetch = fetch
    this.#left = most
  }

  get enabled(): boolean {
    return this.#fetch !== undefined
  }

  /** A CRL; text says why there is none, `undefined` that the purse is empty. */
  crl(url: string): Inquiry<SignatureWorld, Crl | string | undefined> {
    return this.#get({ kind: 'crl', url }, this.#crls, parseFetched)
  }

  ocsp(url: string, body: Uint8Array): Inquiry<SignatureWorld, OcspResponse | string | undefined> {
    return this.#get({ kind: 'ocsp', url, body }, this.#responses, parseOcspResponse)
  }

  issuer(url: string): Inquiry<SignatureWorld, ParsedCertificate | string | undefined> {
    this.#issuerUrls.add(url)
    return this.#get({ kind: 'issuer', url }, this.#issuers, parseCertificate)
  }

  /** For a chain that reached no anchor: a forged issuer has the right name, and leads there no more than none. */
  discardIssuers(): void {
    for (const url of this.#issuerUrls) this.discard({ kind: 'issuer', url })
  }

  discard(request: RevocationRequest): void {
    this.#fetch?.discard?.(request)
  }

  *#get<T>(
    request: RevocationRequest,
    answers: Map<string, T | string>,
    parse: (bytes: Uint8Array) => T,
  ): Inquiry<SignatureWorld, T | string | undefined> {
    const key = requestKey(request)
    const known = answers.get(key)
    if (known !== undefined || this.#fetch === undefined || this.#left === 0) return known
    this.#left--
    const answer = yield* fetchAndParse(request, this.#fetch, parse)
    answers.set(key, answer)
    return answer
  }
}

/** Tells requests apart. */
export const requestKey = (request: RevocationRequest): string =>
  `${request.kind} ${request.url}${request.kind === 'ocsp' ? ` ${request.body.join()}` : ''}`

function* fetchAndParse<T>(
  request: RevocationRequest,
  fetch: RevocationFetch,
  parse: (bytes: Uint8Array) => T,
): Inquiry<SignatureWorld, T | string> {
  const what = shortened(request.url)
  let bytes: Uint8Array | undefined
  try {
    bytes = yield* ask(({ signal }: SignatureWorld) => fetch(request, signal))
  } catch (cause) {
    return `${what} cannot be fetched${cause instanceof Error ? `: ${cause.message}` : ''}`
  }
  if (bytes === undefined) return `${what} was not fetched`
  try {
    return parse(bytes)
  } catch (cause) {
    if (!(cause instanceof CertificateError)) throw cause
    fetch.discard?.(request)
    return `what ${what} holds cannot be read: ${cause.message}`
  }
}

const isWeb = (url: string): boolean => /^https?:\/\//i.test(url)

/** The web addresses of distribution points, in order. */
export const crlUrls = (points: readonly DistributionPoint[] = []): readonly string[] =>
  points.flatMap(({ distributionPoint: name }) =>
    name?.type === 'fullName'
      ? name.names.flatMap((one) => (one.type === 'uri' && isWeb(one.value) ? [one.value] : []))
      : [],
  )

const OCSP = '1.3.6.1.5.5.7.48.1'
const CA_ISSUERS = '1.3.6.1.5.5.7.48.2'

const accessUrls = ({ authorityInfoAccess = [] }: ParsedCertificate, method: string): readonly string[] =>
  authorityInfoAccess.flatMap(({ accessMethod, accessLocation: { type, value } }) =>
    accessMethod === method && type === 'uri' && isWeb(value) ? [value] : [],
  )

/** The web addresses of a certificate's OCSP responders. */
export const ocspUrls = (certificate: ParsedCertificate): readonly string[] => accessUrls(certificate, OCSP)

/** The web addresses of the certificates of its issuer (RFC 5280 §4.2.2.1). */
export const issuerUrls = (certificate: ParsedCertificate): readonly string[] => accessUrls(certificate, CA_ISSUERS)
