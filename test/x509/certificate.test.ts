import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/bytes/convert.js'
import { type ParsedCertificate, parseCertificate } from '../../src/x509/certificate.js'
import { readGeneralizedTime, readUtcTime } from '../../src/x509/der-time.js'
import { unknownCriticalExtensions } from '../../src/x509/extensions.js'
import { readObjectIdentifier } from '../../src/x509/object-identifier.js'
import {
  boolean,
  constructed,
  type DerItem,
  edited,
  integer,
  octetString,
  oid,
  parts,
  primitive,
  sequence,
  set,
  text,
  writeTree,
} from '../support/der-editor.js'
import { pki } from '../support/pki.js'

const good = pki.server.ecdsaP256.certificate

const withExtension = (identifier: string, value: DerItem, critical = false): ParsedCertificate =>
  parseCertificate(edited(good, (certificate) => certificate.setExtension(identifier, value, critical)))

const dns = (value: string): DerItem => text(0x82, value)
const cn = (value: string): DerItem => sequence(oid('2.5.4.3'), text(12, value))

describe('extensions are decoded', () => {
  it('basic constraints', () => {
    const id = '2.5.29.19'
    expect(withExtension(id, sequence(), true).basicConstraints).toEqual({ cA: false })
    expect(withExtension(id, sequence(boolean(true)), true).basicConstraints).toEqual({ cA: true })
    const limited = withExtension(id, sequence(boolean(true), integer(0, 0x80)), true)
    expect(limited.basicConstraints).toEqual({ cA: true, pathLenConstraint: 128 })
    const endless = withExtension(id, sequence(boolean(true), integer(1, 0, 0, 0, 0, 0, 0, 0, 0)), true)
    expect(endless.basicConstraints?.pathLenConstraint).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('key usage, the ninth bit included', () => {
    const uses = (...octets: number[]) => [
      ...(withExtension('2.5.29.15', primitive(3, ...octets), true).keyUsage ?? []),
    ]
    expect(uses(1, 0x06)).toEqual(['keyCertSign', 'cRLSign'])
    expect(uses(7, 0x08, 0x80)).toEqual(['keyAgreement', 'decipherOnly'])
    expect(uses(5, 0xa0)).toEqual(['digitalSignature', 'keyEncipherment'])
  })

  it('extended key usage', () => {
    const found = withExtension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')))
    expect([...(found.extendedKeyUsage ?? [])]).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  })

  it('alternative names of all kinds', () => {
    const found = withExtension(
      '2.5.29.18',
      sequence(
        constructed(0xa0, oid('1.2.3'), constructed(0xa0, text(12, 'x'))),
        text(0x81, 'a@b.example'),
        dns('c.example'),
        constructed(0xa3, sequence()),
        constructed(0xa4, sequence(set(cn('d')))),
        constructed(0xa5, constructed(0xa1, text(12, 'e'))),
        text(0x86, 'urn:f'),
        primitive(0x87, 1, 2, 3, 4),
        primitive(0x88, 0x2a, 3),
      ),
    ).issuerAltName
    expect(found?.map(({ type }) => type)).toEqual([
      'otherName',
      'email',
      'dns',
      'x400Address',
      'directoryName',
      'ediPartyName',
      'uri',
      'ip',
      'registeredID',
    ])
    expect(found?.[0]).toEqual({ type: 'otherName', typeId: '1.2.3', value: Uint8Array.from(writeTree(text(12, 'x'))) })
    expect(String(found?.[4]?.value)).toBe('CN=d')
    expect(found?.[8]?.value).toBe('1.2.3')
  })

  it('policies, mappings and their constraints', () => {
    const qualifier = sequence(oid('1.3.6.1.5.5.7.2.1'), text(22, 'https://a.example/cps'))
    const policies = sequence(sequence(oid('2.5.29.32.0')), sequence(oid('1.2.3.4'), sequence(qualifier)))
    expect(withExtension('2.5.29.32', policies).certificatePolicies).toEqual([
      { policyIdentifier: '2.5.29.32.0' },
      {
        policyIdentifier: '1.2.3.4',
        policyQualifiers: [
          {
            policyQualifierId: '1.3.6.1.5.5.7.2.1',
            qualifier: Uint8Array.from(writeTree(text(22, 'https://a.example/cps'))),
          },
        ],
      },
    ])
    expect(withExtension('2.5.29.33', sequence(sequence(oid('1.2.3'), oid('1.2.4'))), true).policyMappings).toEqual([
      { issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' },
    ])
    const constraints = (...fields: DerItem[]) =>
      withExtension('2.5.29.36', sequence(...fields), true).policyConstraints
    expect(constraints(primitive(0x80, 0))).toEqual({ requireExplicitPolicy: 0 })
    expect(constraints(primitive(0x80, 1), primitive(0x81, 2))).toEqual({
      requireExplicitPolicy: 1,
      inhibitPolicyMapping: 2,
    })
    expect(withExtension('2.5.29.54', integer(3), true).inhibitAnyPolicy).toBe(3)
  })

  it('key identifiers', () => {
    expect(withExtension('2.5.29.14', primitive(4, 1, 2)).subjectKeyIdentifier).toEqual(Uint8Array.of(1, 2))
    const authority = sequence(
      primitive(0x80, 9, 8),
      constructed(0xa1, constructed(0xa4, sequence(set(cn('ca'))))),
      primitive(0x82, 0, 0xff),
    )
    const found = withExtension('2.5.29.35', authority).authorityKeyIdentifier
    expect(found?.keyIdentifier).toEqual(Uint8Array.of(9, 8))
    expect(found?.authorityCertIssuer?.map((name) => String(name.value))).toEqual(['CN=ca'])
    expect(found?.authorityCertSerialNumber).toEqual(Uint8Array.of(0, 0xff))
    expect(withExtension('2.5.29.35', sequence()).authorityKeyIdentifier).toEqual({})
  })

  it.each(['2.5.29.31', '2.5.29.46'])('distribution points of %s', (identifier) => {
    const full = constructed(0xa0, constructed(0xa0, text(0x86, 'http://a.example/crl')))
    const relative = constructed(0xa0, constructed(0xa1, cn('crl 1')))
    const issuer = constructed(0xa2, constructed(0xa4, sequence(set(cn('ca')))))
    const points = sequence(sequence(full, primitive(0x81, 1, 0x06)), sequence(relative, issuer))
    const certificate = withExtension(identifier, points)
    const found = identifier === '2.5.29.31' ? certificate.crlDistributionPoints : certificate.freshestCRL
    expect(found?.[0]?.distributionPoint).toEqual({
      type: 'fullName',
      names: [{ type: 'uri', value: 'http://a.example/crl' }],
    })
    expect([...(found?.[0]?.reasons ?? [])]).toEqual(['cessationOfOperation', 'certificateHold'])
    expect(found?.[1]?.distributionPoint).toMatchObject({
      rdn: [{ type: '2.5.4.3', value: 'crl 1' }],
      comparable: '2.5.4.3=crl 1',
    })
    expect(found?.[1]?.cRLIssuer?.map(({ type }) => type)).toEqual(['directoryName'])
  })

  it('places of access, TLS features, OCSP no-check', () => {
    const access = sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), text(0x86, 'http://ocsp.example')))
    expect(withExtension('1.3.6.1.5.5.7.1.1', access).authorityInfoAccess).toEqual([
      { accessMethod: '1.3.6.1.5.5.7.48.1', accessLocation: { type: 'uri', value: 'http://ocsp.example' } },
    ])
    expect(withExtension('1.3.6.1.5.5.7.1.24', sequence(integer(5), integer(17))).tlsFeature).toEqual([5, 17])
    expect(withExtension('1.3.6.1.5.5.7.48.1.5', primitive(5)).ocspNoCheck).toBe(true)
  })

  it('and what is not there is absent', () => {
    const bare = parseCertificate(
      edited(good, (certificate) => {
        parts(certificate.tbs).pop()
        parts(certificate.tbs).shift()
      }),
    )
    expect(bare.version).toBe(1)
    expect(bare.extensions.size).toBe(0)
    expect('basicConstraints' in bare || 'subjectAltName' in bare).toBe(false)
  })

  it('critical ones that nobody understands are told', () => {
    const found = withExtension('1.3.6.1.4.1.55738.666.1', octetString(new Uint8Array()), true)
    expect(unknownCriticalExtensions(found.extensions)).toEqual(['1.3.6.1.4.1.55738.666.1'])
    expect(unknownCriticalExtensions(withExtension('1.2.3', primitive(5)).extensions)).toEqual([])
    expect(found.extensions.get('1.3.6.1.4.1.55738.666.1')).toMatchObject({
      critical: true,
      value: Uint8Array.of(4, 0),
    })
  })
})

