import {
  boolean,
  bytesOf,
  constructed,
  extension,
  integer,
  octetString,
  oid,
  parts,
  primitive,
  sequence,
  text,
  writeTree,
} from '../../support/der-editor.js'
import { NULL, names, permitting, type Row, withExtension } from './changes.js'

export const extensions: readonly Row[] = [
  [
    'no extension in the list',
    'empty_sequence',
    'RFC 5280 §4.1.2.9',
    (c) => {
      c.extensions.parts = []
    },
  ],
  [
    'an extension twice',
    'duplicate_extension',
    'RFC 5280 §4.2',
    (c) => {
      parts(c.extensions).push(extension('1.2.3.4', NULL), extension('1.2.3.4', NULL))
    },
  ],
  [
    'criticality FALSE spelled out',
    'default_encoded',
    'RFC 5280 §4.1.2.9',
    (c) => {
      parts(c.extensions).push(sequence(oid('1.2.3.4'), boolean(false), octetString(NULL)))
    },
  ],
  [
    'an extension without a value',
    'missing_element',
    'RFC 5280 §4.1.2.9',
    (c) => {
      parts(c.extensions).push(sequence(oid('1.2.3.4')))
    },
  ],
  [
    'a byte after an extension value',
    'trailing_bytes',
    'RFC 5280 §4.1',
    withExtension('2.5.29.14', bytesOf(writeTree(octetString(NULL)), [0])),
  ],
  [
    'cA FALSE spelled out',
    'default_encoded',
    'RFC 5280 §4.2.1.9',
    withExtension('2.5.29.19', sequence(boolean(false)), true),
  ],
  [
    'a path length without cA',
    'bad_extension',
    'RFC 5280 §4.2.1.9',
    withExtension('2.5.29.19', sequence(integer(1)), true),
  ],
  [
    'a negative path length',
    'bad_extension',
    'RFC 5280 §4.2.1.9',
    withExtension('2.5.29.19', sequence(boolean(true), integer(0xff)), true),
  ],
  [
    'a third field of basic constraints',
    'extra_element',
    'RFC 5280 §4.2.1.9',
    withExtension('2.5.29.19', sequence(boolean(true), integer(1), integer(1)), true),
  ],
  ['a key usage of nothing', 'bad_extension', 'RFC 5280 §4.2.1.3', withExtension('2.5.29.15', primitive(3, 0), true)],
  [
    'a key usage without a name',
    'bad_extension',
    'RFC 5280 §4.2.1.3',
    withExtension('2.5.29.15', primitive(3, 0, 0, 0x40), true),
  ],
  ['an empty extended key usage', 'empty_sequence', 'RFC 5280 §4.2.1.12', withExtension('2.5.29.37', sequence())],
  [
    'a text among extended key usages',
    'wrong_tag',
    'RFC 5280 §4.2.1.12',
    withExtension('2.5.29.37', sequence(text(12, 'serverAuth'))),
  ],
  ['no alternative name in the list', 'empty_sequence', 'RFC 5280 §4.2.1.6', names()],
  ['an IP address of five octets', 'bad_general_name', 'RFC 5280 §4.2.1.6', names(primitive(0x87, 1, 2, 3, 4, 5))],
  ['an empty DNS name', 'bad_general_name', 'RFC 5280 §4.2.1.6', names(primitive(0x82))],
  ['a DNS name with a NUL', 'bad_general_name', 'RFC 5280 §4.2.1.6', names(text(0x82, 'good.example\0.evil.example'))],
  ['a DNS name in UTF-8', 'bad_general_name', 'RFC 5280 §4.2.1.6', names(text(0x82, 'bücher.example'))],
  ['two at signs', 'bad_general_name', 'RFC 5280 §4.2.1.6', names(text(0x81, 'a@good.example@evil.example'))],
  ['a URI without a scheme', 'bad_general_name', 'RFC 5280 §4.2.1.6', names(text(0x86, '//host/path'))],
  ['a general name of kind 9', 'bad_general_name', 'RFC 5280 §4.2.1.6', names(primitive(0x89))],
  ['an otherName without a value', 'missing_element', 'RFC 5280 §4.2.1.6', names(constructed(0xa0, oid('1.2.3')))],
  ['constraints on nothing', 'empty_sequence', 'RFC 5280 §4.2.1.10', withExtension('2.5.29.30', sequence(), true)],
  [
    'an empty list of subtrees',
    'empty_sequence',
    'RFC 5280 §4.2.1.10',
    withExtension('2.5.29.30', sequence(constructed(0xa0)), true),
  ],
  [
    'a subtree with minimum 0 spelled out',
    'default_encoded',
    'RFC 5280 §4.2.1.10',
    permitting(text(0x82, 'a.example'), primitive(0x80, 0)),
  ],
  [
    'a subtree with a maximum',
    'bad_name_constraint',
    'RFC 5280 §4.2.1.10',
    permitting(text(0x82, 'a.example'), primitive(0x81, 3)),
  ],
  [
    'a DNS constraint with a leading period',
    'bad_name_constraint',
    'RFC 5280 §4.2.1.10',
    permitting(text(0x82, '.a.example')),
  ],
  [
    'a DNS constraint with a wildcard',
    'bad_name_constraint',
    'RFC 5280 §4.2.1.10',
    permitting(text(0x82, '*.a.example')),
  ],
  [
    'an IP constraint without a mask',
    'bad_name_constraint',
    'RFC 5280 §4.2.1.10',
    permitting(primitive(0x87, 10, 0, 0, 0)),
  ],
  [
    'a mask with a hole',
    'bad_name_constraint',
    'RFC 5280 §4.2.1.10',
    permitting(primitive(0x87, 10, 0, 0, 0, 255, 0, 255, 0)),
  ],
  [
    'a mask with a hole within an octet',
    'bad_name_constraint',
    'RFC 5280 §4.2.1.10',
    permitting(primitive(0x87, 10, 0, 0, 0, 0xfd, 0, 0, 0)),
  ],
  [
    'an email constraint with two at signs',
    'bad_name_constraint',
    'RFC 5280 §4.2.1.10',
    permitting(text(0x81, 'a@b@c.example')),
  ],
  [
    'a policy twice',
    'bad_extension',
    'RFC 5280 §4.2.1.4',
    withExtension('2.5.29.32', sequence(sequence(oid('1.2.3')), sequence(oid('1.2.3')))),
  ],
  ['no policy in the list', 'empty_sequence', 'RFC 5280 §4.2.1.4', withExtension('2.5.29.32', sequence())],
  [
    'a third field of a policy',
    'extra_element',
    'RFC 5280 §4.2.1.4',
    withExtension('2.5.29.32', sequence(sequence(oid('1.2.3'), sequence(sequence(oid('1.2.4'), NULL)), NULL))),
  ],
  [
    'a policy mapping to nothing',
    'missing_element',
    'RFC 5280 §4.2.1.5',
    withExtension('2.5.29.33', sequence(sequence(oid('1.2.3')))),
  ],
  [
    'policy constraints on nothing',
    'empty_sequence',
    'RFC 5280 §4.2.1.11',
    withExtension('2.5.29.36', sequence(), true),
  ],
  [
    'a negative policy constraint',
    'bad_extension',
    'RFC 5280 §4.2.1.11',
    withExtension('2.5.29.36', sequence(primitive(0x80, 0xff)), true),
  ],
  [
    'a negative inhibitAnyPolicy',
    'bad_extension',
    'RFC 5280 §4.2.1.14',
    withExtension('2.5.29.54', integer(0x80), true),
  ],
  [
    'an authority named by its issuer alone',
    'bad_extension',
    'RFC 5280 §4.2.1.1',
    withExtension('2.5.29.35', sequence(constructed(0xa1, text(0x82, 'a')))),
  ],
  [
    'an authority with a malformed serial number',
    'bad_integer',
    'RFC 5280 §4.2.1.1',
    withExtension('2.5.29.35', sequence(constructed(0xa1, text(0x82, 'a')), primitive(0x82, 0, 1))),
  ],
  ['a key identifier of the wrong type', 'wrong_tag', 'RFC 5280 §4.2.1.2', withExtension('2.5.29.14', integer(1))],
  [
    'a distribution point of nothing',
    'bad_extension',
    'RFC 5280 §4.2.1.13',
    withExtension('2.5.29.31', sequence(sequence())),
  ],
  [
    'a distribution point of reasons alone',
    'bad_extension',
    'RFC 5280 §4.2.1.13',
    withExtension('2.5.29.31', sequence(sequence(primitive(0x81, 1, 2)))),
  ],
  [
    'a place of access without a place',
    'missing_element',
    'RFC 5280 §4.2.2.1',
    withExtension('1.3.6.1.5.5.7.1.1', sequence(sequence(oid('1.3.6.1.5.5.7.48.1')))),
  ],
  [
    'a TLS feature above 65535',
    'bad_extension',
    'RFC 7633 §4',
    withExtension('1.3.6.1.5.5.7.1.24', sequence(integer(1, 0, 0))),
  ],
  [
    'an OCSP no-check of the wrong type',
    'wrong_tag',
    'RFC 6960 §4.2.2.2.1',
    withExtension('1.3.6.1.5.5.7.48.1.5', integer(1)),
  ],
]
