import type { RevocationCheck, RevocationContext, RevocationOutcome } from '../chain-validation.js'
import type { Fault } from '../decision.js'
import type { Inquiry } from '../questions.js'
import type { SignatureWorld } from '../signature.js'
import { type Finding, isoTime } from './finding.js'
import { featureFault, missingStaple, promisesStaple } from './must-staple.js'
import { parseOcspResponse } from './ocsp-response.js'
import { type CrlInput, type RevocationFetch, readCrls } from './sources.js'
import { Statuses, type StatusSettings } from './statuses.js'
import { targetAt } from './target.js'

/** How a peer's revocation is checked. */
export interface RevocationOptions {
  /**
   * What it means that the status of a certificate cannot be found out: nothing under `soft-fail`, a refusal under
   * `hard-fail`. `off` checks nothing at all. A certificate that is known to be revoked is refused under both, and so is a
   * staple that is not right, or that is missing where the certificate promises it and the handshake asked for it.
   */
  readonly mode: 'off' | 'soft-fail' | 'hard-fail'
  /** `chain` by default: every certificate but the anchor. */
  readonly scope?: 'chain' | 'end-entity'
  /** CRLs at hand, complete ones and deltas: DER, or PEM text. */
  readonly crls?: Iterable<CrlInput>
  /** OCSP responses at hand, DER. */
  readonly ocspResponses?: Iterable<Uint8Array>
  /** Gets what is not at hand; nothing is fetched without it. `webFetcher` makes a ready one. */
  readonly fetch?: RevocationFetch
  /** How much may be fetched for one validation; 12 by default. */
  readonly maximumFetches?: number
  /** Milliseconds by which clocks may differ; five minutes by default. */
  readonly clockSkew?: number
  /** Milliseconds for which an OCSP response without nextUpdate is believed; a day by default. */
  readonly maximumAge?: number
}

const MINUTE = 60_000

/**
 * A check for `ChainVerifierOptions.revocation`: asks the staple, then what is at hand, then the network, until something
 * that can be verified answers. Reads what is given at once, and throws `CertificateError`, `PemError` or `TypeError` for
 * what cannot be read.
 */
export function checkRevocation(options: RevocationOptions): RevocationCheck {
  const { mode, scope = 'chain', clockSkew = 5 * MINUTE, maximumAge = 24 * 60 * MINUTE, maximumFetches = 12 } = options
  if (mode !== 'off' && mode !== 'soft-fail' && mode !== 'hard-fail') {
    throw new TypeError(`mode must be off, soft-fail or hard-fail, not ${mode}`)
  }
  if (!(clockSkew >= 0 && maximumAge >= 0 && maximumFetches >= 0)) {
    throw new TypeError('clockSkew, maximumAge and maximumFetches must be numbers from 0 on')
  }
  const settings: StatusSettings = {
    ...{ hardFail: mode === 'hard-fail', clockSkew, maximumAge, maximumFetches },
    crls: readCrls(options.crls ?? []),
    ocspResponses: Array.from(options.ocspResponses ?? [], parseOcspResponse),
    fetch: options.fetch,
  }
  const start: RevocationCheck = (context) => (mode === 'off' ? nothing() : check(context, settings, scope === 'chain'))
  return Object.assign(start, { usesStaple: mode !== 'off' })
}

// biome-ignore lint/correctness/useYield: an inquiry that has nothing to ask
function* nothing(): Inquiry<SignatureWorld, RevocationOutcome> {
  return { checked: false }
}

/** Checks from the top of the path down, so that whoever vouches for a status has been looked at before. */
function* check(
  context: RevocationContext,
  settings: StatusSettings,
  wholeChain: boolean,
): Inquiry<SignatureWorld, RevocationOutcome> {
  const { path, journal } = context
  const statuses = new Statuses(settings, context)
  let checked = path.length > 1
  for (let index = wholeChain ? path.length - 2 : 0; index >= 0; index--) {
    const target = targetAt(path, index)
    if (target === undefined) continue
    const upTo = path.slice(0, index + 1)
    const broken = featureFault(path, index) ?? (index === 0 ? stapleFault(context) : undefined)
    const staple = index === 0 ? context.ocspResponse : undefined
    const finding = broken === undefined ? yield* statuses.of(target, staple) : undefined
    const fault = finding === undefined ? broken : faultOf(finding, settings, staple !== undefined)
    const input = (): string => (finding === undefined ? '' : show(finding))
    const refused = journal.note(upTo, 'revocation', fault, { rule: 'RFC 5280 §6.3', input })
    if (refused !== undefined) return { refused }
    if (finding?.status !== 'good') checked = false
  }
  return { checked }
}

function stapleFault({ path, ocspResponse, statusRequested }: RevocationContext): Fault | undefined {
  const [leaf] = path
  const missing = leaf !== undefined && statusRequested && ocspResponse === undefined && promisesStaple(leaf)
  return missing ? missingStaple : undefined
}

function faultOf(finding: Finding, { hardFail }: StatusSettings, stapled: boolean): Fault | undefined {
  if (finding.status === 'good') return undefined
  if (finding.status === 'revoked') return { reason: 'revoked', rule: 'RFC 5280 §6.3.3', why: show(finding) }
  // A staple is asked for and then must be satisfactory, whatever else is known (RFC 6066 §8).
  if (stapled) return { reason: 'bad_status_response', rule: 'RFC 6066 §8', why: show(finding) }
  if (!hardFail) return undefined
  return { reason: 'revocation_unknown', rule: 'RFC 5280 §6.3.3', why: show(finding) }
}

/** Completes "the certificate …". */
function show(finding: Finding): string {
  if (finding.status === 'good') return `is not revoked, says ${finding.by}`
  if (finding.status === 'unknown') return `may be revoked, nobody knows: ${finding.why.join('; ')}`
  const { since, reason, by } = finding
  return `was revoked ${isoTime(since)}${reason === undefined ? '' : ` (${reason})`}, says ${by}`
}
