import { CertificateError } from './certificate-error.js'
import { constructedTag, type DerElement, DerFields, primitiveTag, Tag } from './der-fields.js'
import { isIa5String, latin1 } from './der-strings.js'
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.js'
import { readMailbox } from './mailbox.js'
import { readObjectIdentifier } from './object-identifier.js'

/** One name of a subject, an issuer or a place (RFC 5280 §4.2.1.6). */
export type GeneralName =
  /** Visible ASCII; whether it is a host name is for its reader to say. */
  | { readonly type: 'dns'; readonly value: string }
  | { readonly type: 'email'; readonly value: string }
  | { readonly type: 'uri'; readonly value: string }
  /** 4 or 16 octets; in name constraints 8 or 32: address and mask. */
  | { readonly type: 'ip'; readonly value: Uint8Array }
  | { readonly type: 'directoryName'; readonly value: DistinguishedName }
  /** `value` is the DER of what stands inside the `[0]`. */
  | { readonly type: 'otherName'; readonly typeId: string; readonly value: Uint8Array }
  /** Dotted form. */
  | { readonly type: 'registeredID'; readonly value: string }
  /** Kinds that nobody here looks into: the contents octets. */
  | { readonly type: 'x400Address'; readonly value: Uint8Array }
  | { readonly type: 'ediPartyName'; readonly value: Uint8Array }

export type GeneralNameType = GeneralName['type']

const RULE = 'RFC 5280 §4.2.1.6'

const bad = (why: string): CertificateError => new CertificateError('bad_general_name', RULE, why)

/** Reads the fields of GeneralNames, at least one. Throws `CertificateError`. */
export const readGeneralNames = (fields: DerFields): readonly GeneralName[] =>
  Array.from(fields.each(), (element) => readGeneralName(element))

const isVisible = (octets: Uint8Array): boolean => octets.every((octet) => octet > 0x20 && octet < 0x7f)

/** Text without spaces and controls, which no name of these kinds may hold: a NUL has cut names short before. */
function text(element: DerElement, what: string, spaces = false): string {
  const { contents } = element
  if (!isIa5String(contents)) throw bad(`${what} holds octets above 0x7f`)
  const value = latin1(contents)
  if (!isVisible(contents) && !(spaces && !/[^ -~]/.test(value))) {
    throw bad(`${what} holds a space or a control character`)
  }
  return value
}

function nonEmpty(element: DerElement, what: string, spaces = false): string {
  if (element.contents.length === 0) throw bad(`${what} is empty`)
  return text(element, what, spaces)
}

/** A URI has a scheme and something after it. Spaces, which LDAP addresses of some authorities hold, are left to its user. */
function uri(element: DerElement): GeneralName {
  const value = nonEmpty(element, 'a URI', true)
  if (!/^[a-z][a-z0-9+.-]*:./i.test(value)) throw bad('a URI has no scheme or nothing after it')
  return { type: 'uri', value }
}

function email(element: DerElement): GeneralName {
  const value = text(element, 'an email address', true)
  if (readMailbox(value) === undefined) throw bad('an email address is not a mailbox')
  return { type: 'email', value }
}

function ip({ contents }: DerElement): GeneralName {
  if (contents.length !== 4 && contents.length !== 16) {
    throw bad(`an IP address has ${contents.length} octets, 4 or 16 belong there`)
  }
  return { type: 'ip', value: contents }
}

function otherName({ contents }: DerElement): GeneralName {
  const fields = new DerFields(contents, 'an otherName', RULE)
  const typeId = readObjectIdentifier(fields.next(Tag.oid).contents)
  const value = fields.next(constructedTag(0)).contents
  fields.finish()
  new DerFields(value, 'the value of an otherName', RULE).next()
  return { type: 'otherName', typeId, value }
}

/** What a constraint may hold where a name may not: whole domains, all names of a kind (empty), address ranges. */
const constraintForms: Readonly<Record<number, (element: DerElement) => GeneralName>> = {
  [primitiveTag(1)]: (element) => ({ type: 'email', value: text(element, 'an email constraint') }),
  [primitiveTag(2)]: (element) => ({ type: 'dns', value: text(element, 'a DNS constraint') }),
  [primitiveTag(6)]: (element) => ({ type: 'uri', value: text(element, 'a URI constraint') }),
  [primitiveTag(7)]: ({ contents }) => ({ type: 'ip', value: contents }),
}

const nameForms: Readonly<Record<number, (element: DerElement) => GeneralName>> = {
  [constructedTag(0)]: otherName,
  [primitiveTag(1)]: email,
  [primitiveTag(2)]: (element) => ({ type: 'dns', value: nonEmpty(element, 'a DNS name') }),
  [constructedTag(3)]: ({ contents }) => ({ type: 'x400Address', value: contents }),
  [constructedTag(4)]: ({ contents }) => ({ type: 'directoryName', value: readDistinguishedName(contents) }),
  [constructedTag(5)]: ({ contents }) => ({ type: 'ediPartyName', value: contents }),
  [primitiveTag(6)]: uri,
  [primitiveTag(7)]: ip,
  [primitiveTag(8)]: ({ contents }) => ({ type: 'registeredID', value: readObjectIdentifier(contents) }),
}

/** Reads one GeneralName; as the base of a subtree with `asConstraint`. Throws `CertificateError`. */
export function readGeneralName(element: DerElement, asConstraint = false): GeneralName {
  const read = (asConstraint ? constraintForms[element.tag] : undefined) ?? nameForms[element.tag]
  if (read === undefined) throw bad(`a general name has the unknown tag 0x${element.tag.toString(16)}`)
  return read(element)
}
