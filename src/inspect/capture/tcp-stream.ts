import type { TcpSegment } from './packet.js'

/** 0 is the direction of whoever was seen first. */
export type Direction = 0 | 1

export const opposite = (direction: Direction): Direction => (direction === 0 ? 1 : 0)

/** Takes what a connection said, in order. Views are valid during the call. */
export interface TcpSink {
  data(direction: Direction, bytes: Uint8Array, time: number): void
  /** So many bytes are not in the capture. */
  gap(direction: Direction, length: number): void
}

/**
 * What one connection may keep in memory behind a gap. A retransmission comes within a round trip, in which a sender
 * fills its window at most: few are larger than this.
 */
export const MAX_WAITING = 0x100000
/** Counted for each waiting segment besides its data, so that a flood of tiny ones is bounded too. */
const SEGMENT_OVERHEAD = 128
/** What all connections together may keep behind gaps. Beyond it gaps are given up at once. */
export const MAX_WAITING_TOTAL = 0x4000000

/** Once the receiver has acknowledged what is missing, only a reordered capture can still bring it: that soon or never. */
const PATIENCE = 64

/** Bytes that wait, over all connections. */
export interface WaitingTotal {
  bytes: number
}

interface Waiting {
  readonly sequence: number
  readonly acknowledgement: number | undefined
  readonly data: Uint8Array
  /** Octets behind `data` that the capture cut off. */
  readonly cutOff: number
  readonly fin: boolean
  readonly time: number
}

/** What is known of one direction. Sequence numbers wrap, so they are compared by their difference alone. */
interface Half {
  /** The sequence number that comes next; `undefined` before anything was seen. */
  next: number | undefined
  readonly waiting: Waiting[]
  /** The highest number that the receiver acknowledged. */
  acknowledged: number | undefined
  finished: boolean
}

const newHalf = (): Half => ({ next: undefined, waiting: [], acknowledged: undefined, finished: false })

const distance = (from: number, to: number): number => (to - from) | 0

/** Counts of what was not simply the next piece. */
export interface TcpStatistics {
  /** Octets that came again. */
  repeated: number
  /** Octets that are not in the capture. */
  missing: number
  /** Segments that came before their turn. */
  reordered: number
  /** Segments that came again with other octets than before: the first were believed. */
  contradicting: number
}

/**
 * Puts the segments of one connection in order, in both directions, and across them too: what acknowledges a byte comes
 * after it. What is missing is waited for within bounds, then said to be missing.
 */
export class TcpStream {
  readonly statistics: TcpStatistics = { repeated: 0, missing: 0, reordered: 0, contradicting: 0 }
  readonly #sink: TcpSink
  readonly #total: WaitingTotal
  readonly #halves: readonly [Half, Half] = [newHalf(), newHalf()]
  #bytes = 0
  #withoutProgress = 0
  #trustsAcknowledgements = true

  constructor(sink: TcpSink, total: WaitingTotal) {
    this.#sink = sink
    this.#total = total
  }

  /** Both sides have said that they are done, and everything before that was seen. */
  get finished(): boolean {
    return this.#halves[0].finished && this.#halves[1].finished
  }

  /** Bytes that wait behind a gap. */
  get waiting(): number {
    return this.#bytes
  }

  /**
   * Whether a RST of this direction counts: in or near the window, as its receiver would demand. Others are late, or lies of
   * those who want a connection to end (RFC 5961).
   */
  mayReset(direction: Direction, sequence: number): boolean {
    const { next } = this.#halves[direction]
    return next === undefined || Math.abs(distance(next, sequence)) <= MAX_WAITING
  }

