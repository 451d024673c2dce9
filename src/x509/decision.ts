import type { CertificateRefusal } from '../crypto/environment.js'
import type { ParsedCertificate } from './certificate-model.js'
import { showText } from './escape.js'
import type { Purpose } from './purpose.js'

/** What is looked at on the way to a verdict. */
export type DecisionCheck =
  | 'encoding'
  | 'profile'
  | 'key'
  | 'validity'
  | 'purpose'
  | 'identity'
  | 'authority'
  | 'path length'
  | 'name constraints'
  | 'signature'
  | 'policies'
  | 'revocation'
  | 'budget'

/** One check of one certificate at the place where it stood in a candidate path. */
export interface DecisionStep {
  /** The candidate path as far as it went, end entity first, this certificate last: names for people. */
  readonly path: readonly string[]
  readonly check: DecisionCheck
  /** The section that demands it. */
  readonly rule: string
  readonly passed: boolean
  /** What was looked at, with its values; where it did not pass, what was wrong. */
  readonly detail: string
}

/** What a validation cost. */
export interface Work {
  /** Signatures verified; what was known from before is not counted. */
  signatures: number
  /** Whole paths that reached an anchor. */
  paths: number
  /** Certificates looked at as possible issuers. */
  candidates: number
}

/** Everything that led to a verdict, in order. Holds names and values of certificates, never a secret. */
export interface DecisionRecord {
  /** What the certificates were to be good for. */
  readonly purpose: Purpose | 'any'
  /** The time for which the certificates were judged. */
  readonly time: Date
  readonly policy: string
  readonly steps: readonly DecisionStep[]
  readonly work: Readonly<Work>
  /** The path that was accepted, end entity first, or the refusal. */
  readonly outcome: { readonly accepted: readonly string[] } | { readonly refused: Refusal }
}

/** A rule that is broken. */
export interface Fault {
  readonly reason: CertificateRefusal
  readonly rule: string
  /** Completes "the certificate …", with the value that broke the rule. */
  readonly why: string
}

/** Why a certificate, a path or all paths are refused. */
export interface Refusal extends Fault {
  readonly check: DecisionCheck
  /** The name of the certificate that broke the rule. */
  readonly certificate: string
}

/** A name with thousands of attributes would make a message of thousands of characters. */
const LONGEST_NAME = 160

export const shortened = (name: string): string =>
  name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name

/** How a certificate is named in messages: its subject, or what else there is. */
export function describe(certificate: ParsedCertificate): string {
  const subject = certificate.subject.toString()
  if (subject !== '') return shortened(subject)
  const [name] = certificate.subjectAltName ?? []
  return typeof name?.value === 'string' ? `without subject, for ${shortened(showText(name.value))}` : 'without subject'
}

/** `the certificate CN=… expired on … (RFC …)`. */
export const refusalMessage = ({ certificate, why, rule }: Refusal): string =>
  `the certificate ${certificate} ${why} (${rule})`

/** Keeps the steps of a decision for whoever asked for an explanation; keeps nothing where nobody did. */
export class Journal {
  readonly steps: DecisionStep[] = []
  /** Whether steps are written down. */
  readonly keeps: boolean

  constructor(keeps: boolean) {
    this.keeps = keeps
  }

  /** Notes a check of the last certificate of `path`, and answers the refusal where there is a fault. */
  note(
    path: readonly ParsedCertificate[],
    check: DecisionCheck,
    fault: Fault | undefined,
    detail: { readonly rule: string; readonly input: () => string },
  ): Refusal | undefined {
    const last = path.at(-1)
    if (this.keeps) {
      const result = fault === undefined ? detail.input() : `${fault.why}`
      const rule = fault?.rule ?? detail.rule
      this.steps.push({ path: path.map(describe), check, rule, passed: fault === undefined, detail: result })
    }
    return fault === undefined || last === undefined ? undefined : { ...fault, check, certificate: describe(last) }
  }
}
