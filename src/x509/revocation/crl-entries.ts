import { publicEqual } from '../../bytes/equal.js'
import { readGeneralizedTime, UTC_TIME_LENGTH, utcTimeAt } from '../der-time.js'
import { type EntryExtensions, EntryExtensionsReader, type EntryReason } from './crl-entry-extensions.js'
import { DerCursor } from './der-cursor.js'

const RULE = 'RFC 5280 §5.1.2.6'

/** One revoked certificate, read when it is found. */
export interface CrlEntry {
  /** Milliseconds since the epoch. */
  readonly revocationDate: number
  readonly reason?: EntryReason
}

const Tag = { integer: 0x02, sequence: 0x30, utcTime: 0x17, generalizedTime: 0x18 } as const

/** How often an index may look at a taken slot, for each entry: more means that serial numbers were chosen to collide. */
const PROBES = 16

/**
 * The revoked certificates of a CRL. Nothing is made of the entries but a check, once, that each is strict DER, and a
 * table of where they stand by a hash of their serial number once one is looked for: 8 octets or fewer for each entry.
 */
export class CrlEntries {
  readonly count: number
  /** A critical entry extension that nothing here understands: the whole CRL must then not be used (RFC 5280 §5.3). */
  readonly unknownCritical: string | undefined
  /** Whether some entry names its certificate's issuer. */
  readonly namesIssuers: boolean
  /** Whether some entry has the reason removeFromCRL, which belongs in delta CRLs only (RFC 5280 §5.3.1). */
  readonly removes: boolean
  /** Octets looked at so far, for tests of how much work a list is. */
  visited = 0
  readonly #bytes: Uint8Array
  readonly #cursor: DerCursor
  readonly #extensions = new EntryExtensionsReader()
  /** From where on which issuer applies, both in step (RFC 5280 §5.3.3). */
  readonly #issuerFrom: number[] = []
  readonly #issuers: string[] = []
  #index: Uint32Array | undefined
  #indexed = false

  /** `bytes` are the contents of revokedCertificates. Throws `CertificateError` for anything that is not strict DER. */
  constructor(bytes: Uint8Array, mayHaveExtensions: boolean) {
    this.#bytes = bytes
    this.#cursor = new DerCursor(bytes, 'a list of revoked certificates', RULE)
    let count = 0
    let unknownCritical: string | undefined
    let removes = false
    for (let at = 0; at < bytes.length; count++) {
      const extensions = this.#checkEntry(at, mayHaveExtensions)
      const end = this.#cursor.end
      if (extensions !== undefined) {
        unknownCritical ??= extensions.unknownCritical
        removes ||= extensions.reason === 'removeFromCRL'
        this.#noteIssuer(at, extensions)
      }
      at = end
    }
    this.count = count
    this.unknownCritical = unknownCritical
    this.removes = removes
    this.namesIssuers = this.#issuers.length > 0
    this.visited += bytes.length
  }

