import type { CertificateCheck } from '../crypto/environment.js'
import type { SuiteParameters } from '../crypto/suite-parameters.js'
import { type Fact, fact, type UnnumberedStep } from './described-step.js'
import type { Story } from './story.js'
import { otherSide, type Side, type TraceEntry } from './trace.js'

/** What one side found right, before it goes on. */
export type Check = Extract<
  TraceEntry,
  { type: 'certificate_accepted' | 'signature_accepted' | 'public_value_accepted' | 'pre_master_decrypted' }
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

/** What a verdict says it checked and, by name, what it did not: nothing is claimed that is not in the list. */
function describeVerdict(owner: Side, checked: readonly CertificateCheck[]): Fact[] {
  const made = checked.map((check) => checkWords[check][0]).join(', ') || 'accepted without a check'
  const missing = expectedOf(owner).filter((check) => !checked.includes(check))
  const namesOf = (checks: readonly CertificateCheck[]): string =>
    checks.map((check) => checkWords[check][1]).join(', ')
  const [main, rest] = [
    missing.filter((check) => mainChecks.includes(check)),
    missing.filter((check) => !mainChecks.includes(check)),
  ]
  const facts = [fact('certificate', main.length === 0 ? made : `${made}; ${namesOf(main)}: not checked`)]
  return rest.length === 0 ? facts : [...facts, fact('nor', `${namesOf(rest)}: not checked`)]
}

function describeCheck(check: Check): Fact[] {
  const peer = otherSide(check.by)
  switch (check.type) {
    case 'certificate_accepted':
      return describeVerdict(peer, check.checked)
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

const signsNothing = (suite: SuiteParameters | undefined): boolean => suite?.keyExchange === 'RSA'

const titleFor = (by: Side, { suite, clientShowed }: Story): string => {
  if (by === 'server')
    return clientShowed ? 'The server checks all three' : "The server checks the client's key exchange"
  return signsNothing(suite)
    ? "The client checks the server's certificate"
    : "The client checks the server's certificate and signature"
}

const rank: Readonly<Record<Check['type'], number>> = {
  certificate_accepted: 0,
  public_value_accepted: 1,
  pre_master_decrypted: 1,
  signature_accepted: 2,
}

/** What one side has checked so far, as one step; `undefined` where it checked nothing. */
export function describeChecks(by: Side, checks: readonly Check[], story: Story): UnnumberedStep | undefined {
  if (checks.length === 0) return undefined
  const facts = checks.toSorted((a, b) => rank[a.type] - rank[b.type]).flatMap(describeCheck)
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