describe('a parsed certificate', () => {
  it('is made once for the same octets, and does not change with the buffer they came in', () => {
    const buffer = Uint8Array.from(good)
    const first = parseCertificate(buffer)
    expect(parseCertificate(Uint8Array.from(good))).toBe(first)
    buffer.fill(0)
    expect(Buffer.from(first.der).equals(good)).toBe(true)
    expect(parseCertificate(Uint8Array.from(good))).toBe(first)
  })

  it('is forgotten after 256 others', () => {
    const first = parseCertificate(good)
    for (let i = 0; i < 300; i++) {
      parseCertificate(
        edited(good, (certificate) => {
          certificate.signature.bytes = Uint8Array.of(0, i >> 8, i & 0xff)
        }),
      )
    }
    expect(parseCertificate(good)).not.toBe(first)
  })

  it('is not mistaken for one that ends in the same octets', () => {
    const other = edited(good, (certificate) => {
      certificate.serialNumber.bytes = Uint8Array.of(1, ...(certificate.serialNumber.bytes ?? []).slice(1))
    })
    expect(other.length).toBe(good.length)
    expect(toHex(parseCertificate(good).serialNumber)).not.toBe(toHex(parseCertificate(other).serialNumber))
    expect(parseCertificate(other).serialNumber[0]).toBe(1)
  })

  it('is self-issued where issuer and subject compare equal, however they are spelled', () => {
    const [root = new Uint8Array()] = pki.ca.certificates
    expect(parseCertificate(root).selfIssued).toBe(true)
    expect(parseCertificate(good).selfIssued).toBe(false)
    const respelled = edited(good, (certificate) => {
      certificate.subject.parts = [set(cn('Some  CA'))]
      certificate.issuer.parts = [set(sequence(oid('2.5.4.3'), text(19, 'SOME CA')))]
    })
    expect(parseCertificate(respelled).selfIssued).toBe(true)
  })
})

