import { describe, expect, it } from 'vitest'
import { parseCertificate } from '../../src/x509/certificate.js'
import { NameConstraints, nameBudget } from '../../src/x509/name-constraints.js'
import { constructed, type DerItem, edited, oid, primitive, sequence, set, text } from '../support/der-editor.js'
import { pki } from '../support/pki.js'

const dns = (value: string): DerItem => text(0x82, value)
const email = (value: string): DerItem => text(0x81, value)
const uri = (value: string): DerItem => text(0x86, value)
const ip = (...octets: readonly number[]): DerItem => primitive(0x87, ...octets)
const other = (): DerItem => constructed(0xa0, oid('1.2.3'), constructed(0xa0, text(12, 'x')))
const cn = (value: string, tag = 12): DerItem => set(sequence(oid('2.5.4.3'), text(tag, value)))
const o = (value: string): DerItem => set(sequence(oid('2.5.4.10'), text(12, value)))
const directory = (...rdns: readonly DerItem[]): DerItem => constructed(0xa4, sequence(...rdns))

const subtrees = (tag: number, bases: readonly DerItem[]): DerItem[] =>
  bases.length === 0 ? [] : [constructed(tag, ...bases.map((base) => sequence(base)))]

/** The constraints of an authority, through the parser. */
function constraints(permitted: readonly DerItem[], excluded: readonly DerItem[] = []) {
  const der = edited(pki.server.ecdsaP256.certificate, (certificate) => {
    certificate.setExtension('2.5.29.30', sequence(...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded)), true)
  })
  const { nameConstraints } = parseCertificate(der)
  if (nameConstraints === undefined) throw new Error('the constraints were lost')
  return nameConstraints
}

function named(names: readonly DerItem[], subject: readonly DerItem[] = []) {
  return parseCertificate(
    edited(pki.server.ecdsaP256.certificate, (certificate) => {
      certificate.subject.parts = [...subject]
      certificate.setExtension('2.5.29.17', sequence(...names))
    }),
  )
}

const verdict = (names: readonly DerItem[], permitted: readonly DerItem[], excluded: readonly DerItem[] = []): string =>
  NameConstraints.none.and(constraints(permitted, excluded)).check(named(names), nameBudget())?.why ?? 'allowed'

type Row = readonly [what: string, name: DerItem, subtree: DerItem, permitted: string, excluded: string]

/** For each pair: what becomes of the name where the subtree alone is permitted, and where it is excluded. */
const rows: readonly Row[] = [
  ['the host itself', dns('a.example'), dns('a.example'), 'allowed', 'excluded'],
  ['a host below', dns('b.A.example'), dns('a.Example'), 'allowed', 'excluded'],
  ['a longer label', dns('ba.example'), dns('a.example'), 'not_permitted', 'allowed'],
  ['the parent', dns('example'), dns('a.example'), 'not_permitted', 'allowed'],
  ['anything', dns('a.example'), dns(''), 'allowed', 'excluded'],
  ['a wildcard below', dns('*.a.example'), dns('a.example'), 'allowed', 'excluded'],
  ['a wildcard that may be the host', dns('*.example'), dns('a.example'), 'not_permitted', 'excluded'],
  ['a wildcard two labels above', dns('*.example'), dns('b.a.example'), 'not_permitted', 'allowed'],
  ['an underscore', dns('a_b.example'), dns('example'), 'allowed', 'excluded'],
  ['a partial wildcard', dns('a*.example'), dns('example'), 'not_comparable', 'not_comparable'],
  ['an address for a host', dns('1.2.3.4'), dns('example'), 'not_comparable', 'not_comparable'],
  ['an address inside', ip(10, 1, 2, 3), ip(10, 0, 0, 0, 255, 0, 0, 0), 'allowed', 'excluded'],
  ['an address outside', ip(11, 1, 2, 3), ip(10, 0, 0, 0, 255, 0, 0, 0), 'not_permitted', 'allowed'],
  ['a mask of seven bits', ip(11, 1, 2, 3), ip(10, 0, 0, 0, 254, 0, 0, 0), 'allowed', 'excluded'],
  ['an address of the other version', ip(0, 0, 0, 0), ip(...new Array<number>(32).fill(0)), 'not_permitted', 'allowed'],
  ['a mailbox', email('a@b.example'), email('a@B.example'), 'allowed', 'excluded'],
  ['a mailbox in another case', email('A@b.example'), email('a@b.example'), 'not_permitted', 'allowed'],
  ['a mailbox with an asterisk', email('user@b.example'), email('*@b.example'), 'not_permitted', 'allowed'],
  ['a mailbox at a host', email('a@b.example'), email('b.example'), 'allowed', 'excluded'],
  ['a mailbox below a host', email('a@c.b.example'), email('b.example'), 'not_permitted', 'allowed'],
  ['a mailbox below a domain', email('a@c.b.example'), email('.b.example'), 'allowed', 'excluded'],
  ['a mailbox at a domain', email('a@b.example'), email('.b.example'), 'not_permitted', 'allowed'],
  ['a URI at a host', uri('https://u@B.example:1/'), uri('b.example'), 'allowed', 'excluded'],
  ['a URI below a host', uri('https://c.b.example/'), uri('b.example'), 'not_permitted', 'allowed'],
  ['a URI below a domain', uri('https://c.b.example/'), uri('.b.example'), 'allowed', 'excluded'],
  [
    'a URI whose user looks like a host',
    uri('https://b.example@c.example/'),
    uri('b.example'),
    'not_permitted',
    'allowed',
  ],
  ['a URI at an address', uri('https://1.2.3.4/'), uri('b.example'), 'not_comparable', 'not_comparable'],
  [
    'a URI whose authority has a backslash',
    uri('https://a.evil.example\\@b.example/'),
    uri('b.example'),
    'not_comparable',
    'not_comparable',
  ],
  ['a URI without a host', uri('urn:a:b'), uri('b.example'), 'not_comparable', 'not_comparable'],
  ['a directory name below', directory(o('x'), cn('y')), directory(o('X')), 'allowed', 'excluded'],
  ['the directory name itself', directory(o('x')), directory(o('x')), 'allowed', 'excluded'],
  ['a directory name above', directory(o('x')), directory(o('x'), cn('y')), 'not_permitted', 'allowed'],
  ['a directory name aside', directory(cn('y'), o('x')), directory(o('x')), 'not_permitted', 'allowed'],
  ['another name of a kind not understood', other(), other(), 'not_comparable', 'not_comparable'],
  ['a registered identifier', primitive(0x88, 0x2a, 3), primitive(0x88, 0x2a, 3), 'not_comparable', 'not_comparable'],
  ['a name of another kind', dns('a.example'), email('b.example'), 'allowed', 'allowed'],
  ['a kind not understood beside', dns('a.example'), other(), 'allowed', 'allowed'],
]

