import { CertificateError } from './certificate-error.js'

const RULE = 'RFC 5280 §4.1.1.2'
/** Large enough for the 128-bit arcs under 2.25, small enough that arithmetic on them is nothing. */
const MAX_LENGTH = 128

/**
 * The dotted form of an OBJECT IDENTIFIER's contents. Throws `CertificateError` for one that is not minimal, is cut short
 * or is longer than 128 octets. Certificates repeat a few identifiers, so the last ones are remembered.
 */
export function readObjectIdentifier(contents: Uint8Array): string {
  const key = String.fromCharCode(...contents.subarray(0, MAX_LENGTH + 1))
  const known = remembered.get(key)
  if (known !== undefined) return known
  const dotted = decode(contents)
  if (remembered.size >= 512) remembered.clear()
  remembered.set(key, dotted)
  return dotted
}

const remembered = new Map<string, string>()

const refuse = (): never => {
  throw new CertificateError('bad_object_identifier', RULE, 'an object identifier is not well-formed')
}

function decode(contents: Uint8Array): string {
  if (contents.length === 0 || contents.length > MAX_LENGTH || (contents[contents.length - 1] ?? 0) >= 0x80) refuse()
  const arcs: bigint[] = []
  let arc = 0n
  let begins = true
  for (const octet of contents) {
    if (begins && octet === 0x80) refuse()
    arc = (arc << 7n) | BigInt(octet & 0x7f)
    begins = octet < 0x80
    if (!begins) continue
    if (arcs.length === 0) {
      const root = arc < 40n ? 0n : arc < 80n ? 1n : 2n
      arcs.push(root, arc - 40n * root)
    } else arcs.push(arc)
    arc = 0n
  }
  return arcs.join('.')
}
