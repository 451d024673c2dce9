import { toHex } from '../bytes/convert.js'
import { type DissectionFormat, dissect, formatDissection } from '../messages/dissect.js'
import { HandshakeType } from '../registry/handshake-type.js'
import type { DescribedStep, StepBytes } from './described-step.js'
import { plural } from './words.js'

export interface FormatOptions {
  /** Adds the annotated bytes of each message: long runs without their middle, or `all` of them. */
  readonly bytes?: boolean | 'all'
  /** Adds terminal colours. */
  readonly colour?: boolean
}

const WIDTH = 110
const FACT_INDENT = 6
const NAME_WIDTH = 22
const TITLE_WIDTH = 56
const NARROW_ROW = 8
const WIDE_ROW = 16

type Style = 'bold' | 'faint' | 'client' | 'server'
type Paint = (style: Style, text: string) => string

const styleCodes: Readonly<Record<Style, number>> = { bold: 1, faint: 2, client: 36, server: 35 }
const colours: Paint = (style, text) => `\u001b[${styleCodes[style]}m${text}\u001b[0m`
const plain: Paint = (_style, text) => text

const arrows: Readonly<Record<DescribedStep['direction'], readonly [text: string, style: Style]>> = {
  'client to server': ['client → server', 'client'],
  'server to client': ['client ← server', 'server'],
  client: ['client', 'client'],
  server: ['         server', 'server'],
  both: ['client   server', 'bold'],
}

/** Breaks text between words; a word longer than the width stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function headline({ number, direction, title, message, size }: DescribedStep, paint: Paint): string {
  const [arrow, style] = arrows[direction]
  const what = message === '' ? '' : `${message}, ${plural(size, 'byte')}`
  const padded = what === '' ? title : title.padEnd(TITLE_WIDTH)
  return `${String(number).padStart(3)}  ${paint(style, arrow.padEnd(15))}  ${paint('bold', padded)}${what === '' ? '' : ` ${what}`}`
}

const indent = ' '.repeat(FACT_INDENT)

function factLines({ facts, note }: DescribedStep, paint: Paint): string[] {
  const lines = facts.flatMap(({ name, value }) => {
    const [first = '', ...rest] = wrap(value, WIDTH - FACT_INDENT - NAME_WIDTH)
    const label = paint('faint', name.padEnd(NAME_WIDTH - 1))
    return [`${indent}${label} ${first}`, ...rest.map((line) => `${indent}${' '.repeat(NAME_WIDTH)}${line}`)]
  })
  return note === undefined ? lines : [...lines, `${indent}${paint('faint', `(${note})`)}`]
}

function byteLines({ name, raw, hint, span }: StepBytes, whole: boolean): string[] {
  const format = whole ? { perRow: WIDE_ROW, whole } : {}
  const text = span === undefined ? dissected({ name, raw, hint }, format) : formatDissection(span, raw, format)
  return (text ?? `${name}\n${hexDump(raw, whole)}`).split('\n').map((line) => `${indent}| ${line}`.trimEnd())
}

function dissected({ name, raw, hint }: StepBytes, format: DissectionFormat): string | undefined {
  if (!(name in HandshakeType)) return undefined
  try {
    return formatDissection(dissect(raw, hint), raw, format)
  } catch {
    return undefined // what does not decode is still shown, as it is
  }
}

const visibleAscii = (bytes: Uint8Array): string =>
  Array.from(bytes, (octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.')).join('')

/** Rows of hexadecimal; wide ones with the characters that they are. */
function hexDump(raw: Uint8Array, wide: boolean): string {
  const perRow = wide ? WIDE_ROW : NARROW_ROW
  const rows: string[] = []
  for (let at = 0; at < raw.length; at += perRow) {
    const row = raw.subarray(at, at + perRow)
    const pairs = toHex(row).replace(/(..)(?=.)/g, '$1 ')
    const text = wide ? `  ${visibleAscii(row)}` : ''
    rows.push(`${at.toString(16).padStart(4, '0')}  ${pairs.padEnd(wide ? perRow * 3 - 1 : 0)}${text}`)
  }
  return rows.join('\n')
}

/** One step as lines of text, the last without a line feed. */
export function formatStep(step: DescribedStep, { bytes = false, colour = false }: FormatOptions = {}): string {
  const paint = colour ? colours : plain
  const shown =
    bytes !== false
      ? step.bytes.flatMap((one) => byteLines(one, bytes === 'all')).map((line) => paint('faint', line))
      : []
  return [headline(step, paint), ...factLines(step, paint), ...shown].join('\n')
}

/** Steps as text with a blank line between them. */
export const formatSteps = (steps: readonly DescribedStep[], options: FormatOptions = {}): string =>
  steps.map((step) => formatStep(step, options)).join('\n\n')
