import type { ReceiveBuffer } from '../../record/receive-buffer.js'
import type { ByteOrder } from './byte-order.js'
import { CaptureError } from './capture-error.js'
import type { CaptureFormat, CaptureHandler } from './capture-file.js'

//  The classic format: one header, then frames, all in the byte order of whoever wrote them.
//
//    +-------+---------+---------+----------+---------+----------+
//    | magic | version | 8 bytes | snap len | linktype|          |  24 bytes
//    +-------+---------+---------+----------+---------+
//    | seconds | fraction | captured | original | data …
//    +---------+----------+----------+----------+------            16 bytes and the data

const MICROSECONDS = 0xa1b2c3d4
const NANOSECONDS = 0xa1b23c4d

export const isPcapMagic = (magic: number): boolean => magic === MICROSECONDS || magic === NANOSECONDS

const FILE_HEADER_LENGTH = 24
const FRAME_HEADER_LENGTH = 16

/** The largest frame that libpcap writes for any network: a longer one is a sign that the file is broken. */
export const MAX_FRAME_LENGTH = 0x40000

/** The upper bits tell of the frame check sequence. */
const LINK_TYPE_MASK = 0x0fffffff

/** A classic capture. */
export class Pcap implements CaptureFormat {
  readonly #order: ByteOrder
  readonly #fraction: number
  #linkType: number | undefined

  constructor(order: ByteOrder, magic: number) {
    this.#order = order
    this.#fraction = magic === NANOSECONDS ? 1e-9 : 1e-6
  }

  readOne(input: ReceiveBuffer, offset: number, handler: CaptureHandler): boolean {
    if (this.#linkType === undefined) return this.#readFileHeader(input)
    if (input.length < FRAME_HEADER_LENGTH) return false
    const header = input.view(0, FRAME_HEADER_LENGTH)
    const captured = this.#order.uint32(header, 8)
    if (captured > MAX_FRAME_LENGTH) {
      throw new CaptureError(
        'malformed_capture',
        offset,
        `a frame of ${captured} bytes; at most ${MAX_FRAME_LENGTH} occur`,
      )
    }
    if (input.length < FRAME_HEADER_LENGTH + captured) return false
    handler.frame({
      linkType: this.#linkType,
      time: this.#order.uint32(header, 0) + this.#order.uint32(header, 4) * this.#fraction,
      originalLength: this.#order.uint32(header, 12),
      data: input.view(FRAME_HEADER_LENGTH, captured),
    })
    input.consume(FRAME_HEADER_LENGTH + captured)
    return true
  }

  #readFileHeader(input: ReceiveBuffer): boolean {
    if (input.length < FILE_HEADER_LENGTH) return false
    const header = input.view(0, FILE_HEADER_LENGTH)
    const major = this.#order.uint16(header, 4)
    if (major !== 2) throw new CaptureError('unsupported_capture', 4, `a pcap file of version ${major}; 2 is read here`)
    this.#linkType = this.#order.uint32(header, 20) & LINK_TYPE_MASK
    input.consume(FILE_HEADER_LENGTH)
    return true
  }
}
