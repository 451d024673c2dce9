import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shared } from '../support/outside.js'
import { citationViolations, type Headings, headingsOf } from './citations.js'
import { filesUnder } from './sources.js'

const folder = shared('rfc')
const known = new Map<string, Headings | undefined>()

function rfc(number: string): Headings | undefined {
  if (!known.has(number)) {
    const path = join(folder ?? '', `rfc${number}.txt`)
    known.set(number, existsSync(path) ? headingsOf(readFileSync(path, 'utf8')) : undefined)
  }
  return known.get(number)
}

// the sign and the words in parts: the examples below are no citations of this file
const S = '\u00a7'
const APPENDIX = 'Appendix'
const judge = (text: string): string[] => citationViolations({ path: 'src/a.ts', text }, rfc)

describe.skipIf(folder === undefined)('RFC citations (skipped without ../shared/rfc)', () => {
  it('in src, test, vectors, bench, README and .github resolve', () => {
    const files = filesUnder(['src', 'test', 'vectors', 'bench', 'README.md', '.github'], ['.ts', '.md', '.yml'])
    expect(files.length).toBeGreaterThan(100)
    expect(files.flatMap((file) => citationViolations(file, rfc))).toEqual([])
  })

  const number = 'RFC'
  it.each([
    `// ${number} 5246 ${S}7.4.9`,
    `// ${number} 5246 ${S}7.4.9.`,
    `// ${number} 5246 ${S}7.4.9 "Finished"`,
    `// ${number} 5246 ${S}6.2.1, ${number} 5288 ${S}3`,
    `// ${number} 5246 ${APPENDIX} E.1`,
    ` * the rest is in ${number} 5246\n * ${S}7.4.9`,
    `on('A', 'b', '5246 ${S}7.4.9', f)`,
    `// X.690 ${S}8.1`,
    `// ${number} 8446 on its own`,
  ])('accepts %j', (text) => {
    expect(judge(text)).toEqual([])
  })

  it.each([
    `// ${number} 5246 ${S}7.4.99`,
    `// ${number} 5246 ${S}7.4.9 "Started"`,
    `// ${number} 5246 ${S}6.2.1, ${S}6.2.3`,
    `// ${number} 5246 ${S}6.2.1 and ${APPENDIX} C`,
    `// ${number} 5246 ${APPENDIX} Z`,
    `// see ${S}7.4.9`,
    `// ${number} 9999 on its own`,
    `// ${number}5246`,
    `// ${number}-5246`,
    `on('A', 'b', '5246 ${S}7.4.99', f)`,
    `on('A', 'b', '9999 ${S}1', f)`,
  ])('refuses %j', (text) => {
    expect(judge(text).length).toBeGreaterThan(0)
  })

  it('reads headings where they stand in RFC 5246', () => {
    const headings = rfc('5246')
    expect(headings?.get('7.4.9')).toBe('Finished')
    expect(headings?.get(`${APPENDIX} E`)).toMatch(/^Backward Compatibility/)
    expect(headings?.get(`${APPENDIX} F.1.1.2`)).toBe('RSA Key Exchange and Authentication')
  })
})
