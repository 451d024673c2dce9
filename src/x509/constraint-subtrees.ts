import { CertificateError } from './certificate-error.js'
import type { NameConstraintsExtension } from './certificate-model.js'
import { constructedTag, DerFields, primitiveTag, Tag } from './der-fields.js'
import { type GeneralName, readGeneralName } from './general-name.js'
import { readMailbox } from './mailbox.js'

const RULE = 'RFC 5280 §4.2.1.10'

const bad = (why: string): CertificateError => new CertificateError('bad_name_constraint', RULE, why)

/** Reads the DER of NameConstraints. Throws `CertificateError`, also for subtrees whose form RFC 5280 does not give. */
export function readNameConstraints(der: Uint8Array): NameConstraintsExtension {
  const fields = DerFields.of(der, 'name constraints', RULE)
  const permitted = fields.optional(constructedTag(0))
  const excluded = fields.optional(constructedTag(1))
  fields.finish()
  if (permitted === undefined && excluded === undefined) {
    throw new CertificateError('empty_sequence', RULE, 'name constraints constrain nothing')
  }
  return {
    permittedSubtrees: permitted === undefined ? [] : readSubtrees(permitted.contents),
    excludedSubtrees: excluded === undefined ? [] : readSubtrees(excluded.contents),
  }
}

function readSubtrees(contents: Uint8Array): readonly GeneralName[] {
  const subtrees = new DerFields(contents, 'a list of subtrees', RULE)
  return Array.from(subtrees.each(Tag.sequence), (element) => {
    const fields = new DerFields(element.contents, 'a subtree', RULE)
    const base = readGeneralName(fields.next(), true)
    const minimum = fields.optional(primitiveTag(0))
    const maximum = fields.optional(primitiveTag(1))
    fields.finish()
    if (minimum?.contents.length === 1 && minimum.contents[0] === 0) {
      throw new CertificateError('default_encoded', RULE, 'a subtree spells out that its minimum is 0')
    }
    if (minimum !== undefined || maximum !== undefined) throw bad('a subtree has a minimum or a maximum')
    checkBase(base)
    return base
  })
}

const LABELS = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i

const isDomain = (name: string): boolean => name.length <= 253 && LABELS.test(name)

/** A host, or with a leading period all hosts below it; empty stands for all. */
const isHostOrSubdomains = (value: string): boolean =>
  value === '' || isDomain(value.startsWith('.') ? value.slice(1) : value)

function checkBase(base: GeneralName): void {
  if (base.type === 'dns' && base.value !== '' && !isDomain(base.value)) throw bad('a DNS constraint is not a domain')
  if (base.type === 'uri' && !isHostOrSubdomains(base.value)) throw bad('a URI constraint is not a host or a domain')
  if (base.type === 'email' && !isEmailConstraint(base.value)) {
    throw bad('an email constraint is not a mailbox, a host or a domain')
  }
  if (base.type === 'ip') checkRange(base.value)
}

const isEmailConstraint = (value: string): boolean =>
  value.includes('@') ? readMailbox(value) !== undefined : isHostOrSubdomains(value)

/** Address and mask of the same length, and the mask a prefix: 255.0.255.0 is no CIDR range. */
function checkRange(octets: Uint8Array): void {
  if (octets.length !== 8 && octets.length !== 32) {
    throw bad(`an IP constraint has ${octets.length} octets, 8 or 32 belong there`)
  }
  let ended = false
  for (const octet of octets.subarray(octets.length / 2)) {
    // The ones of a prefix come first: adding the lowest of them must carry out of the octet, or there is none.
    const isPrefix = ((octet ^ 0xff) & ((octet ^ 0xff) + 1)) === 0
    if (!isPrefix || (ended && octet !== 0)) throw bad('the mask of an IP constraint is not a prefix')
    ended ||= octet !== 0xff
  }
}
