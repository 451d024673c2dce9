import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesUnder, root } from '../architecture/sources.js'
import { shared } from '../support/outside.js'
import { ledgers } from './all.js'
import { document } from './document.js'
import type { Entry, Ledger, Shown } from './entry.js'
import { mustsOf } from './musts.js'
import { testsOf } from './titles.js'

const folder = shared('rfc')

/** The RFCs whose every MUST is accounted for. */
const accounted = [
  ...['5246', '5746', '7627', '5077', '6066', '7301', '7366', '7919', '8422', '8449', '7250'],
  ...['5288', '4279', '5487', '6655', '7251', '7507', '5705', '5929', '7685', '8701'],
]

const entriesOf = ({ rfc, sections }: Ledger): readonly { readonly place: string; readonly entry: Entry }[] =>
  Object.entries(sections).flatMap(([section, entries]) =>
    entries.map((entry, i) => ({ place: `${rfc} ${section} (${i + 1})`, entry })),
  )

const every = ledgers.flatMap(entriesOf)

const testsByFile = new Map<string, ReadonlyMap<string, boolean>>()
function testsIn(path: string): ReadonlyMap<string, boolean> {
  const known = testsByFile.get(path)
  if (known !== undefined) return known
  const tests = testsOf(filesUnder([path], ['.ts'])[0] ?? { path, text: '' })
  testsByFile.set(path, tests)
  return tests
}

/** What is wrong with a reference to a test, or `undefined`. */
function complaint({ file, title }: Shown): string | undefined {
  const asserting = testsIn(file).get(title)
  if (asserting === undefined) return `${file} has no test "${title}"`
  return asserting ? undefined : `${file}: "${title}" asserts nothing`
}

describe('the ledger of every MUST', () => {
  it('has all RFCs', () => {
    expect(ledgers.map(({ rfc }) => rfc).sort()).toEqual([...accounted].sort())
  })

  it.skipIf(folder === undefined).each(ledgers)('misses none of RFC $rfc (skipped without ../shared/rfc)', (ledger) => {
    const musts = mustsOf(readFileSync(join(folder ?? '', `rfc${ledger.rfc}.txt`), 'utf8'))
    const inText = new Map<string, number>()
    for (const { section } of musts) inText.set(section, (inText.get(section) ?? 0) + 1)
    const inLedger = Object.entries(ledger.sections).map(([section, entries]) => [section, entries.length])
    expect(Object.fromEntries(inLedger)).toEqual(Object.fromEntries(inText))
  })

  it('names tests that exist and assert', () => {
    const complaints = every.flatMap(({ place, entry }) => {
      if (!('shown' in entry)) return []
      const none = entry.shown.length === 0 ? [`${place}: no test`] : []
      return [...none, ...entry.shown.flatMap((shown) => complaint(shown) ?? [])]
    })
    expect(complaints).toEqual([])
  })

  it('paraphrases each rule, and gives a reason where none is ours', () => {
    for (const { place, entry } of every) {
      expect(entry.rule.length, place).toBeGreaterThan(10)
      if ('reason' in entry) expect(entry.reason.length, place).toBeGreaterThan(10)
    }
  })

  it.skipIf(folder === undefined)('copies no rule from the text (skipped without ../shared/rfc)', () => {
    for (const ledger of ledgers) {
      const text = readFileSync(join(folder ?? '', `rfc${ledger.rfc}.txt`), 'utf8').replace(/\s+/g, ' ')
      for (const { place, entry } of entriesOf(ledger)) {
        const words = entry.rule.split(/\s+/)
        const runs = words.slice(9).map((_, i) => words.slice(i, i + 10).join(' '))
        expect(
          runs.filter((run) => text.includes(run)),
          place,
        ).toEqual([])
      }
    }
  })

  it('is what the documentation prints (npm run ledger)', () => {
    expect(readFileSync(join(root, 'test/ledger/README.md'), 'utf8')).toBe(document(ledgers))
  })
})
