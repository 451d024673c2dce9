import { publicEqual } from '../../bytes/equal.js'
import type { Extension, ParsedCertificate } from '../certificate-model.js'
import type { RevocationContext } from '../chain-validation.js'
import { describe } from '../decision.js'
import { unknownCriticalExtensions } from '../extensions.js'
import { keyWeakness } from '../key-policy.js'
import { ask, type Inquiry } from '../questions.js'
import type { SignatureWorld } from '../signature.js'
import { subjectKey } from '../subject-key.js'
import { tryParse } from '../try-parse.js'
import { isCertIdOf } from './cert-id.js'
import { isSignedBy, sameKey } from './crl-signer.js'
import { type Finding, unknown } from './finding.js'
import { type Clock, staleness } from './freshness.js'
import type { BasicOcspResponse, OcspResponse, ResponderId, SingleResponse } from './ocsp-response.js'
import type { Target } from './target.js'

/** What judging an OCSP response needs of the validation that it is part of. */
export interface OcspDesk {
  readonly context: RevocationContext
  readonly clock: Clock
  /** Why a delegated responder's certificate is not to be trusted: it is revoked. */
  readonly distrust: (path: readonly ParsedCertificate[]) => Inquiry<SignatureWorld, string | undefined>
}

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
/** A response is of a few certificates' size; more of them than this help nobody to verify it. */
const MOST_CERTIFICATES = 8

const NONCE = '1.3.6.1.5.5.7.48.1.2'
/** A nonce answers a request that somebody made (RFC 6960 §4.4.1): of a staple, the server; it says nothing here. */
const understood = new Set([NONCE])

const unknownCritical = (extensions: ReadonlyMap<string, Extension>): string | undefined =>
  Array.from(extensions.values()).find(({ oid, critical }) => critical && !understood.has(oid))?.oid

/** What a response says about a certificate (RFC 6960 §3.2): nothing, unless everything about it is right. */
export function* statusByOcsp(
  response: OcspResponse,
  target: Target,
  desk: OcspDesk,
): Inquiry<SignatureWorld, Finding> {
  if (response.responseStatus !== 'successful') {
    return unknown(`the OCSP responder answers ${response.responseStatus} (RFC 6960 §2.3)`)
  }
  const { basic } = response
  const about = yield* aboutTarget(basic, target)
  if (about.length === 0) return unknown('the OCSP response is about another certificate (RFC 6960 §3.2)')
  const critical = [basic, ...about]
    .map(({ extensions }) => unknownCritical(extensions))
    .find((oid) => oid !== undefined)
  if (critical !== undefined) {
    return unknown(`the OCSP response has the unknown critical extension ${critical} (RFC 6960 §4.4)`)
  }
  const fresh = about.filter((single) => staleness(single, desk.clock) === undefined)
  const [first] = about
  if (fresh.length === 0 && first !== undefined) {
    return unknown(`the OCSP response ${staleness(first, desk.clock)} (RFC 6960 §4.2.2.1)`)
  }
  const signer = yield* findResponder(basic, target, desk)
  return typeof signer === 'string' ? unknown(signer) : conclude(fresh, signer)
}

function* aboutTarget(
  { responses }: BasicOcspResponse,
  { certificate, issuerPath }: Target,
): Inquiry<SignatureWorld, readonly SingleResponse[]> {
  const [issuer] = issuerPath
  if (issuer === undefined) return []
  return yield* ask(({ provider }: SignatureWorld) =>
    responses.filter(({ certId }) => isCertIdOf(certId, certificate, issuer, provider)),
  )
}

/** Of several fresh answers the worst counts. */
function conclude(fresh: readonly SingleResponse[], signer: ParsedCertificate): Finding {
  const by = `the OCSP response of ${describe(signer)}`
  for (const { certStatus } of fresh) {
    if (certStatus.type !== 'revoked') continue
    const { reason, revocationTime: since } = certStatus
    return { status: 'revoked', by, since, ...(reason === undefined ? {} : { reason }) }
  }
  const isGood = fresh.length > 0 && fresh.every(({ certStatus }) => certStatus.type === 'good')
  return isGood ? { status: 'good', by } : unknown(`${by} does not know the certificate (RFC 6960 §2.2)`)
}