  /**
   * The entry for a certificate, of which there is one at most. `issuer` is the comparable form of its issuer's name;
   * `crlIssuer` that of the CRL's, who issued what no entry says otherwise of.
   */
  find(serialNumber: Uint8Array, issuer: string, crlIssuer: string): CrlEntry | undefined {
    if (!this.#indexed) this.#buildIndex()
    const found = this.#index === undefined ? this.#search(serialNumber) : this.#lookUp(this.#index, serialNumber)
    for (const at of found) if ((this.#issuerAt(at) ?? crlIssuer) === issuer) return this.#read(at)
    return undefined
  }

  #noteIssuer(at: number, { issuer }: EntryExtensions): void {
    if (issuer === undefined || issuer === this.#issuers.at(-1)) return
    this.#issuerFrom.push(at)
    this.#issuers.push(issuer)
  }

  #issuerAt(at: number): string | undefined {
    let low = 0
    let high = this.#issuerFrom.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#issuerFrom[middle] ?? 0) <= at) low = middle + 1
      else high = middle
    }
    return this.#issuers[low - 1]
  }

  /** Checks the entry at `at`; the cursor's end is then where it ends. */
  #checkEntry(at: number, mayHaveExtensions: boolean): EntryExtensions | undefined {
    const bytes = this.#bytes
    this.#cursor.enter(at, bytes.length, Tag.sequence)
    const end = this.#cursor.end
    this.#checkSerial(this.#cursor.from, end)
    this.#time(this.#cursor.end, end)
    const rest = this.#cursor.end
    this.#cursor.end = end
    if (rest === end) return undefined
    if (!mayHaveExtensions) throw this.#cursor.refusal('unexpected_extensions', at, 'has extensions in version 1')
    this.#cursor.enter(rest, end, Tag.sequence)
    if (this.#cursor.end !== end) throw this.#cursor.refusal('extra_element', at)
    return this.#extensions.read(bytes, rest, end)
  }

  #checkSerial(at: number, limit: number): void {
    this.#cursor.enter(at, limit, Tag.integer)
    const { [this.#cursor.from]: first = 0, [this.#cursor.from + 1]: second = 0 } = this.#bytes
    const length = this.#cursor.end - this.#cursor.from
    const padded = length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
    if (length === 0 || padded) throw this.#cursor.refusal('bad_integer', at, 'has a malformed serial number')
  }

  #time(at: number, limit: number): number {
    const generalized = this.#bytes[at] === Tag.generalizedTime
    this.#cursor.enter(at, limit, generalized ? Tag.generalizedTime : Tag.utcTime)
    const { from, end } = this.#cursor
    let time: number | undefined
    if (generalized) time = readGeneralizedTime(this.#bytes.subarray(from, end))
    else if (end - from === UTC_TIME_LENGTH) time = utcTimeAt(this.#bytes, from)
    if (time === undefined) throw this.#cursor.refusal('bad_time', at, 'has a malformed time')
    return time
  }

  #read(at: number): CrlEntry {
    const extensions = this.#checkEntry(at, true)
    this.#cursor.enter(at, this.#bytes.length, Tag.sequence)
    const end = this.#cursor.end
    this.#cursor.enter(this.#cursor.from, end, Tag.integer)
    const revocationDate = this.#time(this.#cursor.end, end)
    const reason = extensions?.reason
    return { revocationDate, ...(reason === undefined ? {} : { reason }) }
  }

  /** Enters the serial number of the entry at `at`, which was checked before, and answers where the entry ends. */
  #enterSerial(at: number): number {
    this.#cursor.enter(at, this.#bytes.length, Tag.sequence)
    const end = this.#cursor.end
    this.#cursor.enter(this.#cursor.from, end, Tag.integer)
    this.visited += this.#cursor.end - at
    return end
  }

  #buildIndex(): void {
    this.#indexed = true
    if (this.count === 0) return
    const index = new Uint32Array(2 ** Math.ceil(Math.log2(2 * this.count)))
    let probes = this.count * PROBES
    for (let at = 0; at < this.#bytes.length; ) {
      const end = this.#enterSerial(at)
      let slot = slotOf(this.#bytes, this.#cursor.from, this.#cursor.end, index.length)
      while (index[slot] !== 0) {
        if (--probes < 0) return // looking through the list each time is then the lesser evil
        slot = (slot + 1) & (index.length - 1)
      }
      index[slot] = at + 1 // zero is an empty slot
      at = end
    }
    this.#index = index
  }

  *#lookUp(index: Uint32Array, serialNumber: Uint8Array): Generator<number> {
    let slot = slotOf(serialNumber, 0, serialNumber.length, index.length)
    for (let stored = index[slot] ?? 0; stored !== 0; stored = index[slot] ?? 0) {
      if (this.#hasSerial(stored - 1, serialNumber)) yield stored - 1
      slot = (slot + 1) & (index.length - 1)
    }
  }

  *#search(serialNumber: Uint8Array): Generator<number> {
    for (let at = 0; at < this.#bytes.length; ) {
      const end = this.#enterSerial(at)
      if (publicEqual(this.#bytes.subarray(this.#cursor.from, this.#cursor.end), serialNumber)) yield at
      at = end
    }
  }

  #hasSerial(at: number, serialNumber: Uint8Array): boolean {
    this.#enterSerial(at)
    return publicEqual(this.#bytes.subarray(this.#cursor.from, this.#cursor.end), serialNumber)
  }
}

/** FNV-1a of some octets, mixed so that its low bits depend on all of them, as a place in a table of 2^n slots. */
function slotOf(bytes: Uint8Array, from: number, end: number, slots: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) & (slots - 1)
}
