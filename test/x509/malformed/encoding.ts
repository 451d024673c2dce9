import {
  constructed,
  type DerItem,
  integer,
  lengthOctets,
  octetString,
  oid,
  parts,
  primitive,
  sequence,
  set,
  text,
} from '../../support/der-editor.js'
import { DER, inSubject, type Row, withExtension, withLength } from './changes.js'

export const encoding: readonly Row[] = [
  [
    'an indefinite length',
    'indefinite_length',
    DER,
    (c) => {
      c.root.header = [0x30, 0x80]
      parts(c.root).push(Uint8Array.of(0, 0))
    },
  ],
  ['a length with a leading zero', 'length_not_minimal', DER, withLength((n) => [0x83, 0, n >> 8, n & 0xff])],
  [
    'a short length in the long form',
    'length_not_minimal',
    DER,
    (c) => {
      c.serialNumber.header = [2, 0x81, c.serialNumber.bytes?.length ?? 0]
    },
  ],
  ['a length beyond the end', 'truncated', DER, withLength((n) => lengthOctets(n + 1))],
  ['a length of five octets', 'truncated', DER, withLength(() => [0x85, 1, 0, 0, 0, 0])],
  [
    'a byte after the end',
    'trailing_bytes',
    DER,
    (c) => {
      withLength(lengthOctets)(c)
      parts(c.root).push(Uint8Array.of(0))
    },
  ],
  [
    'a tag number above 30',
    'high_tag_number',
    DER,
    (c) => {
      parts(c.subject).push(Uint8Array.of(0x3f, 0x81, 0, 0))
    },
  ],
  ['a REAL', 'unknown_tag', DER, inSubject(primitive(9, 3, 0x31, 0x2e))],
  ['an end-of-contents tag', 'unknown_tag', DER, inSubject(primitive(0))],
  ['a primitive SEQUENCE', 'wrong_form', DER, inSubject(primitive(0x10))],
  ['a constructed string', 'wrong_form', DER, inSubject(constructed(0x2c, text(12, 'in parts')))],
  ['a boolean of 1', 'bad_boolean', DER, withExtension('2.5.29.19', sequence(primitive(1, 1)), true)],
  ['a boolean of two octets', 'bad_boolean', DER, withExtension('2.5.29.19', sequence(primitive(1, 0xff, 0xff)), true)],
  [
    'an integer with a needless zero',
    'bad_integer',
    DER,
    (c) => {
      c.serialNumber.bytes = Uint8Array.of(0, 1)
    },
  ],
  [
    'a negative integer with a needless octet',
    'bad_integer',
    DER,
    (c) => {
      c.serialNumber.bytes = Uint8Array.of(0xff, 0x80)
    },
  ],
  [
    'an integer of nothing',
    'bad_integer',
    DER,
    (c) => {
      c.serialNumber.bytes = new Uint8Array(0)
    },
  ],
  [
    'a NULL with contents',
    'bad_null',
    DER,
    (c) => {
      parts(c.innerAlgorithm).push(primitive(5, 0))
    },
  ],
  [
    'an empty identifier',
    'bad_object_identifier',
    DER,
    (c) => {
      c.extensions.parts = [sequence(primitive(6), octetString(integer(1)))]
    },
  ],
  [
    'an identifier cut short',
    'bad_object_identifier',
    DER,
    (c) => {
      c.extensions.parts = [sequence(primitive(6, 0x55, 0x9d), octetString(integer(1)))]
    },
  ],
  [
    'an identifier with padding',
    'bad_object_identifier',
    DER,
    (c) => {
      c.extensions.parts = [sequence(primitive(6, 0x55, 0x80, 0x1d), octetString(integer(1)))]
    },
  ],
  [
    'nine unused bits',
    'bad_bit_string',
    DER,
    (c) => {
      c.signature.bytes = Uint8Array.of(9, 0)
    },
  ],
  ['unused bits that are set', 'bad_bit_string', DER, withExtension('2.5.29.15', primitive(3, 7, 0xff), true)],
  [
    'unused bits of no octet',
    'bad_bit_string',
    DER,
    (c) => {
      c.signature.bytes = Uint8Array.of(1)
    },
  ],
  ['an ampersand in a PrintableString', 'bad_string', DER, inSubject(text(19, 'A & B'))],
  ['a byte above 0x7f in an IA5String', 'bad_string', DER, inSubject(primitive(22, 0xe9))],
  ['overlong UTF-8', 'bad_string', DER, inSubject(primitive(12, 0xc0, 0xaf))],
  ['a surrogate in UTF-8', 'bad_string', DER, inSubject(primitive(12, 0xed, 0xa0, 0x80))],
  ['half a character in a BMPString', 'bad_string', DER, inSubject(primitive(30, 0, 0x41, 0))],
  ['a surrogate in a BMPString', 'bad_string', DER, inSubject(primitive(30, 0xd8, 0))],
  ['a character beyond Unicode in a UniversalString', 'bad_string', DER, inSubject(primitive(28, 0, 0x11, 0, 0))],
  ['a letter in a NumericString', 'bad_string', DER, inSubject(text(18, '12a'))],
  ['a control in a VisibleString', 'bad_string', DER, inSubject(text(26, 'a\n'))],
  [
    'a SET out of order',
    'set_not_sorted',
    DER,
    (c) => {
      const cn = sequence(oid('2.5.4.3'), text(12, 'a'))
      const o = sequence(oid('2.5.4.10'), text(12, 'a'))
      c.subject.parts = [set(o, cn)]
    },
  ],
  [
    'nesting without end',
    'too_deep',
    DER,
    (c) => {
      let deep: DerItem = integer(1)
      for (let i = 0; i < 40; i++) deep = sequence(deep)
      inSubject(deep)(c)
    },
  ],
  [
    'elements without end',
    'too_many_elements',
    DER,
    (c) => {
      c.subject.parts = Array.from({ length: 30_000 }, () => primitive(5))
    },
  ],
  [
    'a certificate of half a mebibyte',
    'too_large',
    DER,
    (c) => {
      c.signature.bytes = new Uint8Array(524_288)
    },
  ],
]
