import { ReceiveBuffer } from '../../record/receive-buffer.js'
import { bigEndian, littleEndian } from './byte-order.js'
import { CaptureError } from './capture-error.js'
import { isPcapMagic, Pcap } from './pcap.js'
import { Pcapng, SECTION_HEADER } from './pcapng.js'

/** One frame as it was captured. `data` is a view that is valid during the call that it is handed to. */
export interface CapturedFrame {
  /** The kind of its outermost header (LINKTYPE_ values of tcpdump.org). */
  readonly linkType: number
  /** Seconds since 1970, as the capture says, to a microsecond: a number has no room for more. */
  readonly time: number
  readonly data: Uint8Array
  /** Octets on the wire; more than `data` has where the capture cut frames short. */
  readonly originalLength: number
}

export interface CaptureHandler {
  frame(frame: CapturedFrame): void
  /** The text of a decryption secrets block: lines of an NSS key log. */
  secrets(keyLog: string): void
}

/** A file format: takes one record from the front of `input`, or says how many bytes it would need. */
export interface CaptureFormat {
  /** Consumes one record and returns true, or false where it is not there whole. `offset` is where it begins. */
  readOne(input: ReceiveBuffer, offset: number, handler: CaptureHandler): boolean
}

const MAGIC_LENGTH = 4

/** What is taken for a capture now and then, by its first octets in the one byte order or the other. */
const otherFormats: ReadonlyMap<number, string> = new Map([
  [0x28b52ffd, 'a file compressed with zstd: unpack it first'],
  [0x04224d18, 'a file compressed with lz4: unpack it first'],
  [0xfd377a58, 'a file compressed with xz: unpack it first'],
  [0x425a6839, 'a file compressed with bzip2: unpack it first'],
  [0x504b0304, 'a ZIP archive: unpack it first'],
  [0x1f8b0800, 'a file compressed with gzip: unpack it first'],
  [0x1f8b0808, 'a file compressed with gzip: unpack it first'],
  [0xa1b2cd34, 'a pcap file of the modified kind: editcap makes an ordinary one of it'],
  [0x736e6f6f, 'a capture of snoop: editcap makes a pcap file of it'],
  [0x474d4255, 'a capture of the Network Monitor: editcap makes a pcap file of it'],
  [0x2d2d2d2d, 'a PEM file'],
  [0x434c4945, 'a key log'],
])

function formatOf(magic: Uint8Array): CaptureFormat {
  if (bigEndian.uint32(magic, 0) === SECTION_HEADER) return new Pcapng()
  if (isPcapMagic(bigEndian.uint32(magic, 0))) return new Pcap(bigEndian, bigEndian.uint32(magic, 0))
  if (isPcapMagic(littleEndian.uint32(magic, 0))) return new Pcap(littleEndian, littleEndian.uint32(magic, 0))
  const looks = otherFormats.get(bigEndian.uint32(magic, 0)) ?? otherFormats.get(littleEndian.uint32(magic, 0))
  const hint = looks === undefined ? '' : `, but like ${looks}`
  throw new CaptureError('not_a_capture', 0, `the file begins like no pcap or pcapng capture${hint}`)
}

/**
 * Reads a capture as it comes, in pieces of any size: pcap with micro- or nanoseconds, or pcapng, in either byte order.
 * What it keeps is at most one record of the file. Throws `CaptureError`, and the same again ever after.
 */
export class CaptureFile {
  readonly #handler: CaptureHandler
  readonly #input = new ReceiveBuffer()
  #format: CaptureFormat | undefined
  #offset = 0
  #fault: unknown

  constructor(handler: CaptureHandler) {
    this.#handler = handler
  }

  /** Bytes of the file that were read and handed on. */
  get offset(): number {
    return this.#offset
  }

  push(chunk: Uint8Array): void {
    if (this.#fault !== undefined) throw this.#fault
    this.#input.append(chunk)
    try {
      while (this.#readOne());
    } catch (error) {
      this.#fault = error
      this.#input.clear()
      throw error
    }
  }

  /** What broke it. */
  get fault(): CaptureError | undefined {
    return this.#fault instanceof CaptureError ? this.#fault : undefined
  }

  /**
   * Says that nothing more comes. Returns how many bytes of an unfinished record are left over. Throws `CaptureError` where
   * the file was no capture; one that broke later has ended where it broke.
   */
  finish(): number {
    if (this.#fault !== undefined && (this.#format === undefined || this.fault === undefined)) throw this.#fault
    if (this.#format === undefined) {
      const what = this.#offset + this.#input.length === 0 ? 'the file is empty' : 'the file is too short for a capture'
      throw new CaptureError('not_a_capture', 0, what)
    }
    return this.#input.length
  }

  #readOne(): boolean {
    if (this.#format === undefined) {
      if (this.#input.length < MAGIC_LENGTH) return false
      this.#format = formatOf(this.#input.view(0, MAGIC_LENGTH))
    }
    const before = this.#input.length
    const read = this.#format.readOne(this.#input, this.#offset, this.#handler)
    this.#offset += before - this.#input.length
    return read
  }
}
