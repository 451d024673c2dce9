import { toHex } from '../bytes/convert.js'
import type { Span } from '../codec/dissect.js'

export interface DissectionFormat {
  /** Bytes in a row; 8 by default. */
  readonly perRow?: number
  /** Shows long runs whole. Otherwise they are elided in their middle. */
  readonly whole?: boolean
}

const DEFAULT_PER_ROW = 8
/** Above this a run is elided in its middle: a hello random is shown whole, a certificate is not. */
const LONGEST_SHOWN = 32

const hexPairs = (bytes: Uint8Array): string => toHex(bytes).replace(/(..)(?=.)/g, '$1 ')

/** One row for every `perRow` bytes; of a long run the first and last with the count of those between. */
function hexRows(
  start: number,
  bytes: Uint8Array,
  { perRow, whole }: Required<DissectionFormat>,
): { readonly offset: number; readonly hex: string }[] {
  const elided = !whole && bytes.length > LONGEST_SHOWN
  const rows: { readonly offset: number; readonly hex: string }[] = []
  for (let at = 0; at < bytes.length; at += perRow) {
    if (elided && rows.length === 1) {
      at = bytes.length - perRow
      rows.push({ offset: start + perRow, hex: `... ${at - perRow} more ...` })
    }
    rows.push({ offset: start + at, hex: hexPairs(bytes.subarray(at, at + perRow)) })
  }
  return rows
}

function leafMeaning(span: Span): string {
  if (span.meaning !== undefined) return span.meaning
  if (typeof span.value === 'number') return String(span.value)
  return span.end - span.start > LONGEST_SHOWN ? `${span.end - span.start} bytes` : ''
}

function title(span: Span): string {
  const type = span.typeName === span.label ? '' : `: ${span.typeName}`
  const meaning = span.children.length === 0 ? leafMeaning(span) : (span.meaning ?? '')
  return `${span.label}${type}${meaning === '' ? '' : ` = ${meaning}`}`
}

/**
 * The tree as text, the bytes of every leaf beside it: offset and bytes in hexadecimal, then label, type and meaning,
 * indented by depth. `bytes` must be those that were dissected. No line ends in white space or a line feed.
 */
export function formatDissection(span: Span, bytes: Uint8Array, format: DissectionFormat = {}): string {
  const { perRow = DEFAULT_PER_ROW, whole = false } = format
  const hexWidth = perRow * 3 - 1
  const offsetWidth = Math.max(4, bytes.length.toString(16).length)
  const lines: string[] = []
  const line = (offset: number | undefined, hex: string, text: string): void => {
    const address = offset === undefined ? '' : offset.toString(16).padStart(offsetWidth, '0')
    lines.push(`${address.padEnd(offsetWidth)}  ${hex.padEnd(hexWidth)}  ${text}`.trimEnd())
  }
  const visit = (part: Span, depth: number): void => {
    const text = `${'  '.repeat(depth)}${title(part)}`
    const rows =
      part.children.length === 0 ? hexRows(part.start, bytes.subarray(part.start, part.end), { perRow, whole }) : []
    line(rows[0]?.offset, rows[0]?.hex ?? '', text)
    for (const row of rows.slice(1)) line(row.offset, row.hex, '')
    for (const child of part.children) visit(child, depth + 1)
  }
  visit(span, 0)
  return lines.join('\n')
}
