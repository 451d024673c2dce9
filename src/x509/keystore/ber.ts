import { concat } from '../../bytes/convert.js'
import { Reader } from '../../bytes/reader.js'
import { DerTag, writeDer } from '../../codec/der.js'
import { damaged } from './keystore-error.js'
import type { WorkBudget } from './work-budget.js'

const CONSTRUCTED = 0x20
const END_OF_CONTENTS = 0x00
const CONSTRUCTED_OCTET_STRING = DerTag.octetString | CONSTRUCTED

/** A length that BER allows: any width, or `undefined` for an indefinite one. */
function readLength(reader: Reader): number | undefined {
  const first = reader.uint(1)
  if (first < 0x80) return first
  if (first === 0x80) return undefined
  let length = 0
  for (let width = first & 0x7f; width > 0; width--) length = Math.min(length * 256 + reader.uint(1), 2 ** 40)
  return length
}

/** The elements up to the end of `reader`, or up to end-of-contents octets where the length is indefinite. */
function readChildren(reader: Reader, indefinite: boolean, budget: WorkBudget, depth: number): Uint8Array[] {
  const children: Uint8Array[] = []
  for (;;) {
    if (indefinite && reader.bytes[reader.position] === END_OF_CONTENTS) {
      if (reader.uint(2) !== 0) throw damaged('end-of-contents octets are wrong')
      return children
    }
    if (!indefinite && reader.remaining === 0) return children
    children.push(readElement(reader, budget, depth))
  }
}

const octets = (child: Uint8Array): Uint8Array => {
  const reader = new Reader(child)
  if (reader.uint(1) !== DerTag.octetString) throw damaged('a constructed octet string holds something else')
  return reader.take(readLength(reader) ?? 0)
}

function readElement(reader: Reader, budget: WorkBudget, depth: number): Uint8Array {
  budget.spendElement(depth)
  const tag = reader.uint(1)
  if ((tag & 0x1f) === 0x1f) throw damaged('a tag number above 30')
  const length = readLength(reader)
  if ((tag & CONSTRUCTED) === 0) {
    if (length === undefined) throw damaged('an indefinite length of a primitive element')
    return writeDer(tag, reader.take(length))
  }
  const scope = length === undefined ? reader : reader.scope(length)
  const children = readChildren(scope, length === undefined, budget, depth + 1)
  return tag === CONSTRUCTED_OCTET_STRING
    ? writeDer(DerTag.octetString, concat(...children.map(octets)))
    : writeDer(tag, ...children)
}

/**
 * Rewrites one BER element with the definite, shortest lengths of DER and its octet strings in one piece, which is all
 * that tells PKCS#12 files from DER in practice. What stands inside octet strings, signed or authenticated, is copied as it
 * is. Throws `KeystoreError` or `MalformedError`.
 */
export function berToDer(bytes: Uint8Array, budget: WorkBudget): Uint8Array {
  const reader = new Reader(bytes)
  const der = readElement(reader, budget, 0)
  reader.finish('the keystore')
  return der
}
