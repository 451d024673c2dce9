import { describe, expect, it } from 'vitest'
import { parseCertificate } from '../../src/x509/certificate.js'
import type { DistinguishedName } from '../../src/x509/distinguished-name.js'
import { readDistinguishedName } from '../../src/x509/distinguished-name.js'
import { showText } from '../../src/x509/escape.js'
import { identitiesOf, matchesReference } from '../../src/x509/identities.js'
import {
  constructed,
  type DerItem,
  edited,
  oid,
  primitive,
  sequence,
  set,
  text,
  writeTree,
} from '../support/der-editor.js'
import { pki } from '../support/pki.js'

const UTF8 = 12
const PRINTABLE = 19
const TELETEX = 20
const BMP = 30

const attribute = (type: string, value: DerItem): DerItem => sequence(oid(type), value)
const name = (...rdns: readonly DerItem[]): DistinguishedName => readDistinguishedName(writeTree(sequence(...rdns)))
const organization = (tag: number, value: string): DistinguishedName =>
  name(set(attribute('2.5.4.10', text(tag, value))))
const bmp = (value: string): DerItem =>
  primitive(BMP, ...Array.from(value).flatMap((c) => [c.charCodeAt(0) >> 8, c.charCodeAt(0) & 255]))

describe('distinguished names compare as RFC 5280 §7.1 says', () => {
  it.each([
    ['case', organization(UTF8, 'Example'), organization(UTF8, 'EXAMPLE')],
    ['string types', organization(UTF8, 'Example'), organization(PRINTABLE, 'Example')],
    ['two octets a character', organization(UTF8, 'Ünïcode'), name(set(attribute('2.5.4.10', bmp('ünÏcode'))))],
    [
      'Latin letters of old authorities',
      organization(UTF8, 'é'),
      name(set(attribute('2.5.4.10', primitive(TELETEX, 0xe9)))),
    ],
    ['white space around', organization(UTF8, ' Example '), organization(UTF8, 'Example')],
    ['white space inside', organization(UTF8, 'An  Example\t Inc'), organization(UTF8, 'An Example Inc')],
    ['composed characters', organization(UTF8, 'e\u0301'), organization(UTF8, '\u00e9')],
    ['letters that are two in capitals', organization(UTF8, 'Straße'), organization(UTF8, 'STRASSE')],
    ['invisible characters', organization(UTF8, 'Exam\u00adple\u200b'), organization(UTF8, 'Example')],
  ])('not by %s', (_, one, other) => {
    expect(one.comparable).toBe(other.comparable)
  })

  it('an order among the attributes of one RDN says nothing, which RDN they are in does', () => {
    const cn = attribute('2.5.4.3', text(UTF8, 'a'))
    const o = attribute('2.5.4.10', text(UTF8, 'b'))
    expect(name(set(cn, o)).comparable).toBe(name(set(o, cn)).comparable)
    expect(name(set(cn), set(o)).comparable).not.toBe(name(set(o), set(cn)).comparable)
    expect(name(set(cn), set(o)).comparable).not.toBe(name(set(cn, o)).comparable)
  })

  it.each([
    ['value', organization(UTF8, 'a'), organization(UTF8, 'b')],
    ['attribute', organization(UTF8, 'a'), name(set(attribute('2.5.4.11', text(UTF8, 'a'))))],
    ['missing space', organization(UTF8, 'a b'), organization(UTF8, 'ab')],
    [
      'count',
      organization(UTF8, 'a'),
      name(set(attribute('2.5.4.10', text(UTF8, 'a'))), set(attribute('2.5.4.10', text(UTF8, 'a')))),
    ],
    [
      'structure imitated by text',
      organization(UTF8, 'a\u00022.5.4.10=b'),
      name(set(attribute('2.5.4.10', text(UTF8, 'a'))), set(attribute('2.5.4.10', text(UTF8, 'b')))),
    ],
    [
      'a value that is no string',
      name(set(attribute('2.5.4.10', primitive(2, 1)))),
      name(set(attribute('2.5.4.10', primitive(2, 2)))),
    ],
  ])('but by %s', (_, one, other) => {
    expect(one.comparable).not.toBe(other.comparable)
  })
})

describe('names for people', () => {
  it('are written most specific first', () => {
    const rdns = [
      set(attribute('2.5.4.6', text(PRINTABLE, 'NZ'))),
      set(attribute('2.5.4.10', text(UTF8, 'A, B+C')), attribute('1.2.3.4', text(UTF8, 'x'))),
      set(attribute('2.5.4.3', text(UTF8, 'é'))),
    ]
    expect(name(...rdns).toString()).toBe('CN=é,O=A\\, B\\+C+1.2.3.4=x,C=NZ')
  })

  it.each([
    ['an escape sequence', 'a\u001b[31mb', 'O=a\\1b[31mb'],
    ['a line end', 'a\r\nCN=b', 'O=a\\0d\\0aCN\\=b'],
    ['a NUL', 'a\0', 'O=a\\00'],
    ['a direction mark', 'a\u202eb', 'O=a\\e2\\80\\aeb'],
    ['a line separator', 'a\u2028b', 'O=a\\e2\\80\\a8b'],
    ['spaces at both ends', ' a ', 'O=\\ a\\ '],
    ['a hash', '#a', 'O=\\#a'],
    ['a quote and a backslash', 'a"\\', 'O=a\\"\\\\'],
  ])('cannot steer a terminal: %s', (_, value, shown) => {
    expect(organization(UTF8, value).toString()).toBe(shown)
  })

  it('are cut where they are long', () => {
    expect(showText('a'.repeat(5000))).toBe(`${'a'.repeat(200)}…`)
    expect(showText(`${'a'.repeat(199)}😀`)).toBe(`${'a'.repeat(199)}…`)
  })
})