describe('name constraints (RFC 5280 §4.2.1.10)', () => {
  it.each(rows)('%s', (_, name, subtree, permitted, excluded) => {
    expect(verdict([name], [subtree])).toBe(permitted)
    expect(verdict([name], [], [subtree])).toBe(excluded)
  })

  it('every name of a certificate is looked at', () => {
    expect(verdict([dns('a.example'), dns('b.example')], [dns('a.example')])).toBe('not_permitted')
    expect(verdict([dns('a.example'), dns('b.example')], [dns('a.example'), dns('b.example')])).toBe('allowed')
  })

  it('an excluded subtree wins over a permitted one', () => {
    expect(verdict([dns('a.example')], [dns('a.example')], [dns('a.example')])).toBe('excluded')
  })

  it('every authority of the path must permit a name, whatever the others permit', () => {
    const upper = NameConstraints.none.and(constraints([dns('a.example'), dns('b.example')]))
    const narrowed = upper.and(constraints([dns('b.example')]))
    const widened = NameConstraints.none
      .and(constraints([dns('b.example')]))
      .and(constraints([dns('a.example'), dns('b.example')]))
    expect(upper.check(named([dns('a.example')]), nameBudget())).toBeUndefined()
    for (const path of [narrowed, widened]) {
      expect(path.check(named([dns('a.example')]), nameBudget())?.why).toBe('not_permitted')
      expect(path.check(named([dns('b.example')]), nameBudget())).toBeUndefined()
    }
  })

  it('constrain the subject, unless it is empty', () => {
    const path = NameConstraints.none.and(constraints([directory(o('x'))]))
    expect(path.check(named([dns('a.example')], [o('x'), cn('y')]), nameBudget())).toBeUndefined()
    expect(path.check(named([dns('a.example')], [cn('y')]), nameBudget())?.why).toBe('not_permitted')
    expect(path.check(named([dns('a.example')]), nameBudget())).toBeUndefined()
  })

  it('constrain email addresses in the subject, whatever alternative names there are', () => {
    const address = set(sequence(oid('1.2.840.113549.1.9.1'), text(22, 'a@evil.example')))
    const path = NameConstraints.none.and(constraints([email('good.example')]))
    const { subject } = named([dns('a.example')], [address])
    expect(path.check({ subject }, nameBudget())?.why).toBe('not_permitted')
    for (const names of [[dns('a.example')], [email('a@good.example')], [email('a@good.example'), dns('a.example')]]) {
      expect(path.check(named(names, [address]), nameBudget())?.why).toBe('not_permitted')
    }
    const good = set(sequence(oid('1.2.840.113549.1.9.1'), text(22, 'a@good.example')))
    expect(path.check(named([dns('a.example')], [good]), nameBudget())).toBeUndefined()
  })

  it('say which name and which subtree, fit for a terminal', () => {
    const path = NameConstraints.none.and(constraints([], [dns('example'), ip(10, 0, 0, 0, 255, 0, 0, 0)]))
    expect(path.check(named([dns('a.example')]), nameBudget())?.message).toBe(
      'DNS:a.example is excluded by the name constraint DNS:example',
    )
    expect(path.check(named([ip(10, 0, 0, 1)]), nameBudget())?.message).toBe(
      'IP:10.0.0.1 is excluded by the name constraint IP:10.0.0.0/255.0.0.0',
    )
  })

  it('stop where the comparisons are spent', () => {
    const hosts = Array.from({ length: 2000 }, (_, i) => dns(`t${i}.test`))
    const path = NameConstraints.none.and(
      constraints(
        hosts,
        hosts.map((_, i) => dns(`x${i}.test`)),
      ),
    )
    const certificate = named(hosts)
    const spent = nameBudget()
    expect(path.check(certificate, spent)?.why).toBe('budget')
    expect(spent.left).toBeLessThanOrEqual(0)
    const budget = nameBudget(10_000_000)
    expect(path.check(certificate, budget)).toBeUndefined()
    expect(budget.left).toBeLessThan(10_000_000 - 2000 * 2000)
  })
})
