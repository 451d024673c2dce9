/** How the judgement of a chain is told: what was checked, with values, and nothing else. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CertificateCheck, CertificateVerifier } from '../../src/crypto/environment.js'
import { type DescribedStep, formatSteps, type Judgement, Narrator, narrate, Trace } from '../../src/inspect/index.js'
import { type ChainVerifierOptions, chainVerifier, checkRevocation } from '../../src/x509/index.js'
import { mutual, noble, pinTo, play } from '../support/endpoints.js'
import { pki } from '../support/pki.js'

const CHECKS = "The client checks the server's certificate and signature"

const factsOf = (steps: readonly DescribedStep[], title: string): Record<string, string> =>
  Object.fromEntries(steps.find((step) => step.title === title)?.facts.map(({ name, value }) => [name, value]) ?? [])

/** A handshake that the client's verifier judges, told from the client's side. */
function judged(make: (trace: Trace) => CertificateVerifier) {
  const trace = new Trace({ sides: ['client'] })
  const { client, server } = mutual('ecdsaP256')
  const played = play({ ...client, serverName: 'localhost', verifier: make(trace), observe: trace.observe }, server)
  return { steps: narrate(trace), fault: played.faultOf('client') }
}

const chain = (trace: Trace, options: Partial<ChainVerifierOptions> = {}): CertificateVerifier =>
  chainVerifier({ anchors: pki.ca.certificates, provider: noble, explain: trace.explain('client'), ...options })

describe('a judgement', () => {
  it('is told with the values that were looked at, and what was not looked at by name', () => {
    const time = new Date('2030-02-03T04:05:06Z')
    const facts = factsOf(judged((trace) => chain(trace, { time: () => time })).steps, CHECKS)
    expect(facts).toMatchObject({
      chain:
        '2 certificates to CN=tls12 test CA ECDSA, which is trusted, valid: ' +
        'CN=tls12 test server ECDSA P-256, issued by CN=tls12 test CA ECDSA',
      validity:
        'not expired: 2020-01-01T00:00:00Z to 2049-12-31T23:59:59Z, now is 2030-02-03T04:05:06Z (2 certificates)',
      name: 'matched: wanted dns localhost, is for DNS:localhost, IP:127.0.0.1, IP:::1',
      purpose: 'right: wanted serverAuth, allowed serverAuth; wanted digitalSignature, allowed digitalSignature',
      'not checked': 'revocation',
    })
    expect(facts).not.toHaveProperty('revocation')
  })

  it('says of a status that it is not known', () => {
    const revocation = checkRevocation({ mode: 'soft-fail' })
    const facts = factsOf(judged((trace) => chain(trace, { revocation })).steps, CHECKS)
    expect(facts['revocation']).toMatch(
      /^not known, and the policy lets that pass: .* no CRL of CN=tls12 test CA ECDSA/,
    )
    expect(facts).not.toHaveProperty('not checked')
  })

  it('that ends in a refusal is told as far as it came, before the alert', () => {
    const { steps, fault } = judged((trace) => chain(trace, { identity: [{ type: 'dns', value: 'example.org' }] }))
    expect(fault?.code).toBe('certificate_name_mismatch')
    const told = steps.map(({ title }) => title)
    const at = told.indexOf("The client checks the server's certificate")
    expect(told.slice(at)).toEqual([
      "The client checks the server's certificate",
      'Alert from the client',
      'The client gives up',
    ])
    const facts = factsOf(steps, told[at] ?? '')
    expect(facts['right so far']).toBe('CN=tls12 test server ECDSA P-256: profile, key, validity, purpose')
    expect(facts['refused']).toMatch(/is for DNS:localhost.*, not for dns example\.org$/)
    expect(Object.keys(facts)).toEqual(['right so far', 'refused', 'rule'])
  })

  it('that a verdict does not rest on is not told', () => {
    // A verifier that turns to its pins where the chain is refused claims the pins alone.
    const stranger = pki.ca.certificates.filter((_, index) => index === 0)
    const { steps, fault } = judged((trace) => {
      const [first, pins] = [chain(trace, { anchors: stranger }), pinTo('server', 'ecdsaP256')]
      return (request, signal) => {
        const verdict = first(request, signal)
        if (verdict instanceof Promise) throw new Error('the noble provider answers at once')
        return verdict.accepted ? verdict : pins(request)
      }
    })
    expect(fault).toBeUndefined()
    expect(factsOf(steps, CHECKS)).toMatchObject({
      certificate: 'pinned key matched; chain, expiry, revocation: not checked',
    })
    expect(formatSteps(steps)).not.toContain('which is trusted')
  })
})

