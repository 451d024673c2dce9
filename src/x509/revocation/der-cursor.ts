import { CertificateError, type CertificateFault } from '../certificate-error.js'
import type { DerElement } from '../der-fields.js'

const words: Partial<Record<CertificateFault, string>> = {
  truncated: 'is cut short',
  indefinite_length: 'has an indefinite length',
  length_not_minimal: 'has a length that is not written in the shortest way',
  high_tag_number: 'has a tag number above 30',
  missing_element: 'ends where another field belongs',
  extra_element: 'has a field that has no place there',
  trailing_bytes: 'has bytes after its end',
}

/**
 * Steps over DER elements where they stand, without making anything of them: what is too long for a walk through all of
 * it is strict by being stepped over strictly. Throws `CertificateError`.
 */
export class DerCursor {
  /** Where the contents of the element that was entered last begin and end. */
  from = 0
  end = 0
  readonly bytes: Uint8Array
  readonly #what: string
  readonly #rule: string

  /** `what` names the bytes in messages, `rule` is the section that lays them down. */
  constructor(bytes: Uint8Array, what: string, rule: string) {
    this.bytes = bytes
    this.#what = what
    this.#rule = rule
  }

  /** Enters the element at `at`, which must end by `limit` and be of tag `tag`, if one is given. */
  enter(at: number, limit: number, tag?: number): void {
    const { bytes } = this
    if (at >= limit) throw this.refusal('missing_element', at)
    const found = bytes[at] ?? 0
    if ((found & 0x1f) === 0x1f) throw this.refusal('high_tag_number', at)
    if (tag !== undefined && found !== tag) {
      throw this.refusal('wrong_tag', at, `has tag 0x${found.toString(16)} where 0x${tag.toString(16)} belongs`)
    }
    if (at + 2 > limit) throw this.refusal('truncated', at)
    let length = bytes[at + 1] ?? 0
    let from = at + 2
    if (length >= 0x80) {
      const width = length & 0x7f
      if (width === 0) throw this.refusal('indefinite_length', at)
      if (width > 4 || from + width > limit) throw this.refusal('truncated', at)
      if (bytes[from] === 0) throw this.refusal('length_not_minimal', at)
      length = 0
      for (const end = from + width; from < end; from++) length = length * 256 + (bytes[from] ?? 0)
      if (length < 0x80) throw this.refusal('length_not_minimal', at)
    }
    if (from + length > limit) throw this.refusal('truncated', at)
    this.from = from
    this.end = from + length
  }

  refusal(fault: CertificateFault, at: number, why: string = words[fault] ?? 'is not well-formed'): CertificateError {
    return new CertificateError(fault, this.#rule, `${this.#what} ${why}, at byte ${at}`)
  }
}

/** Takes the elements of a structure in order with a cursor: the strict sibling of `DerFields`. */
export class CursorFields {
  readonly #cursor: DerCursor
  #at = 0

  constructor(bytes: Uint8Array, what: string, rule: string) {
    this.#cursor = new DerCursor(bytes, what, rule)
  }

  next(tag?: number): DerElement {
    const cursor = this.#cursor
    const at = this.#at
    cursor.enter(at, cursor.bytes.length, tag)
    this.#at = cursor.end
    return {
      tag: cursor.bytes[at] ?? 0,
      contents: cursor.bytes.subarray(cursor.from, cursor.end),
      whole: cursor.bytes.subarray(at, cursor.end),
    }
  }

  /** The next element if it has one of these tags. */
  optional(...tags: readonly number[]): DerElement | undefined {
    const found = this.#cursor.bytes[this.#at]
    return found !== undefined && tags.includes(found) ? this.next() : undefined
  }

  finish(fault: 'extra_element' | 'trailing_bytes' = 'extra_element'): void {
    if (this.#at < this.#cursor.bytes.length) throw this.#cursor.refusal(fault, this.#at)
  }
}