function* isResponder(id: ResponderId, certificate: ParsedCertificate): Inquiry<SignatureWorld, boolean> {
  if (id.type === 'name') return id.name.comparable === certificate.subject.comparable
  return yield* ask(({ provider }: SignatureWorld) =>
    publicEqual(id.hash, provider.hash('sha1', certificate.subjectPublicKey)),
  )
}

/** Who signed a response and may: the issuer itself, or whom it has delegated (RFC 6960 §4.2.2.2); or why nobody. */
function* findResponder(
  basic: BasicOcspResponse,
  target: Target,
  desk: OcspDesk,
): Inquiry<SignatureWorld, ParsedCertificate | string> {
  const [issuer] = target.issuerPath
  if (issuer === undefined) return 'the certificate has no issuer'
  let why = 'the OCSP response was signed by nobody whose certificate is at hand (RFC 6960 §4.2.2.2)'
  if (yield* isResponder(basic.responderId, issuer)) {
    if (yield* isSignedBy(basic, target.issuerPath, desk.context)) return issuer
    why = 'the OCSP response was not signed by the key of its issuer, or not in a way that is accepted'
  }
  for (const der of basic.certificates.slice(0, MOST_CERTIFICATES)) {
    const certificate = tryParse(der)
    if (certificate === undefined || !(yield* isResponder(basic.responderId, certificate))) continue
    const path = [certificate, ...target.issuerPath]
    const unfit = delegateFault(certificate, issuer, desk) ?? selfVouching(certificate, target)
    const distrusted = unfit ?? (yield* delegateDistrust(path, desk))
    if (distrusted !== undefined) why = `the OCSP response was signed by ${describe(certificate)}, which ${distrusted}`
    else if (yield* isSignedBy(basic, path, desk.context)) return certificate
    else why = 'the OCSP response was not signed by the key of its responder, or not in a way that is accepted'
  }
  return why
}

/**
 * An issuer delegates to another entity (RFC 6960 §4.2.2.2): whoever holds the key in question, by this certificate or by
 * another one, would go on saying that all is well after it was stolen. The same holds for CRLs.
 */
const selfVouching = (responder: ParsedCertificate, { certificate }: Target): string | undefined =>
  sameKey(responder, certificate) ? 'has the key in question and cannot vouch for itself' : undefined

/** What is wrong with a delegated responder's certificate by itself. */
function delegateFault(
  certificate: ParsedCertificate,
  issuer: ParsedCertificate,
  { context: { time, keys } }: OcspDesk,
): string | undefined {
  const { extendedKeyUsage, keyUsage, notBefore, notAfter } = certificate
  if (certificate.issuer.comparable !== issuer.subject.comparable) return 'the issuer has not certified'
  if (extendedKeyUsage?.has(OCSP_SIGNING) !== true) return 'may not sign OCSP responses (RFC 6960 §4.2.2.2)'
  if (keyUsage !== undefined && !keyUsage.has('digitalSignature') && !keyUsage.has('nonRepudiation')) {
    return 'may not sign: its key usage has neither digitalSignature nor nonRepudiation (RFC 5280 §4.2.1.3)'
  }
  if (time < notBefore || Math.floor(time / 1000) * 1000 > notAfter) return 'is not valid now (RFC 5280 §4.1.2.5)'
  if (unknownCriticalExtensions(certificate.extensions).length > 0) {
    return 'has an unknown critical extension (RFC 5280 §4.2)'
  }
  return keyWeakness(subjectKey(certificate), keys)
}

/** The issuer's own key must have signed a delegate's certificate; without no-check it can be revoked like any other. */
function* delegateDistrust(
  path: readonly ParsedCertificate[],
  { context, distrust }: OcspDesk,
): Inquiry<SignatureWorld, string | undefined> {
  const [certificate, ...issuerPath] = path
  if (certificate === undefined) return undefined
  if (!(yield* isSignedBy(certificate, issuerPath, context))) return 'the issuer has not certified'
  if (certificate.ocspNoCheck === true) return undefined
  const revoked = yield* distrust(path)
  return revoked
}