  accept(direction: Direction, segment: TcpSegment): void {
    const half = this.#halves[direction]
    const sequence = segment.syn ? (segment.sequence + 1) >>> 0 : segment.sequence
    half.next ??= sequence
    this.#noteAcknowledgement(opposite(direction), segment.acknowledgement)
    if (segment.data.length + segment.cutOff > 0 || segment.fin) {
      const { acknowledgement, data, cutOff, fin, time } = segment
      this.#take(direction, { sequence, acknowledgement, data, cutOff, fin, time })
    }
    if (this.#bytes === 0) return
    this.#drain()
    this.#withoutProgress++
    while (this.#bytes > 0 && this.#isOverdue()) this.#giveUp()
  }

  /** Nothing more comes: what waits behind gaps is delivered with the gaps. */
  finish(): void {
    while (this.#halves.some(({ waiting }) => waiting.length > 0)) this.#giveUp()
  }

  #noteAcknowledgement(direction: Direction, number: number | undefined): void {
    const half = this.#halves[direction]
    if (number === undefined) return
    if (half.acknowledged === undefined || distance(half.acknowledged, number) > 0) half.acknowledged = number
  }

  #take(direction: Direction, segment: Waiting): void {
    if (this.#halves[direction].waiting.length === 0 && this.#isNext(direction, segment))
      this.#deliver(direction, segment)
    else this.#wait(direction, segment)
  }

  /** Whether a segment's turn has come: nothing before it is missing, nor anything of what it acknowledges. */
  #isNext(direction: Direction, { sequence, acknowledgement }: Waiting): boolean {
    const { next } = this.#halves[direction]
    const other = this.#halves[opposite(direction)]
    if (next !== undefined && distance(next, sequence) > 0) return false
    const comesEarly =
      acknowledgement !== undefined && other.next !== undefined && distance(other.next, acknowledgement) > 0
    return !(comesEarly && this.#trustsAcknowledgements)
  }

  #deliver(direction: Direction, { sequence, data, cutOff, fin, time }: Waiting): void {
    const half = this.#halves[direction]
    const start = half.next ?? sequence
    const already = Math.min(data.length, distance(sequence, start))
    this.statistics.repeated += already
    this.#withoutProgress = 0
    if (already < data.length) {
      half.next = (sequence + data.length) >>> 0
      this.#sink.data(direction, already > 0 ? data.subarray(already) : data, time)
    }
    if (cutOff > 0) this.#skip(direction, distance(half.next ?? sequence, sequence) + data.length + cutOff)
    if (fin && !half.finished && half.next === (sequence + data.length + cutOff) >>> 0) {
      half.finished = true
      half.next = (half.next + 1) >>> 0
    }
  }

  #skip(direction: Direction, length: number): void {
    if (length <= 0) return
    const half = this.#halves[direction]
    half.next = ((half.next ?? 0) + length) >>> 0
    this.statistics.missing += length
    this.#sink.gap(direction, length)
  }

  /** Keeps a copy, in order of sequence numbers; of what comes twice the first is kept. */
  #wait(direction: Direction, segment: Waiting): void {
    const { next = segment.sequence, waiting } = this.#halves[direction]
    const end = distance(next, segment.sequence) + segment.data.length
    if (end <= 0 && !segment.fin) {
      this.statistics.repeated += segment.data.length
      return
    }
    let at = waiting.length
    while (at > 0 && distance(segment.sequence, waiting[at - 1]?.sequence ?? 0) > 0) at--
    const before = waiting[at - 1]
    if (
      before?.sequence === segment.sequence &&
      before.data.length >= segment.data.length &&
      before.fin === segment.fin
    ) {
      this.#compare(before.data, segment.data)
      return
    }
    this.statistics.reordered++
    waiting.splice(at, 0, { ...segment, data: segment.data.slice() })
    this.#count(segment.data.length + SEGMENT_OVERHEAD)
  }

  #compare(first: Uint8Array, again: Uint8Array): void {
    this.statistics.repeated += again.length
    if (again.some((octet, i) => octet !== first[i])) this.statistics.contradicting++
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    this.#total.bytes += bytes
  }

  /** Delivers whatever has its turn, in both directions. */
  #drain(): void {
    for (let progress = true; progress; ) {
      progress = false
      for (const direction of [0, 1] as const) {
        const { waiting } = this.#halves[direction]
        for (let head = waiting[0]; head !== undefined && this.#isNext(direction, head); head = waiting[0]) {
          waiting.shift()
          this.#count(-(head.data.length + SEGMENT_OVERHEAD))
          this.#deliver(direction, head)
          progress = true
        }
      }
    }
  }

  #isOverdue(): boolean {
    if (this.#bytes > MAX_WAITING || this.#total.bytes > MAX_WAITING_TOTAL) return true
    return this.#withoutProgress > PATIENCE && this.#halves.some((half, at) => this.#isHopeless(half, at === 0 ? 0 : 1))
  }

  /** What is missing was received by its receiver, so nobody will send it again; or it is only acknowledgements that are ahead. */
  #isHopeless({ next = 0, waiting, acknowledged }: Half, direction: Direction): boolean {
    const [head] = waiting
    if (head === undefined) return false
    const passed = acknowledged !== undefined && distance(next, acknowledged) > 0
    return passed || distance(next, head.sequence) <= 0 || this.#halves[opposite(direction)].waiting.length > 0
  }

  /** Stops waiting for the first thing that is missing. */
  #giveUp(): void {
    const gapped = ([0, 1] as const).find((direction) => this.#gapBefore(direction) > 0)
    if (gapped === undefined) {
      this.#trustsAcknowledgements = false
    } else {
      this.#skip(gapped, this.#gapBefore(gapped))
    }
    this.#withoutProgress = 0
    this.#drain()
  }

  #gapBefore(direction: Direction): number {
    const { next, waiting } = this.#halves[direction]
    const [head] = waiting
    return head === undefined || next === undefined ? 0 : distance(next, head.sequence)
  }
}
