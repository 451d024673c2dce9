/** The same chains before `openssl verify` and before our verifier. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { writeDer } from '../../src/codec/der.js'
import { program } from '../support/outside.js'
import { judge, NOW, told } from './judging.js'
import {
  ecKey,
  type Minted,
  type MintOptions,
  mint,
  mintLeaf,
  mintRoot,
  purposes,
  rsaKey,
  sequence,
} from './minting.js'

const openssl = program('openssl')
const folder = mkdtempSync(join(tmpdir(), 'tls12-verify-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, certificates: readonly Minted[]): string {
  const path = join(folder, name)
  writeFileSync(path, certificates.map(({ pem }) => pem).join(''))
  return path
}

/** `accepted`, or what OpenSSL says. */
function opensslVerify(
  chain: readonly Minted[],
  roots: readonly Minted[],
  role: 'server' | 'client',
  strict = ['-x509_strict'],
): string {
  const [leaf, ...rest] = chain
  if (leaf === undefined) throw new Error('an empty chain')
  const { status, stderr } = spawnSync('openssl', [
    ...['verify', '-no-CApath', '-no-CAstore', ...strict, '-attime', String(NOW.getTime() / 1000)],
    ...['-purpose', role === 'server' ? 'sslserver' : 'sslclient', '-CAfile', file('roots.pem', roots)],
    ...(role === 'server' ? ['-verify_hostname', 'localhost'] : []),
    ...(rest.length === 0 ? [] : ['-untrusted', file('rest.pem', rest)]),
    file('leaf.pem', [leaf]),
  ])
  if (status === 0) return 'accepted'
  const refusal = /error \d+ .*lookup: (.*)/.exec(String(stderr))?.[1]
  if (refusal === undefined) throw new Error(`openssl verify did not get that far: ${stderr}`)
  return refusal
}

const year = (number: number): Date => new Date(Date.UTC(number, 0, 1))
const root = mintRoot()
const ca = (name: string, issuer: Minted, options: Partial<MintOptions> = {}): Minted =>
  mint({ name, issuer, ca: true, ...options })
const issuer = ca('Issuer', root)
const via = (options: Partial<MintOptions>): readonly Minted[] => {
  const above = ca('Issuer', root, options)
  return [mintLeaf(above), above]
}
const leaf = (options: Partial<MintOptions>): readonly Minted[] => [mintLeaf(issuer, options), issuer]
const deep = (pathLength: number): readonly Minted[] => {
  const top = ca('Top', root, { pathLength })
  const below = ca('Below', top)
  return [mintLeaf(below), below, top]
}
const old = mintRoot('Old', { notAfter: year(2026) })
const rolled = ca('Issuer', issuer)

/** `nameConstraints` that permit, or exclude, mailboxes at one host. */
const mailboxes = (tag: 0xa0 | 0xa1, host: string): Partial<MintOptions> => ({
  extensions: [
    {
      ...{ oid: '2.5.29.30', critical: true },
      value: sequence(writeDer(tag, sequence(writeDer(0x81, new TextEncoder().encode(host))))),
    },
  ],
})
/** An email address in the subject, beside a host in the alternative name. */
const addressed = (constraint: Partial<MintOptions>, emailAddress: string): readonly Minted[] => {
  const above = ca('Issuer', root, constraint)
  return [mintLeaf(above, { emailAddress }), above]
}

interface Case {
  readonly what: string
  readonly chain: readonly Minted[]
  readonly verdict: 'accepted' | 'refused'
  readonly roots?: readonly Minted[]
  readonly role?: 'client'
}

