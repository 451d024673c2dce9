import type { ByteOrder } from './byte-order.js'

/** What a pcapng capture says of one interface. */
export interface CaptureInterface {
  readonly linkType: number
  /** Most bytes of a frame that are kept; 0 for all. */
  readonly snapLength: number
  /** Seconds of one tick of its timestamps. */
  readonly resolution: number
  /** Seconds to add to them. */
  readonly timeOffset: number
}

const OPTIONS_START = 8
const END_OF_OPTIONS = 0
const TIMESTAMP_RESOLUTION = 9
const TIMESTAMP_OFFSET = 14
const MICROSECOND = 1e-6

/** The first bit chooses between powers of two and of ten. */
const resolutionOf = (octet: number): number => ((octet & 0x80) === 0 ? 10 ** -octet : 2 ** -(octet & 0x7f))

/** Reads the body of an interface description block. What is missing has its default. */
export function readInterface(body: Uint8Array, order: ByteOrder): CaptureInterface {
  let resolution = MICROSECOND
  let timeOffset = 0
  for (let at = OPTIONS_START; at + 4 <= body.length; ) {
    const [code, length] = [order.uint16(body, at), order.uint16(body, at + 2)]
    if (code === END_OF_OPTIONS) break
    if (code === TIMESTAMP_RESOLUTION && length === 1) resolution = resolutionOf(body[at + 4] ?? 0)
    if (code === TIMESTAMP_OFFSET && length === 8) timeOffset = order.int64(body, at + 4)
    at += 4 + Math.ceil(length / 4) * 4
  }
  return { linkType: order.uint16(body, 0), snapLength: order.uint32(body, 4), resolution, timeOffset }
}
