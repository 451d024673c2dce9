import { CertificateError, type CertificateFault } from './certificate-error.js'
import { valueChecks } from './der-values.js'

/** What one encoding may cost; each limit has a fault of its own. */
export interface DerBudget {
  readonly bytes: number
  readonly depth: number
  readonly elements: number
}

/**
 * Far above what honest certificates need (a leaf with 1,000 names has 30 KiB and 2,000 elements; the depth of names in
 * distribution points is 13) and low enough that refusing costs a millisecond.
 */
export const certificateBudget: DerBudget = { bytes: 262_144, depth: 24, elements: 20_000 }

const RULE = 'RFC 5280 §4.1'

const words: Partial<Record<CertificateFault, string>> = {
  too_large: 'is larger than the budget allows',
  too_deep: 'is nested deeper than the budget allows',
  too_many_elements: 'has more elements than the budget allows',
  truncated: 'ends before its contents do',
  trailing_bytes: 'has bytes after its end',
  indefinite_length: 'has an indefinite length',
  length_not_minimal: 'has a length that is not written in the shortest way',
  high_tag_number: 'has a tag number above 30',
  unknown_tag: 'is of a universal type that has no place here',
  wrong_form: 'is constructed where it must be primitive, or primitive where it must be constructed',
  set_not_sorted: 'is a SET whose elements are not in order',
}

const refusal = (fault: CertificateFault, offset: number, where: string): CertificateError => {
  const what = words[fault] ?? `is not well-formed (${fault.replaceAll('_', ' ')})`
  return new CertificateError(fault, RULE, `the DER element at byte ${offset} of ${where} ${what}`)
}

const SEQUENCE = 0x10
const SET = 0x11

/**
 * Looks once at every element of `bytes` and throws `CertificateError` unless they are exactly one DER encoding within
 * the budget (RFC 5280 §4.1). What the octets of a context-specific type mean, and what an OCTET STRING wraps, is left to
 * its reader. `where` names the bytes in messages.
 */
export function checkStrictDer(bytes: Uint8Array, budget: DerBudget = certificateBudget, where = 'the encoding'): void {
  if (bytes.length > budget.bytes) throw refusal('too_large', 0, where)
  const walker = new Walker(bytes, budget, where)
  const end = walker.element(0, bytes.length, 0)
  if (end !== bytes.length) throw refusal('trailing_bytes', end, where)
}

class Walker {
  private readonly bytes: Uint8Array
  private readonly depth: number
  private readonly where: string
  private left: number

  constructor(bytes: Uint8Array, budget: DerBudget, where: string) {
    this.bytes = bytes
    this.depth = budget.depth
    this.where = where
    this.left = budget.elements
  }

  /** Checks the element at `start`, which must end by `limit`, and answers where it ends. */
  element(start: number, limit: number, depth: number): number {
    if (--this.left < 0) throw this.refusal('too_many_elements', start)
    if (start + 2 > limit) throw this.refusal('truncated', start)
    const tag = this.bytes[start] ?? 0
    if ((tag & 0x1f) === 0x1f) throw this.refusal('high_tag_number', start)
    const first = this.bytes[start + 1] ?? 0
    const width = first < 0x80 ? 0 : first & 0x7f
    const length = first < 0x80 ? first : this.longLength(start, width, limit)
    const from = start + 2 + width
    const end = from + length
    if (end > limit) throw this.refusal('truncated', start)
    if ((tag & 0x20) === 0) this.primitive(tag, start, from, end)
    else this.constructed(tag, start, from, end, depth + 1)
    return end
  }

  private longLength(start: number, width: number, limit: number): number {
    if (width === 0) throw this.refusal('indefinite_length', start)
    if (start + 2 + width > limit) throw this.refusal('truncated', start)
    if (this.bytes[start + 2] === 0) throw this.refusal('length_not_minimal', start)
    if (width > 4) throw this.refusal('truncated', start)
    let length = 0
    for (let i = start + 2; i < start + 2 + width; i++) length = length * 256 + (this.bytes[i] ?? 0)
    if (length < 0x80) throw this.refusal('length_not_minimal', start)
    return length
  }

  private primitive(tag: number, start: number, from: number, end: number): void {
    if (tag >= 0x40) return
    if (tag === SEQUENCE || tag === SET) throw this.refusal('wrong_form', start)
    const check = valueChecks[tag]
    if (check === undefined) throw this.refusal('unknown_tag', start)
    if (tag === 4) return
    const fault = check(this.bytes.subarray(from, end))
    if (fault !== undefined) throw this.refusal(fault, start)
  }

  private constructed(tag: number, start: number, from: number, end: number, depth: number): void {
    const number = tag & 0x1f
    if (tag < 0x40 && number !== SEQUENCE && number !== SET) {
      throw this.refusal(valueChecks[number] === undefined ? 'unknown_tag' : 'wrong_form', start)
    }
    if (depth > this.depth) throw this.refusal('too_deep', start)
    let previous = -1
    for (let at = from; at < end; ) {
      const next = this.element(at, end, depth)
      if (tag === 0x31 && previous >= 0 && this.compare(previous, at, at, next) > 0)
        throw this.refusal('set_not_sorted', start)
      previous = at
      at = next
    }
  }

  /** Orders two adjacent encodings as DER sorts a SET OF: octet by octet, the shorter one padded with zeros. */
  private compare(left: number, leftEnd: number, right: number, rightEnd: number): number {
    for (let i = 0; left + i < leftEnd && right + i < rightEnd; i++) {
      const difference = (this.bytes[left + i] ?? 0) - (this.bytes[right + i] ?? 0)
      if (difference !== 0) return difference
    }
    return 0
  }

  private refusal(fault: CertificateFault, offset: number): CertificateError {
    return refusal(fault, offset, this.where)
  }
}
