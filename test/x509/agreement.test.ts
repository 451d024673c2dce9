/** Reads certificates that others made and compares with node:crypto's reader (OpenSSL). */
import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { CertificateError, type ParsedCertificate, parseCertificate } from '../../src/x509/certificate.js'
import { formatIpAddress } from '../../src/x509/ip-address.js'
import { certificatesOf, derOfPem, limboCases, pkitsCertificates } from '../support/certificates.js'
import { pki, pkiKinds } from '../support/pki.js'

/** Keywords that OpenSSL writes for attributes, with their identifiers. */
const keywords: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  serialNumber: '2.5.4.5',
  organizationIdentifier: '2.5.4.97',
  emailAddress: '1.2.840.113549.1.9.1',
  businessCategory: '2.5.4.15',
  jurisdictionL: '1.3.6.1.4.1.311.60.2.1.1',
  jurisdictionST: '1.3.6.1.4.1.311.60.2.1.2',
  jurisdictionC: '1.3.6.1.4.1.311.60.2.1.3',
  street: '2.5.4.9',
  postalCode: '2.5.4.17',
  dnQualifier: '2.5.4.46',
  title: '2.5.4.12',
  SN: '2.5.4.4',
  GN: '2.5.4.42',
  initials: '2.5.4.43',
  pseudonym: '2.5.4.65',
  generationQualifier: '2.5.4.44',
  DC: '0.9.2342.19200300.100.1.25',
}

/** Node's multi-line form of a name as pairs; `+` joins attributes of one RDN. */
const nodeName = (name: string | undefined): [string, string][] =>
  (name ?? '')
    .split('\n')
    .filter(Boolean)
    .flatMap((line) =>
      line.split(/ \+ (?=[A-Za-z0-9.]+=)/).map((pair): [string, string] => {
        const at = pair.indexOf('=')
        const type = pair.slice(0, at)
        return [keywords[type] ?? type, unescapeName(pair.slice(at + 1))]
      }),
    )

const unescapeName = (value: string): string =>
  Buffer.from(
    value.replace(/\\([0-9A-F]{2})|\\(.)/g, (_, hex?: string, plain?: string) =>
      hex === undefined ? (plain ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    // Escaped octets and plain characters alike are below 256 here, or the text has no escapes above ASCII.
    /\\[89A-F]/.test(value) ? 'latin1' : 'utf8',
  ).toString('utf8')

const ourName = (name: ParsedCertificate['subject']): [string, string][] =>
  name.rdns.flat().map(({ type, value }) => [type, value])

/** DNS names and addresses as Node prints them, in order. Node writes IPv6 in full and in capitals. */
function ourAlternativeNames(certificate: ParsedCertificate): string[] {
  return (certificate.subjectAltName ?? []).flatMap((name) => {
    if (name.type === 'dns') return [`DNS:${name.value}`]
    if (name.type === 'ip') return [`IP:${formatIpAddress(name.value)}`]
    return []
  })
}

function nodeAlternativeNames(names: string | undefined): string[] {
  return (names ?? '').split(', ').flatMap((name) => {
    if (name.startsWith('DNS:')) return [name]
    if (!name.startsWith('IP Address:')) return []
    const address = name.slice('IP Address:'.length)
    return [`IP:${address.includes(':') ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address}`]
  })
}

const serialOf = ({ serialNumber }: ParsedCertificate): string =>
  Buffer.from(serialNumber)
    .toString('hex')
    .toUpperCase()
    .replace(/^00(?!$)/, '')
    // The number zero has one digit in Node.
    .replace(/^00$/, '0')

/** Compares one certificate's fields; node:crypto prints a negative serial number with a minus sign and is not asked then. */
function expectAgreement(der: Uint8Array): void {
  const ours = parseCertificate(der)
  const node = new X509Certificate(der)
  expect(ourName(ours.subject)).toEqual(nodeName(node.subject))
  expect(ourName(ours.issuer)).toEqual(nodeName(node.issuer))
  expect([ours.notBefore, ours.notAfter]).toEqual([Date.parse(node.validFrom), Date.parse(node.validTo)])
  if ((ours.serialNumber[0] ?? 0) < 0x80) expect(serialOf(ours)).toBe(node.serialNumber)
  expect(ourAlternativeNames(ours)).toEqual(nodeAlternativeNames(node.subjectAltName))
  // What OpenSSL calls a CA may also sign certificates.
  const maySign = ours.keyUsage === undefined || ours.keyUsage.has('keyCertSign')
  expect(ours.basicConstraints?.cA === true && maySign).toBe(node.ca)
  expect([...(ours.extendedKeyUsage ?? [])]).toEqual(node.keyUsage ?? [])
  const key = node.publicKey.export({ format: 'der', type: 'spki' })
  expect(Buffer.from(ours.subjectPublicKeyInfo).equals(key)).toBe(true)
}

describe('agreement with node:crypto', () => {
  it.each(pkiKinds)('on the test PKI: %s', (kind) => {
    for (const der of [pki.server[kind].certificate, pki.client[kind].certificate]) expectAgreement(der)
  })

  it('on the authorities of the test PKI', () => {
    for (const der of pki.ca.certificates) expectAgreement(der)
  })

  it('on every root that Node brings along', () => {
    const roots = rootCertificates.flatMap(derOfPem)
    expect(roots.length).toBeGreaterThan(100)
    for (const der of roots) expectAgreement(der)
  })

  const cases = limboCases()
  it.skipIf(cases === undefined)('on x509-limbo: what both read, and nothing refused that must be accepted', () => {
    const seen = new Set<string>()
    for (const one of cases ?? []) {
      for (const der of certificatesOf(one)) {
        const key = Buffer.from(der).toString('base64')
        if (seen.has(key)) continue
        seen.add(key)
        // 2,048 names are compared once; Node takes long to print them.
        if (der.length > 20_000) continue
        if (one.expected_result === 'SUCCESS' || isReadable(der)) expectAgreement(der)
      }
    }
    expect(seen.size).toBeGreaterThan(300)
  })

  const pkits = pkitsCertificates()
  it.skipIf(pkits === undefined)(
    'on PKITS: all but the two with a signature that is not a whole number of octets',
    () => {
      const refused = Array.from(pkits ?? []).flatMap(([name, der]) => (isReadable(der) ? [] : [name]))
      expect(refused.sort()).toEqual(['BadSignedCACert', 'InvalidDSASignatureTest6EE'])
      for (const [name, der] of pkits ?? []) {
        // DSA keys that inherit their parameters cannot be exported by node:crypto.
        if (!refused.includes(name) && !name.includes('DSA')) expectAgreement(der)
      }
    },
  )
})

function isReadable(der: Uint8Array): boolean {
  try {
    parseCertificate(der)
    return true
  } catch (error) {
    if (error instanceof CertificateError) return false
    throw error
  }
}