const certified = (...names: readonly DerItem[]) =>
  parseCertificate(
    edited(pki.client.ecdsaP256.certificate, (certificate) =>
      certificate.setExtension('2.5.29.17', sequence(...names)),
    ),
  )

const rich = certified(
  text(0x82, 'Host.example'),
  text(0x82, '*.example.com'),
  primitive(0x87, 192, 0, 2, 1),
  primitive(0x87, 0x20, 1, 0x0d, 0xb8, ...new Array<number>(11).fill(0), 1),
  text(0x81, 'Joe@Example.com'),
  text(0x86, 'spiffe://Example.org/service'),
  constructed(0xa4, sequence(set(attribute('2.5.4.3', text(UTF8, 'Joe'))))),
)

describe('matching a reference', () => {
  it.each([
    ['dns', 'host.EXAMPLE', true],
    ['dns', 'a.example.com', true],
    ['dns', 'example.com', false],
    ['dns', '192.0.2.1', false],
    ['dns', 'tls12 test client', false],
    ['ip', '192.0.2.1', true],
    ['ip', '192.0.2.2', false],
    ['ip', '2001:db8::1', true],
    ['ip', '2001:0DB8:0:0::1', true],
    ['ip', '::ffff:192.0.2.1', false],
    ['ip', '192.0.2.01', false],
    ['email', 'Joe@EXAMPLE.COM', true],
    ['email', 'joe@example.com', false],
    ['uri', 'spiffe://example.org/service', true],
    ['uri', 'spiffe://example.org/Service', false],
    ['uri', 'spiffe://example.org/service/', false],
  ] as const)('%s %s: %s', (type, value, matches) => {
    expect(matchesReference(rich, { type, value })).toBe(matches)
  })

  it('takes directory names from the subject and the alternative names', () => {
    expect(matchesReference(rich, { type: 'directoryName', value: rich.subject })).toBe(true)
    const joe = name(set(attribute('2.5.4.3', text(PRINTABLE, 'JOE'))))
    expect(matchesReference(rich, { type: 'directoryName', value: joe })).toBe(true)
    expect(matchesReference(rich, { type: 'directoryName', value: organization(UTF8, 'Joe') })).toBe(false)
  })

  it('never falls back to the common name (RFC 6125 §6.4.4)', () => {
    const bare = parseCertificate(
      edited(pki.server.ecdsaP256.certificate, (certificate) => {
        certificate.subject.parts = [set(attribute('2.5.4.3', text(UTF8, 'host.example')))]
        certificate.setExtension('2.5.29.17', sequence(text(0x81, 'a@b.example')))
      }),
    )
    expect(matchesReference(bare, { type: 'dns', value: 'host.example' })).toBe(false)
    expect(matchesReference({ subject: bare.subject }, { type: 'dns', value: 'host.example' })).toBe(false)
  })

  it('an empty subject is nobody', () => {
    expect(matchesReference({ subject: name() }, { type: 'directoryName', value: name() })).toBe(false)
    expect(identitiesOf({ subject: name() })).toEqual([])
  })
})

describe('identities of a client', () => {
  it('are the subject and all alternative names that name one thing', () => {
    const found = identitiesOf(rich).map((identity) => [identity.type, String(identity.value)])
    expect(found).toEqual([
      ['directoryName', rich.subject.toString()],
      ['dns', 'host.example'],
      ['ip', '192.0.2.1'],
      ['ip', '2001:db8::1'],
      ['email', 'Joe@example.com'],
      ['uri', 'spiffe://example.org/service'],
      ['directoryName', 'CN=Joe'],
    ])
    expect(identitiesOf(rich).find(({ type }) => type === 'uri')).toMatchObject({
      spiffe: { trustDomain: 'example.org', path: '/service' },
    })
  })

  it('a certificate with two URIs is no SPIFFE identity', () => {
    const two = identitiesOf(certified(text(0x86, 'spiffe://a.example/x'), text(0x86, 'spiffe://a.example/y')))
    expect(two.filter((identity) => identity.type === 'uri')).toEqual([
      { type: 'uri', value: 'spiffe://a.example/x' },
      { type: 'uri', value: 'spiffe://a.example/y' },
    ])
  })
})