/** A narrator that has heard a judgement and a verdict, and what it then says. */
function told(judgements: readonly Judgement[], checked: readonly CertificateCheck[] | undefined): string {
  const narrator = new Narrator({ sides: ['client', 'server'] })
  const steps = [
    ...judgements.map((judgement) => ({ type: 'certificate_judged', by: 'client', judgement }) as const),
    ...(checked === undefined ? [] : [{ type: 'certificate_accepted', by: 'client', checked } as const]),
    { type: 'alert', sender: 'client', level: 2, description: 46 } as const,
  ].flatMap((entry) => narrator.accept(entry))
  return formatSteps([...steps, ...narrator.finish()])
}

const accepted: Judgement = {
  steps: [
    { path: ['leaf'], check: 'validity', rule: 'r', passed: true, detail: 'long enough' },
    { path: ['leaf', 'given up'], check: 'validity', rule: 'r', passed: true, detail: 'of another path' },
    { path: ['leaf', 'root'], check: 'validity', rule: 'r', passed: false, detail: 'not this' },
    { path: ['leaf', 'root'], check: 'validity', rule: 'r', passed: true, detail: 'longer' },
    { path: ['leaf'], check: 'revocation', rule: 'r', passed: true, detail: 'is not revoked' },
  ],
  outcome: { accepted: ['leaf', 'root'] },
}

describe('what a record holds', () => {
  it('counts where the verdict claims the check, and for the path that was accepted', () => {
    const all = told([accepted], ['chain', 'validity', 'revocation']).replace(/\s+/g, ' ')
    expect(all).toContain('not expired: leaf: long enough; root: longer')
    expect(all).toContain('revocation checked: leaf is not revoked')
    expect(all).not.toMatch(/another path|not this/)
    const chainOnly = told([accepted], ['chain'])
    expect(chainOnly).not.toMatch(/not expired|checked: leaf/)
    expect(told([accepted], ['pin'])).not.toMatch(/root|not expired: |leaf/)
    expect(told([], ['chain'])).toContain('chain valid; expiry, revocation: not checked')
  })

  it('is no claim where no verdict came', () => {
    expect(told([accepted], undefined)).not.toMatch(/trusted|not expired|not revoked/)
  })

  it('cannot steer a terminal', () => {
    const hostile = '\u001b[2J\r\n\u009b\u202e\u2028'
    const refused = { certificate: hostile, rule: hostile, why: hostile }
    const steps = accepted.steps.map((step) => ({ ...step, path: [hostile], detail: hostile }))
    const texts = [
      told([{ steps, outcome: { accepted: [hostile] } }], ['chain', 'validity', 'revocation', 'name', 'purpose']),
      told([{ steps, outcome: { refused } }], undefined),
    ]
    for (const text of texts) {
      expect(text).toContain('\\u{1b}')
      expect([...text].filter((one) => /[\p{C}\p{Zl}\p{Zp}]/u.test(one) && one !== '\n')).toEqual([])
    }
  })

  it('is told without an exception, whatever it is', () => {
    const name = fc.constantFrom('a', 'b', '')
    const step = fc.record({
      ...{ path: fc.array(name, { maxLength: 3 }), rule: name, passed: fc.boolean(), detail: name },
      check: fc.constantFrom('validity', 'identity', 'purpose', 'revocation', 'signature'),
    })
    const outcome = fc.oneof(
      fc.record({ accepted: fc.array(name, { maxLength: 3 }) }),
      fc.record({ refused: fc.record({ certificate: name, rule: name, why: name }) }),
    )
    const judgement = fc.record({ steps: fc.array(step, { maxLength: 6 }), outcome })
    const checks = fc.subarray<CertificateCheck>(['pin', 'chain', 'validity', 'revocation', 'name', 'purpose'])
    fc.assert(
      fc.property(
        fc.array(judgement, { maxLength: 3 }),
        fc.option(checks, { nil: undefined }),
        (judgements, checked) => {
          const text = told(judgements, checked)
          const claims = (check: CertificateCheck) => checked?.includes(check) === true
          if (!claims('validity')) expect(text).not.toContain('not expired')
          if (!claims('chain')) expect(text).not.toMatch(/which is trusted|chain valid/)
          if (!claims('name')) expect(text).not.toMatch(/name +matched|name matched/)
        },
      ),
      { numRuns: 300 },
    )
  })
})
