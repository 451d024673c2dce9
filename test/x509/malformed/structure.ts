import { child, integer, oid, parts, primitive, sequence, set, text } from '../../support/der-editor.js'
import { inSubject, type Row } from './changes.js'

export const structure: readonly Row[] = [
  [
    'no signature',
    'missing_element',
    'RFC 5280 §4.1',
    (c) => {
      parts(c.root).pop()
    },
  ],
  [
    'a field after the signature',
    'extra_element',
    'RFC 5280 §4.1',
    (c) => {
      parts(c.root).push(integer(1))
    },
  ],
  [
    'a field after the extensions',
    'extra_element',
    'RFC 5280 §4.1',
    (c) => {
      parts(c.tbs).push(integer(1))
    },
  ],
  [
    'a signature with unused bits',
    'bad_bit_string',
    'RFC 5280 §4.1.1.3',
    (c) => {
      c.signature.bytes = Uint8Array.of(1, 0)
    },
  ],
  [
    'version 1 spelled out',
    'default_encoded',
    'RFC 5280 §4.1.2.1',
    (c) => {
      c.version.parts = [integer(0)]
    },
  ],
  [
    'version 4',
    'bad_version',
    'RFC 5280 §4.1.2.1',
    (c) => {
      c.version.parts = [integer(3)]
    },
  ],
  [
    'extensions in version 2',
    'unexpected_extensions',
    'RFC 5280 §4.1.2.9',
    (c) => {
      c.version.parts = [integer(1)]
    },
  ],
  [
    'extensions in version 1',
    'unexpected_extensions',
    'RFC 5280 §4.1.2.9',
    (c) => {
      parts(c.tbs).shift()
    },
  ],
  [
    'a unique identifier in version 1',
    'unexpected_unique_identifier',
    'RFC 5280 §4.1.2.8',
    (c) => {
      const fields = parts(c.tbs)
      fields.splice(7, 1, primitive(0x81, 0, 1))
      fields.shift()
    },
  ],
  [
    'a text for a serial number',
    'wrong_tag',
    'RFC 5280 §4.1',
    (c) => {
      parts(c.tbs)[1] = text(12, '1')
    },
  ],
  [
    'different algorithms inside and outside',
    'algorithm_mismatch',
    'RFC 5280 §4.1.1.2',
    (c) => {
      c.outerAlgorithm.parts = [oid('1.2.840.10045.4.3.3')]
    },
  ],
  [
    'NULL parameters for ECDSA',
    'bad_algorithm',
    'RFC 5758 §3.2',
    (c) => {
      for (const algorithm of [c.innerAlgorithm, c.outerAlgorithm]) parts(algorithm).push(primitive(5))
    },
  ],
  [
    'parameters for Ed25519',
    'bad_algorithm',
    'RFC 8410 §3',
    (c) => {
      child(c.publicKey, 0).parts = [oid('1.3.101.112'), primitive(5)]
    },
  ],
  [
    'an RSA key without parameters',
    'bad_algorithm',
    'RFC 4055 §1.2',
    (c) => {
      child(c.publicKey, 0).parts = [oid('1.2.840.113549.1.1.1')]
    },
  ],
  [
    'an explicit curve',
    'bad_algorithm',
    'RFC 5480 §2.1.1',
    (c) => {
      child(c.publicKey, 0).parts = [oid('1.2.840.10045.2.1'), sequence(integer(1))]
    },
  ],
  [
    'a key with unused bits',
    'bad_bit_string',
    'RFC 5280 §4.1.2.7',
    (c) => {
      child(c.publicKey, 1).bytes = Uint8Array.of(4, 0x10)
    },
  ],
  [
    'a third field of a key',
    'extra_element',
    'RFC 5280 §4.1.2.7',
    (c) => {
      parts(c.publicKey).push(integer(1))
    },
  ],
  [
    'an empty relative name',
    'empty_sequence',
    'RFC 5280 §4.1.2.4',
    (c) => {
      c.subject.parts = [set()]
    },
  ],
  [
    'an attribute without a value',
    'missing_element',
    'RFC 5280 §4.1.2.4',
    (c) => {
      c.subject.parts = [set(sequence(oid('2.5.4.3')))]
    },
  ],
  [
    'an attribute with two values',
    'extra_element',
    'RFC 5280 §4.1.2.4',
    (c) => {
      c.subject.parts = [set(sequence(oid('2.5.4.3'), text(12, 'a'), text(12, 'b')))]
    },
  ],
  ['an empty attribute', 'bad_name', 'RFC 5280 Appendix A.1', inSubject(text(12, ''))],
  [
    'a SEQUENCE for a relative name',
    'wrong_tag',
    'RFC 5280 §4.1.2.4',
    (c) => {
      c.issuer.parts = [sequence(oid('2.5.4.3'), text(12, 'a'))]
    },
  ],
]
