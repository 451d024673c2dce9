import { CertificateError } from '../certificate-error.js'
import type { ParsedCertificate } from '../certificate-model.js'
import type { RevocationContext } from '../chain-validation.js'
import { describe, type Work } from '../decision.js'
import type { Path } from '../path-building.js'
import { ask, type Inquiry } from '../questions.js'
import type { SignatureWorld } from '../signature.js'
import { ocspRequest } from './cert-id.js'
import type { Crl } from './crl.js'
import { findSigner, isSignedBy } from './crl-signer.js'
import { type CrlDesk, statusByCrls } from './crl-status.js'
import { type Finding, unknown } from './finding.js'
import type { Clock } from './freshness.js'
import { type OcspResponse, parseOcspResponse } from './ocsp-response.js'
import { type OcspDesk, statusByOcsp } from './ocsp-status.js'
import { crlUrls, Fetching, ocspUrls, type RevocationFetch } from './sources.js'
import { type Target, targetAt } from './target.js'

export interface StatusSettings extends Omit<Clock, 'time'> {
  readonly hardFail: boolean
  readonly crls: readonly Crl[]
  readonly ocspResponses: readonly OcspResponse[]
  readonly fetch: RevocationFetch | undefined
  readonly maximumFetches: number
}

/** Several paths may be tried in one validation, which its record of work stands for: all draw on one purse. */
const purses = new WeakMap<Work, Fetching>()

function fetchingOf({ fetch, maximumFetches }: StatusSettings, work: Work): Fetching {
  const known = purses.get(work) ?? new Fetching(fetch, maximumFetches)
  purses.set(work, known)
  return known
}

/** Addresses of one kind that are tried for one certificate: further ones are alternatives to these. */
const MOST_URLS = 3

/** Finds the status of the certificates of one validation, each once. */
export class Statuses {
  readonly #settings: StatusSettings
  readonly #context: RevocationContext
  readonly #clock: Clock
  readonly #fetching: Fetching
  readonly #crls: Crl[]
  readonly #known = new Map<ParsedCertificate, Finding>()
  /** Certificates whose status is being found out. */
  readonly #open = new Set<ParsedCertificate>()

  constructor(settings: StatusSettings, context: RevocationContext) {
    this.#settings = settings
    this.#context = context
    this.#clock = { time: context.time, clockSkew: settings.clockSkew, maximumAge: settings.maximumAge }
    this.#fetching = fetchingOf(settings, context.work)
    this.#crls = [...settings.crls]
  }

  /** The status of a certificate; a staple that says nothing is not made up for by other sources. */
  *of(target: Target, staple?: Uint8Array): Inquiry<SignatureWorld, Finding> {
    const { certificate } = target
    const known = this.#known.get(certificate)
    if (known !== undefined) return known
    this.#open.add(certificate)
    const finding = yield* this.#find(target, staple)
    this.#open.delete(certificate)
    this.#known.set(certificate, finding)
    return finding
  }

  *#find(target: Target, staple: Uint8Array | undefined): Inquiry<SignatureWorld, Finding> {
    const stapled = staple === undefined ? undefined : yield* this.#byStaple(staple, target)
    // Who gives a CRL means it to count, whatever the server staples.
    const given = stapled !== undefined && stapled.status !== 'good' ? stapled : yield* this.#atHand(target)
    if (given.status === 'revoked') return given
    if (stapled !== undefined) return stapled
    if (given.status === 'good' || !this.#fetching.enabled) return given
    return yield* this.#fromNetwork(target, given.why)
  }

  *#byStaple(staple: Uint8Array, target: Target): Inquiry<SignatureWorld, Finding> {
    try {
      return yield* statusByOcsp(parseOcspResponse(staple), target, this.#ocspDesk())
    } catch (cause) {
      if (!(cause instanceof CertificateError)) throw cause
      return unknown(`the stapled OCSP response cannot be read: ${cause.message}`)
    }
  }

