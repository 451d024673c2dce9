/** How CRLs are read: what OpenSSL wrote, and what breaks a rule. */
import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../../src/bytes/convert.js'
import { CertificateError, parseCertificate } from '../../../src/x509/certificate.js'
import { readPem } from '../../../src/x509/pem.js'
import { parseCrl } from '../../../src/x509/revocation/crl.js'
import {
  boolean,
  child,
  constructed,
  type DerNode,
  extension,
  integer,
  parts,
  primitive,
  readTree,
  sequence,
  text,
  writeTree,
} from '../../support/der-editor.js'
import { certificateOf, crlOf } from './vectors.js'

const [block] = readPem(crlOf('issuing'))
const der = block?.der ?? new Uint8Array()
const issuing = parseCertificate(certificateOf('issuing'))

const find = (name: string) => {
  const certificate = parseCertificate(certificateOf(name))
  return parseCrl(der).entries.find(certificate.serialNumber, certificate.issuer.comparable, issuing.subject.comparable)
}

describe('a CRL that OpenSSL made', () => {
  it('is read as it was asked for', () => {
    const crl = parseCrl(der)
    expect(crl.version).toBe(2)
    expect(crl.crlNumber).toBe(2n)
    expect(crl.issuer.toString()).toBe('CN=tls12 test issuing')
    expect(new Date(crl.thisUpdate).toISOString()).toBe('2026-01-01T00:00:00.000Z')
    expect(new Date(crl.nextUpdate ?? 0).toISOString()).toBe('2049-12-31T23:59:59.000Z')
    expect(crl.entries.count).toBe(3)
    expect(crl.authorityKeyIdentifier?.keyIdentifier).toEqual(issuing.subjectKeyIdentifier)
  })

  it('holds the certificates that were revoked, with their reasons, and no others', () => {
    expect(find('revoked')?.reason).toBe('keyCompromise')
    expect(find('revoked-responder')?.reason).toBe('superseded')
    expect(find('revoked-client')).toEqual({ revocationDate: expect.any(Number) })
    expect(find('server')).toBeUndefined()
    expect(find('client')).toBeUndefined()
  })

  it('finds serial numbers as node:crypto prints them', () => {
    const serial = new X509Certificate(certificateOf('revoked')).serialNumber
    const octets = fromHex(serial.padStart(Math.ceil(serial.length / 2) * 2, '0'))
    const contents = (octets[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...octets) : octets
    const name = issuing.subject.comparable
    expect(parseCrl(der).entries.find(contents, name, name)?.reason).toBe('keyCompromise')
    expect(parseCrl(der).entries.find(contents, 'another issuer', name)).toBeUndefined()
  })
})

/** The parts of TBSCertList in the CRL above: version, algorithm, issuer, thisUpdate, nextUpdate, entries, extensions. */
const part = (root: DerNode, index: number): DerNode => child(child(root, 0), index)
const entry = (root: DerNode): DerNode => child(part(root, 5), 0)
const extensions = (root: DerNode): DerNode => child(part(root, 6), 0)
const entryExtension = (root: DerNode, ...items: Parameters<typeof extension>): void => {
  parts(entry(root))[2] = sequence(extension(...items))
}
const add = (root: DerNode, ...items: Parameters<typeof extension>): void => {
  parts(extensions(root)).push(extension(...items))
}

const wrong: readonly (readonly [string, string, (root: DerNode) => void])[] = [
  ['a version that is spelled out as 1', 'bad_version', (root) => (part(root, 0).bytes = Uint8Array.of(0))],
  ['version 3', 'bad_version', (root) => (part(root, 0).bytes = Uint8Array.of(2))],
  ['version 1 with extensions', 'unexpected_extensions', (root) => parts(child(root, 0)).splice(0, 1)],
  [
    'version 1 with extensions of entries',
    'unexpected_extensions',
    (root) => {
      parts(child(root, 0)).splice(6, 1)
      parts(child(root, 0)).splice(0, 1)
    },
  ],
  [
    'another algorithm inside',
    'algorithm_mismatch',
    (root) =>
      (child(part(root, 1), 0).bytes =
        child(readTree(fromHex('300a06082a8648ce3d040303')), 0).bytes ?? new Uint8Array()),
  ],
  ['no issuer', 'bad_name', (root) => (part(root, 2).parts = [])],
  ['thisUpdate of no type of time', 'wrong_tag', (root) => (part(root, 3).tag = 0x04)],
  ['month 13', 'bad_time', (root) => (part(root, 3).bytes = new TextEncoder().encode('261301000000Z'))],
  ['a time with an offset', 'bad_time', (root) => (part(root, 4).bytes = new TextEncoder().encode('4912312359+0000'))],
  ['an entry that is no sequence', 'wrong_tag', (root) => (entry(root).tag = 0x31)],
  ['an entry without a date', 'missing_element', (root) => parts(entry(root)).splice(1)],
  ['an entry whose date is no time', 'wrong_tag', (root) => (child(entry(root), 1).tag = 0x16)],
  [
    'an entry whose date is malformed',
    'bad_time',
    (root) => (child(entry(root), 1).bytes = new TextEncoder().encode('260230000000Z')),
  ],
  ['an entry with an empty serial number', 'bad_integer', (root) => (child(entry(root), 0).bytes = new Uint8Array())],
  [
    'an entry with a padded serial number',
    'bad_integer',
    (root) => (child(entry(root), 0).bytes = Uint8Array.of(0, 1)),
  ],
  ['an entry with a fourth field', 'extra_element', (root) => parts(entry(root)).push(integer(1))],
  ['an entry with an empty list of extensions', 'empty_sequence', (root) => (parts(entry(root))[2] = sequence())],
  [
    'an entry with an extension twice',
    'duplicate_extension',
    (root) =>
      (parts(entry(root))[2] = sequence(
        extension('2.5.29.21', primitive(10, 1)),
        extension('2.5.29.21', primitive(10, 1)),
      )),
  ],
  [
    'an entry with a spelled-out default',
    'default_encoded',
    (root) => parts(child(child(entry(root), 2), 0)).splice(1, 0, boolean(false)),
  ],
  ['reason code 7', 'bad_extension', (root) => entryExtension(root, '2.5.29.21', primitive(10, 7))],
  ['a reason code that is an INTEGER', 'wrong_tag', (root) => entryExtension(root, '2.5.29.21', integer(1))],
  [
    'an invalidity date in UTCTime',
    'wrong_tag',
    (root) => entryExtension(root, '2.5.29.24', text(0x17, '260101000000Z')),
  ],
  [
    'an issuer of a certificate that is not critical',
    'bad_extension',
    (root) => entryExtension(root, '2.5.29.29', sequence(text(0x82, 'a.example'))),
  ],
  [
    'an issuer of a certificate that is no distinguished name',
    'bad_extension',
    (root) => entryExtension(root, '2.5.29.29', sequence(text(0x82, 'a.example')), true),
  ],
  ['an indefinite length', 'indefinite_length', (root) => (entry(root).header = [0x30, 0x80])],
  ['a length that is not minimal', 'length_not_minimal', (root) => (entry(root).header = [0x30, 0x81, 0x2e])],
  ['a length beyond the end', 'truncated', (root) => (entry(root).header = [0x30, 0x82, 0x7f, 0xff])],
  ['a CRL number twice', 'duplicate_extension', (root) => add(root, '2.5.29.20', integer(1))],
  [
    'a negative CRL number',
    'bad_extension',
    (root) => (parts(extensions(root))[1] = extension('2.5.29.20', integer(0x80))),
  ],
  [
    'a CRL number of 33 octets',
    'bad_extension',
    (root) => (parts(extensions(root))[1] = extension('2.5.29.20', integer(...new Array<number>(33).fill(1)))),
  ],
  ['a delta indicator that is no number', 'wrong_tag', (root) => add(root, '2.5.29.27', primitive(5), true)],
  [
    'a scope of users and authorities at once',
    'bad_extension',
    (root) => add(root, '2.5.29.28', sequence(primitive(0x81, 0xff), primitive(0x82, 0xff)), true),
  ],
  [
    'a scope with a flag that is FALSE',
    'bad_extension',
    (root) => add(root, '2.5.29.28', sequence(primitive(0x84, 0)), true),
  ],
  [
    'a scope with an unknown field',
    'extra_element',
    (root) => add(root, '2.5.29.28', sequence(primitive(0x86, 0xff)), true),
  ],
  [
    'an empty distribution point name',
    'missing_element',
    (root) => add(root, '2.5.29.28', sequence(constructed(0xa0)), true),
  ],
  ['a field after the extensions', 'extra_element', (root) => parts(child(root, 0)).push(integer(1))],
  ['a fourth part', 'extra_element', (root) => parts(root).push(integer(1))],
  ['a signature with unused bits', 'bad_bit_string', (root) => (child(root, 2).bytes = Uint8Array.of(1, 0x80))],
]

function faultOf(bytes: Uint8Array): string {
  try {
    parseCrl(bytes)
    return 'none'
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    expect(error.message).toContain(error.rule)
    return error.fault
  }
}

describe('a CRL is refused for', () => {
  it.each(wrong)('%s', (_what, fault, change) => {
    const root = readTree(der)
    expect(faultOf(writeTree(root))).toBe('none')
    change(root)
    expect(faultOf(writeTree(root))).toBe(fault)
  })

  it('octets before, after or missing', () => {
    expect(faultOf(Uint8Array.of(...der, 0))).toBe('trailing_bytes')
    expect(faultOf(new Uint8Array())).toBe('missing_element')
    for (let length = 1; length < der.length; length++) expect(faultOf(der.subarray(0, length))).toBe('truncated')
  })
})

it('an empty list of entries says the same as none', () => {
  const root = readTree(der)
  part(root, 5).parts = []
  expect(parseCrl(writeTree(root)).entries.count).toBe(0)
})