describe('times', () => {
  const ascii = (value: string): Uint8Array => new TextEncoder().encode(value)
  it.each(['500101000000Z', '991231235959Z', '000101000000Z', '491231235959Z', '000229120000Z', '700101000000Z'])(
    'UTCTime %s',
    (value) => {
      const year = Number(value.slice(0, 2)) + (Number(value.slice(0, 2)) >= 50 ? 1900 : 2000)
      const iso = `${year}-${value.slice(2, 4)}-${value.slice(4, 6)}T${value.slice(6, 8)}:${value.slice(8, 10)}:${value.slice(10, 12)}Z`
      expect(readUtcTime(ascii(value))).toBe(Date.parse(iso))
    },
  )
  it.each(['0000', '0001', '0099', '0100', '1600', '1899', '1900', '1970', '2000', '2050', '2400', '9999'])(
    'GeneralizedTime in the year %s',
    (year) => {
      expect(readGeneralizedTime(ascii(`${year}0301123456Z`))).toBe(Date.parse(`${year}-03-01T12:34:56Z`))
      expect(readGeneralizedTime(ascii(`${year}0228235959Z`))).toBe(Date.parse(`${year}-02-28T23:59:59Z`))
    },
  )
})

describe('object identifiers', () => {
  it.each([
    ['2a864886f70d010101', '1.2.840.113549.1.1.1'],
    ['551d11', '2.5.29.17'],
    ['00', '0.0'],
    ['27', '0.39'],
    ['28', '1.0'],
    ['883703', '2.999.3'],
    // The largest 128-bit arc under 2.25, as identifiers made from UUIDs have it.
    ['6983ffffffffffffffffffffffffffffffffff7f', `2.25.${2n ** 128n - 1n}`],
  ])('%s is %s', (hex, dotted) => {
    expect(readObjectIdentifier(fromHex(hex))).toBe(dotted)
  })
  it.each(['', '80', '5580', '558001', `55${'81'.repeat(200)}01`])('%s is none', (hex) => {
    expect(() => readObjectIdentifier(fromHex(hex))).toThrow('object identifier')
  })
})
