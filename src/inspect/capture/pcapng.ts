import { toLatin1 } from '../../bytes/convert.js'
import type { ReceiveBuffer } from '../../record/receive-buffer.js'
import { type ByteOrder, bigEndian, littleEndian } from './byte-order.js'
import { CaptureError } from './capture-error.js'
import type { CaptureFormat, CaptureHandler } from './capture-file.js'
import { type CaptureInterface, readInterface } from './pcapng-interface.js'

//  Every block: its type and length, what it holds, and the length again. The byte order is a section's own.
//
//    +------+--------+-------------------------+--------+
//    | type | length | body, padded to 4 bytes | length |
//    +------+--------+-------------------------+--------+

/** Reads the same in both byte orders. */
export const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const OLD_PACKET = 2
const SIMPLE_PACKET = 3
const ENHANCED_PACKET = 6
const DECRYPTION_SECRETS = 10

const BYTE_ORDER_MAGIC = 0x1a2b3c4d
const BLOCK_HEADER_LENGTH = 8
const OVERHEAD = 12
const LONGEST_FIXED = 20

/** A block is kept whole while it is read. Frames stay far below this; key logs of a long day come near it. */
export const MAX_BLOCK_LENGTH = 0x1000000

/** More interfaces than any machine has, so that a file of descriptions alone does not fill the memory. */
const MAX_INTERFACES = 4096

/** "TLSK": lines of the NSS key log. Other types are secrets of other protocols. */
const TLS_KEY_LOG = 0x544c534b

/** A capture of the newer format. */
export class Pcapng implements CaptureFormat {
  #order: ByteOrder = littleEndian
  #interfaces: CaptureInterface[] = []

  readOne(input: ReceiveBuffer, offset: number, handler: CaptureHandler): boolean {
    if (input.length < OVERHEAD) return false
    const header = input.view(0, OVERHEAD)
    if (bigEndian.uint32(header, 0) === SECTION_HEADER) this.#beginSection(header, offset)
    const length = this.#order.uint32(header, 4)
    if (length < OVERHEAD || length % 4 !== 0 || length > MAX_BLOCK_LENGTH) {
      throw new CaptureError('malformed_capture', offset, `a block of ${length} bytes, which no block can have`)
    }
    if (input.length < length) return false
    if (this.#order.uint32(input.view(length - 4, 4), 0) !== length) {
      throw new CaptureError('malformed_capture', offset, 'a block whose two lengths differ')
    }
    const body = input.view(BLOCK_HEADER_LENGTH, length - OVERHEAD)
    this.#take(this.#order.uint32(header, 0), body, offset, handler)
    input.consume(length)
    return true
  }

  #beginSection(header: Uint8Array, offset: number): void {
    if (bigEndian.uint32(header, 8) === BYTE_ORDER_MAGIC) this.#order = bigEndian
    else if (littleEndian.uint32(header, 8) === BYTE_ORDER_MAGIC) this.#order = littleEndian
    else throw new CaptureError('malformed_capture', offset, 'a section of no known byte order')
    this.#interfaces = []
  }

  /** The first version is the only one there has been (1.2 is the same, by another pen). */
  #checkVersion(body: Uint8Array, offset: number): void {
    const major = this.#order.uint16(body, 4)
    if (major !== 1)
      throw new CaptureError('unsupported_capture', offset, `a section of pcapng version ${major}; 1 is read here`)
  }

  #take(type: number, body: Uint8Array, offset: number, handler: CaptureHandler): void {
    const order = this.#order
    switch (type) {
      case SECTION_HEADER:
        this.#checkVersion(body, offset)
        return
      case INTERFACE_DESCRIPTION:
        if (this.#interfaces.length >= MAX_INTERFACES) {
          throw new CaptureError('unsupported_capture', offset, `more than ${MAX_INTERFACES} interfaces`)
        }
        this.#interfaces.push(readInterface(body, order))
        return
      case ENHANCED_PACKET:
        this.#packet(body, order.uint32(body, 0), offset, handler)
        return
      case OLD_PACKET:
        this.#packet(body, order.uint16(body, 0), offset, handler)
        return
      case SIMPLE_PACKET:
        this.#simplePacket(body, offset, handler)
        return
      case DECRYPTION_SECRETS:
        if (order.uint32(body, 0) === TLS_KEY_LOG) {
          handler.secrets(toLatin1(this.#bytes(body, 8, order.uint32(body, 4), offset)))
        }
    }
  }

  /** Enhanced packets and the older kind differ in the first four bytes alone. */
  #packet(body: Uint8Array, interfaceId: number, offset: number, handler: CaptureHandler): void {
    const { linkType, resolution, timeOffset } = this.#interface(interfaceId, offset)
    const ticks = this.#order.uint32(body, 4) * 2 ** 32 + this.#order.uint32(body, 8)
    handler.frame({
      linkType,
      time: timeOffset + ticks * resolution,
      data: this.#bytes(body, LONGEST_FIXED, this.#order.uint32(body, 12), offset),
      originalLength: this.#order.uint32(body, 16),
    })
  }

  /** No time, no captured length: that follows from the interface's snap length. */
  #simplePacket(body: Uint8Array, offset: number, handler: CaptureHandler): void {
    const { linkType, snapLength } = this.#interface(0, offset)
    const originalLength = this.#order.uint32(body, 0)
    const captured = snapLength === 0 ? originalLength : Math.min(snapLength, originalLength)
    handler.frame({ linkType, time: 0, data: this.#bytes(body, 4, captured, offset), originalLength })
  }

  #interface(id: number, offset: number): CaptureInterface {
    const found = this.#interfaces[id]
    if (found === undefined)
      throw new CaptureError('malformed_capture', offset, `a packet of interface ${id}, which is not described`)
    return found
  }

  #bytes(body: Uint8Array, at: number, length: number, offset: number): Uint8Array {
    if (at + length > body.length)
      throw new CaptureError('malformed_capture', offset, 'a block shorter than what it says it holds')
    return body.subarray(at, at + length)
  }
}
