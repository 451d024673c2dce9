import { describe, expect, it } from 'vitest'
import { CertificateError, parseCertificate } from '../../src/x509/certificate.js'
import {
  boolean,
  type CertificateTree,
  edited,
  integer,
  oid,
  parts,
  primitive,
  sequence,
  text,
} from '../support/der-editor.js'
import { pki } from '../support/pki.js'
import { NULL, names, permitting, time, withExtension } from './malformed/changes.js'
import { encoding } from './malformed/encoding.js'
import { extensions } from './malformed/extensions.js'
import { structure } from './malformed/structure.js'
import { times } from './malformed/times.js'

const good = pki.server.ecdsaP256.certificate

function refusal(der: Uint8Array): CertificateError {
  try {
    parseCertificate(der)
  } catch (error) {
    if (error instanceof CertificateError) return error
    throw error
  }
  throw new Error('the certificate was accepted')
}

describe('a certificate that is malformed or breaks RFC 5280', () => {
  it('is good before it is changed', () => {
    expect(Buffer.from(edited(good, () => {})).equals(good)).toBe(true)
    expect(parseCertificate(edited(good, withExtension('1.2.3.4', NULL))).version).toBe(3)
  })

  describe.each([
    ['encoding', encoding],
    ['times', times],
    ['structure', structure],
    ['extensions', extensions],
  ] as const)('%s', (_, rows) => {
    it.each(rows)('%s is refused as %s', (_what, fault, rule, change) => {
      const error = refusal(edited(good, change))
      expect(error).toMatchObject({ fault, rule, reason: 'bad_certificate' })
      expect(error.message).toContain(error.rule)
    })
  })

  it('cut short anywhere is refused', () => {
    for (let length = 0; length < good.length; length++) refusal(good.slice(0, length))
  })

  it('says nothing of what the peer wrote', () => {
    const error = refusal(edited(good, names(text(0x82, 'secret\u001b[2J.example'))))
    expect(error.message).not.toContain('secret')
  })
})

describe('what looks odd but is allowed', () => {
  const allowed: readonly [string, (certificate: CertificateTree) => void][] = [
    [
      'an empty subject',
      (c) => {
        c.subject.parts = []
      },
    ],
    ['a DNS constraint on everything', permitting(primitive(0x82))],
    ['a key usage with zeros at its end', withExtension('2.5.29.15', primitive(3, 0, 0x80), true)],
    [
      'a path length that no path can reach',
      withExtension('2.5.29.19', sequence(boolean(true), integer(0x7f, 0, 0, 0, 0, 0, 0, 0)), true),
    ],
    [
      'an unknown extension that is not DER inside',
      (c) => {
        parts(c.extensions).push(sequence(oid('1.2.3.4'), primitive(4, 0xff)))
      },
    ],
    [
      'a unique identifier',
      (c) => {
        parts(c.tbs).splice(7, 0, primitive(0x81, 0, 1))
      },
    ],
    ['the year 9999', time(24, '99991231235959Z')],
    [
      'a negative serial number, which is for a profile to refuse',
      (c) => {
        c.serialNumber.bytes = Uint8Array.of(0x80)
      },
    ],
  ]
  it.each(allowed)('%s', (_what, change) => {
    expect(parseCertificate(edited(good, change)).version).toBe(3)
  })
})