  /** All that is at hand is asked: one source that says revoked outweighs the others. */
  *#atHand(target: Target): Inquiry<SignatureWorld, Finding> {
    const findings: Finding[] = []
    for (const response of this.#settings.ocspResponses) {
      findings.push(yield* statusByOcsp(response, target, this.#ocspDesk()))
    }
    findings.push(yield* statusByCrls(target, this.#crlDesk()))
    const decisive =
      findings.find(({ status }) => status === 'revoked') ?? findings.find(({ status }) => status === 'good')
    if (decisive !== undefined) return decisive
    return unknown(...new Set(findings.flatMap((finding) => (finding.status === 'unknown' ? finding.why : []))))
  }

  *#fromNetwork(target: Target, before: readonly string[]): Inquiry<SignatureWorld, Finding> {
    const why: string[] = []
    const answer = (yield* this.#askResponders(target, why)) ?? (yield* this.#fetchCrls(target, why))
    return answer ?? unknown(...before, ...why)
  }

  *#askResponders(target: Target, why: string[]): Inquiry<SignatureWorld, Finding | undefined> {
    const { certificate, issuerPath } = target
    const [issuer] = issuerPath
    if (issuer === undefined) return undefined
    for (const url of ocspUrls(certificate).slice(0, MOST_URLS)) {
      const body = yield* ask(({ provider }: SignatureWorld) => ocspRequest(certificate, issuer, provider))
      const response = yield* this.#fetching.ocsp(url, body)
      if (response === undefined) continue
      const finding =
        typeof response === 'string' ? unknown(response) : yield* statusByOcsp(response, target, this.#ocspDesk())
      if (finding.status !== 'unknown') return finding
      this.#fetching.discard({ kind: 'ocsp', url, body })
      why.push(...finding.why)
    }
    return undefined
  }

  *#fetchCrls(target: Target, why: string[]): Inquiry<SignatureWorld, Finding | undefined> {
    const { crlDistributionPoints, freshestCRL } = target.certificate
    for (const url of crlUrls(crlDistributionPoints).slice(0, MOST_URLS)) {
      const crl = yield* this.#fetching.crl(url)
      if (crl === undefined) continue
      if (typeof crl === 'string') {
        why.push(crl)
        continue
      }
      this.#crls.push(crl)
      yield* this.#fetchDeltas(crlUrls([...(freshestCRL ?? []), ...(crl.freshestCRL ?? [])]), why)
      const finding = yield* statusByCrls(target, this.#crlDesk())
      if (finding.status !== 'unknown') return finding
      this.#fetching.discard({ kind: 'crl', url })
      why.push(...finding.why)
    }
    return undefined
  }

  *#fetchDeltas(urls: readonly string[], why: string[]): Inquiry<SignatureWorld, void> {
    for (const url of urls.slice(0, MOST_URLS)) {
      const delta = yield* this.#fetching.crl(url)
      if (typeof delta === 'string') why.push(delta)
      else if (delta !== undefined) this.#crls.push(delta)
    }
  }

  #ocspDesk(): OcspDesk {
    const distrust = (path: Path): Inquiry<SignatureWorld, string | undefined> => this.#distrust(path, true)
    return { context: this.#context, clock: this.#clock, distrust }
  }

  #crlDesk(): CrlDesk {
    const distrust = (path: Path): Inquiry<SignatureWorld, string | undefined> => this.#distrust(path, false)
    return {
      ...{ crls: this.#crls, clock: this.#clock },
      findSigner: (crl, target) => findSigner(crl, target, { context: this.#context, distrust }),
      isSignedBy: (crl, signer) => isSignedBy(crl, signer, this.#context),
    }
  }

  /**
   * Why whoever vouches for a status is not to be believed: a certificate above is revoked, or may be. A signer may turn
   * out to be vouched for by its own list only; nobody else could say more about it, and it is believed. A delegate of
   * OCSP that names no place to ask is believed too (RFC 6960 §4.2.2.2.1 leaves it to local policy).
   */
  *#distrust(path: Path, mayBeUnknown: boolean): Inquiry<SignatureWorld, string | undefined> {
    for (let index = path.length - 2; index >= 0; index--) {
      const target = targetAt(path, index)
      if (target === undefined || this.#open.has(target.certificate)) continue
      const { crlDistributionPoints, authorityInfoAccess } = target.certificate
      const finding = yield* this.of(target)
      const nowhere = crlDistributionPoints === undefined && authorityInfoAccess === undefined
      const tolerated = !this.#settings.hardFail || (mayBeUnknown && nowhere)
      if (finding.status === 'good' || (finding.status === 'unknown' && tolerated)) continue
      const what = finding.status === 'revoked' ? 'is revoked' : 'may be revoked, nobody knows'
      return `was signed under ${describe(target.certificate)}, which ${what}`
    }
    return undefined
  }
}
