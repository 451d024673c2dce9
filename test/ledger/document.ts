import { posix } from 'node:path'
import { typeScriptUnder } from '../architecture/sources.js'
import type { Entry, Ledger } from './entry.js'

const SIGN = '\u00a7'

/** Files of the library by the sections that they cite, so that a rule leads to the code that keeps it. */
function citingFiles(): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>()
  for (const { path, text } of typeScriptUnder('src')) {
    const cited = new Set<string>()
    const full = new RegExp(`\\b(\\d{4})\\s+(?:${SIGN}(\\d+(?:\\.\\d+)*)|(Appendix\\s+[A-Z](?:\\.\\d+)*))`, 'g')
    for (const [, rfc, section, appendix] of text.matchAll(full)) cited.add(`${rfc} ${section ?? appendix}`)
    for (const place of cited) files.set(place, [...(files.get(place) ?? []), path])
  }
  return files
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')

const link = (path: string): string => `[${posix.basename(path)}](${posix.relative('test/ledger', path)})`

function proof(entry: Entry): string {
  if (!('shown' in entry)) return `not asked of this library: ${entry.reason}`
  const tests = entry.shown.map(({ file, title }) => `${link(file)}: ${title}`)
  return ['reason' in entry ? [`**otherwise**: ${entry.reason}`, ...tests] : tests].flat().join('<br>')
}

const placeOf = (rfc: string, section: string): string =>
  `RFC ${rfc} ${section.startsWith('Appendix') ? '' : SIGN}${section}`

/** Sections in the order of the text: by their numbers, the appendices last. */
const inOrder = new Intl.Collator('en', { numeric: true })
const sectionOrder = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  Number(one.startsWith('A')) - Number(other.startsWith('A')) || inOrder.compare(one, other)

function tableOf({ rfc, sections }: Ledger, files: ReadonlyMap<string, readonly string[]>): string {
  const rows = Object.entries(sections)
    .toSorted(sectionOrder)
    .flatMap(([section, entries]) => {
      const code = (files.get(`${rfc} ${section}`) ?? []).slice(0, 4).map(link).join('<br>')
      return entries.map(
        (entry, i) =>
          `| ${placeOf(rfc, section)} | ${i + 1} | ${cell(entry.rule)} | ${cell(proof(entry))} | ${i === 0 ? code : ''} |`,
      )
    })
  return [
    `## RFC ${rfc}`,
    '',
    '| section | # | rule | shown by | code |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

/** The ledger for readers: every rule with the test that shows it and the files that cite its section. */
export function document(ledgers: readonly Ledger[]): string {
  const entries = ledgers.flatMap(({ sections }) => Object.values(sections).flat())
  const shown = entries.filter((entry) => 'shown' in entry).length
  const otherwise = entries.filter((entry) => 'shown' in entry && 'reason' in entry).length
  const files = citingFiles()
  return [
    '# Every MUST, and what shows it',
    '',
    `${entries.length} times ${ledgers.length} RFCs say MUST. ${shown} of them are rules for this library, each shown by a test`,
    `(${otherwise} are kept otherwise than to the letter, and say why); the others say why they are none.`,
    'Section and number tell which one is meant; the words are ours. The last column names',
    'files that cite the section. Printed by `npm run ledger` from the files in `rules/`; a test holds both against the RFCs.',
    '',
    ledgers.map((ledger) => tableOf(ledger, files)).join('\n\n'),
    '',
  ].join('\n')
}
