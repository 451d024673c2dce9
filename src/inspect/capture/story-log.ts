import { concat } from '../../bytes/convert.js'
import type { Side } from '../trace.js'
import type { CapturedRecord } from './captured-record.js'
import type { ApplicationDataEntry, StoryEntry } from './connection-story.js'

/** Entries of one connection that are kept: more than a reader reads, and few connections come near. */
export const MAX_ENTRIES = 10_000
/** Octets of messages and data that one connection keeps; a handshake takes some thousand. */
export const MAX_KEPT_PER_CONNECTION = 0x100000
/** What the stories of all open connections may keep together. */
export const MAX_KEPT_TOTAL = 0x8000000

/** Counted for each entry, check, piece of data and record besides its octets, so that floods of tiny ones are bounded too. */
export const KEPT_OVERHEAD = 256

/** Octets kept, over all connections: in stories, in handshakes that are replayed, in messages that are not complete. */
export interface KeptTotal {
  bytes: number
}

interface RunningData {
  readonly time: number
  readonly sender: Side
  readonly isDecrypted: boolean
  records: number
  size: number
  readonly kept: Uint8Array[]
  keptBytes: number
  readonly wire: CapturedRecord[]
}

/** What an entry takes of what may be kept. */
function sizeOf(entry: StoryEntry): number {
  const checks = 'checks' in entry ? entry.checks.length : 0
  const octets = 'raw' in entry && entry.raw !== undefined ? entry.raw.length : 0
  return KEPT_OVERHEAD * (1 + checks) + octets
}

/** Collects the story of one connection within bounds. Application data in one direction becomes one entry. */
export class StoryLog {
  readonly #total: KeptTotal
  readonly #keepData: number
  readonly #entries: StoryEntry[] = []
  #bytes = 0
  #leftOut = 0
  #running: RunningData | undefined
  /** Records that came since the last entry of their sender. */
  readonly #records: Record<Side, CapturedRecord[]> = { client: [], server: [] }

  /** `keepData`: octets of decrypted application data to keep of each run. */
  constructor(total: KeptTotal, keepData: number) {
    this.#total = total
    this.#keepData = keepData
  }

  /** A record that belongs to the next entry of its sender. */
  record(record: CapturedRecord): void {
    const size = KEPT_OVERHEAD + record.raw.length + (record.data?.length ?? 0)
    if (!this.#hasRoom(size)) {
      this.#leftOut++
      return
    }
    this.#records[record.sender].push(record)
    this.#count(size)
  }

  add(entry: StoryEntry): void {
    this.#endRun()
    const size = sizeOf(entry)
    const wire = entry.type === 'remark' ? [] : this.#records[entry.sender].splice(0)
    if (this.#hasRoom(size)) {
      this.#entries.push(wire.length === 0 ? entry : { ...entry, wire })
      this.#count(size)
    } else this.#leftOut++
  }

  applicationData(sender: Side, time: number, size: number, data?: Uint8Array): void {
    const isDecrypted = data !== undefined
    if (this.#running?.sender !== sender || this.#running.isDecrypted !== isDecrypted) this.#endRun()
    this.#running ??= { time, sender, isDecrypted, records: 0, size: 0, kept: [], keptBytes: 0, wire: [] }
    const running = this.#running
    running.records++
    running.size += size
    running.wire.push(...this.#records[sender].splice(0))
    const room = Math.min(this.#keepData - running.keptBytes, MAX_KEPT_PER_CONNECTION - this.#bytes)
    if (data === undefined || room <= 0 || this.#total.bytes > MAX_KEPT_TOTAL) return
    const part = data.slice(0, room)
    running.kept.push(part)
    running.keptBytes += part.length
    this.#count(part.length + KEPT_OVERHEAD)
  }

  /** Nothing more comes: records that belong to nothing that was told are told as such. */
  endRecords(): void {
    this.#endRun()
    for (const sender of ['client', 'server'] as const) {
      const records = this.#records[sender]
      if (records.length === 0) continue
      const time = this.#entries.at(-1)?.time ?? 0
      const which = records.length === 1 ? 'the last record' : `the last ${records.length} records`
      const text = `${which} of the ${sender} ${records.length === 1 ? 'completes' : 'complete'} nothing that could be told`
      this.#entries.push({ type: 'remark', time, text, sender, wire: records.splice(0) })
    }
  }

  /** The whole, and how many entries did not fit. The log keeps nothing. */
  close(): { readonly entries: readonly StoryEntry[]; readonly leftOut: number } {
    this.#endRun()
    this.#total.bytes -= this.#bytes
    this.#bytes = 0
    return { entries: this.#entries.splice(0), leftOut: this.#leftOut }
  }

  #hasRoom(size: number): boolean {
    return (
      this.#entries.length < MAX_ENTRIES &&
      this.#bytes + size <= MAX_KEPT_PER_CONNECTION &&
      this.#total.bytes + size <= MAX_KEPT_TOTAL
    )
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    this.#total.bytes += bytes
  }

  #endRun(): void {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    const { time, sender, records, size, isDecrypted, kept, wire } = running
    const entry: ApplicationDataEntry = {
      ...{ type: 'application_data', time, sender, records, size, isDecrypted },
      ...(wire.length === 0 ? {} : { wire }),
    }
    // Its pieces become one.
    this.#count(-kept.length * KEPT_OVERHEAD)
    if (this.#hasRoom(KEPT_OVERHEAD)) {
      this.#entries.push(isDecrypted ? { ...entry, data: concat(...kept) } : entry)
      this.#count(KEPT_OVERHEAD)
    } else this.#leftOut++
  }
}
