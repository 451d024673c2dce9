import type { CertificateCheck } from '../crypto/environment.js'
import { type Fact, fact } from './described-step.js'
import type { Judgement, JudgementStep } from './judgement.js'
import { plural, visible } from './words.js'

type Accepted = Judgement & { readonly outcome: { readonly accepted: readonly string[] } }

const isAccepted = (judgement: Judgement): judgement is Accepted => 'accepted' in judgement.outcome

/** The latest of several judgements that ended well: the one behind a verdict that claims a chain. */
export const acceptedOf = (judgements: readonly Judgement[]): Accepted | undefined =>
  judgements.filter(isAccepted).at(-1)

/** Names of the path that was accepted. What belongs to paths that were given up is no part of what was found right. */
const passedOn = ({ steps, outcome: { accepted } }: Accepted, check: string): readonly JudgementStep[] =>
  steps.filter((step) => step.passed && step.check === check && accepted.includes(step.path.at(-1) ?? ''))

/** Details with the certificates that they are about, those that say the same together. */
function byDetail(steps: readonly JudgementStep[]): string {
  const owners = new Map<string, Set<string>>()
  for (const { path, detail } of steps) {
    const names = owners.get(detail) ?? new Set<string>()
    owners.set(detail, names.add(path.at(-1) ?? ''))
  }
  const [all] = owners
  if (owners.size === 1 && all !== undefined) return `${all[0]} (${plural(all[1].size, 'certificate')})`
  return [...owners].map(([detail, names]) => `${[...names].join(' and ')}: ${detail}`).join('; ')
}

/** The key purposes of TLS by name (RFC 5280 §4.2.1.12). */
const named = (text: string): string =>
  text.replace(/\b1\.3\.6\.1\.5\.5\.7\.3\.([12])\b(?!\.)/g, (_, last) => (last === '1' ? 'serverAuth' : 'clientAuth'))

const details = (steps: readonly JudgementStep[]): string => [...new Set(steps.map(({ detail }) => detail))].join('; ')

function chainText({ outcome: { accepted } }: Accepted): string {
  const anchor = accepted.at(-1) ?? ''
  if (accepted.length < 2) return `1 certificate, ${anchor}, itself a trusted one`
  const issued = accepted.join(', issued by ')
  return `${plural(accepted.length, 'certificate')} to ${anchor}, which is trusted, valid: ${issued}`
}

/** How each check of a chain was made, from the record; a check that the record does not show is told without. */
const made: Readonly<Record<Exclude<CertificateCheck, 'pin'>, (judgement: Accepted) => string>> = {
  chain: chainText,
  validity: (judgement) => `not expired: ${byDetail(passedOn(judgement, 'validity'))}`,
  revocation: (judgement) => `checked: ${revocationText(judgement)}`,
  name: (judgement) => `matched: ${details(passedOn(judgement, 'identity'))}`,
  // Authorities are looked at for it too; the end entity is whom the handshake uses.
  purpose: (judgement) => {
    const own = passedOn(judgement, 'purpose').filter(({ path }) => path.length === 1)
    return `right: ${named(details(own))}`
  },
}

const revocationText = (judgement: Accepted): string =>
  passedOn(judgement, 'revocation')
    .map(({ path, detail }) => `${path.at(-1) ?? ''} ${detail}`)
    .join('; ')

/** The facts of the checks that were made, each with the values that were looked at. */
export function describeAccepted(judgement: Accepted, checked: readonly CertificateCheck[]): Fact[] {
  return (['chain', 'validity', 'revocation', 'name', 'purpose'] as const)
    .filter((check) => checked.includes(check))
    .map((check) => fact(check, visible(made[check](judgement))))
}

/** Why the status is not known although it was asked for, or `undefined` where nobody asked. */
export function unknownRevocation(judgement: Accepted): string | undefined {
  const text = revocationText(judgement)
  return text === '' ? undefined : visible(text)
}

/** What had been found right of each certificate before one broke a rule, and which rule that was. */
export function describeRefused(judgements: readonly Judgement[]): Fact[] {
  const last = judgements.at(-1)
  if (last === undefined || !('refused' in last.outcome)) return []
  const { certificate, rule, why } = last.outcome.refused
  const passed = new Map<string, Set<string>>()
  for (const { path, check } of last.steps.filter((step) => step.passed)) {
    const name = path.at(-1) ?? ''
    passed.set(name, (passed.get(name) ?? new Set<string>()).add(check))
  }
  const right = [...passed].map(([name, checks]) => `${name}: ${[...checks].join(', ')}`).join('; ')
  return [
    ...(right === '' ? [] : [fact('right so far', visible(right))]),
    fact('refused', visible(`${certificate} ${why}`)),
    fact('rule', visible(rule)),
  ]
}
