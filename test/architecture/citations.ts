import { lineAt, type SourceFile } from './sources.js'

// The section sign and the word for an RFC are written as escapes and in parts here, so that this file cites nothing.
const SIGN = '\u00a7'
const SECTION = `${SIGN}\\d+(?:\\.\\d+)*`
const APPENDIX = 'Appendix\\s+[A-Z](?:\\.\\d+)*'
const FULL = new RegExp(`\\bRFC\\s+(\\d{4})\\s+(${SECTION}|${APPENDIX})(?:\\s+"([^"\\n]+)")?`, 'g')
/** What the transition tables hold: the number and the section as a string of their own. */
const SHORT = new RegExp(`(['"\`])(\\d{4}) (${SECTION}|${APPENDIX})\\1`, 'g')
/** ITU-T recommendations, which are not among the texts at hand. */
const ITU = new RegExp(`\\bX\\.\\d{3}\\s+${SECTION}`, 'g')
/** The sections of a ledger, whose RFC its file names once: the ledger's own test looks them up. */
const LEDGER_KEY = new RegExp(`^ +'${APPENDIX}': \\[`, 'gm')
const MENTION = /\bRFC[\s-]*(\d{4})\b/g
const LOOSE = new RegExp(`${SIGN}\\s*\\d|\\bAppendix\\s+[A-Z]\\b`, 'g')

/** An RFC's headings: the number of a section, or the word Appendix and its letter, to the title. */
export type Headings = ReadonlyMap<string, string>

/** Reads the headings of an RFC's text: they begin in the first column, which nothing else with a number does. */
export function headingsOf(text: string): Headings {
  const headings = new Map<string, string>()
  const lines = text.split(/\r?\n/)
  for (const [at, line] of lines.entries()) {
    const match = /^(?:(\d+(?:\.\d+)*)|(?:Appendix\s+)?([A-Z](?:\.\d+)*))(?:\.\s*|:\s*|\s+-+\s+|\s{2,})(\S.*)$/.exec(
      line,
    )
    if (match === null) continue
    const [, section, appendix, title = ''] = match
    const isAppendix = appendix !== undefined && (line.startsWith('Appendix') || appendix.includes('.'))
    const key = section ?? (isAppendix ? `Appendix ${appendix}` : undefined)
    const next = (lines[at + 1] ?? '').trim() // a title may go on in the next line
    if (key !== undefined) headings.set(key, `${title.trim()} ${next}`.trim())
  }
  return headings
}

/** Line ends and the marks that comments begin lines with become spaces, so that a citation may be broken over two lines. */
const unbroken = (text: string): string => text.replace(/\n[ \t]*(?:\*(?!\/)|\/\/)?/g, (end) => ' '.repeat(end.length))

const normalized = (text: string): string => text.replace(/\s+/g, ' ')

/**
 * RFCs that the sources name and whose texts are not in the collection, so that their sections cannot be looked up:
 * each with why it is named.
 */
export const NOT_AT_HAND: Readonly<Record<string, string>> = {
  '2268': 'RC2, in old PKCS#12 files',
  '4514': 'how distinguished names are written for people',
  '5652': 'CMS containers, in PKCS#12 files',
  '5722': 'IPv6 fragments that overlap, in captures',
  '5961': 'which RST a TCP believes, in captures',
  '6946': 'IPv6 fragments that are whole packets, in captures',
  '7914': 'scrypt, in encrypted private keys',
  '8200': 'IPv6, in captures',
  '9112': "HTTP/1.1, in the command line's small server",
  '9525': 'host names in certificates; 6125, which it replaces, is at hand',
  '9618': 'certificate policies without exponential growth',
}

/** Why a citation does not resolve, or `undefined` where it does. */
function judge(headings: Headings | undefined, number: string, place: string, title?: string): string | undefined {
  if (headings === undefined) return number in NOT_AT_HAND ? undefined : `RFC ${number} is not at hand`
  const key = normalized(place).replace(SIGN, '')
  const found = headings.get(key)
  if (found === undefined) return `RFC ${number} has no ${key}`
  const matches = title === undefined || normalized(found).startsWith(normalized(title))
  return matches ? undefined : `RFC ${number} ${key} is called "${found}", not "${title}"`
}

/** Every citation in `file` that is malformed or does not resolve; `rfc` gives the headings of those at hand. */
export function citationViolations(file: SourceFile, rfc: (number: string) => Headings | undefined): string[] {
  const text = unbroken(file.text)
  const violations: string[] = []
  const report = (offset: number, reason: string | undefined): void => {
    if (reason !== undefined) violations.push(`${file.path}:${lineAt(file.text, offset)} ${reason}`)
  }
  const covered: (readonly [number, number])[] = []
  const cover = (match: RegExpExecArray): void => {
    covered.push([match.index, match.index + match[0].length])
  }
  for (const match of text.matchAll(FULL)) {
    const [, number = '', place = '', title] = match
    cover(match)
    report(match.index, judge(rfc(number), number, place, title))
  }
  for (const match of text.matchAll(SHORT)) {
    const [, , number = '', place = ''] = match
    cover(match)
    report(match.index, judge(rfc(number), number, place))
  }
  for (const match of text.matchAll(ITU)) cover(match)
  for (const match of file.text.matchAll(LEDGER_KEY)) cover(match)
  for (const match of text.matchAll(MENTION)) {
    const [mention, number = ''] = match
    if (!/^RFC\s+\d{4}$/.test(mention)) report(match.index, `"${mention}" is not written as an RFC is cited`)
    else if (rfc(number) === undefined && !(number in NOT_AT_HAND)) report(match.index, `RFC ${number} is not at hand`)
  }
  for (const match of text.matchAll(LOOSE)) {
    const inside = covered.some(([start, end]) => match.index >= start && match.index < end)
    if (!inside) report(match.index, `"${text.slice(match.index, match.index + 12)}" does not say which RFC it is in`)
  }
  return violations
}