const cases: readonly Case[] = [
  { what: 'a plain chain', chain: leaf({}), verdict: 'accepted' },
  { what: 'a chain with RSA', chain: via({ key: rsaKey() }), verdict: 'accepted' },
  { what: 'P-384 and P-521', chain: [mintLeaf(issuer, { key: ecKey('P-521') }), issuer], verdict: 'accepted' },
  { what: 'no intermediate', chain: [mintLeaf(issuer)], verdict: 'refused' },
  { what: 'another root', chain: leaf({}), roots: [mintRoot('Other')], verdict: 'refused' },
  { what: 'an impostor of the root', chain: leaf({}), roots: [mintRoot()], verdict: 'refused' },
  { what: 'an expired end entity', chain: leaf({ notAfter: year(2026) }), verdict: 'refused' },
  { what: 'an end entity of tomorrow', chain: leaf({ notBefore: year(2027) }), verdict: 'refused' },
  { what: 'an expired intermediate', chain: via({ notAfter: year(2026) }), verdict: 'refused' },
  { what: 'an expired root', chain: [mintLeaf(old)], roots: [old], verdict: 'refused' },
  { what: 'an issuer that is no authority', chain: via({ ca: false }), verdict: 'refused' },
  { what: 'an issuer that may not sign', chain: via({ keyUsage: ['cRLSign'] }), verdict: 'refused' },
  { what: 'a path length that is kept', chain: deep(1), verdict: 'accepted' },
  { what: 'a path length that is not', chain: deep(0), verdict: 'refused' },
  { what: 'a self-issued rollover', chain: [mintLeaf(rolled), rolled, issuer], verdict: 'accepted' },
  { what: 'a client on a server', chain: leaf({ purposes: [purposes.clientAuth] }), verdict: 'refused' },
  { what: 'a client', chain: leaf({ purposes: [purposes.clientAuth] }), role: 'client', verdict: 'accepted' },
  { what: 'a server as client', chain: leaf({}), role: 'client', verdict: 'refused' },
  { what: 'an issuer for clients', chain: via({ purposes: [purposes.clientAuth] }), verdict: 'refused' },
  { what: 'another host', chain: leaf({ dns: ['example.com'] }), verdict: 'refused' },
  { what: 'a permitted name', chain: via({ permittedDns: ['localhost'] }), verdict: 'accepted' },
  { what: 'a name that is not permitted', chain: via({ permittedDns: ['example.com'] }), verdict: 'refused' },
  { what: 'an excluded name', chain: via({ excludedDns: ['localhost'] }), verdict: 'refused' },
  {
    what: 'an address in the subject that is permitted',
    chain: addressed(mailboxes(0xa0, 'good.example'), 'a@good.example'),
    verdict: 'accepted',
  },
  {
    what: 'an address in the subject that is not permitted, beside an alternative name (RFC 5280 §4.2.1.10)',
    chain: addressed(mailboxes(0xa0, 'good.example'), 'a@evil.example'),
    verdict: 'refused',
  },
  {
    what: 'an address in the subject that is excluded, beside an alternative name',
    chain: addressed(mailboxes(0xa1, 'evil.example'), 'a@evil.example'),
    verdict: 'refused',
  },
  { what: 'a wrong signature', chain: leaf({ signer: ecKey() }), verdict: 'refused' },
  {
    what: 'an unknown critical extension',
    chain: leaf({ extensions: [{ oid: '1.3.6.1.4.1.99999.1', critical: true, value: sequence() }] }),
    verdict: 'refused',
  },
  {
    what: 'an unknown extension that is not critical',
    chain: leaf({ extensions: [{ oid: '1.3.6.1.4.1.99999.1', value: sequence() }] }),
    verdict: 'accepted',
  },
  { what: 'an authority without key identifier', chain: via({ without: ['ski'] }), verdict: 'refused' },
  { what: 'an end entity without authority key identifier', chain: leaf({ without: ['aki'] }), verdict: 'refused' },
  { what: 'a trusted intermediate', chain: [mintLeaf(issuer)], roots: [root, issuer], verdict: 'accepted' },
]

describe.skipIf(openssl === undefined)('openssl verify -x509_strict', () => {
  test.each(cases)('says the same of $what: $verdict', ({ chain, verdict, roots = [root], role: given }) => {
    const role = given ?? 'server'
    const ours = told(judge(chain, roots, {}, { peer: role }))
    const theirs = opensslVerify(chain, roots, role)
    const both = [ours, theirs].map((answer) => (answer === 'accepted' ? 'accepted' : 'refused'))
    expect(both, `${ours} | ${theirs}`).toEqual([verdict, verdict])
  })

  /** Where we decided otherwise, and why. */
  const decisions = [
    {
      what: 'an RSA key of 1024 bits, which OpenSSL refuses from security level 2 on',
      chain: leaf({ key: rsaKey(1024) }),
      ours: /^unsupported_certificate/,
      roots: [root],
    },
    {
      what: 'SHA-1, likewise',
      chain: leaf({ digest: 'sha1' }),
      ours: /^unsupported_certificate/,
      roots: [root],
    },
  ] as const
  test.each(decisions)('accepts, and we do not, $what', ({ chain, ours, roots }) => {
    expect(opensslVerify(chain, roots, 'server')).toBe('accepted')
    expect(told(judge(chain, roots))).toMatch(ours)
  })

  test('wants a chain to end at a self-signed root, where a trusted intermediate is enough for us', () => {
    expect(opensslVerify([mintLeaf(issuer)], [issuer], 'server')).not.toBe('accepted')
    expect(told(judge([mintLeaf(issuer)], [issuer]))).toBe('accepted')
  })

  test('takes the first authority of a name where nothing else tells them apart, and we try all', () => {
    const twins = [1, 2].map(() => mintRoot('Twin', { without: ['ski', 'aki'] }))
    const verdicts = twins.map((twin) => {
      const chain = [mintLeaf(twin, { without: ['aki'] })]
      expect(told(judge(chain, twins, { policy: 'basic' }))).toBe('accepted')
      return opensslVerify(chain, twins, 'server', [])
    })
    expect(verdicts.filter((verdict) => verdict === 'accepted')).toHaveLength(1)
  })
})
