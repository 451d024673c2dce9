import type { CertificateCheck } from '../crypto/environment.js'
import type { SuiteParameters } from '../crypto/suite-parameters.js'
import { isKeyTransport } from '../handshake/negotiation.js'
import { acceptedOf, describeAccepted, describeRefused, unknownRevocation } from './describe-judgement.js'
import { type Fact, fact, type UnnumberedStep } from './described-step.js'
import type { Judgement } from './judgement.js'
import type { Story } from './story.js'
import { otherSide, type Side, type TraceEntry } from './trace.js'

/** What one side found right, before it goes on, and how it came to that. */
export type Check = Extract<
  TraceEntry,
  {
    type:
      | 'certificate_judged'
      | 'certificate_accepted'
      | 'signature_accepted'
      | 'public_value_accepted'
      | 'pre_master_decrypted'
  }
>

/** Each check that a verifier can make: what to say where it was made, and its name where it was not. */
const checkWords: Readonly<Record<CertificateCheck, readonly [made: string, name: string]>> = {
  pin: ['pinned key matched', 'pin'],
  chain: ['chain valid', 'chain'],
  validity: ['not expired', 'expiry'],
  revocation: ['not revoked', 'revocation'],
  name: ['name matched', 'name'],
  purpose: ['purpose right', 'purpose'],
}

/** Checks that people expect to be made: each that was not is named. Names are for servers' certificates only. */
const expectedOf = (owner: Side): readonly CertificateCheck[] =>
  owner === 'server'
    ? ['chain', 'validity', 'revocation', 'name', 'purpose']
    : ['chain', 'validity', 'revocation', 'purpose']

const mainChecks: readonly CertificateCheck[] = ['chain', 'validity', 'revocation']

const namesOf = (checks: readonly CertificateCheck[]): string => checks.map((check) => checkWords[check][1]).join(', ')

/** What a verdict says it checked and, by name, what it did not: nothing is claimed that is not in the list. */
function describeVerdict(owner: Side, checked: readonly CertificateCheck[]): Fact[] {
  const made = checked.map((check) => checkWords[check][0]).join(', ') || 'accepted without a check'
  const missing = expectedOf(owner).filter((check) => !checked.includes(check))
  const [main, rest] = [
    missing.filter((check) => mainChecks.includes(check)),
    missing.filter((check) => !mainChecks.includes(check)),
  ]
  const facts = [fact('certificate', main.length === 0 ? made : `${made}; ${namesOf(main)}: not checked`)]
  return rest.length === 0 ? facts : [...facts, fact('nor', `${namesOf(rest)}: not checked`)]
}

/** The same where the verdict rests on a chain and there is a record of how that was judged. */
function describeChain(owner: Side, checked: readonly CertificateCheck[], judgements: readonly Judgement[]): Fact[] {
  const judgement = checked.includes('chain') ? acceptedOf(judgements) : undefined
  if (judgement === undefined) return describeVerdict(owner, checked)
  const facts = describeAccepted(judgement, checked)
  if (checked.includes('pin')) facts.unshift(fact('pin', checkWords.pin[0]))
  const asked = checked.includes('revocation') ? undefined : unknownRevocation(judgement)
  if (asked !== undefined) facts.push(fact('revocation', `not known, and the policy lets that pass: ${asked}`))
  const missing = expectedOf(owner).filter(
    (check) => !checked.includes(check) && !(check === 'revocation' && asked !== undefined),
  )
  return missing.length === 0 ? facts : [...facts, fact('not checked', namesOf(missing))]
}

function describeCheck(check: Check, judgements: readonly Judgement[]): Fact[] {
  const peer = otherSide(check.by)
  switch (check.type) {
    case 'certificate_judged':
      return [] // told with the verdict
    case 'certificate_accepted':
      return describeChain(peer, check.checked, judgements)
    case 'signature_accepted':
      return [
        fact(
          'signature',
          check.by === 'client'
            ? "right: the certificate's key signed both randoms and the server's public value"
            : "right: the certificate's key signed this very handshake",
        ),
      ]
    case 'public_value_accepted':
      return [fact('key exchange', `the ${peer}'s public value is fit for the key agreement`)]
    case 'pre_master_decrypted':
      return [fact('key exchange', 'decrypted; whether its padding was right nobody learns, only Finished shows it')]
  }
}

/** The step in which one side judges what the other has sent. */
export const localStep = (
  title: string,
  direction: UnnumberedStep['direction'],
  facts: readonly Fact[],
): UnnumberedStep => ({
  title,
  direction,
  message: '',
  size: 0,
  facts,
  bytes: [],
})

const signsNothing = (suite: SuiteParameters | undefined): boolean =>
  suite !== undefined && isKeyTransport(suite.keyExchange)

const titleFor = (by: Side, { suite, clientShowed }: Story): string => {
  if (by === 'server')
    return clientShowed ? 'The server checks all three' : "The server checks the client's key exchange"
  return signsNothing(suite)
    ? "The client checks the server's certificate"
    : "The client checks the server's certificate and signature"
}

const rank: Readonly<Record<Check['type'], number>> = {
  certificate_judged: 0,
  certificate_accepted: 0,
  public_value_accepted: 1,
  pre_master_decrypted: 1,
  signature_accepted: 2,
}

/** A judgement without a verdict that accepts: how far the checks came, and what else was found right. */
function describeRefusal(by: Side, judgements: readonly Judgement[], others: readonly Check[]) {
  const facts = [...describeRefused(judgements), ...others.flatMap((check) => describeCheck(check, judgements))]
  return facts.length === 0 ? undefined : localStep(`The ${by} checks the ${otherSide(by)}'s certificate`, by, facts)
}

/** What one side has checked so far, as one step; `undefined` where it checked nothing. */
export function describeChecks(by: Side, checks: readonly Check[], story: Story): UnnumberedStep | undefined {
  const judgements = checks.flatMap((check) => (check.type === 'certificate_judged' ? [check.judgement] : []))
  const found = checks.filter(({ type }) => type !== 'certificate_judged')
  const onlyJudged = judgements.length > 0 && !found.some(({ type }) => type === 'certificate_accepted')
  if (onlyJudged) return describeRefusal(by, judgements, found)
  if (found.length === 0) return undefined
  const facts = found
    .toSorted((a, b) => rank[a.type] - rank[b.type])
    .flatMap((check) => describeCheck(check, judgements))
  if (by === 'client' && signsNothing(story.suite)) {
    facts.push(fact('signature', 'none under RSA key exchange: the server proves its key by its Finished'))
  }
  if (by === 'server' && story.clientAsked && !story.clientShowed) {
    facts.unshift(fact('certificate', 'none came, and the policy of this server lets the client go without'))
  }
  return localStep(titleFor(by, story), by, facts)
}

/** The same step of a side that is not under observation: nothing is claimed about it. */
export const unseenChecks = (by: Side, story: Story): UnnumberedStep =>
  localStep(titleFor(by, story), by, [fact('seen', `nothing: what the ${by} checks, it checks on its side`)])
