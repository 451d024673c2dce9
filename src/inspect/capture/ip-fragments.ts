import { concat, toHex } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import { type IpPacket, skipExtensions } from './ip-packet.js'

/** Packets that are put together at a time, and the octets that they may keep in all: the oldest give way. */
export const MAX_PARTIAL_PACKETS = 1024
export const MAX_FRAGMENT_BYTES = 0x400000
/** Counted for each fragment besides its data, so that a flood of tiny ones is bounded too. */
const FRAGMENT_OVERHEAD = 128

/** Seconds of the capture's time after which the rest of a packet is not waited for (RFC 8200 §4.5). */
const PATIENCE = 60

const LONGEST_PAYLOAD = 0xffff
/** Each new one is compared with those before it. The longest packet has some fifty over any network of today. */
const MAX_FRAGMENTS = 256

interface PartialPacket {
  readonly began: number
  readonly first: IpPacket
  /** By offset. Emptied once it is refused: what comes later of it is passed over too. */
  readonly parts: Map<number, Uint8Array>
  refused: boolean
  /** Octets of data in `parts`. */
  bytes: number
  /** Of the whole payload, once the last fragment was seen. */
  length: number | undefined
}

/**
 * Puts the fragments of IP packets together. Exact duplicates do not count; a packet whose fragments overlap otherwise is
 * refused as a whole, in IPv6 because RFC 5722 §4 and RFC 8200 §4.5 demand it, in IPv4 because hosts differ in which of two
 * they believe, so that nobody can know from outside what was received.
 */
export class IpFragments {
  readonly #partial = new Map<string, PartialPacket>()
  #bytes = 0
  #used = 0
  #packets = 0

  /** Fragments that ended in a whole packet, but for the last of each. */
  get used(): number {
    return this.#used
  }

  /** Packets that were put together. */
  get packets(): number {
    return this.#packets
  }

  /** Octets that are kept. */
  get kept(): number {
    return this.#bytes
  }

  /** Takes a packet. Returns it, or the whole that it completes; `undefined` for a fragment of what is not whole. */
  accept(packet: IpPacket, time: number): IpPacket | 'malformed' | undefined {
    const { fragment, payload, cutOff } = packet
    if (fragment === undefined) return packet
    const { offset, hasMore } = fragment
    // A fragment that is all there is needs no other (RFC 6946 §4).
    if (offset === 0 && !hasMore) return whole(packet, payload)
    const end = offset + payload.length
    if (end > LONGEST_PAYLOAD || payload.length === 0 || (hasMore && payload.length % 8 !== 0)) return 'malformed'
    const key = `${toHex(packet.source)} ${toHex(packet.destination)} ${packet.protocol} ${fragment.identification}`
    const found = this.#find(key, packet, time)
    if (!found.refused && (cutOff > 0 || !this.#add(found, offset, payload, hasMore))) this.#refuse(found)
    if (found.refused || found.bytes !== found.length) {
      this.#keepBounds()
      return undefined
    }
    this.#forget(key, found)
    this.#used += found.parts.size - 1
    this.#packets++
    const parts = [...found.parts].sort(([a], [b]) => a - b).map(([, part]) => part)
    return whole(found.first, concat(...parts))
  }

  #find(key: string, packet: IpPacket, time: number): PartialPacket {
    const before = this.#partial.get(key)
    if (before !== undefined && Math.abs(time - before.began) <= PATIENCE) return before
    if (before !== undefined) this.#forget(key, before)
    const first = { ...packet, source: packet.source.slice(), destination: packet.destination.slice() }
    const found = { began: time, first, parts: new Map(), refused: false, bytes: 0, length: undefined }
    this.#partial.set(key, found)
    return found
  }

  /** False where the fragment contradicts those before it. */
  #add(found: PartialPacket, offset: number, payload: Uint8Array, hasMore: boolean): boolean {
    if (found.parts.size === MAX_FRAGMENTS) return false
    const end = offset + payload.length
    const same = found.parts.get(offset)
    if (same !== undefined) return publicEqual(same, payload) && hasMore === (end !== found.length)
    for (const [start, { length }] of found.parts) if (start < end && offset < start + length) return false
    if (found.length !== undefined && (!hasMore || end > found.length)) return false
    if (!hasMore) {
      for (const [start, { length }] of found.parts) if (start + length > end) return false
      found.length = end
    }
    found.parts.set(offset, payload.slice())
    found.bytes += payload.length
    this.#bytes += payload.length + FRAGMENT_OVERHEAD
    return true
  }

  #refuse(found: PartialPacket): void {
    this.#release(found)
    found.parts.clear()
    found.refused = true
  }

  #release(found: PartialPacket): void {
    this.#bytes -= found.bytes + found.parts.size * FRAGMENT_OVERHEAD
    found.bytes = 0
  }

  #forget(key: string, found: PartialPacket): void {
    this.#release(found)
    this.#partial.delete(key)
  }

  #keepBounds(): void {
    for (const [key, found] of this.#partial) {
      if (this.#partial.size <= MAX_PARTIAL_PACKETS && this.#bytes <= MAX_FRAGMENT_BYTES) return
      this.#forget(key, found)
    }
  }
}

/** The packet with all of its payload, past extension headers that were fragmented too. */
function whole(packet: IpPacket, payload: Uint8Array): IpPacket | 'malformed' {
  const upper = skipExtensions(packet.protocol, payload, 0)
  if (upper === 'malformed' || upper.at > payload.length) return 'malformed'
  return { ...packet, protocol: upper.protocol, payload: payload.subarray(upper.at), fragment: undefined }
}
