import { toHex } from '../bytes/convert.js'
import { CertificateError } from './certificate-error.js'
import { DerFields, Tag } from './der-fields.js'
import { decodeDirectoryString } from './der-strings.js'
import { escapeAttributeValue } from './escape.js'
import { readObjectIdentifier } from './object-identifier.js'

/** One attribute of a name, such as CN=example. */
export interface NameAttribute {
  /** The attribute's object identifier in dotted form. */
  readonly type: string
  /** The value as text; for a value that is no string, `#` and the hexadecimal of its DER. */
  readonly value: string
  /** The DER encoding of the value, tag included. */
  readonly valueDer: Uint8Array
}

/** A distinguished name (RFC 5280 §4.1.2.4): its exact bytes, and its relative distinguished names in encoded order. */
export interface DistinguishedName {
  /** The Name as it was encoded: what key identifiers are hashed over. */
  readonly der: Uint8Array
  readonly rdns: readonly (readonly NameAttribute[])[]
  /** The form in which names are compared (RFC 5280 §7.1): two names match if and only if these strings are equal. */
  readonly comparable: string
  /** The same, one string for each RDN: a name lies within a subtree if the subtree's list is a prefix of its own. */
  readonly comparableRdns: readonly string[]
  /** For people and logs: `CN=…,O=…`, most specific first, escaped so that nothing in it can steer a terminal or end a line. */
  toString(): string
}

const RULE = 'RFC 5280 §4.1.2.4'

/** Reads a DER Name that has passed `checkStrictDer`. Throws `CertificateError`. */
export function readDistinguishedName(der: Uint8Array): DistinguishedName {
  const name = DerFields.of(der, 'a name', RULE)
  const rdns: NameAttribute[][] = []
  while (name.more) rdns.push(readRdn(name.next(Tag.set).contents))
  return new Name(der, rdns)
}

/** Reads the contents of a RelativeDistinguishedName. Throws `CertificateError`. */
export function readRdn(contents: Uint8Array): NameAttribute[] {
  const set = new DerFields(contents, 'a relative distinguished name', RULE)
  return Array.from(set.each(Tag.sequence), (element) => {
    const fields = new DerFields(element.contents, 'an attribute of a name', RULE)
    const type = readObjectIdentifier(fields.next(Tag.oid).contents)
    const { tag, contents: octets, whole } = fields.next()
    fields.finish()
    // Every attribute under 2.5.4 that names use is a string of at least one character (RFC 5280 Appendix A.1).
    if (octets.length === 0 && type.startsWith('2.5.4.')) {
      throw new CertificateError('bad_name', 'RFC 5280 Appendix A.1', `attribute ${type} of a name is empty`)
    }
    return { type, value: decodeDirectoryString(tag, octets) ?? `#${toHex(whole)}`, valueDer: whole }
  })
}

/** The form in which an RDN is compared. Attributes of one RDN are a set: their order says nothing. */
export const comparableRdn = (rdn: readonly NameAttribute[]): string =>
  rdn.length === 1 ? rdn.map(comparableAttribute).join() : rdn.map(comparableAttribute).sort().join('\u0001')

/**
 * Values are prepared as LDAP prepares them (RFC 5280 §7.1): compatibility forms folded, case folded, invisible
 * characters dropped, white space squeezed. Which string type carried the text does not matter. Upper case goes first
 * because it is there that one letter becomes two (ß).
 */
function comparableAttribute({ type, value }: NameAttribute): string {
  const folded = PLAIN.test(value)
    ? value
    : value
        .normalize('NFKC')
        .replace(/\s+/gu, ' ')
        .replace(/\p{Cc}|\p{Cf}|\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]|\ufffc/gu, '')
        .replace(/ +/g, ' ')
        .trim()
        .normalize('NFKC')
  return `${type}=${folded.toUpperCase().toLowerCase()}`
}

/** ASCII with single spaces inside: nothing but case is left to fold. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/

class Name implements DistinguishedName {
  readonly der: Uint8Array
  readonly rdns: readonly (readonly NameAttribute[])[]
  #comparableRdns: readonly string[] | undefined
  #comparable: string | undefined

  constructor(der: Uint8Array, rdns: readonly (readonly NameAttribute[])[]) {
    this.der = der
    this.rdns = rdns
  }

  get comparableRdns(): readonly string[] {
    this.#comparableRdns ??= this.rdns.map(comparableRdn)
    return this.#comparableRdns
  }

  get comparable(): string {
    this.#comparable ??= this.comparableRdns.join('\u0002')
    return this.#comparable
  }

  /** Most specific first and `+` between the attributes of one RDN, as RFC 4514 writes names. */
  toString(): string {
    return this.rdns
      .map((rdn) => rdn.map(({ type, value }) => `${keywords[type] ?? type}=${escapeAttributeValue(value)}`).join('+'))
      .reverse()
      .join(',')
  }
}

const keywords: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.44': 'generationQualifier',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
}
