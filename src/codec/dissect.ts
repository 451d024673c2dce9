import { Reader, type SpanObserver } from '../bytes/reader.js'
import type { Codec } from './codec.js'

/** One part of a decoded message. Offsets count from the first of the bytes given; the children tile their parent. */
export interface Span {
  /** The field's name, `[3]` for an item of a vector, `length` for a length prefix. */
  readonly label: string
  /** The type's name in the presentation language of RFC 5246 §4. */
  readonly typeName: string
  readonly start: number
  /** One past the last byte. */
  readonly end: number
  readonly value?: unknown
  /** What the value stands for, in words: a registered name, text, a complaint. */
  readonly meaning?: string
  readonly children: readonly Span[]
}

interface OpenSpan {
  readonly label: string
  readonly typeName: string
  readonly start: number
  readonly children: Span[]
}

/** Collects the spans that codecs report while they read. */
class SpanCollector implements SpanObserver {
  readonly finished: Span[] = []
  private readonly open: OpenSpan[] = []

  enter(label: string, typeName: string, offset: number): void {
    this.open.push({ label, typeName, start: offset, children: [] })
  }

  leave(offset: number, value: unknown, meaning: string | undefined): void {
    const span = this.open.pop()
    if (span === undefined) throw new Error('a span was left that was never entered')
    const closed: Span = { ...span, end: offset, value, ...(meaning === undefined ? {} : { meaning }) }
    const parent = this.open.at(-1)
    if (parent === undefined) this.finished.push(closed)
    else parent.children.push(closed)
  }
}

/**
 * Decodes `bytes[start, end)` and returns the annotated tree of what was read, built by the same codec that decodes in
 * earnest. Throws `MalformedError` where decoding does, bytes left over included.
 */
export function dissectWith<T>(codec: Codec<T>, bytes: Uint8Array, start = 0, end = bytes.length): Span {
  const collector = new SpanCollector()
  const reader = new Reader(bytes, start, end, collector)
  collector.enter(codec.name, codec.name, start)
  const value = codec.read(reader)
  reader.finish(codec.name)
  collector.leave(reader.position, value, codec.describe?.(value))
  const [root] = collector.finished
  if (root === undefined) throw new Error('a codec left more spans than it entered')
  return root
}

/** The parts without parts of their own, in order: together they are every byte of the span, each once. */
export function leavesOf(span: Span): readonly Span[] {
  return span.children.length === 0 ? [span] : span.children.flatMap(leavesOf)
}
