/** Finds every MUST in the text of an RFC, by section and ordinal. */

/** One requirement: the `ordinal`th MUST of its section, counted from 1. */
export interface Must {
  readonly section: string
  readonly ordinal: number
  /** The words around it, to check a paraphrase against. Not for the documentation. */
  readonly context: string
}

const HEADING = /^(?:(\d+(?:\.\d+)*)|(?:Appendix\s+)?([A-Z](?:\.\d+)*))(?:\.\s*|:\s*|\s+-+\s+|\s{2,})(\S.*)$/
/** The lines at the top and the bottom of a page, and the form feed between. */
const PAGE = /^(?:\f.*|RFC \d{4}\s.*\d{4}|\S.*\[Page \d+\])$/

/** The section that a line begins, if it is a heading: in the first column, and no line of a table of contents. */
function headingOf(line: string): string | undefined {
  const match = HEADING.exec(line)
  if (match === null || /\.{4}|\s\.\s\.\s/.test(line)) return undefined
  const [, section, appendix] = match
  if (section !== undefined) return section
  return appendix !== undefined && (line.startsWith('Appendix') || appendix.includes('.'))
    ? `Appendix ${appendix}`
    : undefined
}

/** Every MUST and MUST NOT in `text`, the words that define the terms included, in the order in which they stand. */
export function mustsOf(text: string): readonly Must[] {
  const lines = text.split(/\r?\n/).filter((line) => !PAGE.test(line))
  const found: Must[] = []
  let section = ''
  let ordinal = 0
  for (const [at, line] of lines.entries()) {
    const heading = headingOf(line)
    if (heading !== undefined && heading !== section) {
      section = heading
      ordinal = 0
    }
    for (const _match of line.matchAll(/\bMUST\b/g)) {
      const context = lines
        .slice(Math.max(0, at - 4), at + 5)
        .join(' ')
        .replace(/\s+/g, ' ')
        .trim()
      found.push({ section, ordinal: ++ordinal, context })
    }
  }
  return found
}
