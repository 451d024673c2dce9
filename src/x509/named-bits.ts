import { CertificateError } from './certificate-error.js'
import type { KeyUsage, ReasonFlag } from './certificate-model.js'
import { DerFields, Tag } from './der-fields.js'
import { valueChecks } from './der-values.js'

/** Bits of KeyUsage in the order of RFC 5280 §4.2.1.3. */
export const keyUsageBits: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

/** Bits of ReasonFlags in the order of RFC 5280 §4.2.1.13. */
export const reasonBits: readonly ReasonFlag[] = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
]

/**
 * The names of the bits that are set in a BIT STRING's contents. A bit that has no name would be a use that nobody could
 * check, and is refused. Zeros at the end, which DER leaves out, are let pass: two roots that every browser trusts have
 * them in their key usage, and they say nothing. Throws `CertificateError`.
 */
export function readNamedBits<T>(
  contents: Uint8Array,
  names: readonly T[],
  what: string,
  rule: string,
): ReadonlySet<T> {
  if (valueChecks[Tag.bitString]?.(contents) !== undefined) {
    throw new CertificateError('bad_bit_string', rule, `${what} is not a well-formed bit string`)
  }
  const [unused = 0, ...octets] = contents
  const set = new Set<T>()
  const length = octets.length * 8 - unused
  for (let bit = 0; bit < length; bit++) {
    if (((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) === 0) continue
    const name = names[bit]
    if (name === undefined)
      throw new CertificateError('bad_extension', rule, `${what} sets bit ${bit}, which has no name`)
    set.add(name)
  }
  return set
}

/** Reads the DER of KeyUsage, in which at least one bit is set. Throws `CertificateError`. */
export function readKeyUsage(der: Uint8Array): ReadonlySet<KeyUsage> {
  const rule = 'RFC 5280 §4.2.1.3'
  const fields = new DerFields(der, 'key usage', rule)
  const { contents } = fields.next(Tag.bitString)
  fields.finish()
  const uses = readNamedBits(contents, keyUsageBits, 'key usage', rule)
  if (uses.size === 0) throw new CertificateError('bad_extension', rule, 'key usage sets no bit')
  return uses
}
