import type { DerElement } from '../codec/der.js'
import { CertificateError } from './certificate-error.js'

export type { DerElement }

/** Tags beyond those that `codec/der.ts` names. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** The identifier octet of `[number]`, primitive: an implicitly tagged simple type. */
export const primitiveTag = (number: number): number => 0x80 | number

/** The identifier octet of `[number]`, constructed: an explicitly tagged type, or an implicitly tagged sequence. */
export const constructedTag = (number: number): number => 0xa0 | number

/**
 * Takes the fields of one structure in order. The bytes have passed `checkStrictDer` as a whole, so lengths are known to
 * be minimal and in bounds; they are checked again as far as staying inside needs it. Throws `CertificateError`.
 */
export class DerFields {
  private readonly bytes: Uint8Array
  private readonly what: string
  private readonly rule: string
  private at = 0

  /** `bytes` are the contents of a structure named `what`, laid down by section `rule`. */
  constructor(bytes: Uint8Array, what: string, rule: string) {
    this.bytes = bytes
    this.what = what
    this.rule = rule
  }

  /** The fields of the one element that `der` holds. */
  static of(der: Uint8Array, what: string, rule: string, tag: number = Tag.sequence): DerFields {
    const outer = new DerFields(der, what, rule)
    const { contents } = outer.next(tag)
    outer.finish()
    return new DerFields(contents, what, rule)
  }

  get more(): boolean {
    return this.at < this.bytes.length
  }

  /** The next field, whatever it is, or of the tag that must come. */
  next(tag?: number): DerElement {
    const { bytes, at } = this
    const found = bytes[at]
    if (found === undefined) {
      throw new CertificateError('missing_element', this.rule, `${this.what} ends where another field belongs`)
    }
    if (tag !== undefined && found !== tag) {
      const tags = `tag 0x${found.toString(16).padStart(2, '0')} where 0x${tag.toString(16).padStart(2, '0')} belongs`
      throw new CertificateError('wrong_tag', this.rule, `${this.what} has ${tags}`)
    }
    let length = bytes[at + 1] ?? Number.POSITIVE_INFINITY
    let from = at + 2
    if (length >= 0x80 && length < 0x100) {
      const width = length & 0x7f
      length = 0
      for (let i = 0; i < width; i++) length = length * 256 + (bytes[from + i] ?? 0)
      from += width
    }
    const end = from + length
    if (!(end <= bytes.length)) throw new CertificateError('truncated', this.rule, `${this.what} is cut short`)
    this.at = end
    return { tag: found, contents: bytes.subarray(from, end), whole: bytes.subarray(at, end) }
  }

  /** The next field if it has this tag. */
  optional(tag: number): DerElement | undefined {
    return this.bytes[this.at] === tag ? this.next() : undefined
  }

  /** The fields of a sequence that comes next. */
  sequence(what: string, rule: string = this.rule): DerFields {
    return new DerFields(this.next(Tag.sequence).contents, what, rule)
  }

  /** Each remaining field, which must be at least one: sequences here are `SIZE (1..MAX)`. */
  *each(tag?: number): Generator<DerElement, void, void> {
    if (!this.more) throw new CertificateError('empty_sequence', this.rule, `${this.what} is empty`)
    while (this.more) yield this.next(tag)
  }

  /** Refuses fields left over. */
  finish(): void {
    if (this.more) {
      throw new CertificateError('extra_element', this.rule, `${this.what} has a field that has no place there`)
    }
  }
}
